//! Bad input: refused with its code and a way out, and nothing written anywhere.

use std::net::TcpListener;
use std::path::Path;

use sanctum_tests::{Ctl, Place, Run};

use crate::support::{PASSWORD, as_strs, chmod, made, put, refused, run, settled, setup_words, text, tree};

/// A setup of one Prime where one thing is different; nothing of the place may change.
fn refuses(place: &Place, words: &[String], password: &str, code: &str) -> serde_json::Value {
    let mut before = tree(place.path());
    let done = run(place, words, &format!("{password}\n"));
    let error = refused(&done, code);
    let mut after = tree(place.path());
    // Empty: it only keeps two setups apart, and is there once the first of them came as far as the disk.
    for seen in [&mut before, &mut after] {
        seen.remove("data/setup.lock");
    }
    assert_eq!(after, before, "nothing is written when `{code}` refuses: {}", done.err);
    error
}

fn with_root(place: &Place, root: &str, more: &[&str]) -> Vec<String> {
    let mut words = setup_words(place, &["Athena"], "broca2", more);
    let at = words.iter().position(|word| word == "--root").unwrap();
    words[at + 1] = root.to_owned();
    words
}

fn plain(place: &Place, root: &str) -> Vec<String> {
    with_root(place, root, &["--no-venv", "--yes"])
}

fn with_agents(place: &Place, agents: &[&str]) -> Vec<String> {
    setup_words(place, agents, "broca2", &["--no-venv", "--yes"])
}

#[test]
fn a_root_that_cannot_be_one() {
    let place = Place::new().unwrap();
    let file = put(place.path(), "home/file", "hello");
    let at = |rest: &str| text(&place.home().join(rest));
    let cases: &[(String, &str)] = &[
        ("sanctum".into(), "root_relative"),
        ("./sanctum".into(), "root_relative"),
        ("../sanctum".into(), "root_relative"),
        ("   ".into(), "root_empty"),
        (at("san\nctum"), "root_newline"),
        (at("san\rctum"), "root_newline"),
        ("/".into(), "root_is_slash"),
        ("/proc/sanctum".into(), "root_not_writable"),
        (text(&file), "root_is_file"),
        (text(&file.join("below")), "root_is_file"),
        (at("with:colon"), "root_unquotable"),
        (at("it's $HOME"), "root_unquotable"),
    ];
    for (root, code) in cases {
        refuses(&place, &plain(&place, root), PASSWORD, code);
    }
    let full = place.home().join("full");
    put(&full, "mine.txt", "keep");
    refuses(&place, &plain(&place, &text(&full)), PASSWORD, "root_not_empty");
}

#[test]
fn a_root_inside_or_around_another_sanctum() {
    let place = made(&["Athena"], "broca2");
    let other = place.path().join("other-data");
    for (root, code) in [
        (place.root().join("inner"), "root_inside_sanctum"),
        (place.root().join("agents/agent-athena/inner"), "root_inside_sanctum"),
        (place.home(), "root_not_empty"),
    ] {
        let before = settled(&place.root());
        let mut words = plain(&place, &text(&root));
        words.extend(["--data-dir".into(), text(&other)]);
        let done = run(&place, &words, &format!("{PASSWORD}\n"));
        refused(&done, code);
        assert_eq!(settled(&place.root()), before, "the other Sanctum is untouched");
        assert!(!other.exists(), "not even a data folder is made");
    }
}

#[test]
fn names_that_are_no_names() {
    let place = Place::new().unwrap();
    let long = "a".repeat(300);
    let cases: &[(&[&str], &str)] = &[
        (&["../x"], "agent_name_path"),
        (&["a/b"], "agent_name_path"),
        (&["a\\b"], "agent_name_path"),
        (&[".."], "agent_name_path"),
        (&["."], "agent_name_path"),
        (&["~root"], "agent_name_path"),
        (&[""], "agent_name_empty"),
        (&["  "], "agent_name_empty"),
        (&[&long], "agent_name_too_long"),
        (&["ath\nena"], "agent_name_unusable"),
        (&["✨"], "agent_name_unusable"),
        (&["-"], "agent_name_unusable"),
        (&["Athena", "athena"], "agent_name_taken"),
        (&["Athena", "ATHENA "], "agent_name_taken"),
        (&["Zoë", "zoe"], "agent_name_taken"),
        (&["Straße 1", "strasse-1"], "agent_name_taken"),
        (&["Athena", "Monday", "Athéna"], "agent_name_taken"),
        (&["venv"], "agent_name_reserved"),
    ];
    for (agents, code) in cases {
        refuses(&place, &with_agents(&place, agents), PASSWORD, code);
    }
    // `agent-` is the folder's own prefix: no folder can be made of what is left.
    let before = tree(place.path());
    let done = run(&place, &with_agents(&place, &["agent-"]), &format!("{PASSWORD}\n"));
    let error = crate::support::error(&done);
    assert!(
        done.code == 2 && error["code"].as_str().unwrap().starts_with("agent_name_"),
        "`agent-` is refused: {done:?}"
    );
    assert_eq!(tree(place.path()), before, "and nothing is written");
    refuses(&place, &with_agents(&place, &[]), PASSWORD, "agent_missing");
}

#[test]
fn the_same_names_in_an_install_that_exists() {
    let place = made(&["Athena"], "broca2");
    let before = settled(place.path());
    let long = "a".repeat(300);
    for (name, code) in [
        ("../x", "agent_name_path"),
        ("a/b", "agent_name_path"),
        ("", "agent_name_empty"),
        (long.as_str(), "agent_name_too_long"),
        ("ATHENA", "agent_name_taken"),
    ] {
        let root = text(&place.root());
        let done = Ctl::new(&place).run(&["agents", "add", "--root", &root, "--yes", "--json", "--", name]).unwrap();
        refused(&done, code);
    }
    for (uid, code) in [
        ("../x", "agent_name_unusable"),
        ("Athena", "agent_name_unusable"),
        ("agent-", "agent_name_unusable"),
        ("athena", "agent_name_taken"),
    ] {
        let done = crate::support::at_root(&place, &["agents", "add", "Nova", "--uid", uid, "--yes"]);
        refused(&done, code);
    }
    refused(
        &crate::support::at_root(&place, &["agents", "add", "Nova", "--modules", "nonesuch", "--yes"]),
        "module_unknown",
    );
    refused(
        &crate::support::at_root(&place, &["agents", "add", "Nova", "--modules", "smcp", "--yes"]),
        "module_unknown",
    );
    refused(
        &crate::support::at_root(&place, &["agents", "add", "Nova", "--modules", "broca2,broca2", "--yes"]),
        "module_twice",
    );
    refused(&crate::support::at_root(&place, &["agents", "remove", "nobody", "--yes"]), "agent_unknown");
    refused(&crate::support::at_root(&place, &["agents", "show", "../athena"]), "agent_unknown");
    assert_eq!(settled(place.path()), before, "the install is untouched");
}

#[test]
fn a_python_that_is_none() {
    let place = Place::new().unwrap();
    let script = |name: &str, text: &str| {
        let path = put(place.path(), &format!("home/{name}"), text);
        chmod(&path, 0o755);
        crate::support::text(&path)
    };
    // What a probe of an interpreter asks is answered by an old one.
    let old = script(
        "python3.6",
        "#!/bin/sh\ncase \"$*\" in *--version*|*-V*) echo 'Python 3.6.9';; *) echo '{\"version\": [3, 6, 9]}'; echo 'Python 3.6.9';; esac\n",
    );
    let other = script("notpython", "#!/bin/sh\necho hello\n");
    let fails = script("fails", "#!/bin/sh\nexit 3\n");
    let plain = text(&put(place.path(), "home/plain.txt", "hello"));
    let folder = text(&place.home());
    for python in [&old, &other, &fails, &plain, &folder, "/nowhere/python3", "python3", "./python3", ""] {
        let words = setup_words(&place, &["Athena"], "broca2", &["--python", python, "--yes"]);
        let error = refuses(&place, &words, PASSWORD, "python_refused");
        assert!(error["message"].as_str().unwrap().len() > 20, "it says why `{python}` does not fit: {error}");
    }
}

#[test]
fn a_port_that_is_held_is_named_with_its_holder() {
    let place = Place::new().unwrap();
    // The twelfth Prime's port, which no other test uses.
    let names: Vec<String> = (1..=12).map(|n| format!("prime {n}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let _held = TcpListener::bind("127.0.0.1:9111").unwrap();
    let error = refuses(&place, &with_agents(&place, &names), PASSWORD, "port_held");
    let message = error["message"].as_str().unwrap();
    let pid = std::process::id().to_string();
    let name = std::fs::read_to_string("/proc/self/comm").unwrap();
    assert!(message.contains("9111") && message.contains(&pid), "the port and the process are named: {message}");
    assert!(message.contains(name.trim().get(..5).unwrap()), "by its name too: {message}");
    let moved = run(
        &place,
        &setup_words(&place, &names, "broca2", &["--no-venv", "--move-ports", "--plan"]),
        &format!("{PASSWORD}\n"),
    );
    assert_eq!(moved.code, 0, "with --move-ports the next free one is taken: {moved:?}");
    let checks = moved.json().unwrap()["checks"].to_string();
    assert!(checks.contains("instead of 9111") && checks.contains(&pid), "and the plan says so: {checks}");
}

#[test]
fn a_root_that_another_window_holds() {
    let place = Place::new().unwrap();
    std::fs::create_dir_all(place.root()).unwrap();
    let held = std::fs::File::open(place.root()).unwrap();
    held.try_lock().unwrap();
    refuses(&place, &with_agents(&place, &["Athena"]), PASSWORD, "root_busy");
    drop(held);
    let done = run(&place, &with_agents(&place, &["Athena"]), &format!("{PASSWORD}\n"));
    assert_eq!(done.code, 0, "once it is let go the setup works: {done:?}");
}

#[test]
fn a_weak_password_or_none() {
    let place = Place::new().unwrap();
    let words = with_agents(&place, &["Athena"]);
    let long = "x".repeat(5000);
    for (password, code) in [
        ("", "password_empty"),
        ("shrt#1", "password_short"),
        ("password123", "password_common"),
        ("mara-is-here-1", "password_has_username"),
        (long.as_str(), "password_long"),
    ] {
        let error = refuses(&place, &words, password, code);
        assert!(
            password.is_empty() || !error.to_string().contains(password),
            "the refusal does not repeat `{password}`"
        );
    }
    let mut none = words.clone();
    none.retain(|word| word != "--admin-password-stdin");
    refuses(&place, &none, "", "answer_missing");
    let mut nobody = words.clone();
    let at = nobody.iter().position(|word| word == "--admin-user").unwrap();
    nobody.drain(at..=at + 1);
    refuses(&place, &nobody, PASSWORD, "answer_missing");
    for user in ["", " ", "x\ny"] {
        let mut bad = words.clone();
        bad[at + 1] = user.to_owned();
        refuses(&place, &bad, PASSWORD, "username_unusable");
    }
    let mut mail = words.clone();
    mail.extend(["--admin-email".into(), "nothing".into()]);
    refuses(&place, &mail, PASSWORD, "email_unusable");
    let mut letta = words.clone();
    letta.extend(["--letta-url".into(), "ftp://x".into()]);
    refuses(&place, &letta, PASSWORD, "letta_url_unusable");
    let mut module = words;
    let at = module.iter().position(|word| word == "--modules").unwrap();
    module[at + 1] = "broca2,nonesuch".into();
    refuses(&place, &module, PASSWORD, "module_unknown");
}

#[test]
fn words_that_mean_nothing() {
    let place = Place::new().unwrap();
    let before = tree(place.path());
    for words in [
        &["frobnicate"][..],
        &[],
        &["agents"],
        &["agents", "list", "--frob"],
        &["agents", "list", "--limit", "-1"],
        &["agents", "list", "--limit", "many"],
        &["setup", "--yes", "--plan"],
        &["changes", "show"],
    ] {
        let done = Ctl::new(&place).run(words).unwrap();
        refused(&done, "usage");
    }
    for words in [&["--help"][..], &["--version"], &["setup", "--help"], &["help"]] {
        let done = Ctl::new(&place).run(words).unwrap();
        assert!(done.code == 0 && done.err.is_empty() && !done.out.is_empty(), "`{words:?}` helps: {done:?}");
    }
    assert_eq!(tree(place.path()), before, "nothing is written");
}

fn with_env(place: &Place, name: &str, value: &str, words: &[&str]) -> Run {
    let out = Ctl::new(place).command(words).unwrap().env(name, value).output().unwrap();
    Run {
        code: out.status.code().unwrap_or(-1),
        out: String::from_utf8_lossy(&out.stdout).into_owned(),
        err: String::from_utf8_lossy(&out.stderr).into_owned(),
    }
}

#[test]
fn surroundings_that_cannot_be_used() {
    let place = made(&["Athena"], "broca2");
    let before = settled(place.path());
    let root = text(&place.root());
    let words = ["--root", root.as_str(), "agents", "list"];
    refused(&with_env(&place, "SANCTUM_SECRET_STORE", "vault", &words), "secret_store_unknown");
    refused(&with_env(&place, "SANCTUM_DATA_DIR", "relative/data", &words), "data_dir_relative");
    let done = Ctl::new(&place).run(&["--data-dir", "data", "agents", "list"]).unwrap();
    refused(&done, "data_dir_relative");
    let out =
        Ctl::new(&place).command(&words).unwrap().env_remove("HOME").env_remove("SANCTUM_DATA_DIR").output().unwrap();
    assert!(
        String::from_utf8_lossy(&out.stderr).contains("no_home") && out.status.code() == Some(2),
        "no home at all is said: {out:?}"
    );
    assert_eq!(settled(place.path()), before, "nothing is written");
    let done = with_env(&place, "SANCTUM_ROOT", &root, &["agents", "list", "--json"]);
    assert_eq!(done.code, 0, "the root may come from the environment: {done:?}");
}

#[test]
fn commands_where_there_is_no_sanctum() {
    let place = Place::new().unwrap();
    let before = tree(place.path());
    let nowhere = text(&place.home().join("nowhere"));
    let home = text(&place.home());
    for words in [
        &["agents", "list"][..],
        &["doctor"],
        &["tools", "list"],
        &["changes", "list"],
        &["agents", "add", "Nova", "--yes"],
    ] {
        refused(&Ctl::new(&place).run(words).unwrap(), "no_install");
        for root in [&nowhere, &home] {
            let mut all = vec!["--root", root.as_str()];
            all.extend(words);
            refused(&Ctl::new(&place).run(&all).unwrap(), "no_install");
        }
    }
    assert_eq!(tree(place.path()), before, "nothing is written");
}

#[test]
fn a_change_after_a_refusal_still_works() {
    let place = Place::new().unwrap();
    refuses(&place, &with_agents(&place, &["../x"]), PASSWORD, "agent_name_path");
    let words = with_agents(&place, &["Athena"]);
    let done = Ctl::new(&place).run_with(&as_strs(&words), &format!("{PASSWORD}\n")).unwrap();
    assert_eq!(done.code, 0, "a refusal leaves nothing in the way: {done:?}");
    assert!(Path::new(&place.root().join("control/registry.db")).is_file(), "the Sanctum is there");
}
