//! Small builders shared by the tests.

use sanctum_install::discovery::{DiscoverOptions, Discovery, Found, discover};
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

/// A catalogue of two, as the real one knows Broca and SMCP.
pub fn known(name: &str) -> bool {
    matches!(name, "broca2" | "smcp")
}

pub fn options() -> DiscoverOptions<'static> {
    DiscoverOptions::new(&known, SystemTime::now())
}

pub fn find(root: &Path) -> Discovery {
    discover(root, &options())
}

/// Writes a file, making its folders.
pub fn put(root: &Path, rel: &str, text: impl AsRef<[u8]>) {
    let path = root.join(rel);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

pub fn dirs(root: &Path, rels: &[&str]) {
    for rel in rels {
        fs::create_dir_all(root.join(rel)).unwrap();
    }
}

pub fn module_folders(root: &Path, rel: &str) {
    for sub in ["app", "config", "db", "plugins", "logs", "run"] {
        fs::create_dir_all(root.join(rel).join(sub)).unwrap();
    }
}

pub fn minimal(name: &str) -> String {
    format!("{{\"name\": \"{name}\", \"type\": \"tool\"}}")
}

/// The card at this path; panics with everything that was found.
pub fn card<'a>(found: &'a Discovery, rel: &str) -> &'a Arc<Found> {
    let paths: Vec<&str> = found.items.iter().map(|f| f.rel_path.as_str()).collect();
    found.items.iter().find(|f| f.rel_path == rel).unwrap_or_else(|| panic!("no card for {rel} among {paths:?}"))
}

pub fn has_card(found: &Discovery, rel: &str) -> bool {
    found.items.iter().any(|f| f.rel_path == rel)
}

/// Every path below `root` with its bytes, times and mode.
pub fn photograph(root: &Path) -> Vec<String> {
    use std::os::unix::fs::MetadataExt;
    let mut seen = Vec::new();
    let mut todo = vec![root.to_path_buf()];
    while let Some(dir) = todo.pop() {
        for entry in fs::read_dir(&dir).unwrap() {
            let path = entry.unwrap().path();
            let meta = fs::symlink_metadata(&path).unwrap();
            let bytes =
                if meta.is_file() { format!("{:?}", blake3::hash(&fs::read(&path).unwrap())) } else { String::new() };
            seen.push(format!(
                "{} {:o} {} {} {} {bytes}",
                path.display(),
                meta.mode(),
                meta.mtime(),
                meta.mtime_nsec(),
                meta.ctime_nsec()
            ));
            if meta.is_dir() {
                todo.push(path);
            }
        }
    }
    seen.sort();
    seen
}
