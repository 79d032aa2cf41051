//! The encrypted file: damage, strangers, other processes.

use crate::secret;
use sanctum_secrets::{Kind, SecretError, SecretStore, StoreState, open};
use serde_json::Value;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

fn store(dir: &Path, passphrase: &str) -> Arc<dyn SecretStore> {
    open(Kind::File, "id", dir, Some(secret(passphrase))).unwrap()
}

fn path(dir: &Path) -> PathBuf {
    dir.join("secrets.json")
}

/// A file with two secrets.
fn filled() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let store = store(dir.path(), "pass");
    store.set("a", &secret("value-of-a")).unwrap();
    store.set("b", &secret("value-of-b")).unwrap();
    dir
}

fn edit(dir: &Path, change: impl FnOnce(&mut Value)) {
    let mut value: Value = serde_json::from_slice(&fs::read(path(dir)).unwrap()).unwrap();
    change(&mut value);
    fs::write(path(dir), serde_json::to_vec(&value).unwrap()).unwrap();
}

#[test]
fn secrets_survive_a_restart_and_are_nowhere_readable() {
    let dir = filled();
    let again = store(dir.path(), "pass");
    assert_eq!(again.get("a").unwrap().expose(), "value-of-a", "a new start reads the old secret");
    assert_eq!(again.get("b").unwrap().expose(), "value-of-b", "and the other one");
    again.delete("a").unwrap();
    assert_eq!(
        store(dir.path(), "pass").get("a").unwrap_err(),
        SecretError::NoSuchItem("a".into()),
        "a removed one is gone"
    );
    for file in fs::read_dir(dir.path()).unwrap() {
        let file = file.unwrap();
        let bytes = fs::read(file.path()).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains("value-of") && !text.contains("pass\""), "{:?} must hold no value", file.path());
        let mode = file.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{:?} must be private", file.path());
    }
}

#[test]
fn many_items_with_every_kind_of_name_are_kept_apart() {
    let dir = tempfile::tempdir().unwrap();
    let writer = store(dir.path(), "pass");
    let names = crate::names();
    for name in &names {
        writer.set(name, &secret(&format!("value of {name}"))).unwrap();
    }
    let reader = store(dir.path(), "pass");
    for name in &names {
        assert_eq!(reader.get(name).unwrap().expose(), format!("value of {name}"), "{name:?} gives back its own value");
        assert!(reader.contains(name).unwrap(), "{name:?} is there");
    }
    for name in crate::strangers() {
        assert!(!reader.contains(&name).unwrap(), "{name:?} was never stored");
        assert_eq!(reader.get(&name).unwrap_err(), SecretError::NoSuchItem(name.clone()), "and is not found");
    }
    writer.delete(&names[0]).unwrap();
    assert!(!reader.contains(&names[0]).unwrap(), "one is removed");
    assert!(names[1..].iter().all(|name| reader.contains(name).unwrap()), "and takes no other along");
    for name in ["", "a\nb", &"l".repeat(513)] {
        let error = writer.set(name, &secret("v")).unwrap_err();
        assert!(matches!(error, SecretError::BadReference(_)), "{name:?} names no item: {error:?}");
    }
}

#[test]
fn looking_makes_no_file() {
    let dir = tempfile::tempdir().unwrap();
    let inner = dir.path().join("data");
    let store = store(&inner, "pass");
    assert_eq!(store.peek(Duration::from_secs(1)).state, StoreState::Ok, "no file yet is no fault");
    assert!(!store.contains("a").unwrap(), "nothing is there");
    assert!(!inner.exists(), "looking must not make the folder");
    assert_eq!(store.check(Duration::from_secs(5)).state, StoreState::Ok, "the check works on a fresh folder");
    let mode = fs::metadata(&inner).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o700, "the folder made for secrets must be private");
}

#[test]
fn a_wrong_passphrase_is_told_apart_from_damage() {
    let dir = filled();
    let before = fs::read(path(dir.path())).unwrap();
    let wrong = store(dir.path(), "other");
    assert_eq!(wrong.get("a").unwrap_err(), SecretError::WrongPassphrase, "reading must say wrong passphrase");
    assert_eq!(wrong.set("c", &secret("x")).unwrap_err(), SecretError::WrongPassphrase, "so must writing");
    assert_eq!(wrong.peek(Duration::from_secs(1)).state, StoreState::WrongPassphrase, "so must looking");
    assert_eq!(fs::read(path(dir.path())).unwrap(), before, "and the file must be as it was");

    let mut cut = before.clone();
    cut.truncate(before.len() / 2);
    fs::write(path(dir.path()), &cut).unwrap();
    assert!(
        matches!(wrong.get("a"), Err(SecretError::Damaged { .. })),
        "a cut file is damaged, whatever the passphrase"
    );
}

#[test]
fn a_change_of_any_byte_is_noticed() {
    let dir = filled();
    let good = fs::read(path(dir.path())).unwrap();
    // One store all along: its key is cached, so each byte costs no new derivation.
    let store = store(dir.path(), "pass");
    for at in 0..good.len() {
        for flip in [0x01, 0x20] {
            let mut bad = good.clone();
            bad[at] ^= flip;
            fs::write(path(dir.path()), &bad).unwrap();
            match store.get("a") {
                Ok(value) => {
                    assert_eq!(value.expose(), "value-of-a", "byte {at} may be white space, never another value")
                }
                Err(SecretError::Damaged { .. }) => {}
                Err(other) => panic!("byte {at} must give damage, got {other:?}"),
            }
        }
    }
    fs::write(path(dir.path()), &good).unwrap();
    assert_eq!(store.get("a").unwrap().expose(), "value-of-a", "the good file is good again");
}

#[test]
fn entries_cannot_trade_places_or_go_missing() {
    type Change = fn(&mut Value);
    let changes: [(&str, Change); 4] = [
        ("two entries swapped", |v| {
            let a = v["items"]["a"].clone();
            v["items"]["a"] = v["items"]["b"].clone();
            v["items"]["b"] = a;
        }),
        ("an entry removed", |v| drop(v["items"].as_object_mut().unwrap().remove("b"))),
        ("an entry copied under another name", |v| v["items"]["c"] = v["items"]["a"].clone()),
        ("a weaker key derivation", |v| v["kdf"]["memory_kib"] = 8.into()),
    ];
    for (what, change) in changes {
        let dir = filled();
        edit(dir.path(), change);
        // Somebody who also makes the checksum fit meets the seal: see the tests beside the format.
        let store = store(dir.path(), "pass");
        assert!(store.get("a").is_err() && store.get("c").is_err(), "{what}: must be refused by its checksum");
    }
}

#[test]
fn an_older_file_put_back_is_whole_and_a_mix_of_two_is_refused() {
    let dir = filled();
    let old: Value = serde_json::from_slice(&fs::read(path(dir.path())).unwrap()).unwrap();
    store(dir.path(), "pass").set("a", &secret("newer")).unwrap();
    edit(dir.path(), |v| v["items"]["a"] = old["items"]["a"].clone());
    assert!(
        matches!(store(dir.path(), "pass").get("a"), Err(SecretError::Damaged { .. })),
        "an old entry beside newer ones is refused"
    );
}

#[test]
fn pipes_folders_and_huge_files_are_refused_without_waiting() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(path(dir.path())).unwrap();
    assert!(
        matches!(store(dir.path(), "p").get("a"), Err(SecretError::Damaged { .. })),
        "a folder is not a secrets file"
    );
    fs::remove_dir(path(dir.path())).unwrap();
    assert!(
        std::process::Command::new("mkfifo").arg(path(dir.path())).status().unwrap().success(),
        "the test needs a pipe"
    );
    assert!(
        matches!(store(dir.path(), "p").get("a"), Err(SecretError::Damaged { .. })),
        "a pipe must not be waited for"
    );
}

#[test]
fn writers_of_several_processes_lose_nothing() {
    let dir = tempfile::tempdir().unwrap();
    store(dir.path(), "pass").set("first", &secret("x")).unwrap();
    std::thread::scope(|scope| {
        for n in 0..4 {
            let dir = dir.path();
            // A store of its own each, as another process would have.
            scope.spawn(move || {
                let store = store(dir, "pass");
                for m in 0..5 {
                    store.set(&format!("k{n}-{m}"), &secret("v")).unwrap();
                }
            });
        }
    });
    let store = store(dir.path(), "pass");
    for n in 0..4 {
        for m in 0..5 {
            assert!(store.contains(&format!("k{n}-{m}")).unwrap(), "k{n}-{m} must not be lost");
        }
    }
    let leftovers = fs::read_dir(dir.path())
        .unwrap()
        .filter(|f| f.as_ref().unwrap().file_name().to_string_lossy().ends_with(".new"))
        .count();
    assert_eq!(leftovers, 0, "no temporary file may stay");
}
