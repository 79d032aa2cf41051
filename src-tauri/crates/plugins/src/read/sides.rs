//! One file of a plugin folder for a comparison line by line: its text where it is one, and otherwise what it is.

use std::path::Path;

use super::walk;
use crate::text::{self, NoText};

/// Larger files are not compared line by line.
pub const LONGEST_SIDE: u64 = 512 * 1024;

/// What is at a path of a plugin folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Side {
    /// Nothing.
    Absent,
    /// UTF-8 without a NUL.
    Text(String),
    /// Anything else, with its bytes counted.
    Binary(u64),
    /// More than [`LONGEST_SIDE`], with its bytes counted.
    TooLarge(u64),
    /// A link, with what it says.
    Link(String),
    /// It is named like what holds passwords and keys, so its text is for nobody's screen.
    Private,
    /// It could not be read.
    Unreadable,
}

/// The file at `path` of `dir`, as [`super::digests`] names it. No link is followed.
#[must_use]
pub fn side(dir: &Path, path: &str) -> Side {
    let Ok(real) = dir.canonicalize() else { return Side::Absent };
    // Only what the walk finds is opened: a path of somebody's may lead anywhere.
    let (files, links) = walk::walk(&real);
    if let Some((_, target)) = links.into_iter().find(|(link, _)| link == path) {
        return Side::Link(target);
    }
    if !files.iter().any(|file| file.path == path) {
        return Side::Absent;
    }
    if is_private(path) {
        return Side::Private;
    }
    match text::load(&real.join(path), LONGEST_SIDE) {
        Ok(bytes) => {
            let size = bytes.len() as u64;
            String::from_utf8(bytes).ok().filter(|text| !text.contains('\0')).map_or(Side::Binary(size), Side::Text)
        }
        Err(NoText::TooLarge(size)) => Side::TooLarge(size),
        Err(NoText::Absent) => Side::Absent,
        Err(NoText::NotAFile | NoText::Io(_)) => Side::Unreadable,
    }
}

/// By its name alone; code is never among it, for code is what a person has to see.
fn is_private(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    let end = name.rsplit_once('.').map_or("", |(_, end)| end);
    let is_data =
        matches!(end, "json" | "txt" | "yaml" | "yml" | "toml" | "ini" | "cfg" | "conf") || !name.contains('.');
    let told = ["token", "credential", "secret", "password", "passwd"].iter().any(|word| name.contains(word));
    name == ".env"
        || (name.starts_with(".env.") && !name.contains("example"))
        || matches!(end, "env" | "pem" | "key" | "p12" | "pfx" | "session" | "netrc")
        || name.starts_with("id_")
            && !name.contains('.')
            && ["rsa", "ecdsa", "ed25519"].iter().any(|kind| name.ends_with(kind))
        || (is_data && told)
}

#[cfg(test)]
mod tests {
    use super::is_private;

    #[test]
    fn files_that_hold_secrets_are_known_by_name_and_code_is_none_of_them() {
        for path in [".env", "config/.env.local", "token.json", "a/credentials", "key.pem", "id_ed25519", "me.session"]
        {
            assert!(is_private(path), "`{path}` may hold a secret");
        }
        for path in
            ["secrets.py", "token.py", "cli.py", ".env.example", "README.md", "keyboard.txt", "requirements.txt"]
        {
            assert!(!is_private(path), "`{path}` is read by whoever trusts the plugin");
        }
    }
}
