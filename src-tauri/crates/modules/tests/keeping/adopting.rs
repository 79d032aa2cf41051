use std::time::Duration;

use sanctum_modules::control::{Now, StartError, Stopped, WhoKind, adopt, stop};
use sanctum_modules::process::{Identity, Signal};
use sanctum_modules::recipe::Policy;
use sanctum_modules::record::{Kind, State};

use crate::support::{Module, eventually, gone, kept, launcher, python, steady};

const GRACE: Duration = Duration::from_secs(20);

fn unkept(module: &Module) -> Identity {
    match module.look().now {
        Now::Unkept { module } => module,
        other => panic!("it runs without its keeper, and not {other:?}"),
    }
}

/// Kills the keeper and nothing else.
fn lose_keeper(module: &Module) -> Identity {
    let started = module.start();
    started.keeper.send(Signal::KILL).expect("somebody kills the keeper");
    gone("the keeper is gone", &started.keeper);
    assert!(started.module.alive(), "the module's life does not depend on it");
    started.module
}

#[test]
fn a_module_whose_keeper_was_killed_is_seen_taken_over_and_stopped() {
    let module = steady();
    let child = lose_keeper(&module);
    assert_eq!(unkept(&module), child, "a look tells it apart");
    let refused = module.try_start().expect_err("a second one is not started");
    assert!(
        matches!(&refused, StartError::Runs(who) if who.kind == WhoKind::Unkept && who.pid == child.pid),
        "{refused:?}"
    );

    let adopted = adopt(launcher(), &module.recipe, &module.state_dir(), &child).expect("it is taken over");
    assert_eq!(adopted.module, child, "the same process");
    assert_eq!(kept(&module.look()), (adopted.keeper, Some(child.clone())), "it has a keeper again");
    let record = module.record();
    assert!(record.adopted && record.state == State::Running, "and the record says how it came to it");
    assert!(record.is_of(&module.recipe), "with what it was started is still known");
    assert_eq!(module.texts(Kind::Adopted).len(), 1, "its history says so");

    assert_eq!(stop(&module.place(), GRACE), Ok(Stopped::Ended { killed: false }), "it stops like any other");
    assert!(!child.alive(), "it is gone");
}

#[test]
fn a_module_that_was_taken_over_is_started_again_when_it_ends() {
    let module = steady();
    let child = lose_keeper(&module);
    adopt(launcher(), &module.recipe, &module.state_dir(), &child).expect("it is taken over");
    child.send(Signal::KILL).expect("it ends");
    let record = module.until("another one runs", |record| record.restarts == 1 && record.state == State::Running);
    assert!(!record.adopted, "this one is the keeper's own");
    let exit = record.last_exit.expect("the end is recorded");
    assert_eq!((exit.code, exit.signal), (None, None), "its code could not be known");
    assert!(exit.words.contains("how is not known"), "and that is said: {}", exit.words);
}

#[test]
fn a_module_without_its_keeper_can_be_stopped_directly() {
    let module = steady();
    let child = lose_keeper(&module);
    assert_eq!(stop(&module.place(), GRACE), Ok(Stopped::Ended { killed: false }), "it is asked itself");
    assert!(!child.alive(), "it is gone");
    assert_eq!(module.record().state, State::Stopped, "and the record is put right");
    assert_eq!(module.look().now, Now::Over, "nothing is left to say");
}

#[test]
fn a_module_that_ended_unseen_is_lost_and_not_stopped() {
    let module = steady();
    let child = lose_keeper(&module);
    child.send(Signal::KILL).expect("it ends too");
    gone("both are gone", &child);
    eventually("a look finds nobody", || (module.look().now == Now::Lost).then_some(()));
    assert_eq!(stop(&module.place(), GRACE), Ok(Stopped::Nothing), "nothing to stop");
    module.start();
}

#[test]
fn a_module_that_was_started_by_hand_is_taken_over() {
    let mut module = python(
        "import os, time\nos.makedirs('run', exist_ok=True)\nopen('run/broca.pid', 'w').write(str(os.getpid()))\n\
         print('Application started', flush=True)\ntime.sleep(600)\n",
    );
    module.recipe.own_pid_file = Some(module.dir().join("run/broca.pid"));
    let dir = module.dir();
    let by_hand = module.run_by_hand(&["python3", "app/main.py"], &dir);
    eventually("it is found", || (module.look().now == Now::ByHand { module: by_hand.clone() }).then_some(()));
    adopt(launcher(), &module.recipe, &module.state_dir(), &by_hand).expect("it is taken over");
    assert!(!module.record().is_of(&module.recipe), "nobody knows with what it was started");
    assert_eq!(stop(&module.place(), GRACE), Ok(Stopped::Ended { killed: false }), "and stopped");
    module.collect(&by_hand);
}

#[test]
fn workers_of_one_that_was_taken_over_end_with_it_though_they_left_its_group() {
    let mut module = python(
        "import os, time\nprint('Application started', flush=True)\nif os.fork() == 0:\n    os.setsid()\n    \
         open('worker', 'a').write(f'{os.getpid()}\\n')\n    time.sleep(600)\ntime.sleep(600)\n",
    );
    module.recipe.restart.policy = Policy::Never;
    let dir = module.dir();
    let by_hand = module.run_by_hand(&["python3", "app/main.py"], &dir);
    let worker = eventually("its worker is there", || {
        let said = std::fs::read_to_string(dir.join("worker")).ok()?;
        Identity::of(said.strip_suffix('\n')?.parse().ok()?)
    });
    let stranger = module.run_by_hand(&["sleep", "600"], std::path::Path::new("/"));
    eventually("it is found", || (module.look().now == Now::ByHand { module: by_hand.clone() }).then_some(()));
    adopt(launcher(), &module.recipe, &module.state_dir(), &by_hand).expect("it is taken over");
    by_hand.send(Signal::KILL).expect("it crashes");
    module.collect(&by_hand);
    gone("its worker does not outlive it", &worker);
    module.until("its end is recorded", |record| record.child.is_none());
    assert!(stranger.alive(), "nobody else was ended");
    let said = module.texts(Kind::Adopted);
    assert!(said[0].contains("left it unseen are not ended with it"), "and what cannot be known is said: {said:?}");
}

#[test]
fn a_stranger_is_not_taken_over() {
    let mut module = steady();
    let stranger = module.run_by_hand(&["sleep", "600"], std::path::Path::new("/"));
    let error = adopt(launcher(), &module.recipe, &module.state_dir(), &stranger).expect_err("it is not the module");
    assert!(matches!(error, StartError::NotAdopted { .. }), "{error:?}");
    let gone = Identity { pid: stranger.pid, start: "another beginning".to_owned() };
    let error = adopt(launcher(), &module.recipe, &module.state_dir(), &gone).expect_err("nor is one that is gone");
    assert!(matches!(error, StartError::NotAdopted { .. }), "{error:?}");
    assert!(stranger.alive(), "nobody touched it");
}

#[test]
fn a_number_that_was_given_to_somebody_else_is_not_ours() {
    let mut module = steady();
    module.start();
    stop(&module.place(), GRACE).expect("it stops");
    // As if the machine had been started anew: the record says that it runs, and its numbers are a stranger's.
    let stranger = module.run_by_hand(&["sleep", "600"], std::path::Path::new("/"));
    let mut record = module.record();
    let other = Identity { pid: stranger.pid, start: "another beginning".to_owned() };
    record.state = State::Running;
    (record.keeper, record.child, record.group) = (other.clone(), Some(other.clone()), Some(other.pid));
    record.write(&module.state_dir()).expect("the record is written");
    assert_eq!(module.look().now, Now::Lost, "the stranger is not taken for the module");
    assert_eq!(stop(&module.place(), Duration::ZERO), Ok(Stopped::Nothing), "and nothing is stopped");
    assert!(!other.send(Signal::KILL).expect("it can be asked"), "a signal finds nobody");
    assert!(stranger.alive(), "the stranger lives");
    module.start();
    assert!(stranger.alive(), "nor does a start touch it");
}
