//! The waiting, with a keychain that is as slow or as locked as the test wants.

use super::*;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, mpsc};

/// A keychain in memory that waits for `gate` before each call.
struct Gated {
    items: Mutex<BTreeMap<String, Secret>>,
    gate: Arc<AtomicBool>,
    locked: bool,
    sets: Arc<AtomicUsize>,
}

impl Gated {
    fn wait(&self) {
        while !self.gate.load(Ordering::SeqCst) {
            std::thread::sleep(Duration::from_millis(2));
        }
    }
}

impl Vault for Gated {
    fn set(&self, _: &str, account: &str, value: &Secret) -> Result<(), SecretError> {
        self.wait();
        self.sets.fetch_add(1, Ordering::SeqCst);
        self.items.lock().unwrap().insert(account.into(), value.clone());
        Ok(())
    }
    fn get(&self, _: &str, account: &str) -> Result<Secret, SecretError> {
        self.wait();
        self.items.lock().unwrap().get(account).cloned().ok_or(SecretError::NoSuchItem(account.into()))
    }
    fn delete(&self, _: &str, account: &str) -> Result<(), SecretError> {
        self.wait();
        self.items.lock().unwrap().remove(account).map(drop).ok_or(SecretError::NoSuchItem(account.into()))
    }
    fn contains(&self, _: &str, account: &str) -> Result<bool, SecretError> {
        self.wait();
        Ok(self.items.lock().unwrap().contains_key(account))
    }
    fn peek(&self) -> Result<(), SecretError> {
        if self.locked { Err(SecretError::Locked) } else { Ok(()) }
    }
    fn is_locked(&self) -> bool {
        self.locked
    }
}

struct Rig {
    store: KeychainStore,
    gate: Arc<AtomicBool>,
    sets: Arc<AtomicUsize>,
    opened: Arc<AtomicUsize>,
}

fn rig(open_gate: bool, locked: bool) -> Rig {
    let (gate, sets, opened) =
        (Arc::new(AtomicBool::new(open_gate)), Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (g, s, o) = (gate.clone(), sets.clone(), opened.clone());
    let store = KeychainStore::with_vault("service".into(), Duration::from_millis(80), move || {
        o.fetch_add(1, Ordering::SeqCst);
        Ok(Box::new(Gated { items: Mutex::default(), gate: g.clone(), locked, sets: s.clone() }))
    });
    Rig { store, gate, sets, opened }
}

fn secret(text: &str) -> Secret {
    Secret::new(text.into())
}

#[test]
fn nothing_is_opened_before_the_first_call() {
    let rig = rig(true, false);
    assert_eq!(rig.opened.load(Ordering::SeqCst), 0, "making the store must not touch the keychain");
    rig.store.set("a", &secret("v")).unwrap();
    rig.store.get("a").unwrap();
    assert_eq!(rig.opened.load(Ordering::SeqCst), 1, "one connection serves all calls");
}

#[test]
fn a_keychain_that_does_not_answer_is_slow_and_does_not_hang() {
    let rig = rig(false, false);
    let started = Instant::now();
    assert!(matches!(rig.store.get("a"), Err(SecretError::Slow(_))), "an unanswered call must end as slow");
    assert!(matches!(rig.store.get("a"), Err(SecretError::Slow(_))), "so must the one queued behind it");
    assert!(started.elapsed() < Duration::from_secs(2), "both must end near their time-outs");
    assert_eq!(rig.store.check(Duration::from_millis(50)).state, StoreState::Slow, "the check must say slow");
    rig.gate.store(true, Ordering::SeqCst);
    let until = Instant::now() + Duration::from_secs(5);
    while rig.store.set("a", &secret("v")).is_err() {
        assert!(Instant::now() < until, "the store must work again once the keychain answers");
    }
    assert_eq!(rig.store.get("a").unwrap().expose(), "v", "and must give back what was set");
}

#[test]
fn a_locked_keychain_that_blocks_is_locked_and_not_slow() {
    let rig = rig(false, true);
    assert_eq!(rig.store.get("a").unwrap_err(), SecretError::Locked, "a blocked call on a locked keychain is Locked");
    rig.gate.store(true, Ordering::SeqCst);
}

#[test]
fn a_write_whose_caller_gave_up_in_the_queue_never_happens() {
    let rig = rig(false, false);
    assert!(rig.store.get("first").is_err(), "the first call blocks the thread");
    assert!(rig.store.set("late", &secret("v")).is_err(), "the second one gives up in the queue");
    rig.gate.store(true, Ordering::SeqCst);
    std::thread::sleep(Duration::from_millis(60));
    assert!(!rig.store.contains("late").unwrap(), "what was reported as not stored must not be stored later");
    assert_eq!(rig.sets.load(Ordering::SeqCst), 0, "no write may have run");
}

#[test]
fn a_check_leaves_nothing_behind_and_calls_from_many_threads_all_end() {
    let rig = rig(true, false);
    let health = rig.store.check(Duration::from_secs(1));
    assert!(health.is_ok(), "a working keychain passes: {health:?}");
    let store = Arc::new(rig.store);
    let (done, all) = mpsc::channel();
    for n in 0..8 {
        let (store, done) = (store.clone(), done.clone());
        std::thread::spawn(move || {
            let account = format!("k{n}");
            let ok = store.set(&account, &secret(&account)).and_then(|()| store.get(&account));
            done.send(ok.is_ok_and(|read| read.expose() == account)).unwrap();
        });
    }
    drop(done);
    assert_eq!(all.iter().filter(|ok| *ok).count(), 8, "each thread must read its own value back");
}

#[test]
fn references_that_a_keychain_could_take_as_a_wildcard_are_refused() {
    let rig = rig(true, false);
    for account in ["", "a\nb", "a\0b"] {
        assert!(matches!(rig.store.get(account), Err(SecretError::BadReference(_))), "{account:?} must be refused");
    }
    assert!(rig.store.set("a", &secret("")).is_err(), "an empty value is a clear, not a set");
}
