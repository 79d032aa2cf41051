//! Sessions: what opens one, what ends it, and that a stolen database opens none.

use sanctum_registry::{Role, sessions, users};
use time::Duration;

use crate::fixture::{Fixture, NOW, fixture, user};

fn start(f: &Fixture, user: i64) -> sessions::NewSession {
    f.write(|c| sessions::create(c, user, NOW + Duration::days(30), None, Some("app"), NOW))
}

#[test]
fn a_token_opens_its_session_until_the_end() {
    let f = fixture();
    let s = start(&f, 1);
    assert_eq!(s.token.len(), 64, "256 bits in hex");
    let held = f.read(|c| sessions::lookup(c, &s.token, NOW)).expect("it holds");
    assert_eq!((held.user.id, held.id.as_str()), (1, s.id.as_str()), "the account's session");
    let late = NOW + Duration::days(30);
    assert!(f.read(|c| sessions::lookup(c, &s.token, late - Duration::SECOND)).is_some(), "a second before the end");
    assert!(f.read(|c| sessions::lookup(c, &s.token, late)).is_none(), "not at its end");
    assert!(f.read(|c| sessions::lookup(c, "another", NOW)).is_none(), "not with another token");
    assert_eq!(f.write(|c| sessions::purge(c, late)), 1, "then it is swept away");
}

#[test]
fn a_copy_of_the_database_opens_nothing() {
    let f = fixture();
    let s = start(&f, 1);
    let copy = f.dir.path().join("stolen.db");
    f.registry.back_up(&copy).unwrap();
    let bytes = std::fs::read(&copy).unwrap();
    assert!(!bytes.windows(s.token.len()).any(|w| w == s.token.as_bytes()), "the token is not in it");
    let stored = f.one("SELECT session_token FROM user_sessions");
    assert!(f.read(|c| sessions::lookup(c, &stored, NOW)).is_none(), "what is stored is no token");
    assert!(f.read(|c| sessions::lookup(c, &s.id, NOW)).is_none(), "nor is the id");
    assert!(!format!("{s:?}").contains(&s.token), "nor does a log show it");
}

#[test]
fn signing_in_again_gives_a_new_token_and_ends_the_old() {
    let f = fixture();
    let old = start(&f, 1);
    let new = f.write(|c| sessions::rotate(c, &old.token, 1, NOW + Duration::days(30), Some("app"), NOW));
    assert_ne!(new.token, old.token, "a token that was seen before sign-in is worth nothing after");
    assert!(f.read(|c| sessions::lookup(c, &old.token, NOW)).is_none(), "the old one is over");
    assert!(f.read(|c| sessions::lookup(c, &new.token, NOW)).is_some(), "the new one holds");
}

#[test]
fn sessions_end_one_by_one_all_at_once_and_with_their_account() {
    let f = fixture();
    let eve = f.write(|c| users::create(c, user("eve", Role::User, Some(1))));
    let (a, b, c3, other) = (start(&f, eve), start(&f, eve), start(&f, eve), start(&f, 1));
    let holds = |s: &sessions::NewSession| f.read(|c| sessions::lookup(c, &s.token, NOW)).is_some();
    assert!(f.write(|c| sessions::revoke(c, &a.id)), "the first ends");
    assert!(!f.write(|c| sessions::revoke(c, &a.id)), "only once");
    assert!(!holds(&a) && holds(&b), "one is one");
    assert_eq!(f.write(|c| sessions::revoke_all(c, eve, Some(&b.id))), 1, "all but the one kept");
    assert!(holds(&b) && !holds(&c3) && holds(&other), "the kept one and the other account's hold");
    f.sql(&format!("UPDATE users SET is_active = 0 WHERE id = {eve}")).unwrap();
    assert!(!holds(&b), "a disabled account has no session");
}
