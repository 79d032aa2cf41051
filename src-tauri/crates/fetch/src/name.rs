//! Names of entries: what one may look like, which two are one on a Mac, and where a link may lead.
//!
//! Owns these rules for every kind of source. It knows nothing of the disk.

use std::collections::HashMap;

use unicode_normalization::UnicodeNormalization;

use crate::error::{shown, shown_bytes};
use crate::{FetchError, Limits};

/// The longest path a Mac takes is 1,024 bytes; the target's own path needs some of them.
const LONGEST_PATH: usize = 700;
const LONGEST_NAME: usize = 255;
const LONGEST_TARGET: usize = 1_000;

/// Control characters, and marks that turn the direction of what follows: a name with them is not what is read. Narrower than what crate
/// `foreign` keeps from a screen: one such name refuses a whole source, and the other marks stand in names that people give.
pub(crate) fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}' | '\u{feff}')
}

/// The path of an entry: relative, `/` between its parts; empty for the top itself.
///
/// # Errors
/// [`FetchError::Name`] for what could leave the folder or is not kept alike everywhere.
pub(crate) fn clean(raw: &[u8], limits: &Limits) -> Result<String, FetchError> {
    let refuse = |reason| Err(FetchError::Name { name: shown_bytes(raw), reason });
    let Ok(text) = std::str::from_utf8(raw) else {
        return refuse("it is not UTF-8");
    };
    if text.chars().any(is_unseen) {
        return refuse("it holds control characters");
    }
    if text.contains('\\') {
        return refuse("it holds a backslash");
    }
    if text.starts_with('/') {
        return refuse("it is absolute");
    }
    let bytes = text.as_bytes();
    if bytes.len() >= 2 && bytes[0].is_ascii_alphabetic() && bytes[1] == b':' {
        return refuse("it begins with a drive letter");
    }
    let mut parts = Vec::new();
    for part in text.split('/') {
        match part {
            "" | "." => {}
            ".." => return refuse("it holds `..`, which could lead outside"),
            _ if part.len() > LONGEST_NAME => return refuse("it is longer than 255 bytes"),
            _ => parts.push(part),
        }
    }
    if parts.len() > limits.depth {
        return refuse("it lies too many folders deep");
    }
    let path = parts.join("/");
    if path.len() > LONGEST_PATH {
        return refuse("its path is longer than 700 bytes");
    }
    Ok(path)
}

/// What Mac volumes make of a name: neither case, nor composition, nor invisible joiners tell two names apart there.
#[must_use]
pub fn fold(path: &str) -> String {
    path.nfd()
        .filter(|c| !matches!(c, '\u{200c}'..='\u{200f}' | '\u{206a}'..='\u{206f}'))
        .flat_map(char::to_uppercase)
        .flat_map(char::to_lowercase)
        .nfd()
        .collect()
}

/// What lies at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Leaf {
    Folder,
    /// A file or a link.
    Other,
}

/// All paths of one source, so that each stands against all others whatever their order.
#[derive(Debug, Default)]
pub(crate) struct Names {
    /// By what a Mac makes of it: as it is spelled, and what it is.
    seen: HashMap<String, (String, Leaf)>,
}

impl Names {
    /// Takes a path and the folders above it.
    ///
    /// # Errors
    /// Where it is there already, differs from another only in spelling, or lies beneath what is no folder.
    pub(crate) fn add(&mut self, path: &str, leaf: Leaf) -> Result<(), FetchError> {
        if path.is_empty() {
            return Ok(());
        }
        let ends = path.match_indices('/').map(|(at, _)| at);
        for above in ends.map(|at| &path[..at]) {
            self.one(path, above, Leaf::Folder)?;
        }
        self.one(path, path, leaf)
    }

    fn one(&mut self, whole: &str, path: &str, leaf: Leaf) -> Result<(), FetchError> {
        match self.seen.get(&fold(path)) {
            None => {
                self.seen.insert(fold(path), (path.to_owned(), leaf));
                Ok(())
            }
            Some((spelled, _)) if spelled != path => {
                Err(FetchError::Collision { first: shown(spelled), second: shown(path) })
            }
            Some((_, Leaf::Folder)) if leaf == Leaf::Folder => Ok(()),
            Some((_, Leaf::Other)) if whole != path => {
                Err(FetchError::Beneath { name: shown(whole), above: shown(path) })
            }
            Some(_) => Err(FetchError::Twice { name: shown(path) }),
        }
    }

    /// Every folder, named or implied, those above before those beneath.
    pub(crate) fn folders(&self) -> Vec<String> {
        let mut all: Vec<String> =
            self.seen.values().filter(|(_, leaf)| *leaf == Leaf::Folder).map(|(path, _)| path.clone()).collect();
        all.sort();
        all
    }
}

/// Checks where the link at `path` leads. `..` may only stand at the beginning, where real folders are climbed: behind a
/// name it could climb from where another link has led.
///
/// # Errors
/// [`FetchError::Link`] for a target that is absolute, leads out, or is no clean text.
pub(crate) fn link(path: &str, target: &str) -> Result<(), FetchError> {
    let refuse = |reason| Err(FetchError::Link { name: shown(path), target: shown(target), reason });
    if target.is_empty() || target.len() > LONGEST_TARGET {
        return refuse("its target is empty or too long");
    }
    if target.chars().any(is_unseen) || target.contains('\\') {
        return refuse("its target holds control characters or a backslash");
    }
    let bytes = target.as_bytes();
    if target.starts_with('/') || (bytes.len() >= 2 && bytes[0].is_ascii_alphabetic() && bytes[1] == b':') {
        return refuse("its target is absolute");
    }
    let mut up = path.matches('/').count();
    let mut down = false;
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." if down => return refuse("its target goes down and up again"),
            ".." if up == 0 => return refuse("it leads outside"),
            ".." => up -= 1,
            _ => down = true,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Leaf, Names, clean, link};
    use crate::Limits;

    #[test]
    fn a_plain_name_is_kept_and_its_dots_and_slashes_are_tidied() {
        let limits = Limits::default();
        assert_eq!(clean(b"./a//b/./c/", &limits).unwrap(), "a/b/c", "the same path, spelled plainly");
        assert_eq!(clean(b"./", &limits).unwrap(), "", "the top itself");
        assert_eq!(clean("größe/x y.py".as_bytes(), &limits).unwrap(), "größe/x y.py", "other letters are no harm");
    }

    #[test]
    fn names_that_lead_out_or_deceive_are_refused() {
        let deep = "a/".repeat(40);
        let long = "n".repeat(256);
        for bad in [
            "../x",
            "a/../../b",
            "a/..",
            "..",
            "/etc/passwd",
            "C:/x",
            "c:x",
            "a\\b",
            "..\\x",
            "a\nb",
            "a\u{1b}[2Jb",
            "a\u{0}b",
            "a\u{202e}gpj.exe",
            deep.as_str(),
            long.as_str(),
        ] {
            assert!(clean(bad.as_bytes(), &Limits::default()).is_err(), "{bad:?} must be refused");
        }
        assert!(clean(b"a\xff", &Limits::default()).is_err(), "a name that is not UTF-8 cannot be kept on a Mac");
    }

    #[test]
    fn two_names_that_a_mac_takes_for_one_are_refused_with_both_named() {
        for (first, second) in [("Read.me", "README".to_owned() + "x"), ("a", "b".to_owned())] {
            let mut names = Names::default();
            names.add(first, Leaf::Other).unwrap();
            assert!(names.add(&second, Leaf::Other).is_ok(), "{first} and {second} are different names");
        }
        for (first, second) in [
            ("readme", "README"),
            ("caf\u{e9}", "cafe\u{301}"),
            ("stra\u{df}e", "STRASSE"),
            ("Src/a", "src/b"),
            ("x", "x\u{200d}"),
            ("\u{3c3}", "\u{3c2}"),
        ] {
            let mut names = Names::default();
            names.add(first, Leaf::Other).unwrap();
            let error = names.add(second, Leaf::Other).unwrap_err().to_string();
            let (a, b) = (first.split('/').next().unwrap(), second.split('/').next().unwrap());
            assert!(error.contains(a) && error.contains(b), "{error} names both {a} and {b}");
        }
    }

    #[test]
    fn links_may_lead_about_inside_only() {
        for (path, target) in [("a/b", "../c"), ("a", "b/c"), ("a/b/c", "../../d"), ("a", "."), ("a/b", "..")] {
            assert!(link(path, target).is_ok(), "{path} -> {target} stays inside");
        }
        for (path, target) in [
            ("a", "../x"),
            ("a/b", "../../x"),
            ("a", "/etc"),
            ("a", ""),
            ("a", "C:/x"),
            ("a/b", "c/../../../x"),
            ("e", "d1/d2/s/../../x"),
            ("a", "b\\..\\c"),
            ("a", "x\u{7}"),
        ] {
            assert!(link(path, target).is_err(), "{path} -> {target:?} must be refused");
        }
    }
}
