//! Starting the app at login, chosen at a terminal.

use std::path::PathBuf;
use std::process::{Command, Output};

use crate::support::{chmod, made, put, text, value};
use sanctum_tests::Place;

/// `sanctumctl` in a folder of its own, with or without the app beside it.
fn installed(place: &Place, with_app: bool) -> PathBuf {
    let folder = place.path().join(if with_app { "whole" } else { "alone" });
    std::fs::create_dir_all(&folder).unwrap();
    let ctl = folder.join("sanctumctl");
    std::fs::copy(sanctum_tests::place::program("sanctumctl").unwrap(), &ctl).unwrap();
    if with_app {
        chmod(&put(&folder, "sanctum-configurator", "#!/bin/sh\n"), 0o755);
    }
    ctl
}

fn prefer(place: &Place, ctl: &PathBuf, word: &str) -> Output {
    Command::new(ctl)
        .args(["--root", &text(&place.root()), "config", "set", "preferences", "start_at_login", word, "--yes"])
        .env_clear()
        .envs(place.env())
        .output()
        .unwrap()
}

/// Files of the login folder that name the app.
fn items(place: &Place) -> Vec<String> {
    crate::support::holding(&place.home(), "/sanctum-configurator")
        .into_iter()
        .filter(|name| !name.starts_with("sanctum/"))
        .collect()
}

#[test]
fn the_app_beside_it_is_started_at_login() {
    let place = made(&["Athena"], "broca2");
    let ctl = installed(&place, true);
    let on = prefer(&place, &ctl, "true");
    assert!(on.status.success(), "it is set: {on:?}");
    assert_eq!(items(&place).len(), 1, "there is one login item, and it names the app");
    assert_eq!(value(&place, "preferences", "start_at_login"), "true", "the preference says so");
    let off = prefer(&place, &ctl, "false");
    assert!(off.status.success() && items(&place).is_empty(), "and it goes again: {off:?}");
}

#[test]
fn without_the_app_nothing_is_written() {
    let place = made(&["Athena"], "broca2");
    let refused = prefer(&place, &installed(&place, false), "true");
    assert_eq!(refused.status.code(), Some(2), "there is nothing to start: {refused:?}");
    assert!(String::from_utf8_lossy(&refused.stderr).contains("program_unknown"), "it says so: {refused:?}");
    assert_eq!(items(&place), Vec::<String>::new(), "no login item");
    assert_eq!(value(&place, "preferences", "start_at_login"), "false", "and the preference is as it was");
}
