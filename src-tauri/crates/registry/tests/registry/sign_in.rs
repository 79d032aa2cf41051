//! Signing in, and what guessing costs.

use sanctum_registry::{
    Role, parse_stamp,
    users::{self, FREE_FAILURES, LONGEST_LOCK, SignInError, lock_after, sign_in, verify},
};
use time::Duration;

use crate::fixture::{NOW, PASSWORD, fixture, user};

#[test]
fn the_right_password_lets_in_whatever_the_case_of_the_name() {
    let f = fixture();
    let user = sign_in(&f.registry, "ADMIN", PASSWORD, NOW).expect("the right password");
    assert_eq!((user.username.as_str(), user.role), ("admin", Role::Admin), "the account itself comes back");
    assert_eq!(user.last_login, Some(NOW), "the instant is noted");
}

#[test]
fn unknown_disabled_and_wrong_sound_the_same() {
    let f = fixture();
    f.write(|c| {
        users::create(c, user("eve", Role::User, Some(1)))?;
        c.execute("UPDATE users SET is_active = 0 WHERE username = 'eve'", [])?;
        Ok(())
    });
    let texts: Vec<String> = [("nobody", PASSWORD), ("eve", PASSWORD), ("admin", "not the password")]
        .map(|(name, password)| sign_in(&f.registry, name, password, NOW).expect_err("refused").to_string())
        .to_vec();
    assert!(texts.iter().all(|t| *t == texts[0]), "nothing tells which of them it was: {texts:?}");
    assert_eq!(
        f.one("SELECT failed_login_attempts FROM users WHERE username = 'eve'"),
        "0",
        "a disabled account counts nothing"
    );
}

#[test]
fn five_failures_are_free_then_each_locks_twice_as_long() {
    let f = fixture();
    for n in 1..=FREE_FAILURES {
        let e = sign_in(&f.registry, "admin", "wrong", NOW).expect_err("refused");
        assert!(matches!(e, SignInError::Wrong), "failure {n} is free, got {e:?}");
    }
    let e = sign_in(&f.registry, "admin", "wrong", NOW).expect_err("refused");
    let SignInError::LockedUntil(until) = e else { panic!("the sixth locks, got {e:?}") };
    assert!(until >= NOW + Duration::SECOND, "for at least a second");
    let e = sign_in(&f.registry, "admin", PASSWORD, NOW).expect_err("refused");
    assert!(matches!(e, SignInError::LockedUntil(_)), "while locked not even the right password helps, got {e:?}");
    assert_eq!(f.one("SELECT failed_login_attempts FROM users"), "6", "an attempt while locked is not counted");
    let e = sign_in(&f.registry, "admin", "wrong", until).expect_err("refused");
    let SignInError::LockedUntil(next) = e else { panic!("the seventh locks again, got {e:?}") };
    assert!(next - until >= Duration::seconds(2), "for twice as long");
    let user = sign_in(&f.registry, "admin", PASSWORD, next).expect("the lock has passed");
    assert_eq!((user.failed_login_attempts, user.locked_until), (0, None), "success forgets the failures");
}

#[test]
fn a_lock_doubles_up_to_a_quarter_of_an_hour() {
    assert_eq!(lock_after(5), Duration::ZERO, "five are free");
    let waits: Vec<i64> = (6..=17).map(|n| lock_after(n).whole_seconds()).collect();
    assert_eq!(waits, [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900], "doubling, then level");
    assert_eq!(lock_after(u32::MAX), LONGEST_LOCK, "no overflow");
}

#[test]
fn a_lock_from_a_clock_that_was_set_back_does_not_hold() {
    let f = fixture();
    f.sql("UPDATE users SET failed_login_attempts = 9, locked_until = '2031-01-01 00:00:00'").unwrap();
    sign_in(&f.registry, "admin", PASSWORD, NOW).expect("no lock of ours reaches years ahead");
}

#[test]
fn attempts_at_once_cannot_share_the_free_ones() {
    let f = fixture();
    std::thread::scope(|s| {
        for _ in 0..8 {
            s.spawn(|| drop(sign_in(&f.registry, "admin", "wrong", NOW)));
        }
    });
    assert_eq!(f.one("SELECT failed_login_attempts FROM users"), "6", "five free ones, and the one that locked");
    assert!(parse_stamp(&f.one("SELECT locked_until FROM users")).is_some(), "and it is locked");
}

#[test]
fn unlocking_checks_the_same_password_and_counts_the_same() {
    let f = fixture();
    verify(&f.registry, 1, PASSWORD, NOW).expect("the right password");
    assert_eq!(f.one("SELECT last_login FROM users"), "NULL", "unlocking is not signing in");
    let e = verify(&f.registry, 1, "wrong", NOW).expect_err("refused");
    assert!(matches!(e, SignInError::Wrong), "a wrong one is refused, got {e:?}");
    assert_eq!(f.one("SELECT failed_login_attempts FROM users"), "1", "and counted");
    assert!(verify(&f.registry, 404, PASSWORD, NOW).is_err(), "no such account");
}

#[test]
fn an_imported_bcrypt_hash_signs_in_once_and_is_replaced() {
    let f = fixture();
    let old = bcrypt_hash("an old password");
    f.sql(&format!("UPDATE users SET password_hash = '{old}'")).unwrap();
    assert!(sign_in(&f.registry, "admin", "another one", NOW).is_err(), "a wrong password is wrong");
    assert!(f.one("SELECT password_hash FROM users").starts_with("$2"), "and replaces nothing");
    sign_in(&f.registry, "admin", "an old password", NOW).expect("the old hash verifies");
    assert!(
        f.one("SELECT password_hash FROM users").starts_with("$argon2id$v=19$m=65536,t=3,p=4$"),
        "it is hashed our way now"
    );
    sign_in(&f.registry, "admin", "an old password", NOW).expect("and still the same password");
}

fn bcrypt_hash(password: &str) -> String {
    bcrypt::hash(password, 4).unwrap()
}
