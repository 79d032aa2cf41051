//! Secrets that stand in files in plain text: found, moved in one change, and put back byte for byte.

use crate::support::{ENV, PASSWORD, at_root, column, made, put, read, refused, run, settled, setup_words, stored};
use sanctum_tests::Place;

const FILE: &str = "# Broca, as it was\r\nAGENT_API_KEY=\"sk-plain 1\"   # from Letta\r\nLOG_LEVEL=INFO\r\nexport TELEGRAM_BOT_TOKEN='123:abc'\r\nMY_PASSWORD=open sesame\r\n";

/// A Sanctum that was there before, taken over as it is.
pub fn adopted() -> Place {
    let place = made(&["Athena"], "broca2");
    std::fs::remove_dir_all(place.root().join("control")).unwrap();
    std::fs::remove_dir_all(place.data_dir()).unwrap();
    std::fs::create_dir_all(place.data_dir()).unwrap();
    put(&place.root(), ENV, FILE);
    let words = setup_words(&place, &[], "broca2", &["--adopt", "--yes"]);
    let done = run(&place, &words, &format!("{PASSWORD}\n"));
    assert_eq!(done.code, 0, "it is taken over: {done:?}");
    place
}

fn handed(place: &Place, key: &str) -> String {
    stored(place, &["secrets", "exec", "--instance", "athena/broca2", "--", "printenv", key], "").out
}

#[test]
fn they_are_found_and_moved_in_one_change() {
    let place = adopted();
    let found = at_root(&place, &["secrets", "plain", "--json"]);
    assert_eq!(found.code, 1, "some are found: {found:?}");
    let keys = column(&found.json().unwrap(), "key");
    for key in ["AGENT_API_KEY", "TELEGRAM_BOT_TOKEN", "MY_PASSWORD"] {
        assert!(keys.contains(&key.to_owned()), "{key} is found: {keys:?}");
    }
    assert!(!found.out.contains("sk-plain") && !found.out.contains("sesame"), "no value is shown: {found:?}");
    let before = settled(&place.root());
    let plan = stored(&place, &["secrets", "move", "--all", "--plan"], "");
    assert!(plan.code == 0 && !plan.out.contains("sk-plain"), "the plan shows no value either: {plan:?}");
    assert_eq!(settled(&place.root()), before, "and writes nothing");

    let done = stored(&place, &["secrets", "move", "--all", "--yes", "--json"], "");
    assert_eq!(done.code, 0, "they are moved: {done:?}");
    assert_eq!(
        read(&place, ENV),
        "# Broca, as it was\r\nLOG_LEVEL=INFO\r\n",
        "their lines are gone, the rest is as it was"
    );
    assert_eq!(handed(&place, "AGENT_API_KEY"), "sk-plain 1\n", "the module gets them");
    assert_eq!(handed(&place, "TELEGRAM_BOT_TOKEN"), "123:abc\n", "each of them");
    assert_eq!(at_root(&place, &["secrets", "plain"]).code, 0, "none is left");
    let again = stored(&place, &["secrets", "move", "--all", "--yes"], "");
    assert_eq!(again.code, 0, "nothing to move is no error: {again:?}");

    let id = done.json().unwrap()["change_id"].as_str().unwrap().to_owned();
    let undone = stored(&place, &["changes", "undo", &id, "--yes"], "");
    assert_eq!(undone.code, 0, "it can be taken back: {undone:?}");
    assert_eq!(read(&place, ENV), FILE, "every byte is back");
    let redone = stored(&place, &["changes", "redo", "--yes"], "");
    assert_eq!(
        (redone.code, handed(&place, "MY_PASSWORD").as_str()),
        (0, "open sesame\n"),
        "and moved again: {redone:?}"
    );
}

#[test]
fn one_can_be_moved_by_itself() {
    let place = adopted();
    let found = at_root(&place, &["secrets", "plain", "--json"]).json().unwrap();
    let id = found["items"].as_array().unwrap().iter().find(|one| one["key"] == "AGENT_API_KEY").unwrap()["id"].clone();
    let done = stored(&place, &["secrets", "move", id.as_str().unwrap(), "--yes"], "");
    assert_eq!(done.code, 0, "it is moved: {done:?}");
    assert_eq!(
        read(&place, ENV),
        FILE.replace("AGENT_API_KEY=\"sk-plain 1\"   # from Letta\r\n", ""),
        "only its line is gone"
    );
    refused(&stored(&place, &["secrets", "move", "nowhere#X", "--yes"], ""), "secret_not_found");
    refused(&stored(&place, &["secrets", "move", "--yes"], ""), "usage");
}

#[test]
fn a_secret_that_is_replaced_leaves_its_file() {
    let place = adopted();
    let words = ["secrets", "set", "athena/broca2", "AGENT_API_KEY", "--stdin", "--yes", "--json"];
    let done = stored(&place, &words, "new-one\n");
    assert_eq!(done.code, 0, "it is set: {done:?}");
    assert!(!read(&place, ENV).contains("AGENT_API_KEY"), "the old one no longer stands in the file");
    assert_eq!(handed(&place, "AGENT_API_KEY"), "new-one\n", "the new one is handed over");
    let id = done.json().unwrap()["change_id"].as_str().unwrap().to_owned();
    assert_eq!(stored(&place, &["changes", "undo", &id, "--yes"], "").code, 0, "taken back");
    assert_eq!(read(&place, ENV), FILE, "the file is as it was, byte for byte");
}
