//! What a tree of ours looks like right now, for comparing two looks.

use super::interest::{reported, watched};
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// Every path that would be reported, with what would change when it does. A folder's times are left out: its entries
/// stand for themselves.
pub(super) type Snapshot = BTreeMap<PathBuf, (u64, u64, i64, i64, u64)>;

/// Looks at `from` (inside `root`) and below.
pub(super) fn snapshot(root: &Path, from: &Path) -> Snapshot {
    let mut seen = Snapshot::new();
    let mut todo = vec![from.to_path_buf()];
    while let Some(dir) = todo.pop() {
        let Ok(entries) = fs::read_dir(&dir) else {
            continue;
        };
        for entry in entries.flatten() {
            let path = entry.path();
            let Ok(rel) = path.strip_prefix(root) else {
                continue;
            };
            if !reported(rel) {
                continue;
            }
            let Ok(meta) = fs::symlink_metadata(&path) else {
                continue;
            };
            if meta.is_dir() {
                if watched(rel) {
                    todo.push(path.clone());
                }
                seen.insert(path, (meta.ino(), u64::from(meta.mode()), 0, 0, 0));
            } else {
                let changed = meta.ctime() * 1_000_000_000 + meta.ctime_nsec();
                let written = meta.mtime() * 1_000_000_000 + meta.mtime_nsec();
                seen.insert(path, (meta.ino(), u64::from(meta.mode()), written, changed, meta.size()));
            }
        }
    }
    seen
}
