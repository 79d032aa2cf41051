//! The real gnome-keyring, in a D-Bus session and a home of its own. Each scene runs as a child of the test.

use crate::secret;
use sanctum_secrets::{DEFAULT_TIMEOUT, Kind, SecretError, StoreState, open, service_name};
use secret_service::EncryptionType;
use secret_service::blocking::{Item, SecretService};
use std::collections::HashMap;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

const SCENE: &str = "SANCTUM_TEST_KEYRING_SCENE";

/// Runs one scene; `start` is what happens in the session before it.
fn play(scene: &str, home: &Path, start: Option<&str>) {
    let exe = std::env::current_exe().unwrap();
    let mut command = match start {
        Some(start) => {
            let mut command = Command::new("dbus-run-session");
            command.args(["--", "bash", "-c", &format!("{start} exec \"$0\" \"$@\"")]).arg(&exe);
            command
        }
        None => Command::new(&exe),
    };
    let out = command
        .args(["--ignored", "--exact", "keyring::scene", "--nocapture"])
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        .env("HOME", home)
        .env("XDG_DATA_HOME", home.join("data"))
        .env("XDG_CONFIG_HOME", home.join("config"))
        .env("XDG_CACHE_HOME", home.join("cache"))
        .env("XDG_RUNTIME_DIR", home.join("run"))
        .env(SCENE, scene)
        .stdin(Stdio::null())
        .output()
        .unwrap_or_else(|error| {
            panic!("scene {scene}: {error}; the test needs dbus-run-session and gnome-keyring-daemon")
        });
    let text = format!("{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
    assert!(out.status.success(), "scene {scene} failed:\n{text}");
    assert!(text.contains("scene played"), "scene {scene} must really have run:\n{text}");
}

fn home() -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    for dir in ["data", "config", "cache", "run"] {
        std::fs::create_dir(home.path().join(dir)).unwrap();
    }
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(home.path().join("run"), std::fs::Permissions::from_mode(0o700)).unwrap();
    home
}

const UNLOCKED: &str = "echo -n pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null;";
const LOCKED: &str = "gnome-keyring-daemon --start --components=secrets >/dev/null;";

/// Does something to an item as the desktop's own keyring app would.
fn item(account: &str, act: impl FnOnce(&Item<'_>)) {
    let service = SecretService::connect(EncryptionType::Plain).unwrap();
    let name = service_name("test-install");
    let found = service.search_items(HashMap::from([("service", name.as_str()), ("username", account)])).unwrap();
    assert_eq!(found.unlocked.len(), 1, "one item stands under `{account}`, whatever was set before");
    act(&found.unlocked[0]);
}

#[test]
fn an_open_keyring_keeps_secrets_and_a_locked_one_says_so() {
    let home = home();
    play("open", home.path(), Some(UNLOCKED));
    let files = std::fs::read_dir(home.path().join("data/keyrings")).unwrap().count();
    assert!(files > 0, "the keyring must have been made in the test's own home");
    play("locked", home.path(), Some(LOCKED));
}

#[test]
fn a_session_without_a_keyring_or_without_a_bus_says_absent() {
    play("no default keyring", home().path(), Some(LOCKED));
    play("no bus", home().path(), None);
}

#[test]
fn many_items_with_every_kind_of_name_are_kept_apart() {
    play("many", home().path(), Some(UNLOCKED));
}

#[test]
fn what_another_program_does_to_an_item_is_seen() {
    play("others", home().path(), Some(UNLOCKED));
}

#[test]
#[ignore = "a scene: played by the tests above, in a session of its own"]
fn scene() {
    // Without the variable this would reach the real keychain of whoever runs ignored tests.
    let Ok(scene) = std::env::var(SCENE) else {
        return;
    };
    let store = open(Kind::Os, "test-install", Path::new("/nonexistent"), None).unwrap();
    let wait = Duration::from_secs(5);
    let started = Instant::now();
    match scene.as_str() {
        "open" => {
            let peek = store.peek(wait);
            assert_eq!(peek.state, StoreState::Ok, "an unlocked keyring is there: {peek:?}");
            let check = store.check(wait);
            assert_eq!(check.state, StoreState::Ok, "the canary passes: {check:?}");
            println!("check: {}", check.reason);
            assert!(!store.contains("canary").unwrap(), "and leaves nothing");
            store.set("athena/broca2/TOKEN", &secret("one ' \" $ é\n")).unwrap();
            store.set("athena/broca2/TOKEN", &secret("two ' \" $ é\n")).unwrap();
            assert_eq!(
                store.get("athena/broca2/TOKEN").unwrap().expose(),
                "two ' \" $ é\n",
                "the later value comes back whole"
            );
            assert!(store.contains("athena/broca2/TOKEN").unwrap(), "it is there");
            assert!(!store.contains("athena/broca2").unwrap(), "a part of a name is another name");
            let other = open(Kind::Os, "other-install", Path::new("/nonexistent"), None).unwrap();
            assert!(!other.contains("athena/broca2/TOKEN").unwrap(), "another install does not see it");
            store.set("gone", &secret("x")).unwrap();
            store.delete("gone").unwrap();
            assert_eq!(store.get("gone").unwrap_err(), SecretError::NoSuchItem("gone".into()), "a removed one is gone");
        }
        "locked" => {
            let peek = store.peek(wait);
            assert_eq!(peek.state, StoreState::Locked, "a locked keyring must be named: {peek:?}");
            assert!(store.contains("athena/broca2/TOKEN").unwrap(), "presence can be told without unlocking");
            for error in [store.get("athena/broca2/TOKEN").err(), store.set("x", &secret("y")).err()] {
                let error = error.expect("a locked keyring must not answer");
                assert!(matches!(error, SecretError::Locked | SecretError::Slow(_)), "locked or slow, not {error:?}");
                assert!(error.to_string().ends_with("then try again."), "what to do is told: {error}");
            }
            let asking = Arc::clone(&store);
            let (answer, answers) = std::sync::mpsc::channel();
            std::thread::spawn(move || answer.send(asking.get("athena/broca2/TOKEN").map(drop)));
            let answered = answers.recv_timeout(DEFAULT_TIMEOUT * 2).expect("a caller is not left hanging");
            assert!(answered.is_err(), "and is not told that it is open");
            assert_eq!(store.peek(wait).state, StoreState::Locked, "looking goes on after it");
        }
        "many" => {
            let names = crate::names();
            for name in &names {
                store.set(name, &secret(&format!("value of {name}"))).unwrap();
            }
            for name in &names {
                let read = store.get(name).unwrap();
                assert_eq!(read.expose(), format!("value of {name}"), "{name:?} gives back its own value");
            }
            let asked = Instant::now();
            let there = names.iter().filter(|name| store.contains(name).unwrap()).count();
            println!("contains: {:.2} ms each", asked.elapsed().as_secs_f64() * 1e3 / names.len() as f64);
            assert_eq!(there, names.len(), "each is there");
            for name in crate::strangers() {
                assert!(!store.contains(&name).unwrap(), "{name:?} was never stored");
                assert_eq!(store.get(&name).unwrap_err(), SecretError::NoSuchItem(name.clone()), "and is not found");
            }
            store.delete(&names[0]).unwrap();
            assert!(!store.contains(&names[0]).unwrap(), "one is removed");
            assert!(names[1..].iter().all(|name| store.contains(name).unwrap()), "and takes no other along");
        }
        "others" => {
            let account = "athena/broca2/TOKEN@2";
            store.set(account, &secret("ours")).unwrap();
            item(account, |item| item.set_secret(b"theirs", "text/plain").unwrap());
            assert_eq!(store.get(account).unwrap().expose(), "theirs", "a value replaced outside is the value");
            item(account, |item| item.set_secret(b"\xff\xfe", "application/octet-stream").unwrap());
            let error = store.get(account).unwrap_err();
            assert!(matches!(error, SecretError::Failed(_)), "what is no text is told as that: {error:?}");
            store.set(account, &secret("ours again")).unwrap();
            assert_eq!(store.get(account).unwrap().expose(), "ours again", "and can be set again");
            item(account, |item| item.delete().unwrap());
            let gone = SecretError::NoSuchItem(account.into());
            assert_eq!(store.get(account).unwrap_err(), gone, "an item removed outside is gone");
            assert_eq!(store.delete(account).unwrap_err(), gone, "and cannot be removed once more");
            assert!(!store.contains(account).unwrap(), "nor is it there");
            store.set(account, &secret("new")).unwrap();
            assert_eq!(store.get(account).unwrap().expose(), "new", "setting it makes it anew");
            let service = SecretService::connect(EncryptionType::Plain).unwrap();
            service.get_default_collection().unwrap().lock().unwrap();
            let error = store.get(account).unwrap_err();
            assert!(matches!(error, SecretError::Locked | SecretError::Slow(_)), "locked meanwhile: {error:?}");
            assert!(store.contains(account).unwrap(), "but it is not called gone");
        }
        "no default keyring" => {
            let health = store.check(wait);
            assert!(!health.is_ok(), "a keyring that does not exist must not pass: {health:?}");
            assert_eq!(store.peek(wait).state, StoreState::Absent, "it must be named absent: {:?}", store.peek(wait));
        }
        "no bus" => {
            for health in [store.peek(wait), store.check(wait)] {
                assert_eq!(health.state, StoreState::Absent, "no bus is an absent keychain: {health:?}");
            }
            assert!(matches!(store.get("x"), Err(SecretError::Absent(_))), "reading must say absent too");
        }
        other => panic!("no scene {other}"),
    }
    assert!(started.elapsed() < Duration::from_secs(45), "nothing may hang");
    println!("scene played in {:?}", started.elapsed());
}
