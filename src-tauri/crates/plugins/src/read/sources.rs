//! The sources of a plugin: which files are read for what they reach for, and how much of them.

use std::path::Path;

use super::File;
use super::scan::{EnvSeen, Reach, ReachKind, Scan};
use crate::finding::Finding;
use crate::text::{self, NoText, count, shown};

const MOST_FILES: usize = 400;
pub(super) const LONGEST: u64 = 512 * 1024;
const MOST_BYTES: u64 = 16 * 1024 * 1024;
/// Folders of packages that a plugin carries along.
const CARRIED: &[&str] = &["node_modules", "site-packages", "dist-packages", "venv", ".venv", "vendor", "_vendor"];

/// One source.
#[derive(Debug)]
pub(super) struct Source {
    pub path: String,
    pub text: String,
}

/// The sources, those at the top first, and findings for what was not read.
pub(super) fn load(dir: &Path, files: &[File], findings: &mut Vec<Finding>) -> Vec<Source> {
    let mut wanted: Vec<&File> = files.iter().filter(|file| is_source(&file.path) && !is_carried(&file.path)).collect();
    wanted.sort_by_key(|file| (file.path.matches('/').count(), &file.path));
    let (mut out, mut bytes, mut left) = (Vec::new(), 0, Vec::new());
    for file in &wanted {
        bytes += file.size.min(LONGEST);
        if out.len() >= MOST_FILES || bytes > MOST_BYTES {
            left.push(&file.path);
            continue;
        }
        match text::load(&dir.join(&file.path), LONGEST) {
            Ok(bytes) => {
                if std::str::from_utf8(&bytes).is_err() {
                    let words = format!("`{}` is not UTF-8, so Python refuses it.", shown(&file.path));
                    findings.push(Finding::warning("not_utf8", words, "Save it as UTF-8.").at(&file.path));
                }
                let text = String::from_utf8_lossy(&bytes).into_owned();
                out.push(Source { path: file.path.clone(), text });
            }
            Err(NoText::TooLarge(_)) => left.push(&file.path),
            Err(NoText::Absent | NoText::NotAFile) => {}
            Err(NoText::Io(error)) => {
                let words = format!("`{}` could not be read: {error}.", shown(&file.path));
                findings.push(Finding::warning("unreadable", words, "Check its permissions.").at(&file.path));
            }
        }
    }
    if let Some(first) = left.first() {
        let words = format!(
            "{} too large or too many to be looked through, such as `{}`. What they reach for is not known.",
            count(left.len(), "source file") + if left.len() == 1 { " is" } else { " are" },
            shown(first)
        );
        findings.push(Finding::warning("scan_partial", words, "Look through them yourself before you trust it."));
    }
    out
}

fn extension(path: &str) -> &str {
    path.rsplit('/').next().and_then(|name| name.rsplit_once('.')).map_or("", |(_, end)| end)
}

fn is_source(path: &str) -> bool {
    matches!(extension(path), "py" | "pyw" | "js" | "mjs" | "cjs" | "ts" | "sh" | "bash" | "rb" | "pl")
}

fn is_carried(path: &str) -> bool {
    path.split('/').any(|part| CARRIED.contains(&part))
}

/// What all sources reach for, and what cannot be read.
pub(super) fn scan(code: &[Source], files: &[File]) -> (Vec<Reach>, Vec<EnvSeen>) {
    let mut scan = Scan::default();
    for source in code {
        match extension(&source.path) {
            "py" | "pyw" => scan.python(&source.path, &source.text),
            _ => scan.script(&source.path, &source.text),
        }
    }
    for file in files {
        if matches!(extension(&file.path), "so" | "dylib" | "dll" | "exe" | "node" | "pyd" | "pyc" | "wasm") {
            scan.add(ReachKind::Runs, "Brings code for the machine, which cannot be read", &shown(&file.path));
        }
        if let Some(part) = file.path.split('/').find(|part| CARRIED.contains(part)) {
            let to = file.path.find(part).map_or(0, |at| at + part.len());
            let words = format!("Brings packages of others in `{}`, which were not looked through", &file.path[..to]);
            scan.add(ReachKind::Runs, &words, &shown(&file.path[..to]));
        }
    }
    scan.reach()
}
