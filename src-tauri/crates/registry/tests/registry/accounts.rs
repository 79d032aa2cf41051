//! Making accounts, and what a password must be.

use proptest::prelude::*;
use sanctum_registry::{
    ConstraintKind, RegistryError, Role,
    users::{
        self, HashVerdict, NewUser, PasswordFinding, hash_password, password_findings, password_strength, verify_hash,
    },
};

use crate::fixture::{PASSWORD, fixture, hash, user};

#[test]
fn a_hash_is_argon2id_salted_and_verifies_only_its_password() {
    let (one, two) = (hash(), hash_password(PASSWORD).unwrap());
    assert!(one.starts_with("$argon2id$v=19$m=65536,t=3,p=4$"), "RFC 9106's second choice, got {one}");
    assert_ne!(one, two, "each has its own salt");
    assert_eq!(verify_hash(PASSWORD, &two), HashVerdict { matches: true, needs_rehash: false }, "the password");
    assert!(!verify_hash("seven owls over Osaka", &two).matches, "another one");
}

#[test]
fn an_accent_is_the_same_however_it_was_typed() {
    let composed = hash_password("caf\u{e9} au lait").unwrap();
    assert!(verify_hash("cafe\u{301} au lait", &composed).matches, "a Mac may send the accent apart");
}

#[test]
fn a_hash_that_is_none_or_asks_too_much_matches_nothing() {
    let costly = "$argon2id$v=19$m=4294967295,t=3,p=4$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNoaGFzaGhhc2g";
    for stored in ["", "plain", "$2b$31$abcdefghijklmnopqrstuuJq0S7hD0S7hD0S7hD0S7hD0S7hD0S7hC", costly] {
        assert!(!verify_hash("plain", stored).matches, "`{stored}` must not match, nor take for ever");
    }
}

#[test]
fn weak_passwords_are_refused_with_the_reason() {
    use PasswordFinding::{Common, Empty, HasUsername, TooLong, TooShort};
    let long = "x y".repeat(400);
    let cases: &[(&str, &[PasswordFinding])] = &[
        ("", &[Empty]),
        ("short", &[TooShort { have: 5 }]),
        ("password123!", &[Common]),
        ("P@ssw0rd2024", &[Common]),
        ("qwertyuiop", &[Common]),
        ("1234567890", &[Common]),
        ("aaaaaaaaaaaa", &[Common]),
        ("iloveyouiloveyou", &[Common]),
        ("my name is rowan", &[HasUsername]),
        (&long, &[TooLong { bytes: 1200 }]),
        (PASSWORD, &[]),
        ("lettuce, lamp, lido", &[]),
        ("ハローハローキティと猫たち", &[]),
    ];
    for (password, expected) in cases {
        assert_eq!(password_findings(password, "Rowan"), *expected, "findings for `{password}`");
    }
}

#[test]
fn strength_rises_from_guessable_to_long() {
    let levels: Vec<u8> =
        ["password123", "kq8d", "kqzdwpatge", "river-42-Lamp", PASSWORD, "correct lamp 42 Batteries, oddly stapled"]
            .map(|p| password_strength(p, "rowan"))
            .to_vec();
    assert_eq!((levels[0], levels[1]), (0, 0), "guessed at once");
    assert!(levels.windows(2).all(|w| w[0] <= w[1]), "the meter never falls along this row: {levels:?}");
    assert_eq!(levels.last(), Some(&4), "a long phrase is strong");
}

proptest! {
    #[test]
    fn judging_a_password_never_panics(password in ".{0,80}", name in ".{0,20}") {
        prop_assert!(password_strength(&password, &name) <= 4, "the meter has five levels");
        let short = password_findings(&password, &name).iter().any(|f| matches!(f, PasswordFinding::TooShort { .. } | PasswordFinding::Empty));
        prop_assert!(short || password.chars().count() >= 9, "a short password is always found");
    }
}

#[test]
fn an_account_is_made_once_with_a_hash_and_a_name() {
    let f = fixture();
    let id = f.write(|c| {
        users::create(c, NewUser { email: Some("eve@example.org".into()), ..user("Éve", Role::Viewer, Some(1)) })
    });
    let found = f.read(|c| users::by_name(c, "E\u{301}ve")).expect("found however the accent is typed");
    assert_eq!((found.id, found.role, found.created_by), (id, Role::Viewer, Some(1)), "as it was made");
    let again = f.registry.write(|c| users::create(c, user("éVE", Role::User, Some(1))));
    assert!(
        matches!(again, Err(RegistryError::Constraint { kind: ConstraintKind::Unique, .. })),
        "one name, one account, got {again:?}"
    );
    for name in ["", "  ", " eve", "eve\n", &"e".repeat(101)] {
        let refused = f.registry.write(|c| users::create(c, user(name, Role::User, Some(1))));
        assert!(matches!(refused, Err(RegistryError::Invalid { .. })), "`{name}` is no name, got {refused:?}");
    }
    let plain = f
        .registry
        .write(|c| users::create(c, NewUser { password_hash: PASSWORD.into(), ..user("bob", Role::User, Some(1)) }));
    assert!(matches!(plain, Err(RegistryError::Invalid { .. })), "a password is never stored as it is, got {plain:?}");
}

#[test]
fn no_debug_text_holds_a_hash() {
    let f = fixture();
    let account = f.read(|c| users::get(c, 1)).unwrap();
    let text = format!("{account:?}{:?}", user("eve", Role::User, None));
    assert!(!text.contains("argon2"), "a log of it would hold the hash: {text}");
}

#[test]
fn a_new_password_forgets_the_lock() {
    let f = fixture();
    f.sql("UPDATE users SET failed_login_attempts = 9, locked_until = '2026-01-02 03:14:05'").unwrap();
    f.write(|c| users::set_password(c, 1, &hash()));
    let account = f.read(|c| users::get(c, 1)).unwrap();
    assert_eq!((account.failed_login_attempts, account.locked_until), (0, None), "a fresh start");
    let nobody = f.registry.write(|c| users::set_password(c, 404, &hash()));
    assert!(matches!(nobody, Err(RegistryError::NotFound { .. })), "no such account, got {nobody:?}");
}
