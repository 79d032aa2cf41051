//! Photographs of trees, and the words every test types.

use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use sanctum_tests::{Ctl, Place, Run};
use serde_json::Value;

/// The administrator's password everywhere; odd enough to be looked for in files.
pub const PASSWORD: &str = "canary-Wombat-4417";

/// What one entry of a tree is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub mode: u32,
    pub bytes: Vec<u8>,
    pub mtime: (i64, i64),
}

/// Every entry below `root` by its relative path; folders end with a slash.
pub fn tree(root: &Path) -> BTreeMap<String, Entry> {
    let mut seen = BTreeMap::new();
    let mut todo = vec![root.to_owned()];
    while let Some(dir) = todo.pop() {
        let Ok(entries) = std::fs::read_dir(&dir) else { continue };
        for path in entries.map(|entry| entry.unwrap().path()) {
            let meta = path.symlink_metadata().unwrap();
            let mut name = path.strip_prefix(root).unwrap().display().to_string();
            let mut bytes = Vec::new();
            if meta.is_dir() {
                name.push('/');
                todo.push(path);
            } else if meta.is_file() {
                bytes = std::fs::read(&path).unwrap();
            }
            let mtime = if meta.is_dir() { (0, 0) } else { (meta.mtime(), meta.mtime_nsec()) };
            seen.insert(name, Entry { mode: meta.mode() & 0o7777, bytes, mtime });
        }
    }
    seen
}

/// The same without what SQLite keeps beside a database that is in use: opening a registry to read it makes its `-wal`
/// and `-shm`, and the last reader may fold them into the file. The rows are the same before and after.
pub fn settled(root: &Path) -> BTreeMap<String, Entry> {
    let mut tree = tree(root);
    tree.retain(|name, _| !name.contains("registry.db"));
    tree
}

/// "0700 agents/" lines, sorted by path.
pub fn listing(root: &Path) -> Vec<String> {
    tree(root).into_iter().map(|(name, entry)| format!("{:04o} {name}", entry.mode)).collect()
}

/// Files below `root` that hold `needle`.
pub fn holding(root: &Path, needle: &str) -> Vec<String> {
    let has = |bytes: &[u8]| bytes.windows(needle.len()).any(|part| part == needle.as_bytes());
    tree(root).into_iter().filter(|(_, entry)| has(&entry.bytes)).map(|(name, _)| name).collect()
}

pub fn text(path: &Path) -> String {
    path.display().to_string()
}

/// Words of a setup at the place's root; `more` comes last.
pub fn setup_words(place: &Place, agents: &[&str], modules: &str, more: &[&str]) -> Vec<String> {
    let mut words: Vec<String> = [
        "setup",
        "--root",
        &text(&place.root()),
        "--modules",
        modules,
        "--admin-user",
        "mara",
        "--admin-password-stdin",
        "--json",
    ]
    .map(str::to_owned)
    .to_vec();
    for agent in agents {
        words.extend([format!("--agent={agent}")]);
    }
    words.extend(more.iter().map(|word| (*word).to_owned()));
    words
}

pub fn as_strs(words: &[String]) -> Vec<&str> {
    words.iter().map(String::as_str).collect()
}

pub fn run(place: &Place, words: &[String], input: &str) -> Run {
    Ctl::new(place).run_with(&as_strs(words), input).unwrap()
}

/// A Sanctum with these Primes, made without a Python environment.
pub fn made(agents: &[&str], modules: &str) -> Place {
    let place = Place::new().unwrap();
    let done = run(&place, &setup_words(&place, agents, modules, &["--no-venv", "--yes"]), &format!("{PASSWORD}\n"));
    assert_eq!(done.code, 0, "the setup ends well: {done:?}");
    place
}

/// A command on the place's root.
pub fn at_root(place: &Place, words: &[&str]) -> Run {
    let root = text(&place.root());
    let mut all = vec!["--root", &root];
    all.extend(words);
    Ctl::new(place).run(&all).unwrap()
}

/// A command on the place's root that ends with 0; its JSON.
pub fn json(place: &Place, words: &[&str]) -> Value {
    let mut all = words.to_vec();
    all.push("--json");
    let done = at_root(place, &all);
    assert_eq!(done.code, 0, "`{}` ends with 0: {done:?}", words.join(" "));
    done.json().unwrap()
}

/// The error of a refused run; checks its shape and that stdout stayed empty.
pub fn error(done: &Run) -> Value {
    assert!(done.out.is_empty(), "an error prints no result: {done:?}");
    let line = done.err.lines().next_back().unwrap_or_default();
    let error: Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("stderr ends with JSON: {done:?}"));
    let error = error["error"].clone();
    for key in ["code", "message", "hint"] {
        assert!(error[key].is_string(), "the error has a {key}: {done:?}");
    }
    assert!(error["details"].is_array(), "the error has details: {done:?}");
    error
}

/// Checks a refusal: its code, exit 2, words for what to do, and no word of the program's own insides.
pub fn refused(done: &Run, code: &str) -> Value {
    let error = error(done);
    assert_eq!((error["code"].as_str(), done.code), (Some(code), 2), "it is refused with its code: {done:?}");
    assert!(!error["hint"].as_str().unwrap_or_default().is_empty(), "the refusal says what to do: {done:?}");
    assert!(!done.err.contains("panicked"), "nothing panics: {done:?}");
    error
}

/// Items of a list as one column.
pub fn column(page: &Value, key: &str) -> Vec<String> {
    let items = page["items"].as_array().unwrap_or_else(|| panic!("a list has items: {page}"));
    items.iter().map(|item| item[key].as_str().unwrap_or_default().to_owned()).collect()
}

pub fn put(root: &Path, rel: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
    let path = root.join(rel);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, bytes).unwrap();
    path
}

pub fn chmod(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

/// Passphrase of the encrypted secrets file everywhere.
pub const PASSPHRASE: &str = "seven-Lanterns-2290";

/// A command on the place's root with the encrypted file as its store; `input` follows the passphrase.
pub fn stored(place: &Place, words: &[&str], input: &str) -> Run {
    let root = text(&place.root());
    let mut all = vec!["--root", &root, "--passphrase-stdin"];
    all.extend(words);
    let ctl = Ctl::new(place).with("SANCTUM_SECRET_STORE", "file");
    ctl.run_with(&all, &format!("{PASSPHRASE}\n{input}")).unwrap()
}

/// Stores a secret of an instance; the id of its change.
pub fn set_secret(place: &Place, address: &str, key: &str, value: &str) -> String {
    let done = stored(place, &["secrets", "set", address, key, "--stdin", "--yes", "--json"], &format!("{value}\n"));
    assert_eq!(done.code, 0, "the secret is stored: {done:?}");
    done.json().unwrap()["change_id"].as_str().unwrap().to_owned()
}

/// What `config get` prints, without its line end.
pub fn value(place: &Place, address: &str, key: &str) -> String {
    at_root(place, &["config", "get", address, key]).out.trim_end_matches('\n').to_owned()
}

/// Applies a change; its id.
pub fn done(place: &Place, words: &[&str]) -> String {
    let mut all = words.to_vec();
    all.push("--yes");
    json(place, &all)["change_id"]
        .as_str()
        .unwrap_or_else(|| panic!("a receipt names its change: {words:?}"))
        .to_owned()
}

/// The settings file of Athena's Broca, relative to the root.
pub const ENV: &str = "agents/agent-athena/broca2/config/.env";

/// What a file of the root holds.
pub fn read(place: &Place, rel: &str) -> String {
    std::fs::read_to_string(place.root().join(rel)).unwrap_or_else(|error| panic!("{rel} can be read: {error}"))
}
