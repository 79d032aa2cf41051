//! Plugin folders of all kinds, read without running anything.

#![expect(clippy::unwrap_used, reason = "in a test an unexpected error is a failure, told with its place")]

#[path = "reading/hostile.rs"]
mod hostile;
#[path = "reading/kinds.rs"]
mod kinds;
#[path = "reading/sources.rs"]
mod sources;

use std::path::{Path, PathBuf};

use sanctum_plugins::read::Plugin;
use sanctum_plugins::{Finding, read};

fn fixture(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(path)
}

fn read(path: &str) -> Plugin {
    read::read(&fixture(path)).unwrap()
}

/// A folder of this name with these files.
fn folder(name: &str, files: &[(&str, &str)]) -> (tempfile::TempDir, PathBuf) {
    let temp = tempfile::tempdir().unwrap();
    let dir = temp.path().join(name);
    for (path, text) in files {
        let path = dir.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    (temp, dir)
}

fn codes(plugin: &Plugin) -> Vec<&str> {
    plugin.findings.iter().map(|finding| finding.code.as_str()).collect()
}

fn finding<'a>(plugin: &'a Plugin, code: &str) -> &'a Finding {
    let found = plugin.findings.iter().find(|finding| finding.code == code);
    found.unwrap_or_else(|| panic!("`{code}` is among {:?}", plugin.findings))
}
