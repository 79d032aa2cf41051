//! Creating, reopening, and refusing files that are not ours to open.

use std::fs;

use sanctum_registry::{LATEST, Registry, RegistryError, rusqlite::Connection};

use crate::fixture::{NOW, fixture};

#[test]
fn a_new_registry_opens_again_with_the_same_identity() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("registry.db");
    let first = Registry::open(&path, NOW).unwrap();
    let id = first.install_id().to_owned();
    assert_eq!(id.len(), 36, "the install id is a uuid");
    assert_eq!(first.path(), path, "the registry knows its file");
    drop(first);
    let again = Registry::open(&path, NOW).unwrap();
    assert_eq!(again.install_id(), id, "the identity belongs to the file, not to the opening");
}

#[cfg(unix)]
#[test]
fn only_the_owner_can_read_the_file_and_its_log() {
    use std::os::unix::fs::PermissionsExt as _;
    let f = fixture();
    f.tool("broca2", "global");
    for side in ["registry.db", "registry.db-wal"] {
        let mode = fs::metadata(f.dir.path().join(side)).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "`{side}` holds password hashes");
    }
}

#[test]
fn the_file_is_durable_and_checks_its_references() {
    let f = fixture();
    let pragma = |name: &str| {
        f.registry.write(|c| Ok::<_, RegistryError>(c.pragma_query_value(None, name, |r| r.get::<_, i64>(0))?)).unwrap()
    };
    assert_eq!(f.one("PRAGMA journal_mode"), "wal", "readers and the writer do not wait for each other");
    assert_eq!(pragma("synchronous"), 2, "FULL: a commit survives a power cut");
    assert_eq!(pragma("foreign_keys"), 1, "references are enforced");
    assert_eq!(pragma("busy_timeout"), 5000, "another process is waited for");
}

#[test]
fn an_empty_file_left_by_a_crash_becomes_a_registry() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("registry.db");
    fs::write(&path, b"").unwrap();
    Registry::open(&path, NOW).expect("an empty file holds nothing to lose");
}

#[test]
fn reading_cannot_write() {
    let f = fixture();
    let refused = f.registry.read(|c| Ok::<_, RegistryError>(c.execute("DELETE FROM users", [])?));
    assert!(refused.is_err(), "the reading door does not write");
    assert_eq!(f.one("SELECT count(*) FROM users"), "1", "the account is still there");
}

#[test]
fn a_failed_write_leaves_nothing() {
    let f = fixture();
    let failed: Result<(), RegistryError> = f.registry.write(|c| {
        c.execute("INSERT INTO meta VALUES ('half', 'done')", [])?;
        Err(RegistryError::Invalid { what: "changed my mind".into() })
    });
    assert!(failed.is_err(), "the closure's error comes back");
    assert_eq!(f.one("SELECT count(*) FROM meta WHERE key = 'half'"), "0", "what was written before the error is gone");
}

#[test]
fn a_panic_inside_a_write_leaves_the_registry_usable() {
    let f = fixture();
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let _: Result<(), RegistryError> = f.registry.write(|c| {
            c.execute("INSERT INTO meta VALUES ('half', 'done')", [])?;
            panic!("a bug in the caller");
        });
    }));
    assert!(panicked.is_err(), "the panic is the caller's to see");
    assert_eq!(f.one("SELECT count(*) FROM meta WHERE key = 'half'"), "0", "its write was rolled back");
    f.tool("after", "global");
}

#[test]
fn a_newer_file_is_refused_untouched() {
    let f = fixture();
    let path = f.path();
    let dir = f.dir;
    drop(f.registry);
    let c = Connection::open(&path).unwrap();
    c.pragma_update(None, "user_version", LATEST + 1).unwrap();
    drop(c);
    let before = fs::read(&path).unwrap();
    let refused = Registry::open(&path, NOW).unwrap_err();
    assert!(
        matches!(refused, RegistryError::Newer { found, known, .. } if found == LATEST + 1 && known == LATEST),
        "a newer schema is named as such, got {refused:?}"
    );
    assert_eq!(fs::read(&path).unwrap(), before, "not one byte of a newer file is changed");
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "nothing is left beside it");
}

#[test]
fn a_file_that_is_no_database_is_refused_untouched() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("registry.db");
    let text = "my shopping list\n".repeat(500);
    fs::write(&path, &text).unwrap();
    let refused = Registry::open(&path, NOW).unwrap_err();
    assert!(matches!(refused, RegistryError::NotSqlite { .. }), "text is not a damaged registry, got {refused:?}");
    assert_eq!(fs::read_to_string(&path).unwrap(), text, "somebody's file keeps every byte");
}

#[test]
fn another_programs_database_is_refused_untouched() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("registry.db");
    Connection::open(&path).unwrap().execute_batch("CREATE TABLE notes(x); INSERT INTO notes VALUES (1);").unwrap();
    let before = fs::read(&path).unwrap();
    let refused = Registry::open(&path, NOW).unwrap_err();
    assert!(matches!(refused, RegistryError::NotOurs { .. }), "a foreign database is named as such, got {refused:?}");
    assert_eq!(fs::read(&path).unwrap(), before, "somebody's database keeps every byte");
}

#[test]
fn a_folder_in_the_files_place_is_an_error_not_a_panic() {
    let dir = tempfile::tempdir().unwrap();
    let refused = Registry::open(dir.path(), NOW).unwrap_err();
    assert!(matches!(refused, RegistryError::Io { .. }), "a folder cannot be a registry, got {refused:?}");
}

#[test]
fn reading_inside_a_reading_is_an_error_and_not_a_standstill() {
    let f = fixture();
    let nested = f.registry.read(|_| f.registry.read(|_| Ok::<_, RegistryError>(())));
    assert!(matches!(nested, Err(RegistryError::Nested)), "it would wait for itself, got {nested:?}");
    let inside = f.registry.write(|_| f.registry.read(|_| Ok::<_, RegistryError>(())));
    assert!(inside.is_ok(), "reading the last commit inside a write is fine, got {inside:?}");
    f.registry.read(|_| Ok::<_, RegistryError>(())).expect("and afterwards all is well");
}
