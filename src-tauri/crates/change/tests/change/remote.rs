//! Steps at a server: checked before, read back, taken back when anything else fails, and never guessed.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use sanctum_change::{
    ApplyControl, ChangeError, Engine, Fault, Outcome, Plan, Receipt, Remote, RemoteTrouble, Row, describe,
};
use serde_json::{Value, json};

use crate::support::{At, Install, now, operator};

/// A server that keeps values by name.
#[derive(Default)]
struct Server {
    values: Mutex<BTreeMap<String, Value>>,
    mood: Mutex<Mood>,
    acts: Mutex<usize>,
}

#[derive(Default, Clone, Copy, PartialEq)]
enum Mood {
    #[default]
    Well,
    /// Nobody answers.
    Away,
    /// Looks, and is gone when it is told.
    GoesAway,
    /// Does it, and the answer is lost; afterwards it answers again.
    LosesTheAnswer,
    /// Does it, and is gone from then on.
    DiesAfterwards,
    /// Refuses what it is told.
    Refuses,
    /// Agrees, and does something else.
    Lies,
}

impl Server {
    fn with(name: &str, value: Value) -> Arc<Server> {
        let server = Arc::new(Server::default());
        server.put(name, value);
        server
    }

    fn put(&self, name: &str, value: Value) {
        self.values.lock().unwrap().insert(name.to_owned(), value);
    }

    fn now(&self, name: &str) -> Value {
        self.values.lock().unwrap().get(name).cloned().unwrap_or(Value::Null)
    }

    fn feel(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
    }
}

fn away(untouched: bool) -> RemoteTrouble {
    RemoteTrouble { words: "Nobody answers there.".to_owned(), untouched }
}

impl Remote for Server {
    fn look(&self, what: &Value) -> Result<Value, RemoteTrouble> {
        if *self.mood.lock().unwrap() == Mood::Away {
            return Err(away(true));
        }
        Ok(self.now(what.as_str().unwrap()))
    }

    fn act(&self, what: &Value, before: &Value, after: &Value) -> Result<(), RemoteTrouble> {
        let name = what.as_str().unwrap();
        assert_eq!(self.now(name), *before, "the engine only acts on what it saw");
        let mood = *self.mood.lock().unwrap();
        match mood {
            Mood::Away | Mood::GoesAway => {
                self.feel(Mood::Away);
                return Err(away(true));
            }
            Mood::Refuses => return Err(RemoteTrouble { words: "It said no.".to_owned(), untouched: false }),
            Mood::Lies => self.put(name, json!("something else")),
            Mood::Well | Mood::LosesTheAnswer | Mood::DiesAfterwards => self.put(name, after.clone()),
        }
        *self.acts.lock().unwrap() += 1;
        match mood {
            Mood::LosesTheAnswer => {
                self.feel(Mood::Well);
                Err(away(false))
            }
            Mood::DiesAfterwards => {
                self.feel(Mood::Away);
                Err(away(false))
            }
            _ => Ok(()),
        }
    }
}

/// A file, the server, a file, and a row.
fn plan(install: &Install, what: &str, before: Value, after: Value) -> Plan {
    let mut p = install.planner();
    p.write_file("first.txt", b"first\n".to_vec(), 0o600, "Write the first").unwrap();
    p.remote(("server", "Server · Athena"), json!(what), (before, after), "Rename it there").unwrap();
    p.write_file("second.txt", b"second\n".to_vec(), 0o600, "Write the second").unwrap();
    let key = Row::new().with("uid", "athena");
    p.registry_put("agents", key, Row::new().with("name", "Minerva"), "Rename it here").unwrap();
    p.finish("Rename Athena", "")
}

fn engine(install: &Install, server: &Arc<Server>) -> Engine {
    install.engine().with_remote("server", Arc::clone(server) as Arc<dyn Remote>)
}

fn apply(install: &Install, server: &Arc<Server>, plan: &Plan) -> Result<Receipt, ChangeError> {
    engine(install, server).apply(plan, &operator(), &now, &ApplyControl::quiet())
}

#[test]
fn a_step_at_a_server_is_done_read_back_and_undone() {
    let (install, server) = (Install::new(), Server::with("name", json!("Athena")));
    let old = install.both();
    let plan = plan(&install, "name", json!("Athena"), json!("Minerva"));
    let view = &describe(&plan)[1];
    assert_eq!((view.kind, view.target.as_str()), ("remote", "Server · Athena"), "the sheet says where it happens");
    assert_eq!(view.before.as_deref(), Some(&b"Athena\n"[..]), "and what is there before");
    apply(&install, &server, &plan).unwrap();
    assert_eq!(server.now("name"), json!("Minerva"), "the server was told");
    let stored = engine(&install, &server).load(&plan.id).unwrap();
    assert_eq!(stored.steps[1].after.as_deref(), Some(&b"Minerva\n"[..]), "the journal shows it as well");
    let undo = engine(&install, &server).plan_undo(&plan.id).unwrap();
    apply(&install, &server, &undo).unwrap();
    assert_eq!(server.now("name"), json!("Athena"), "undo puts it back there");
    assert_eq!(install.both(), old, "and here");
    let redo = engine(&install, &server).plan_undo(&undo.id).unwrap();
    apply(&install, &server, &redo).unwrap();
    assert_eq!(server.now("name"), json!("Minerva"), "and redo does it again");
}

#[test]
fn what_changed_there_since_makes_a_plan_stale_and_an_undo_a_conflict() {
    let (install, server) = (Install::new(), Server::with("name", json!("Athena")));
    let stale = plan(&install, "name", json!("Athena"), json!("Minerva"));
    server.put("name", json!("Pallas"));
    let old = install.both();
    let refused = apply(&install, &server, &stale).unwrap_err();
    assert!(matches!(refused, ChangeError::Stale { .. }), "it is refused before anything is written: {refused}");
    assert_eq!((install.both(), install.state(&stale.id)), (old, None), "nothing was begun");
    let fresh = plan(&install, "name", json!("Pallas"), json!("Minerva"));
    apply(&install, &server, &fresh).unwrap();
    server.put("name", json!("Diana"));
    let conflict = engine(&install, &server).plan_undo(&fresh.id).unwrap_err();
    assert!(conflict.to_string().contains("`Server · Athena` was changed there since"), "it says where: {conflict}");
    server.feel(Mood::Away);
    let conflicts = engine(&install, &server).undo_conflicts(&fresh.id).unwrap();
    assert!(conflicts[0].what.contains("Nobody answers"), "a server that is away is in the way too: {conflicts:?}");
}

#[test]
fn whatever_goes_wrong_at_the_server_the_old_state_stands_on_both_sides() {
    for (mood, words) in [
        (Mood::Away, "Nobody answers"),
        (Mood::GoesAway, "Nobody answers"),
        (Mood::Refuses, "said no"),
        (Mood::LosesTheAnswer, "Nobody answers"),
    ] {
        let (install, server) = (Install::new(), Server::with("name", json!("Athena")));
        let old = install.both();
        let plan = plan(&install, "name", json!("Athena"), json!("Minerva"));
        server.feel(mood);
        let error = apply(&install, &server, &plan).unwrap_err();
        assert!(matches!(error, ChangeError::RemoteFailed { .. }), "the cause is told: {error:?}");
        assert!(error.to_string().contains(words), "in its words: {error}");
        assert_eq!(server.now("name"), json!("Athena"), "nothing is different there");
        assert_eq!(install.both(), old, "nor here");
    }
}

#[test]
fn a_later_step_that_fails_takes_the_server_back() {
    let server = Server::with("name", json!("Athena"));
    let mut hit = 0;
    for at in 0.. {
        let install = Install::new();
        let old = install.both();
        let plan = plan(&install, "name", json!("Athena"), json!("Minerva"));
        let faults = At::new(at, Fault::Errno(28));
        let faulty = engine(&install, &server).with_faults(Arc::clone(&faults) as Arc<dyn sanctum_change::Faults>);
        let result = faulty.apply(&plan, &operator(), &now, &ApplyControl::quiet());
        let Some(point) = faults.hit() else { break };
        hit += 1;
        if result.is_ok() {
            server.put("name", json!("Athena"));
            continue;
        }
        assert_eq!(server.now("name"), json!("Athena"), "a full disk at {point} leaves the server as it was");
        assert_eq!(install.both(), old, "and the tree");
    }
    assert!(hit > 5, "every point was failed, the one before the server among them");
}

#[test]
fn after_a_death_at_any_point_recovery_asks_the_server_and_takes_it_back() {
    let mut acted = 0;
    for at in 0.. {
        let (install, server) = (Install::new(), Server::with("name", json!("Athena")));
        let old = install.both();
        let plan = plan(&install, "name", json!("Athena"), json!("Minerva"));
        let faults = At::new(at, Fault::Die);
        let faulty = engine(&install, &server).with_faults(Arc::clone(&faults) as Arc<dyn sanctum_change::Faults>);
        let result = faulty.apply(&plan, &operator(), &now, &ApplyControl::quiet());
        let Some(point) = faults.hit() else {
            result.unwrap();
            break;
        };
        acted += usize::from(server.now("name") == json!("Minerva"));
        engine(&install, &server).recover(&now).unwrap();
        let applied = install.state(&plan.id).as_deref() == Some("applied");
        let name = if applied { json!("Minerva") } else { json!("Athena") };
        assert_eq!(server.now("name"), name, "both sides are in one state after a death at {point}");
        assert_eq!(install.both() == old, !applied, "the tree as well");
    }
    assert!(acted > 2, "some deaths were after the server had been told");
}

#[test]
fn a_server_that_does_not_tell_needs_you_and_the_next_start_looks_again() {
    let (install, server) = (Install::new(), Server::with("name", json!("Athena")));
    let old = install.both();
    let plan = plan(&install, "name", json!("Athena"), json!("Minerva"));
    server.feel(Mood::DiesAfterwards);
    let error = apply(&install, &server, &plan).unwrap_err();
    assert!(matches!(error, ChangeError::NeedsYou { .. }), "nobody knows what became of it: {error:?}");
    assert!(error.to_string().contains("could not be looked at"), "and it says so: {error}");
    let recovered = engine(&install, &server).recover(&now).unwrap();
    assert_eq!(recovered[0].outcome, Outcome::NeedsYou, "as long as it is away");
    server.feel(Mood::Well);
    let recovered = engine(&install, &server).recover(&now).unwrap();
    assert_eq!(recovered[0].outcome, Outcome::RolledBack, "once it answers, it is settled");
    assert_eq!(server.now("name"), json!("Athena"), "there");
    assert_eq!(install.both(), old, "and here");
}

#[test]
fn a_state_that_is_neither_is_left_alone() {
    let (install, server) = (Install::new(), Server::with("name", json!("Athena")));
    let plan = plan(&install, "name", json!("Athena"), json!("Minerva"));
    server.feel(Mood::Lies);
    let error = apply(&install, &server, &plan).unwrap_err();
    assert!(matches!(error, ChangeError::NeedsYou { .. }), "what reads back otherwise needs you: {error:?}");
    assert_eq!(server.now("name"), json!("something else"), "and is not overwritten");
    assert_eq!(*server.acts.lock().unwrap(), 1, "it was told once");
}

#[test]
fn steps_about_one_thing_build_on_each_other() {
    let (install, server) = (Install::new(), Server::with("name", json!("a")));
    let mut p = install.planner();
    for (before, after) in [("a", "b"), ("b", "c")] {
        p.remote(("server", "Server"), json!("name"), (json!(before), json!(after)), "Go on").unwrap();
    }
    p.remote(("server", "Server"), json!("name"), (json!("c"), json!("c")), "Nothing").unwrap();
    let plan = p.finish("Twice", "");
    assert_eq!(plan.steps.len(), 2, "what is so already is no step");
    apply(&install, &server, &plan).unwrap();
    assert_eq!(server.now("name"), json!("c"), "the last one counts");
    let undo = engine(&install, &server).plan_undo(&plan.id).unwrap();
    apply(&install, &server, &undo).unwrap();
    assert_eq!(server.now("name"), json!("a"), "and undo goes all the way back");
}

#[test]
fn a_server_nobody_told_of_is_refused_before_anything_is_written() {
    let install = Install::new();
    let old = install.both();
    let plan = plan(&install, "name", json!("Athena"), json!("Minerva"));
    let error = install.apply(&plan).unwrap_err();
    assert!(error.to_string().contains("`server`"), "it names it: {error}");
    assert_eq!((install.both(), install.state(&plan.id)), (old, None), "nothing was begun");
}

#[test]
fn what_is_kept_is_for_its_owner_alone_and_never_overwritten() {
    use std::os::unix::fs::PermissionsExt;
    let install = Install::new();
    let file = install.engine().keep("athena.af", b"{}").unwrap();
    assert!(file.starts_with(install.root.join("control/trash")), "it lies in the trash: {file:?}");
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600, "nobody else reads it");
    assert!(install.engine().keep("athena.af", b"x").is_err(), "a second one does not replace the first");
    assert_eq!(std::fs::read(&file).unwrap(), b"{}", "which is as it was");
    for name in ["", ".hidden", "../out", "a/b", "a b"] {
        assert!(install.engine().keep(name, b"x").is_err(), "`{name}` is not the name of a file");
    }
}
