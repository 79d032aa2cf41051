//! Two connections at once: threads of one process, and another process.

use std::time::{Duration, Instant};

use sanctum_registry::{Registry, RegistryError, agents, rusqlite::Connection};

use crate::fixture::{NOW, agent, fixture};

#[test]
fn two_openings_write_in_turn_and_lose_nothing() {
    let f = fixture();
    let other = Registry::open(&f.path(), NOW).expect("a second opening of the same file");
    std::thread::scope(|s| {
        for (n, registry) in [&f.registry, &other].into_iter().enumerate() {
            s.spawn(move || {
                for i in 0..40 {
                    registry
                        .write(|c| agents::insert(c, &agent(&format!("a{n}-{i}"), agents::next_index(c)?)))
                        .expect("writers wait for each other");
                }
            });
        }
        s.spawn(|| {
            for _ in 0..40 {
                let (rows, indexes): (i64, i64) = f
                    .registry
                    .read(|c| {
                        Ok::<_, RegistryError>(c.query_row(
                            "SELECT count(*), coalesce(max(agent_index) + 1, 0) FROM agents",
                            [],
                            |r| Ok((r.get(0)?, r.get(1)?)),
                        )?)
                    })
                    .unwrap();
                assert_eq!(rows, indexes, "a reader sees whole transactions only");
            }
        });
    });
    assert_eq!(f.one("SELECT count(*) FROM agents"), "80", "every write of both is there");
    assert_eq!(f.one("SELECT count(DISTINCT agent_index) FROM agents"), "80", "and no index was given twice");
}

#[test]
fn a_reader_is_not_stopped_by_a_writer() {
    let f = fixture();
    let path = f.path();
    f.write(|c| {
        c.execute("INSERT INTO meta VALUES ('x', 'y')", [])?;
        let other = Connection::open(&path)?;
        let seen: i64 = other.query_row("SELECT count(*) FROM meta WHERE key = 'x'", [], |r| r.get(0))?;
        assert_eq!(seen, 0, "what is not committed is not seen, and nobody waits");
        Ok(())
    });
}

#[test]
fn a_file_held_by_another_process_is_a_clear_error() {
    let f = fixture();
    let holder = Connection::open(f.path()).unwrap();
    holder.execute_batch("BEGIN IMMEDIATE").unwrap();
    let start = Instant::now();
    let refused = f.sql("INSERT INTO meta VALUES ('x', 'y')").unwrap_err();
    assert!(matches!(refused, RegistryError::Locked), "it says that the file is in use, got {refused:?}");
    assert!(start.elapsed() >= Duration::from_secs(4), "after waiting for the other");
    holder.execute_batch("COMMIT").unwrap();
    f.sql("INSERT INTO meta VALUES ('x', 'y')").expect("and works as soon as it is free");
}
