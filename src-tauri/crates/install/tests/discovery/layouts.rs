//! Each layout of `facts/layouts.md` is recognised from its files, with evidence, and nothing is touched.

use crate::support::{dirs, minimal, module_folders, photograph, put};
use sanctum_install::layouts::{Brand, Candidate, Layout, recognise};
use sanctum_registry::rusqlite::Connection;
use std::fs;
use std::path::Path;

pub fn layout_a(root: &Path) {
    for module in ["agent-athena/broca2", "agent-athena/thalamus", "agent-monday/broca2"] {
        module_folders(root, &format!("agents/{module}"));
        put(root, &format!("agents/{module}/run/start.sh"), "#!/usr/bin/env bash\n");
    }
    put(
        root,
        "agents/agent-athena/broca2/config/.env",
        "AGENT_PY='/r/agents/venv/bin/python'\nPORT='9101'\nAGENT_ID=agent-1\n",
    );
    put(root, "agents/requirements-agents.txt", "");
    dirs(root, &["agents/venv/bin", "smcp/app", "smcp/config", "control"]);
}

fn layout_b(root: &Path) {
    dirs(root, &["agents/agent-iris/broca2/app", "agents/agent-iris/broca2/config", "venv/bin", "control/db"]);
    put(root, "requirements.txt", "");
    put(root, ".env", "SANCTUM_PY=/r/venv/bin/python\n");
    put(root, "control/run/agent-iris/start-broca2.sh", "");
    put(root, "control/run/start-all.sh", "");
    put(root, "control/run/cron/sanctum-crontab", "");
    let db = Connection::open(root.join("control/db/sanctum_ui.db")).unwrap();
    db.execute_batch(
        "CREATE TABLE agents(id VARCHAR(50) PRIMARY KEY, name TEXT, letta_uid TEXT);
         INSERT INTO agents VALUES('iris', 'Iris âš™ï¸', 'agent-77');",
    )
    .unwrap();
}

fn layout_c(root: &Path) {
    let one = "agent-11111111-2222-4333-8444-555555555555";
    let two = "agent-aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee";
    put(root, &format!("{one}/.env"), "AGENT_ID=agent-11111111-2222-4333-8444-555555555555\nAGENT_NAME=\"Athena\"\n");
    put(root, &format!("{one}/settings.json"), "{}");
    put(root, &format!("{two}/broca/main.py"), "");
    dirs(root, &["venv/bin"]);
}

fn layout_d(root: &Path) {
    put(root, "agents/athena/modules/notes/manifest.json", minimal("notes"));
    put(root, "tools/clock/manifest.json", minimal("clock"));
}

fn layout_f(home: &Path) {
    put(home, ".sanctum/instance.yaml", "name: haus\n");
    put(home, ".sanctum/services/voice.yaml", "");
    dirs(home, &[".openclaw/workspace", ".openclaw/workspace-jocasta"]);
    put(home, "Library/LaunchAgents/com.sanctum.watchdog.plist", "");
}

fn layout_g(root: &Path) {
    put(root, "smcp.py", "");
    put(root, "plugins/botfather/cli.py", "");
    dirs(root, &["venv", "plugins/__pycache__"]);
}

fn recognised(root: &Path) -> Candidate {
    let before = photograph(root);
    let candidate = recognise(root).expect("the layout is recognised");
    assert_eq!(photograph(root), before, "recognising changes nothing on disk");
    assert!(!candidate.evidence.is_empty() && candidate.confidence <= 100, "it shows its evidence");
    candidate
}

#[test]
fn layout_a_is_ours() {
    let tmp = tempfile::tempdir().unwrap();
    layout_a(tmp.path());
    let found = recognised(tmp.path());
    assert_eq!((found.layout, found.brand), (Layout::A, Brand::Sanctum), "the layout we write");
    assert!(found.confidence >= 90, "nearly sure: {}", found.confidence);
    let athena = &found.agents[0];
    assert_eq!(
        (athena.uid.as_str(), athena.name.as_str(), athena.letta_uid.as_deref()),
        ("athena", "Athena", Some("agent-1")),
        "an agent"
    );
    assert_eq!(
        athena.modules.iter().map(|m| (m.name.as_str(), m.port)).collect::<Vec<_>>(),
        [("broca2", Some(9101)), ("thalamus", None)],
        "its modules"
    );
    assert!(found.evidence.iter().any(|e| e.contains("agents/venv")), "evidence names files: {:?}", found.evidence);
}

#[test]
fn a_registry_in_use_is_read_without_a_trace() {
    let tmp = tempfile::tempdir().unwrap();
    layout_a(tmp.path());
    let db = Connection::open(tmp.path().join("control/registry.db")).unwrap();
    db.execute_batch("PRAGMA journal_mode=WAL; CREATE TABLE agents(uid TEXT, name TEXT, letta_uid TEXT); INSERT INTO agents VALUES('monday','Monday Prime','x');").unwrap();
    db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
    let found = recognised(tmp.path());
    assert_eq!(found.agents[1].name, "Monday Prime", "the name comes from the registry");
    db.execute("INSERT INTO agents VALUES('new','New','y')", []).unwrap();
    let found = recognised(tmp.path());
    assert!(
        found.findings.iter().any(|n| n.message.contains("in use")),
        "a registry that is in use is said: {:?}",
        found.findings
    );
    drop(db);
    let found = recognised(tmp.path());
    assert!(!tmp.path().join("control/registry.db-shm").exists(), "no side file appears");
    assert!(found.findings.is_empty(), "closed, it is read whole");
}

#[test]
fn layout_b_is_the_later_installers() {
    let tmp = tempfile::tempdir().unwrap();
    layout_b(tmp.path());
    let found = recognised(tmp.path());
    assert_eq!(found.layout, Layout::B, "by venv, SANCTUM_PY and control/run: {:?}", found.evidence);
    assert_eq!(
        (found.agents[0].name.as_str(), found.agents[0].letta_uid.as_deref()),
        ("Iris ⚙️", Some("agent-77")),
        "its database names the agent"
    );
    assert!(found.findings.iter().any(|n| n.message.contains("encoded twice")), "a label encoded twice is said");
}

#[test]
fn a_damaged_or_foreign_database_is_a_finding() {
    for bytes in [
        b"".as_slice(),
        b"not a database at all, just some text that is long enough",
        b"SQLite format 3\0garbage garbage garbage garbage",
    ] {
        let tmp = tempfile::tempdir().unwrap();
        layout_b(tmp.path());
        fs::write(tmp.path().join("control/db/sanctum_ui.db"), bytes).unwrap();
        let found = recognised(tmp.path());
        assert!(
            found.findings.iter().any(|n| n.path == "control/db/sanctum_ui.db"),
            "said, and survived: {:?}",
            found.findings
        );
        assert_eq!(found.agents[0].name, "Iris", "the name falls back to the folder's");
    }
}

#[test]
fn layout_c_is_brocas_own() {
    let tmp = tempfile::tempdir().unwrap();
    layout_c(tmp.path());
    let found = recognised(tmp.path());
    assert_eq!(found.layout, Layout::C, "by agent-<uuid> folders");
    assert_eq!(found.agents.len(), 2, "both agents");
    assert_eq!(
        (found.agents[0].name.as_str(), found.agents[0].letta_uid.as_deref()),
        ("Athena", Some("agent-11111111-2222-4333-8444-555555555555")),
        "named by its .env"
    );
    assert!(found.agents[1].modules[0].path.ends_with("broca"), "a full copy is its module");
    let plain = tempfile::tempdir().unwrap();
    dirs(plain.path(), &["agent-x", "agent-11111111-2222-4333-8444-555555555555"]);
    assert_eq!(recognise(plain.path()), None, "folders without Broca's files are not");
}

#[test]
fn layout_d_is_manifest_folders() {
    let tmp = tempfile::tempdir().unwrap();
    layout_d(tmp.path());
    let found = recognised(tmp.path());
    assert_eq!((found.layout, found.agents[0].modules[0].name.as_str()), (Layout::D, "notes"), "by manifests");
}

#[test]
fn layout_e_is_the_same_under_the_name_animus() {
    let tmp = tempfile::tempdir().unwrap();
    let root = tmp.path().join("animus");
    layout_a(&root);
    let found = recognised(&root);
    assert_eq!((found.layout, found.base, found.brand), (Layout::E, Layout::A, Brand::Animus), "animus, by its folder");
}

#[test]
fn layout_f_is_a_haus() {
    let tmp = tempfile::tempdir().unwrap();
    layout_f(tmp.path());
    let found = recognised(&tmp.path().join(".sanctum"));
    assert_eq!(found.layout, Layout::F, "by instance.yaml and services");
    assert_eq!(
        found.agents.iter().map(|a| a.uid.as_str()).collect::<Vec<_>>(),
        ["main", "jocasta"],
        "its workspaces are its agents"
    );
}

#[test]
fn layout_g_is_an_smcp_checkout() {
    let tmp = tempfile::tempdir().unwrap();
    layout_g(tmp.path());
    let found = recognised(tmp.path());
    assert_eq!(found.layout, Layout::G, "by smcp.py");
    assert!(
        found.evidence.iter().any(|e| e.contains("1 plugin with")),
        "its plugins are counted: {:?}",
        found.evidence
    );
}

#[test]
fn ordinary_folders_are_not_recognised() {
    let tmp = tempfile::tempdir().unwrap();
    assert_eq!(recognise(tmp.path()), None, "an empty folder");
    dirs(tmp.path(), &["agents", "tools", "src", "control"]);
    put(tmp.path(), "main.py", "");
    assert_eq!(recognise(tmp.path()), None, "a project with an agents folder");
    assert_eq!(recognise(&tmp.path().join("main.py")), None, "a file");
    assert_eq!(recognise(&tmp.path().join("gone")), None, "nothing");
}

/// A git index of this version that tracks `names`.
fn index(version: u32, names: &[&str]) -> Vec<u8> {
    let mut out =
        [b"DIRC".as_slice(), &version.to_be_bytes(), &u32::try_from(names.len()).unwrap().to_be_bytes()].concat();
    let mut last = String::new();
    for name in names {
        let start = out.len();
        out.extend([0; 60]);
        out.extend(u16::try_from(name.len()).unwrap().to_be_bytes());
        if version == 4 {
            let common = last.bytes().zip(name.bytes()).take_while(|(a, b)| a == b).count();
            out.push(u8::try_from(last.len() - common).unwrap());
            out.extend(name.as_bytes()[common..].iter().chain([&0]));
        } else {
            out.extend(name.as_bytes());
            let entry = out.len() - start;
            out.extend(vec![0; 8 - entry % 8]);
        }
        (*name).clone_into(&mut last);
    }
    out
}

#[test]
fn an_env_file_tracked_by_git_is_a_finding() {
    for version in [2, 3, 4] {
        let tmp = tempfile::tempdir().unwrap();
        let root = tmp.path().join("sanctum");
        layout_a(&root);
        put(&root, ".env", "A=1\n");
        put(tmp.path(), ".git/HEAD", "ref: refs/heads/main\n");
        put(
            tmp.path(),
            ".git/index",
            index(version, &["README.md", "sanctum/agents/agent-athena/broca2/config/.env", "sanctum/agents/x/.env"]),
        );
        let found = recognised(&root);
        let notes: Vec<&str> = found.findings.iter().map(|n| n.path.as_str()).collect();
        assert_eq!(
            notes,
            ["agents/agent-athena/broca2/config/.env"],
            "index version {version}: the tracked one, and only it"
        );
    }
    let tmp = tempfile::tempdir().unwrap();
    layout_a(tmp.path());
    put(tmp.path(), ".git/index", b"DIRC\0\0\0\x02\xff\xff\xff\xffshort");
    assert!(recognised(tmp.path()).findings.is_empty(), "a damaged index is survived");
}
