//! Which store is used, and what a secret shows of itself.

use crate::secret;
use sanctum_secrets::{Kind, SecretError, StoreState, kind_from_env, open, service_name};
use std::path::Path;
use std::time::Duration;

#[test]
fn the_variable_names_the_store_and_nothing_else_is_ever_chosen() {
    for (value, kind) in [
        (None, Kind::Os),
        (Some(""), Kind::Os),
        (Some("os"), Kind::Os),
        (Some("file"), Kind::File),
        (Some("memory"), Kind::Memory),
    ] {
        assert_eq!(kind_from_env(value), Ok(kind), "{value:?} must choose {kind:?}");
    }
    for value in ["File", "keychain", " os", "plain", "file,os", "0"] {
        let error = kind_from_env(Some(value)).unwrap_err();
        assert!(error.to_string().contains(value), "{value:?} must be refused by name, got: {error}");
    }
}

#[test]
fn memory_keeps_replaces_and_forgets() {
    let store = open(Kind::Memory, "id", Path::new("/nonexistent"), None).unwrap();
    assert_eq!(store.get("a").unwrap_err(), SecretError::NoSuchItem("a".into()), "nothing is there at first");
    store.set("a", &secret("one")).unwrap();
    store.set("a", &secret("two")).unwrap();
    assert_eq!(store.get("a").unwrap().expose(), "two", "the later value counts");
    assert!(store.contains("a").unwrap(), "it is there");
    store.delete("a").unwrap();
    assert!(!store.contains("a").unwrap(), "it is gone");
    assert_eq!(
        store.delete("a").unwrap_err(),
        SecretError::NoSuchItem("a".into()),
        "a second delete has nothing to do"
    );
    assert_eq!(store.check(Duration::from_secs(1)).state, StoreState::Ok, "memory passes its check");
    assert!(!store.contains("canary").unwrap(), "the check leaves no item");
}

#[test]
fn values_that_no_process_can_receive_are_refused() {
    let store = open(Kind::Memory, "id", Path::new("/nonexistent"), None).unwrap();
    for value in ["", "a\0b", &"x".repeat(65 * 1024)] {
        assert!(
            matches!(store.set("a", &secret(value)), Err(SecretError::BadValue(_))),
            "{} bytes must be refused",
            value.len()
        );
    }
    assert!(!store.contains("a").unwrap(), "nothing may be stored after a refusal");
}

#[test]
fn a_secret_hides_from_debug_output() {
    assert_eq!(format!("{:?}", Some(secret("hunter2"))), "Some(Secret(…))", "Debug must not show the value");
    assert!(secret("a").same_as(&secret("a")), "equal values are the same");
    assert!(!secret("a").same_as(&secret("b")) && !secret("a").same_as(&secret("ab")), "others are not");
}

#[test]
fn items_of_two_installs_never_meet() {
    assert_ne!(service_name("a"), service_name("b"), "each install files under its own name");
    assert_eq!(
        service_name("a"),
        "org.sanctum.configurator/a",
        "the name is the one people look for in their keychain"
    );
}

#[test]
fn the_file_needs_a_passphrase() {
    for passphrase in [None, Some(secret(""))] {
        let error = open(Kind::File, "id", Path::new("/nonexistent"), passphrase).err();
        assert_eq!(error, Some(SecretError::PassphraseNeeded), "an encrypted file without a passphrase is refused");
    }
}
