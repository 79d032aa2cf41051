//! The wizard's scan: looks through a few places for installs to adopt, read-only and within a time limit.
//!
//! Owns: which places are worth a look by default, the walk through them, the report of what was and was not looked at.
//! Refuses: judging what it finds (`layouts` does), following links, looking into environments and caches, and everything
//! that would change a file or its times.

use crate::layouts::{Candidate, is_dir, recognise};
use std::collections::{HashSet, VecDeque};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Bounds of a scan.
#[derive(Debug, Clone)]
pub struct ScanLimits {
    /// How long it may take; three seconds by default (`facts/setup-wizard.md`, step 1).
    pub time: Duration,
    /// How many folders it may look at.
    pub max_dirs: usize,
    /// How far below a given place it looks; 0 looks at the place alone.
    pub depth: usize,
    /// Set to stop early.
    pub stop: Arc<AtomicBool>,
}

impl Default for ScanLimits {
    fn default() -> ScanLimits {
        ScanLimits { time: Duration::from_secs(3), max_dirs: 5000, depth: 2, stop: Arc::default() }
    }
}

/// What a scan found.
#[derive(Debug, Clone, Default)]
pub struct ScanReport {
    /// Installs, the surest first.
    pub candidates: Vec<Candidate>,
    /// How many folders were looked at.
    pub looked_at: usize,
    /// How long it took.
    pub took: Duration,
    /// Why it ended early, in words; `None` when it looked at everything.
    pub cut: Option<String>,
}

/// Looks at every place and, where it is no install itself, at the folders below it.
pub fn scan(places: &[PathBuf], limits: &ScanLimits) -> ScanReport {
    let started = Instant::now();
    let mut report = ScanReport::default();
    let mut seen = HashSet::new();
    let mut queue: VecDeque<(PathBuf, usize)> = places.iter().map(|place| (place.clone(), 0)).collect();
    while let Some((path, depth)) = queue.pop_front() {
        report.cut = if limits.stop.load(Ordering::Relaxed) {
            Some("the scan was stopped".to_owned())
        } else if started.elapsed() >= limits.time {
            Some(format!(
                "the scan ended after {} seconds; {} folders were not looked at",
                limits.time.as_secs_f32(),
                queue.len() + 1
            ))
        } else if report.looked_at >= limits.max_dirs {
            Some(format!(
                "the scan ended after {} folders; {} more were not looked at",
                limits.max_dirs,
                queue.len() + 1
            ))
        } else {
            None
        };
        if report.cut.is_some() {
            break;
        }
        let Ok(real) = fs::canonicalize(&path) else {
            continue;
        };
        if !is_dir(&real) || !seen.insert(real) {
            continue;
        }
        report.looked_at += 1;
        match recognise(&path) {
            Some(candidate) => report.candidates.push(candidate),
            None if depth < limits.depth => queue.extend(below(&path).into_iter().map(|child| (child, depth + 1))),
            None => {}
        }
    }
    report.candidates.sort_by(|a, b| b.confidence.cmp(&a.confidence).then_with(|| a.path.cmp(&b.path)));
    report.took = started.elapsed();
    report
}

/// Folders worth a look below a place, ordered: no links, no caches, no dot folders but `.sanctum` and `.animus`.
fn below(path: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(path) else {
        return Vec::new();
    };
    let passed_over =
        ["venv", "node_modules", "__pycache__", "site-packages", "target", "Library", "proc", "sys", "dev"];
    let mut found: Vec<PathBuf> = entries
        .take(10_000)
        .flatten()
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
        .filter(|entry| {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            let dotted = name.starts_with('.') && !matches!(name.as_ref(), ".sanctum" | ".animus");
            !dotted && !passed_over.contains(&name.as_ref())
        })
        .map(|entry| entry.path())
        .collect();
    found.sort();
    found
}

/// Where installs usually are: `SANCTUM_ROOT` first, the usual names in the home folder, `/sanctum`, and those folders
/// one level below the home folder whose own entries look like an install at a glance.
pub fn default_places(home: &Path, env_root: Option<&Path>) -> Vec<PathBuf> {
    let mut places: Vec<PathBuf> = env_root.into_iter().map(Path::to_path_buf).collect();
    places.extend(["sanctum", "animus", ".sanctum", "Sanctum", "broca2", "smcp"].map(|name| home.join(name)));
    places.push(PathBuf::from("/sanctum"));
    places.extend(below(home).into_iter().filter(|child| looks_like_one(child)));
    let mut seen = HashSet::new();
    places.retain(|place| is_dir(place) && seen.insert(fs::canonicalize(place).unwrap_or_else(|_| place.clone())));
    places
}

fn looks_like_one(path: &Path) -> bool {
    let marks =
        ["agents", "control/registry.db", "control/db/sanctum_ui.db", "smcp.py", "instance.yaml", ".instance.json"];
    let manifests = is_dir(&path.join("tools")) && is_dir(&path.join("plugins"));
    let broca = || {
        fs::read_dir(path).is_ok_and(|entries| {
            entries.take(500).flatten().any(|entry| {
                entry.file_name().to_string_lossy().strip_prefix("agent-").is_some_and(|id| id.len() == 36)
            })
        })
    };
    marks.iter().any(|mark| fs::symlink_metadata(path.join(mark)).is_ok()) || manifests || broca()
}
