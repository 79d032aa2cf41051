//! Activity from a terminal: list, show, undo, redo, and what stands in the way.

use crate::support::{at_root, column, json, made, put, refused, settled};

fn add(place: &sanctum_tests::Place, name: &str) -> String {
    json(place, &["agents", "add", name, "--yes"])["change_id"].as_str().unwrap().to_owned()
}

#[test]
fn the_latest_comes_first_and_windows_hold() {
    let place = made(&["Athena"], "broca2");
    let (iris, nova) = (add(&place, "Iris"), add(&place, "Nova"));
    let all = json(&place, &["changes", "list"]);
    assert_eq!(
        (&column(&all, "id")[..2], all["total"].as_u64()),
        (&[nova.clone(), iris.clone()][..], Some(3)),
        "the latest first"
    );
    let one = json(&place, &["changes", "list", "--limit", "1", "--offset", "1"]);
    assert_eq!((column(&one, "id"), one["total"].as_u64()), (vec![iris.clone()], Some(3)), "a window keeps the total");
    let found = json(&place, &["changes", "list", "--query", "iris"]);
    assert_eq!(column(&found, "id"), [iris.as_str()], "a search finds its title");
    assert_eq!(all["items"][0]["actor"], "tester", "who did it is named");
    assert_eq!(all["items"][0]["via"], "cli", "and through what");
    let shown = json(&place, &["changes", "show", &nova]);
    assert!(shown["steps"].as_array().is_some_and(|steps| steps.len() > 8), "one shows its steps");
    refused(&at_root(&place, &["changes", "show", "nope"]), "change_unknown");
    refused(&at_root(&place, &["changes", "undo", "nope", "--yes"]), "change_unknown");
}

#[test]
fn undo_and_redo() {
    let place = made(&["Athena"], "broca2");
    let files = |place: &sanctum_tests::Place| {
        let mut tree = settled(&place.root().join("agents"));
        tree.values_mut().for_each(|entry| entry.mtime = (0, 0));
        tree
    };
    let before = files(&place);
    let id = add(&place, "Iris");
    let with = files(&place);
    let planned = json(&place, &["changes", "undo", &id, "--plan"]);
    assert_eq!(planned["action"], "Undo", "the plan of an undo says so");
    assert_eq!(files(&place), with, "a plan changes nothing");
    refused(&at_root(&place, &["changes", "undo", &id]), "confirm_needed");
    let undo = json(&place, &["changes", "undo", &id, "--yes"]);
    assert_eq!(files(&place), before, "undo gives the tree from before");
    refused(&at_root(&place, &["changes", "undo", &id, "--yes"]), "not_undoable");
    let redo = undo["change_id"].as_str().unwrap();
    assert_eq!(json(&place, &["changes", "undo", redo, "--plan"])["action"], "Redo", "taking an undo back is a redo");
    json(&place, &["changes", "undo", redo, "--yes"]);
    assert_eq!(files(&place), with, "redo gives it again");
    assert_eq!(column(&json(&place, &["agents", "list"]), "uid"), ["athena", "iris"], "the registry too");
    assert_eq!(at_root(&place, &["doctor"]).code, 0, "nothing is wrong afterwards");
}

#[test]
fn an_edit_in_between_is_never_overwritten() {
    let place = made(&["Athena"], "broca2");
    let id = add(&place, "Iris");
    let file = "agents/agent-iris/broca2/config/.env";
    put(&place.root(), file, "PORT=1\n");
    let before = settled(&place.root());
    let error = refused(&at_root(&place, &["changes", "undo", &id, "--yes"]), "undo_conflict");
    assert!(error["details"].to_string().contains(file), "the file is named: {error}");
    assert_eq!(settled(&place.root()), before, "nothing is taken back, not even in part");
    let shown = json(&place, &["changes", "show", &id]);
    assert_eq!(
        shown["conflicts"][0]["target"], file,
        "the change itself says what stands in the way: {}",
        shown["conflicts"]
    );

    let nova = add(&place, "Nova");
    put(&place.root(), "agents/agent-nova/broca2/db/rows.sqlite", "rows");
    let error = refused(&at_root(&place, &["changes", "undo", &nova, "--yes"]), "undo_conflict");
    assert!(
        error["details"].to_string().contains("agents/agent-nova/broca2/db"),
        "a file somebody added counts too: {error}"
    );
    assert!(place.root().join("agents/agent-nova/broca2/db/rows.sqlite").is_file(), "and is kept");
}

#[test]
fn the_setup_itself_is_not_taken_back_here() {
    let place = made(&["Athena"], "broca2");
    let setup = json(&place, &["changes", "list"])["items"][0].clone();
    assert_eq!(setup["undoable"], false, "the list says so: {setup}");
    refused(&at_root(&place, &["changes", "undo", setup["id"].as_str().unwrap(), "--yes"]), "not_undoable");
}
