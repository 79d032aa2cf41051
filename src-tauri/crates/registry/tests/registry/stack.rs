//! What ⌘Z and ⇧⌘Z take next, against the stack that an editor keeps.

use proptest::prelude::*;
use sanctum_registry::{
    Registry, RegistryError,
    changes::{self, ChangeSet},
    rusqlite::{Connection, params},
};

use crate::fixture::{Fixture, fixture, user};

/// A journal whose first entry sets the install up, with a second account (id 2).
fn journal() -> Fixture {
    let f = fixture();
    f.write(|c| sanctum_registry::users::create(c, user("rowan", sanctum_registry::Role::User, Some(1))));
    enter(&f.registry, "setup", 1, "applied", None);
    f
}

fn enter(registry: &Registry, id: &str, actor: i64, state: &str, undo_of: Option<&str>) {
    let done = registry.write(|c| {
        c.execute(
            "INSERT INTO change_sets(id, title, actor_user_id, actor_name, via, state, undo_of) VALUES (?1, ?1, ?2, 'x', 'app', ?3, ?4)",
            params![id, actor, state, undo_of],
        )?;
        if let Some(undone) = undo_of.filter(|_| state == "applied") {
            c.execute("UPDATE change_sets SET state = 'undone', undone_by = ?1 WHERE id = ?2", params![id, undone])?;
        }
        Ok::<_, RegistryError>(())
    });
    done.unwrap();
}

fn undoable(f: &Fixture, actor: Option<i64>) -> Option<ChangeSet> {
    f.read(|c| changes::last_undoable(c, actor))
}

fn redoable(f: &Fixture, actor: Option<i64>) -> Option<ChangeSet> {
    f.read(|c| changes::last_redoable(c, actor))
}

fn next(f: &Fixture) -> (Option<String>, Option<String>) {
    (undoable(f, None).map(|c| c.id), redoable(f, None).map(|c| c.id))
}

fn is(undo: Option<&str>, redo: Option<&str>) -> (Option<String>, Option<String>) {
    (undo.map(str::to_owned), redo.map(str::to_owned))
}

#[test]
fn undo_and_redo_walk_back_and_forth() {
    let f = journal();
    assert_eq!(next(&f), is(None, None), "what set the install up is not taken back by a key");
    enter(&f.registry, "a", 1, "applied", None);
    enter(&f.registry, "b", 1, "applied", None);
    assert_eq!(next(&f), is(Some("b"), None), "two changes: the later one goes first, nothing to redo");
    enter(&f.registry, "undo b", 1, "applied", Some("b"));
    assert_eq!(next(&f), is(Some("a"), Some("undo b")), "one undone");
    enter(&f.registry, "undo a", 1, "applied", Some("a"));
    assert_eq!(next(&f), is(None, Some("undo a")), "both undone: what was undone last is redone first");
    enter(&f.registry, "redo a", 1, "applied", Some("undo a"));
    assert_eq!(next(&f), is(Some("redo a"), Some("undo b")), "one redone");
    enter(&f.registry, "redo b", 1, "applied", Some("undo b"));
    assert_eq!(next(&f), is(Some("redo b"), None), "both redone");
    enter(&f.registry, "undo b again", 1, "applied", Some("redo b"));
    let found = redoable(&f, None).expect("an undo of a redo can be redone");
    assert_eq!((found.id.as_str(), found.depth), ("undo b again", 3), "it is three undos away from the change");
    assert_eq!(found.undo_of.as_deref(), Some("redo b"), "the row comes whole");
}

#[test]
fn a_change_of_ones_own_ends_redoing_also_when_it_was_taken_back() {
    let f = journal();
    enter(&f.registry, "a", 1, "applied", None);
    enter(&f.registry, "undo a", 1, "applied", Some("a"));
    enter(&f.registry, "failed", 1, "rolled_back", None);
    assert_eq!(next(&f), is(None, Some("undo a")), "a change that never came to be ends nothing");
    enter(&f.registry, "c", 1, "applied", None);
    assert_eq!(next(&f), is(Some("c"), None), "a change after an undo leaves nothing to redo");
    enter(&f.registry, "undo c", 1, "applied", Some("c"));
    assert_eq!(next(&f), is(None, Some("undo c")), "taken back, it can be redone");
    enter(&f.registry, "redo c", 1, "applied", Some("undo c"));
    assert_eq!(next(&f), is(Some("redo c"), None), "and what was undone before it stays undone");
    enter(&f.registry, "stuck", 1, "needs_you", None);
    assert_eq!(next(&f), is(Some("redo c"), None), "what is not applied is not taken back by a key");
}

#[test]
fn each_account_has_a_stack_of_its_own() {
    let f = journal();
    enter(&f.registry, "mine", 1, "applied", None);
    enter(&f.registry, "theirs", 2, "applied", None);
    assert_eq!(undoable(&f, Some(1)).map(|c| c.id).as_deref(), Some("mine"), "the first account's");
    assert_eq!(undoable(&f, Some(2)).map(|c| c.id).as_deref(), Some("theirs"), "the second one's");
    assert!(undoable(&f, Some(3)).is_none(), "nobody's");
    enter(&f.registry, "undo mine", 1, "applied", Some("mine"));
    enter(&f.registry, "theirs too", 2, "applied", None);
    assert_eq!(redoable(&f, Some(1)).map(|c| c.id).as_deref(), Some("undo mine"), "another's change ends nothing");
    assert!(redoable(&f, Some(2)).is_none(), "and another's undo is not redone");
    assert_eq!(next(&f), is(Some("theirs too"), None), "of all together, the latest change counts");
}

#[test]
fn a_long_journal_is_searched_by_index() {
    let f = journal();
    f.sql(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
         INSERT INTO change_sets(id, title, actor_user_id, actor_name, via, state) SELECT 'c' || i, 't', 1, 'x', 'app', 'undone' FROM n;
         INSERT INTO change_sets(id, title, actor_user_id, actor_name, via, state, undo_of)
           SELECT 'u' || substr(id, 2), 't', 1, 'x', 'app', 'applied', id FROM change_sets WHERE id <> 'setup' ORDER BY seq DESC;",
    )
    .unwrap();
    assert!(undoable(&f, Some(1)).is_none(), "everything was taken back");
    assert_eq!(redoable(&f, Some(1)).map(|c| c.id).as_deref(), Some("u1"), "the one undone last");
    f.sql("UPDATE change_sets SET state = 'undone' WHERE id = 'u1'").unwrap();
    let few = |what: &str, ask: fn(&Connection) -> Result<Option<ChangeSet>, RegistryError>| {
        f.read(|c| {
            // Interrupts whatever takes more instructions than a look into an index.
            c.progress_handler(2000, Some(|| true))?;
            let found = ask(c);
            c.progress_handler(0, None::<fn() -> bool>)?;
            Ok(found.unwrap_or_else(|e| panic!("{what} reads the journal row by row: {e}")))
        })
    };
    assert!(few("undo", |c| changes::last_undoable(c, None)).is_none(), "nothing stands that could be undone");
    assert_eq!(few("redo", |c| changes::last_redoable(c, None)).map(|c| c.id).as_deref(), Some("u2"), "the next one");
    assert_eq!(
        few("redo", |c| changes::last_redoable(c, Some(1))).map(|c| c.id).as_deref(),
        Some("u2"),
        "of the actor"
    );
    let interrupted = f.read(|c| {
        c.progress_handler(2000, Some(|| true))?;
        let counted = c.query_row("SELECT count(*) FROM change_sets WHERE title = 't'", [], |r| r.get::<_, i64>(0));
        c.progress_handler(0, None::<fn() -> bool>)?;
        Ok(counted.is_err())
    });
    assert!(interrupted, "a walk over all rows would have been noticed");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]
    /// 0 changes, 1 undoes, 2 redoes, 3 fails.
    #[test]
    fn it_behaves_as_an_editor_does(keys in prop::collection::vec(0u8..4, 1..60)) {
        let f = journal();
        // What an editor keeps: names of changes that stand, and of those that were taken back.
        let (mut done, mut back): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
        for (i, key) in keys.into_iter().enumerate() {
            let id = format!("{i}");
            match key {
                0 => {
                    enter(&f.registry, &id, 1, "applied", None);
                    done.push(id);
                    back.clear();
                }
                1 => if let Some(found) = undoable(&f, None) {
                    enter(&f.registry, &id, 1, "applied", Some(&found.id));
                    let undone = done.pop();
                    prop_assert_eq!(Some(&found.id), undone.as_ref(), "the change on top is undone");
                    back.push(id);
                }
                2 => if let Some(found) = redoable(&f, None) {
                    enter(&f.registry, &id, 1, "applied", Some(&found.id));
                    let redone = back.pop();
                    prop_assert_eq!(Some(&found.id), redone.as_ref(), "what was undone last is redone");
                    done.push(id);
                }
                _ => enter(&f.registry, &id, 1, "rolled_back", None),
            }
            prop_assert_eq!(undoable(&f, None).map(|c| c.id), done.last().cloned(), "what can be undone next");
            prop_assert_eq!(redoable(&f, None).map(|c| c.id), back.last().cloned(), "what can be redone next");
        }
    }
}
