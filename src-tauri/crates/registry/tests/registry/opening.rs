//! Creating and reopening.

use sanctum_registry::{Registry, RegistryError, rusqlite::Connection};
use time::macros::datetime;

#[test]
fn a_new_registry_opens_again_with_the_same_identity() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("registry.db");
    let now = datetime!(2026-01-02 03:04:05 UTC);
    let first = Registry::open(&path, now).unwrap();
    let id = first.install_id().to_owned();
    assert_eq!(id.len(), 36, "the install id is a uuid");
    drop(first);
    let again = Registry::open(&path, now).unwrap();
    assert_eq!(
        again.install_id(),
        id,
        "the identity belongs to the file, not to the opening"
    );
    let n: i64 = again
        .read(|c: &Connection| {
            Ok::<_, RegistryError>(
                c.query_row("SELECT count(*) FROM sqlite_schema", [], |r| r.get(0))?,
            )
        })
        .unwrap();
    assert!(n > 50, "the schema is there, found {n} objects");
}
