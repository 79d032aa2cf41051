//! The README of a plugin.

use std::path::Path;

use super::File;
use crate::text::{self, shown};

/// How much of it is kept.
const LONGEST: u64 = 64 * 1024;

/// Its first 64 KiB.
pub(super) fn read(dir: &Path, files: &[File]) -> Option<String> {
    let is_readme = |path: &str| {
        let name = path.to_lowercase();
        !path.contains('/') && matches!(name.as_str(), "readme" | "readme.md" | "readme.txt" | "readme.rst")
    };
    let file = files.iter().find(|file| is_readme(&file.path))?;
    let (bytes, _) = text::head(&dir.join(&file.path), LONGEST).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// Its first sentence that is no heading, badge or list.
pub(super) fn sentence(readme: &str) -> Option<String> {
    let plain = |line: &&str| {
        let line = line.trim();
        !line.is_empty()
            && line.starts_with(|c: char| c.is_alphanumeric() || c == '`' || c == '*' && !line.starts_with("* "))
    };
    let mut is_code = false;
    let line = readme.lines().take(200).filter(|line| {
        is_code ^= line.trim_start().starts_with("```");
        !is_code
    });
    let line = shown(line.into_iter().find(plain)?.trim());
    let end = line.find(". ").map_or(line.len(), |at| at + 1);
    Some(line[..end].to_owned())
}
