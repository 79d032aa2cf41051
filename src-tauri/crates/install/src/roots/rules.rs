//! Rules on the path itself: what its text may hold, whether modules could live below it, where syncing and privacy
//! guards reach, and which folder would do instead. Pure but for [`suggest`], which looks at what is there.

use std::path::{Path, PathBuf};

use super::evidence::{Contents, contents, is_sanctum, sanctum_above};
use super::resolve::nearest_existing;
use super::{Env, short};

/// Longest root, in bytes; leaves room for the paths below it on macOS (1024) and for the first line of scripts.
const MAX_ROOT: usize = 512;

pub(super) fn refuse_text(text: &str) -> Option<(&'static str, &'static str, &'static str)> {
    if text.trim_matches(' ').is_empty() {
        return Some(("root_empty", "No folder was given.", "Type a folder, such as `~/sanctum`."));
    }
    // Line ends, and not all that hides: a folder that is there already may be named as its owner likes.
    if text.chars().any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')) {
        return Some((
            "root_newline",
            "The path holds a line break or another character that cannot be seen.",
            "Type the path again instead of pasting it.",
        ));
    }
    None
}

/// Why modules could not work below `path` although the disk allows it.
pub(super) fn unfit_for_modules(path: &Path) -> Option<String> {
    let Some(text) = path.to_str() else {
        return Some("is not readable text".to_owned());
    };
    if text.len() > MAX_ROOT {
        return Some("is too long; paths below it would not fit".to_owned());
    }
    if text.contains(':') {
        return Some("contains `:`, which Python environments cannot have in their path".to_owned());
    }
    crate::layout::quote(text).err().map(|e| format!("cannot be written to a settings file: {}", e.reason))
}

/// The part of `path` that a sync program or macOS's privacy guard watches over, as shown to a person.
pub(super) fn synced(path: &Path, home: &Path) -> Option<String> {
    const GUARDED: &[&str] = &[
        "Documents",
        "Desktop",
        "Downloads",
        "Library/Mobile Documents",
        "Library/CloudStorage",
        "iCloud Drive",
        "Dropbox",
        "OneDrive",
        "Google Drive",
    ];
    GUARDED
        .iter()
        .map(|g| home.join(g))
        .find(|g| path.starts_with(g) || starts_with_ignoring_case(path, g))
        .map(|g| short(&g, home))
}

fn starts_with_ignoring_case(path: &Path, prefix: &Path) -> bool {
    let lower = |p: &Path| PathBuf::from(p.to_string_lossy().to_lowercase());
    lower(path).starts_with(lower(prefix))
}

/// The nearest folder that passes: beside or below the wish where that helps, else `~/sanctum`, `~/sanctum-2`, …
pub(super) fn suggest(home: &Path, wish: Option<&Path>, env: &dyn Env) -> Option<PathBuf> {
    let below =
        wish.filter(|w| *w != home && w.starts_with(home) && w.is_dir() && !is_sanctum(w)).map(|w| w.join("sanctum"));
    let numbered = (1..10).map(|n| home.join(if n == 1 { "sanctum".to_owned() } else { format!("sanctum-{n}") }));
    below.into_iter().chain(numbered).find(|candidate| {
        Some(candidate.as_path()) != wish
            && matches!(contents(candidate), Contents::Missing | Contents::Empty)
            && sanctum_above(candidate).is_none()
            && synced(candidate, home).is_none()
            && unfit_for_modules(candidate).is_none()
            && {
                let nearest = nearest_existing(candidate);
                nearest.is_dir() && env.writable(&nearest)
            }
    })
}
