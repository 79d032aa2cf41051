//! Damaged files: found at opening, left as they are, and everything readable saved into a new file.

use std::{collections::HashSet, fs, path::Path};

use proptest::prelude::*;
use sanctum_registry::{
    Registry, RegistryError, Role, Viewer, agents, recover_copy, rusqlite::Connection, system_config,
};

use crate::fixture::{NOW, agent, fixture};

const PAGE: usize = 4096;

/// A registry with enough rows to fill many pages; every agent and setting carries a token found nowhere else.
fn filled(dir: &Path) -> (std::path::PathBuf, String) {
    let f = fixture();
    f.write(|c| {
        for i in 0..400 {
            agents::insert(
                c,
                &agents::NewAgent {
                    description: Some(format!("About-{i:05}-{}", "x".repeat(i as usize % 90))),
                    ..agent(&format!("a{i:05}"), i)
                },
            )?;
            let value = format!("value-{i:05}-{}", "y".repeat(if i % 50 == 0 { 9000 } else { 60 }));
            system_config::insert(
                c,
                &system_config::NewSystemSetting {
                    config_key: format!("key-{i:05}"),
                    config_value: Some(value),
                    config_type: "string".into(),
                    description: None,
                    is_encrypted: false,
                    category: "general".into(),
                    created_by: 1,
                },
            )?;
        }
        Ok(())
    });
    let id = f.registry.install_id().to_owned();
    let path = dir.join("registry.db");
    f.registry.back_up(&path).unwrap();
    (path, id)
}

fn rows(path: &Path, table: &str) -> HashSet<String> {
    let c = Connection::open(path).unwrap();
    let column = if table == "agents" { "description" } else { "config_value" };
    let mut s = c.prepare(&format!("SELECT {column} FROM {table}")).unwrap();
    s.query_map([], |r| r.get(0)).unwrap().map(Result::unwrap).collect()
}

/// The page that holds the root of a table.
fn root(path: &Path, table: &str) -> usize {
    let c = Connection::open(path).unwrap();
    c.query_row("SELECT rootpage FROM sqlite_schema WHERE name = ?1", [table], |r| r.get::<_, u32>(0)).unwrap() as usize
}

fn smash(path: &Path, at: usize, with: &[u8]) {
    let mut bytes = fs::read(path).unwrap();
    bytes[at..at + with.len()].copy_from_slice(with);
    fs::write(path, bytes).unwrap();
}

/// Texts of `all` whose bytes are whole in the file outside the pages `but`: what nobody could call unreadable. (A root
/// keeps stale copies of rows that moved to its leaves, so tests leave it out.)
fn whole_outside(path: &Path, all: &HashSet<String>, but: &[usize]) -> HashSet<String> {
    let bytes = fs::read(path).unwrap();
    // Every token begins with one of these and a number of five digits.
    let starts = (0..bytes.len()).filter(|i| bytes[*i..].starts_with(b"About-") || bytes[*i..].starts_with(b"value-"));
    let mut at: std::collections::HashMap<&[u8], Vec<usize>> = Default::default();
    for i in starts.filter(|i| !but.contains(&(i / PAGE))) {
        at.entry(&bytes[i..bytes.len().min(i + 11)]).or_default().push(i);
    }
    let whole = |t: &str| {
        at.get(&t.as_bytes()[..11]).is_some_and(|all| all.iter().any(|i| bytes[*i..].starts_with(t.as_bytes())))
    };
    all.iter().filter(|t| t.len() < 200 && whole(t)).cloned().collect()
}

fn still_there(path: &Path, all: &HashSet<String>) -> HashSet<String> {
    whole_outside(path, all, &[])
}

fn recovered(path: &Path, before: &[u8]) -> sanctum_registry::Recovered {
    let done = recover_copy(path, NOW).expect("what can be read is saved");
    assert_eq!(fs::read(&done.kept).unwrap(), before, "the damaged file is kept, byte for byte");
    Registry::open(path, NOW).expect("the new file is sound");
    done
}

#[test]
fn a_smashed_header_is_damage_and_loses_no_row() {
    let dir = tempfile::tempdir().unwrap();
    let (path, id) = filled(dir.path());
    let (agents, settings) = (rows(&path, "agents"), rows(&path, "system_config"));
    smash(&path, 0, &[0xa5; 100]);
    let before = fs::read(&path).unwrap();
    let refused = Registry::open(&path, NOW).unwrap_err();
    assert!(
        matches!(refused, RegistryError::Damaged { .. }),
        "our file with a broken header is damaged, got {refused:?}"
    );
    assert_eq!(fs::read(&path).unwrap(), before, "refusing it changes nothing");
    let done = recovered(&path, &before);
    assert_eq!(rows(&path, "agents"), agents, "every agent is there");
    assert_eq!(rows(&path, "system_config"), settings, "every setting, also those over many pages");
    assert_eq!((done.rows["agents"], done.findings.len()), (400, 1), "and the report says so: {:?}", done.findings);
    assert_eq!(Registry::open(&path, NOW).unwrap().install_id(), id, "it is the same install");
}

#[test]
fn a_smashed_leaf_loses_its_own_rows_only() {
    let dir = tempfile::tempdir().unwrap();
    let (path, _) = filled(dir.path());
    let all = rows(&path, "agents");
    let bytes = fs::read(&path).unwrap();
    let token = b"About-00200-";
    let leaf = bytes.windows(token.len()).position(|w| w == token).unwrap() / PAGE;
    smash(&path, leaf * PAGE, &[0x5a; PAGE]);
    let before = fs::read(&path).unwrap();
    let refused = Registry::open(&path, NOW).unwrap_err();
    assert!(matches!(refused, RegistryError::Damaged { .. }), "a smashed page is damage, got {refused:?}");
    let expected = still_there(&path, &all);
    assert!(expected.len() > 300 && expected.len() < 400, "some rows are gone, most are not: {}", expected.len());
    let done = recovered(&path, &before);
    assert_eq!(rows(&path, "agents"), expected, "every row outside that page is saved");
    assert!(done.findings.iter().any(|f| f.contains("`agents`")), "the report names the table: {:?}", done.findings);
    let registry = Registry::open(&path, NOW).unwrap();
    let (_, total) = registry.read(|c| agents::page(c, "", &Viewer { user_id: 1, role: Role::Admin }, 0, 10)).unwrap();
    assert_eq!(total as usize, expected.len(), "the lists are made again");
}

#[test]
fn a_smashed_root_loses_nothing_that_hung_below() {
    let dir = tempfile::tempdir().unwrap();
    for table in ["agents", "system_config"] {
        let (path, _) = filled(dir.path());
        let all = rows(&path, table);
        smash(&path, (root(&path, table) - 1) * PAGE, &[0xff; PAGE]);
        let before = fs::read(&path).unwrap();
        assert!(matches!(Registry::open(&path, NOW), Err(RegistryError::Damaged { .. })), "`{table}`: damage");
        recovered(&path, &before);
        assert_eq!(rows(&path, table), all, "`{table}`: the leaves are found without their root");
        fs::remove_file(&path).unwrap();
    }
}

#[test]
fn a_lost_list_of_tables_is_rebuilt_from_the_known_schema() {
    let dir = tempfile::tempdir().unwrap();
    let (path, id) = filled(dir.path());
    let (agents, settings) = (rows(&path, "agents"), rows(&path, "system_config"));
    smash(&path, 0, &[0; PAGE]);
    let before = fs::read(&path).unwrap();
    assert!(matches!(Registry::open(&path, NOW), Err(RegistryError::Damaged { .. })), "the first page is gone: damage");
    recovered(&path, &before);
    assert_eq!((rows(&path, "agents"), rows(&path, "system_config")), (agents, settings), "every row is there");
    assert_eq!(Registry::open(&path, NOW).unwrap().install_id(), id, "and the identity");
}

#[test]
fn a_file_cut_short_gives_what_is_left() {
    let dir = tempfile::tempdir().unwrap();
    let (path, _) = filled(dir.path());
    // No stale copies of rows that moved: what is on a page that is left is whole.
    Connection::open(&path).unwrap().execute_batch("VACUUM").unwrap();
    let all = rows(&path, "agents");
    let at = root(&path, "agents") - 1;
    let bytes = fs::read(&path).unwrap();
    fs::write(&path, &bytes[..bytes.len() * 3 / 4 + 77]).unwrap();
    let before = fs::read(&path).unwrap();
    assert!(matches!(Registry::open(&path, NOW), Err(RegistryError::Damaged { .. })), "a cut file is damage");
    let expected = whole_outside(&path, &all, &[at]);
    let done = recovered(&path, &before);
    let saved = rows(&path, "agents");
    let lost: Vec<_> = expected.difference(&saved).collect();
    assert!(
        !expected.is_empty() && lost.is_empty(),
        "what is whole in the rest is saved, lost {lost:?}; {:?}",
        done.findings
    );
}

#[test]
fn changes_that_were_only_in_the_log_are_saved_too() {
    let f = fixture();
    f.agent("athena");
    // As a crash leaves it: the log not merged.
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("registry.db");
    fs::copy(f.path(), &path).unwrap();
    let log = |p: &Path| p.with_file_name("registry.db-wal");
    fs::copy(log(&f.path()), log(&path)).unwrap();
    let before = fs::read(&path).unwrap();
    let done = recovered(&path, &before);
    assert_eq!((done.rows["agents"], done.findings), (1, vec![]), "the agent of the log is there");
    assert!(
        done.kept.with_file_name(format!("{}-wal", done.kept.file_name().unwrap().to_str().unwrap())).exists(),
        "the log is kept with the file"
    );
}

#[test]
fn deleted_rows_do_not_come_back() {
    let dir = tempfile::tempdir().unwrap();
    let (path, _) = filled(dir.path());
    let registry = Registry::open(&path, NOW).unwrap();
    registry.write(|c| Ok::<_, RegistryError>(c.execute("DELETE FROM system_config WHERE id > 200", [])?)).unwrap();
    drop(registry);
    smash(&path, (root(&path, "agents") - 1) * PAGE, &[0xff; PAGE]);
    let before = fs::read(&path).unwrap();
    let done = recovered(&path, &before);
    assert_eq!(done.rows["system_config"], 200, "what was deleted on purpose stays deleted");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 20, ..ProptestConfig::default() })]
    #[test]
    fn no_damage_makes_opening_or_saving_panic_and_no_whole_row_is_lost(page in 1usize..90, from in 0usize..4096, junk in prop::collection::vec(any::<u8>(), 1..4096)) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("registry.db");
        fs::copy(sample(), &path).unwrap();
        let all = rows(&path, "system_config");
        let root = root(&path, "system_config") - 1;
        let count = fs::metadata(&path).unwrap().len() as usize / PAGE;
        // One page, from a point to at most its end.
        let at = (page % count) * PAGE + from;
        let junk = &junk[..junk.len().min(PAGE - from)];
        smash(&path, at, junk);
        let before = fs::read(&path).unwrap();
        let hit = at / PAGE;
        let expected = whole_outside(&path, &all, &[hit, root]);
        match Registry::open(&path, NOW) {
            Ok(_) => {}
            Err(RegistryError::Damaged { .. }) => {
                prop_assert_eq!(&fs::read(&path).unwrap(), &before, "a damaged file is not touched");
            }
            Err(other) => prop_assert!(false, "damage is called damage, got {:?}", other),
        }
        fs::write(&path, &before).unwrap();
        recover_copy(&path, NOW).expect("salvage ends with a file");
        let lost: Vec<_> = expected.difference(&rows(&path, "system_config")).cloned().collect();
        prop_assert!(lost.is_empty(), "whole rows outside page {} were lost: {:?}", hit, lost);
    }
}

fn sample() -> &'static Path {
    use std::sync::OnceLock;
    static SAMPLE: OnceLock<(tempfile::TempDir, std::path::PathBuf)> = OnceLock::new();
    &SAMPLE
        .get_or_init(|| {
            let dir = tempfile::tempdir().unwrap();
            let (path, _) = filled(dir.path());
            (dir, path)
        })
        .1
}
