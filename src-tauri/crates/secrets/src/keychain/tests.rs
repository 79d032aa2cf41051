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

#[cfg(target_os = "linux")]
#[test]
fn each_trouble_of_a_keyring_is_told_apart() {
    use zbus::fdo;
    let told = |error| super::linux::translate(&error);
    let standard = |error: fdo::Error| told(secret_service::Error::ZbusFdo(error));
    assert_eq!(told(secret_service::Error::Locked), SecretError::Locked, "locked");
    assert_eq!(told(secret_service::Error::Prompt), SecretError::Locked, "a dismissed prompt leaves it locked");
    assert_eq!(standard(fdo::Error::AccessDenied("canary".into())), SecretError::Denied, "denied");
    let missing = [
        told(secret_service::Error::Unavailable),
        told(secret_service::Error::NoResult),
        standard(fdo::Error::ServiceUnknown("canary".into())),
        standard(fdo::Error::Disconnected("canary".into())),
    ];
    for error in missing {
        assert!(matches!(error, SecretError::Absent(_)), "missing: {error:?}");
        assert!(!error.to_string().contains("canary"), "what the other side says is not passed on: {error}");
    }
    let odd = standard(fdo::Error::Failed("canary".into()));
    assert!(matches!(odd, SecretError::Failed(_)), "anything else is a failure and not one of these: {odd:?}");
    assert!(!odd.to_string().contains("canary"), "nor is it then: {odd}");
}

/// A connection to one run of a keychain; another run does not know it.
struct Connected {
    to: usize,
    running: Arc<AtomicUsize>,
}

impl Vault for Connected {
    fn set(&self, _: &str, _: &str, _: &Secret) -> Result<(), SecretError> {
        self.peek()
    }
    fn get(&self, _: &str, _: &str) -> Result<Secret, SecretError> {
        self.peek().map(|()| secret("v"))
    }
    fn delete(&self, _: &str, _: &str) -> Result<(), SecretError> {
        self.peek()
    }
    fn contains(&self, _: &str, _: &str) -> Result<bool, SecretError> {
        self.peek().map(|()| true)
    }
    fn peek(&self) -> Result<(), SecretError> {
        let known = self.to == self.running.load(Ordering::SeqCst);
        if known { Ok(()) } else { Err(SecretError::Failed("the keyring answered `NoSession`".into())) }
    }
    fn is_locked(&self) -> bool {
        false
    }
}

#[test]
fn a_keychain_that_was_started_again_is_connected_to_again() {
    let (running, opened) = (Arc::new(AtomicUsize::new(1)), Arc::new(AtomicUsize::new(0)));
    let (r, o) = (running.clone(), opened.clone());
    let store = KeychainStore::with_vault("service".into(), Duration::from_secs(5), move || {
        o.fetch_add(1, Ordering::SeqCst);
        let to = r.load(Ordering::SeqCst).min(2);
        Ok(Box::new(Connected { to, running: r.clone() }))
    });
    store.set("a", &secret("1")).unwrap();
    running.store(2, Ordering::SeqCst);
    store.set("a", &secret("2")).expect("the first call after the restart succeeds");
    assert_eq!(opened.load(Ordering::SeqCst), 2, "over one new connection");
    // No connection to this one can be made.
    running.store(3, Ordering::SeqCst);
    let error = store.get("a").expect_err("what fails over a new connection too is an error");
    assert!(matches!(error, SecretError::Failed(_)), "and is passed on: {error:?}");
    assert_eq!(opened.load(Ordering::SeqCst), 3, "after one more try, not for ever");
}

#[test]
fn a_call_that_never_comes_back_is_given_up_and_the_next_one_gets_a_thread_of_its_own() {
    let (hangs, opened) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let (h, o) = (hangs.clone(), opened.clone());
    let worker = Worker::new(Box::new(move || {
        // Only the first connection is to a daemon that ends while it asks.
        let gate = if o.fetch_add(1, Ordering::SeqCst) == 0 { h.clone() } else { Arc::new(AtomicBool::new(true)) };
        Ok(Box::new(Gated { items: Mutex::default(), gate, locked: false, sets: Arc::default() }))
    }));
    let worker = worker.giving_up_after(Duration::from_millis(150));
    let ask = || worker.run(Duration::from_millis(50), |vault| vault.contains("service", "a"));
    assert!(matches!(ask(), Err(SecretError::Slow(_))), "the first call hangs");
    assert!(matches!(ask(), Err(SecretError::Slow(_))), "the next one still waits behind it");
    std::thread::sleep(Duration::from_millis(200));
    let until = Instant::now() + Duration::from_secs(5);
    while ask().is_err() {
        assert!(Instant::now() < until, "a later call must be answered");
    }
    assert_eq!(opened.load(Ordering::SeqCst), 2, "over one new connection");
    hangs.store(true, Ordering::SeqCst);
}
