//! What a plugin's folder is proposed to be called: what the plugin itself says, and what an archive's top folder says once the
//! version or branch that forges write behind it is left out.

use std::path::Path;

use super::{Kind, LONGEST_MANIFEST, broca, bundle};
use crate::text;

/// What makers of releases write behind a version: `1.2.0-rc1`.
const BEFORE_RELEASE: &[&str] = &["a", "b", "c", "rc", "alpha", "beta", "pre", "preview", "dev", "post", "snapshot"];

/// The name of an archive, or of the folder at its top, without what its forge put behind it: `weather-1.2.3`, `weather-main`,
/// `weather-v2` and `weather-3f2a90c` are all `weather`. What nothing would be left of keeps it.
#[must_use]
pub fn undecorated(name: &str) -> &str {
    let mut name = name;
    while let Some((rest, last)) = name.rsplit_once('-') {
        let behind_version = || rest.rsplit_once('-').is_some_and(|(_, before)| is_version(before));
        if rest.is_empty()
            || !(is_branch(last) || is_version(last) || is_commit(last) || is_early(last) && behind_version())
        {
            break;
        }
        name = rest;
    }
    name
}

fn is_branch(word: &str) -> bool {
    matches!(word, "main" | "master" | "HEAD")
}

/// `1.2`, `v2`, `1.2.0rc1`; a bare number may be a part of the name.
fn is_version(word: &str) -> bool {
    let (plain, marked) = word.strip_prefix(['v', 'V']).map_or((word, false), |rest| (rest, true));
    let mut parts = plain.split(['.', '+', '_']);
    let first = parts.next().unwrap_or_default();
    let number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let later = |part: &str| number(part) || is_early(part.trim_start_matches(|c: char| c.is_ascii_digit()));
    number(first) && (marked || plain.contains('.')) && parts.all(later)
}

fn is_early(word: &str) -> bool {
    BEFORE_RELEASE.contains(&word.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.'))
}

/// The id of a commit, whole or short. A word like `facade` has no digit.
fn is_commit(word: &str) -> bool {
    let hex = word.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    hex && ((7..=40).contains(&word.len()) || word.len() == 64) && word.bytes().any(|b| b.is_ascii_digit())
}

/// The name a plugin gives itself: that of its manifest, and for Broca what `get_name` says, for it loads no other folder.
pub(super) fn declared(dir: &Path, kind: Kind) -> Option<String> {
    let of_code = || (kind == Kind::Broca).then(|| broca::own_name(dir)).flatten();
    manifest(dir).or_else(of_code).filter(|name| !name.trim().is_empty())
}

fn manifest(dir: &Path) -> Option<String> {
    let bytes = text::load(&dir.join("manifest.json"), LONGEST_MANIFEST).ok()?;
    let json = serde_json::from_slice::<serde_json::Value>(&bytes).ok();
    match json.filter(bundle::is) {
        Some(json) => json["name"].as_str().map(str::to_owned),
        None => sanctum_install::manifest::parse(&bytes).ok().map(|manifest| manifest.name),
    }
}

#[cfg(test)]
mod tests {
    use super::undecorated;

    #[test]
    fn what_forges_put_behind_a_name_is_left_out_and_nothing_else() {
        let commit = "3f2a90c1d4e5b6a7988990a1b2c3d4e5f6071829";
        for end in ["1.2.3", "main", "master", "v2", "v1.2", "3f2a90c", commit, "1.2.0-rc1", "1.2.0rc1", "main-3f2a90c"]
        {
            let name = format!("smcp-weather-{end}");
            assert_eq!(undecorated(&name), "smcp-weather", "`{name}` is the plugin and what its forge put behind it");
        }
        for name in
            ["weather", "weather-2", "smcp-gmail", "on-main-street", "weather-facade", "gpt-4o", "-1.2", "v2", "", "-"]
        {
            assert_eq!(undecorated(name), name, "`{name}` is all of it a name");
        }
    }
}
