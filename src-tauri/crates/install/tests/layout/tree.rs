use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use sanctum_install::layout::{Piece, pieces_agent, pieces_new};
use sanctum_install::roots::check_root;
use sanctum_install::sample::sample_spec;

use crate::support::{make, two_agents};

/// Every entry below `root` with its mode, and the text of every file.
pub fn listing(root: &Path) -> String {
    let mut out = String::new();
    let mut texts = String::new();
    let mut pending = vec![root.to_path_buf()];
    let mut all = Vec::new();
    while let Some(dir) = pending.pop() {
        for entry in fs::read_dir(dir).expect("readable").flatten() {
            if entry.file_type().expect("it exists").is_dir() {
                pending.push(entry.path());
            }
            all.push(entry.path());
        }
    }
    all.sort();
    for path in all {
        let meta = path.symlink_metadata().expect("it exists");
        let shown = path.strip_prefix(root).expect("below").display().to_string();
        let slash = if meta.is_dir() { "/" } else { "" };
        writeln!(out, "{:04o} {shown}{slash}", meta.permissions().mode() & 0o7777).expect("a string");
        if meta.is_file() {
            let text = fs::read_to_string(&path).expect("text").replace(&root.display().to_string(), "<root>");
            writeln!(texts, "=== {shown}\n{text}").expect("a string");
        }
    }
    format!("{out}\n{texts}")
}

#[test]
fn a_new_sanctum_is_exactly_the_layout() {
    let dir = tempfile::tempdir().expect("a temp folder");
    let root = dir.path().canonicalize().expect("it exists");
    make(&root, &pieces_new(&two_agents(&root)).expect("fine"));
    insta::assert_snapshot!("athena_and_monday", listing(&root));
}

#[test]
fn parents_come_before_children_and_nothing_leaves_the_root() {
    let root = Path::new("/s");
    let pieces = pieces_new(&two_agents(root)).expect("fine");
    let mut seen = std::collections::BTreeSet::from([String::new(), "control".into()]);
    for piece in &pieces {
        let path = match piece {
            Piece::Dir(path, mode) => {
                assert_eq!(*mode, 0o700, "{path}: folders are private");
                seen.insert(path.clone());
                path
            }
            Piece::File { path, mode, bytes, .. } => {
                let secretive = path.ends_with(".env");
                assert!(!secretive || *mode == 0o600, "{path}: settings are private");
                assert!(!bytes.is_empty(), "{path} has content");
                path
            }
            Piece::Group(_) | Piece::Venv(_) => continue,
        };
        let parent = path.rsplit_once('/').map_or("", |(p, _)| p);
        assert!(seen.contains(parent), "{path}: its folder is made first");
        assert!(!path.starts_with('/') && !path.contains(".."), "{path} stays inside");
    }
}

#[test]
fn the_environment_is_made_only_when_asked_for() {
    let mut spec = two_agents(Path::new("/s"));
    let venvs = |pieces: Vec<Piece>| pieces.into_iter().filter(|p| matches!(p, Piece::Venv(_))).count();
    assert_eq!(venvs(pieces_new(&spec).expect("fine")), 0, "skipped without a Python");
    spec.python = Some("/usr/bin/python3".into());
    assert_eq!(venvs(pieces_new(&spec).expect("fine")), 1, "one for all agents");
    spec.smcp_port = None;
    let pieces = pieces_new(&spec).expect("fine");
    let has = |wanted: &str| {
        pieces.iter().any(|p| matches!(p, Piece::Dir(path, _) | Piece::File { path, .. } if path == wanted))
    };
    assert!(
        has("smcp/run") && !has("smcp/run/start.sh"),
        "SMCP's folders are there, and nothing in them, when it is left for later"
    );
}

#[test]
fn no_secret_is_in_any_file() {
    let pieces = pieces_new(&two_agents(Path::new("/s"))).expect("fine");
    for piece in pieces {
        if let Piece::File { path, bytes, .. } = piece {
            let text = String::from_utf8(bytes).expect("text");
            for line in text.lines().filter(|l| !l.starts_with('#')) {
                let key = line.split('=').next().unwrap_or_default();
                assert!(!["KEY", "TOKEN", "PASSWORD", "SECRET"].iter().any(|s| key.contains(s)), "{path}: `{line}`");
            }
        }
    }
}

#[test]
fn one_more_agent_is_the_checklist() {
    let spec = two_agents(Path::new("/s"));
    let made: Vec<String> = pieces_agent(&spec.agents[1])
        .expect("fine")
        .into_iter()
        .filter_map(|p| match p {
            Piece::Dir(path, _) | Piece::File { path, .. } => Some(path),
            _ => None,
        })
        .collect();
    for module in ["broca2", "thalamus"] {
        for sub in ["app", "config", "db", "logs", "run", "plugins", "config/.env", "run/start.sh", "run/stop.sh"] {
            let wanted = format!("agents/agent-monday/{module}/{sub}");
            assert!(made.contains(&wanted), "{wanted} is made");
        }
    }
    assert!(
        made.iter().all(|p| p == "agents" || p.starts_with("agents/agent-monday")),
        "and nothing of anyone else: {made:?}"
    );
}

#[test]
fn the_sample_holds_three_primes_and_one_broken_manifest() {
    let dir = tempfile::tempdir().expect("a temp folder");
    let root = dir.path().canonicalize().expect("it exists").join("sample");
    assert!(
        check_root(&root.display().to_string(), dir.path(), &sanctum_install::roots::Disk).ok(),
        "a temporary folder will do"
    );
    let sample = sample_spec(&root);
    let names: Vec<_> = sample.agents.iter().map(|a| a.name.as_str()).collect();
    assert_eq!(names, ["Athena", "Monday", "Timbre"], "the three Primes");
    fs::create_dir(&root).expect("made");
    make(&root, &pieces_new(&sample.spec).expect("fine"));
    let broken: Vec<_> = sample
        .files
        .iter()
        .filter(|(_, text)| serde_json::from_str::<serde_json::Value>(text).is_err())
        .map(|(p, _)| *p)
        .collect();
    assert_eq!(broken, ["tools/weather/manifest.json"], "exactly one manifest is broken");
    let ports: std::collections::BTreeSet<_> =
        sample.spec.agents.iter().flat_map(|a| a.modules.iter().map(|m| m.1)).collect();
    assert_eq!(ports.len(), 6, "each module has a port of its own");
}
