//! The files of a plugin folder, by name and size. No link is followed.

use std::fs;
use std::path::Path;

use crate::finding::Finding;
use crate::text::shown;

/// The content hash refuses more before.
const MOST: usize = 50_000;
const DEEPEST: usize = 32;

/// One file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Relative, `/` between its parts.
    pub path: String,
    pub size: u64,
}

/// A link: its path, and what it says.
pub(super) type Link = (String, String);

/// What the content hash counts, sorted by path.
pub(super) fn walk(dir: &Path) -> (Vec<File>, Vec<Link>) {
    let (mut files, mut links) = (Vec::new(), Vec::new());
    let mut todo = vec![(dir.to_owned(), String::new(), 0)];
    while let Some((folder, above, depth)) = todo.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let Ok(name) = entry.file_name().into_string() else { continue };
            let Ok(meta) = entry.metadata() else { continue };
            if is_left_out(&name) || files.len() + links.len() >= MOST {
                continue;
            }
            let path = format!("{above}{name}");
            if meta.is_dir() && depth < DEEPEST {
                todo.push((entry.path(), format!("{path}/"), depth + 1));
            } else if meta.is_file() {
                files.push(File { path, size: meta.len() });
            } else if meta.is_symlink() {
                let target = fs::read_link(entry.path()).unwrap_or_default();
                links.push((path, target.to_string_lossy().into_owned()));
            }
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    links.sort();
    (files, links)
}

/// The same names that the content hash leaves out.
fn is_left_out(name: &str) -> bool {
    name.eq_ignore_ascii_case(".git")
        || matches!(name, "__pycache__" | "__MACOSX" | ".DS_Store" | sanctum_fetch::RECORD)
        || name.starts_with("._")
}

/// What is wrong with where a link leads; `None` where it stays inside.
fn astray(dir: &Path, path: &str) -> Option<&'static str> {
    match dir.join(path).canonicalize() {
        Ok(real) if real.starts_with(dir) => None,
        Ok(_) => Some("leads out of the plugin’s folder"),
        Err(_) => Some("leads nowhere, or in a circle"),
    }
}

/// The first link that leads out of `dir`: what lies behind it is in no hash. `dir` itself holds no links.
pub(crate) fn leads_out(dir: &Path) -> Option<String> {
    walk(dir).1.into_iter().map(|(path, _)| path).find(|path| astray(dir, path).is_some())
}

/// Links that lead out of the folder, or nowhere.
pub(super) fn judge(dir: &Path, links: &[Link], findings: &mut Vec<Finding>) {
    const MOST_TOLD: usize = 20;
    let astray = links.iter().filter_map(|(path, target)| Some((path, target, astray(dir, path)?)));
    for (path, target, words) in astray.take(MOST_TOLD) {
        findings.push(
            Finding::error(
                "link_out",
                format!("The link `{}` to `{}` {words}.", shown(path), shown(target)),
                "Put the file itself in its place. Nothing behind this link was read.",
            )
            .at(path),
        );
    }
}
