//! The Primes from a terminal: list, show, add, remove, and two programs at once.

use sanctum_tests::Ctl;
use serde_json::json as value;

use crate::support::{at_root, column, json, listing, made, put, refused, settled, text};

#[test]
fn a_list_is_a_window_on_the_whole() {
    let place = made(&["Athena", "Monday", "Timbre"], "broca2");
    let all = json(&place, &["agents", "list"]);
    assert_eq!(
        (column(&all, "uid"), &all["total"]),
        (vec!["athena".into(), "monday".into(), "timbre".into()], &value!(3)),
        "all of them"
    );
    let keys: Vec<&String> = all.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["items", "total"], "a list is items and total");
    let one = json(&place, &["agents", "list", "--limit", "1", "--offset", "1"]);
    assert_eq!((column(&one, "uid"), &one["total"]), (vec!["monday".into()], &value!(3)), "a window keeps the total");
    let past = json(&place, &["agents", "list", "--offset", "9"]);
    assert_eq!((column(&past, "uid").len(), &past["total"]), (0, &value!(3)), "past the end is empty, not an error");
    let none = json(&place, &["agents", "list", "--limit", "0"]);
    assert_eq!((column(&none, "uid").len(), &none["total"]), (0, &value!(3)), "a limit of nothing gives the total");
    let some = json(&place, &["agents", "list", "--query", "mon"]);
    assert_eq!(
        (column(&some, "uid"), &some["total"]),
        (vec!["monday".into()], &value!(1)),
        "the total is of what was searched"
    );
    let wild = json(&place, &["agents", "list", "--query", "%"]);
    assert_eq!(wild["total"], value!(0), "a percent sign is searched for as it is");
    let words = at_root(&place, &["agents", "list"]);
    assert!(words.out.contains("athena") && words.out.contains("Off"), "without --json it is a table: {words:?}");
}

#[test]
fn one_is_shown_with_its_facts() {
    let place = made(&["Athena"], "broca2,thalamus");
    let shown = json(&place, &["agents", "show", "athena"]);
    assert_eq!(shown["agent"]["path"], "agents/agent-athena", "its folder");
    let modules: Vec<(&str, u64)> = shown["agent"]["modules"]
        .as_array()
        .unwrap()
        .iter()
        .map(|m| (m["name"].as_str().unwrap(), m["port"].as_u64().unwrap()))
        .collect();
    assert_eq!(modules, [("broca2", 9100), ("thalamus", 9200)], "its modules with their ports");
    refused(&at_root(&place, &["agents", "show", "nobody"]), "agent_unknown");
}

#[test]
fn one_is_added_shown_first_and_taken_back() {
    let place = made(&["Athena"], "broca2");
    let before = settled(&place.root());
    let plan = json(&place, &["agents", "add", "Iris 🌈", "--uid", "iris", "--modules", "broca2,thalamus", "--plan"]);
    assert!(plan["steps"].as_array().is_some_and(|steps| steps.len() > 15), "every step is shown");
    assert_eq!(settled(&place.root()), before, "a plan changes nothing");
    refused(&at_root(&place, &["agents", "add", "Iris"]), "confirm_needed");
    assert_eq!(settled(&place.root()), before, "an unconfirmed one neither");

    let receipt = json(
        &place,
        &[
            "agents",
            "add",
            "Iris 🌈",
            "--uid",
            "iris",
            "--description",
            "Sees colours",
            "--modules",
            "broca2,thalamus",
            "--yes",
        ],
    );
    let id = receipt["change_id"].as_str().unwrap();
    let shown = json(&place, &["agents", "show", "iris"]);
    assert_eq!(shown["agent"]["name"], "Iris 🌈", "its name stays as it was typed");
    assert_eq!(shown["agent"]["modules"][0]["port"], 9101, "the next port of the convention is its own");
    let start = place.root().join("agents/agent-iris/thalamus/run/start.sh");
    assert!(start.is_file(), "its files are there");
    assert_eq!(at_root(&place, &["doctor"]).code, 0, "nothing is wrong afterwards");

    json(&place, &["changes", "undo", id, "--yes"]);
    let gone = json(&place, &["agents", "list"]);
    assert_eq!(column(&gone, "uid"), ["athena"], "undo forgets it");
    let files: Vec<_> = settled(&place.root()).into_keys().filter(|name| !name.starts_with("control/")).collect();
    let old: Vec<_> = before.into_keys().filter(|name| !name.starts_with("control/")).collect();
    assert_eq!(files, old, "and its files are gone");
}

#[test]
fn a_folder_that_is_there_is_never_written_into() {
    let place = made(&["Athena"], "broca2");
    put(&place.root(), "agents/agent-iris/notes.txt", "mine");
    let before = listing(&place.root().join("agents"));
    let done = at_root(&place, &["agents", "add", "Iris", "--yes"]);
    assert_eq!(done.code, 2, "a folder nobody recorded is in the way: {done:?}");
    refused(&done, "agent_name_taken");
    assert_eq!(listing(&place.root().join("agents")), before, "and stays as it is");
}

#[test]
fn a_tree_that_is_left_as_it_is_gets_no_agent_and_loses_none() {
    let place = crate::plain::adopted();
    let before = settled(&place.root());
    for words in [["agents", "add", "Iris", "--plan"], ["agents", "add", "Iris", "--yes"]] {
        let error = refused(&at_root(&place, &words), "install_adopted");
        assert!(error["hint"].to_string().contains("sanctumctl setup"), "it is said what to do instead: {error}");
    }
    for how in ["--plan", "--yes"] {
        let error = refused(&at_root(&place, &["agents", "remove", "athena", how]), "install_adopted");
        assert!(error["hint"].to_string().contains("agents archive athena"), "it is said what to do instead: {error}");
    }
    assert_eq!(settled(&place.root()), before, "and nothing is written into it");
}

#[test]
fn a_removed_one_is_in_the_trash_with_every_byte() {
    let place = made(&["Athena", "Monday"], "broca2");
    let secret = b"\x00\xffrows of a module\n";
    put(&place.root(), "agents/agent-monday/broca2/db/broca2.sqlite", secret);
    let before = settled(&place.root().join("agents"));
    let receipt = json(&place, &["agents", "remove", "monday", "--yes"]);
    assert!(!place.root().join("agents/agent-monday").exists(), "its folder is gone");
    assert_eq!(column(&json(&place, &["agents", "list"]), "uid"), ["athena"], "the registry forgot it");
    assert_eq!(at_root(&place, &["doctor"]).code, 0, "nothing is wrong afterwards");
    json(&place, &["changes", "undo", receipt["change_id"].as_str().unwrap(), "--yes"]);
    assert_eq!(settled(&place.root().join("agents")), before, "undo brings back every byte, mode and time");
    assert_eq!(column(&json(&place, &["agents", "list"]), "uid"), ["athena", "monday"], "and its rows");
    assert_eq!(json(&place, &["agents", "show", "monday"])["agent"]["modules"][0]["port"], 9101, "and its port");
}

#[test]
fn the_last_one_can_go_and_another_come() {
    let place = made(&["Athena"], "broca2");
    json(&place, &["agents", "remove", "athena", "--yes"]);
    assert_eq!(json(&place, &["agents", "list"])["total"], value!(0), "an empty list is a list");
    json(&place, &["agents", "add", "Athena", "--yes"]);
    assert_eq!(at_root(&place, &["doctor"]).code, 0, "nothing is wrong afterwards");
}

#[test]
fn two_programs_at_once_do_no_damage() {
    let place = made(&["Athena"], "broca2");
    let root = text(&place.root());
    let start = |name: &str| {
        let words = ["--root", root.as_str(), "agents", "add", name, "--yes", "--json"];
        let piped = std::process::Stdio::piped;
        Ctl::new(&place).command(&words).unwrap().stdout(piped()).stderr(piped()).spawn().unwrap()
    };
    let mut expected = vec!["athena".to_owned()];
    for round in 0..4 {
        // The same index and ports for both: only one of them may have them.
        let names = [format!("left {round}"), format!("right {round}")];
        let children: Vec<_> = names.iter().map(|name| start(name)).collect();
        for (name, child) in names.iter().zip(children) {
            let out = child.wait_with_output().unwrap();
            let err = String::from_utf8_lossy(&out.stderr).into_owned();
            match out.status.code() {
                Some(0) => expected.push(name.replace(' ', "-")),
                Some(2) => assert!(
                    ["change_busy", "plan_stale", "registry_refused"].iter().any(|code| err.contains(code)),
                    "the one that lost says why: {err}"
                ),
                code => panic!("neither done nor refused ({code:?}): {err}"),
            }
        }
    }
    expected.sort();
    assert!(expected.len() >= 5, "at least one of each two goes through: {expected:?}");
    let mut found = column(&json(&place, &["agents", "list"]), "uid");
    found.sort();
    assert_eq!(found, expected, "who was told done is there, and nobody else");
    let folders = std::fs::read_dir(place.root().join("agents")).unwrap().flatten();
    let folders = folders.filter(|e| e.file_name().to_string_lossy().starts_with("agent-")).count();
    assert_eq!(folders, expected.len(), "and no folder of the other is left");
    let doctor = at_root(&place, &["doctor"]);
    assert_eq!(doctor.code, 0, "nothing is wrong afterwards: {doctor:?}");
}

#[test]
fn two_setups_at_once_make_one_sanctum() {
    for _ in 0..4 {
        let place = sanctum_tests::Place::new().unwrap();
        let children: Vec<_> = ["Athena", "Monday"]
            .map(|name| {
                let mut words = crate::support::setup_words(&place, &[name], "broca2", &["--no-venv", "--yes"]);
                words.extend(["--data-dir".into(), text(&place.path().join(format!("data-{name}")))]);
                let piped = std::process::Stdio::piped;
                let mut child = Ctl::new(&place)
                    .command(&crate::support::as_strs(&words))
                    .unwrap()
                    .stdin(piped())
                    .stdout(piped())
                    .stderr(piped())
                    .spawn()
                    .unwrap();
                std::io::Write::write_all(
                    &mut child.stdin.take().unwrap(),
                    format!("{}\n", crate::support::PASSWORD).as_bytes(),
                )
                .unwrap();
                (name.to_lowercase(), child)
            })
            .into_iter()
            .collect();
        let ended: Vec<_> =
            children.into_iter().map(|(name, child)| (name, child.wait_with_output().unwrap())).collect();
        let done: Vec<&String> = ended.iter().filter(|(_, out)| out.status.success()).map(|(name, _)| name).collect();
        assert_eq!(done.len(), 1, "exactly one of them makes it: {ended:?}");
        for (_, out) in ended.iter().filter(|(_, out)| !out.status.success()) {
            assert_eq!(out.status.code(), Some(2), "the other is refused: {}", String::from_utf8_lossy(&out.stderr));
        }
        assert_eq!(
            &column(&json(&place, &["agents", "list"]), "uid")[0],
            done[0],
            "and its Prime is the one that is there"
        );
        let doctor = at_root(&place, &["doctor"]);
        assert_eq!(doctor.code, 0, "nothing is wrong with it: {doctor:?}");
    }
}
