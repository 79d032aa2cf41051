//! Turning what a person typed into the one absolute path it means, without requiring that it exists.

use std::os::unix::fs::MetadataExt;
use std::path::{Component, Path, PathBuf};

/// Expands `~`; `None` when the path is relative or names another person's home.
pub(super) fn expand(text: &str, home: &Path) -> Option<PathBuf> {
    let path = match text.strip_prefix('~') {
        Some("") => home.to_path_buf(),
        Some(rest) => home.join(rest.strip_prefix('/')?.trim_start_matches('/')),
        None => PathBuf::from(text),
    };
    path.is_absolute().then(|| path.components().collect())
}

/// Resolves symlinks and `..` as far as the path exists; what does not exist yet is kept as it is.
pub(super) fn resolve(path: &Path) -> PathBuf {
    let mut out = PathBuf::from("/");
    for part in path.components() {
        match part {
            Component::Normal(name) => {
                out.push(name);
                if let Ok(real) = out.canonicalize() {
                    out = real;
                } else if let Ok(target) = out.read_link() {
                    // A dangling link: what it points to is what would be created.
                    out.pop();
                    out = out.join(target);
                }
            }
            Component::ParentDir => {
                out.pop();
            }
            Component::RootDir | Component::CurDir | Component::Prefix(_) => {}
        }
    }
    out
}

/// The path itself or its nearest ancestor that exists.
pub(super) fn nearest_existing(path: &Path) -> PathBuf {
    path.ancestors().find(|p| p.symlink_metadata().is_ok()).unwrap_or(Path::new("/")).to_path_buf()
}

/// Whether the volume of an existing folder treats capitals and small letters alike. Nothing is written: a name on the
/// way is spelt the other way round and compared by device and inode.
pub(super) fn ignores_case(existing: &Path) -> bool {
    existing.ancestors().any(|path| {
        let Some(name) = path.file_name().and_then(|n| n.to_str()) else {
            return false;
        };
        let swapped: String = name
            .chars()
            .map(|c| if c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() })
            .collect();
        if swapped == name {
            return false;
        }
        match (path.metadata(), path.with_file_name(swapped).metadata()) {
            (Ok(a), Ok(b)) => a.dev() == b.dev() && a.ino() == b.ino(),
            _ => false,
        }
    })
}
