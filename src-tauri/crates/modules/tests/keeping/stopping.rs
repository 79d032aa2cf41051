use std::time::Duration;

use sanctum_modules::control::{Now, Stopped, stop};
use sanctum_modules::process::Signal;
use sanctum_modules::record::{Kind, State};

use crate::support::{eventually, gone, python, steady, working_in};

const GRACE: Duration = Duration::from_secs(20);

#[test]
fn a_module_is_asked_and_ends_by_itself() {
    let module = python(
        "import signal, sys, time\ndef bye(*_):\n    print('put everything away', flush=True); sys.exit(0)\n\
         signal.signal(signal.SIGTERM, bye)\nprint('Application started', flush=True)\ntime.sleep(600)\n",
    );
    let started = module.start();
    assert_eq!(stop(&module.place(), GRACE), Ok(Stopped::Ended { killed: false }), "it was asked");
    assert!(module.log().contains("put everything away"), "and had the time for it: {}", module.log());
    assert!(!started.keeper.alive() && !started.module.alive(), "nothing of it is left");
    let record = module.record();
    assert_eq!(record.state, State::Stopped, "the record says so");
    let exit = record.last_exit.expect("how it ended is known");
    assert!(exit.code == Some(0) && exit.asked && !exit.failed, "it is no failure: {exit:?}");
    assert_eq!(stop(&module.place(), GRACE), Ok(Stopped::Nothing), "twice is once");
}

#[test]
fn a_module_that_ignores_being_asked_is_killed_after_its_grace() {
    let mut module = python(
        "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint('Application started', flush=True)\n\
         while True: time.sleep(1)\n",
    );
    module.recipe.stop.grace_ms = 700;
    let started = module.start();
    assert_eq!(stop(&module.place(), GRACE), Ok(Stopped::Ended { killed: true }), "and that is told");
    assert!(!started.module.alive(), "it is gone");
    let record = module.record();
    assert_eq!(record.state, State::Stopped, "stopped, however it took");
    let words = record.last_exit.expect("how it ended is known").words;
    assert!(words.contains("did not end within") && words.contains("killed"), "it is said: {words}");
}

#[test]
fn a_shorter_grace_than_the_keeper_s_holds() {
    let mut module = python(
        "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint('Application started', flush=True)\n\
         while True: time.sleep(1)\n",
    );
    module.recipe.stop.grace_ms = 600_000;
    let started = module.start();
    let stopped = stop(&module.place(), Duration::from_millis(300));
    assert_eq!(stopped, Ok(Stopped::Ended { killed: true }), "the keeper would have waited ten minutes");
    assert!(!started.module.alive() && !started.keeper.alive(), "both are gone");
}

#[test]
fn a_keeper_that_does_not_obey_is_ended_with_its_module() {
    let module = steady();
    let started = module.start();
    started.keeper.send(Signal::STOP).expect("the keeper is frozen");
    let stopped = stop(&module.place(), Duration::from_millis(300));
    assert_eq!(stopped, Ok(Stopped::Ended { killed: true }), "neither could be asked");
    assert!(!started.module.alive() && !started.keeper.alive(), "both are gone");
}

/// One child in the group, one in a session of its own, one whose parent is gone: all of them ignore being asked.
const FORKS: &str = "
import os, signal, sys, time
def child(away):
    if os.fork(): return
    if away: os.setsid()
    if away and os.fork(): os._exit(0)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    while True: time.sleep(1)
child(False); child(True); child(True)
time.sleep(0.3)
print('Application started', flush=True)
";

#[test]
fn a_module_that_forks_leaves_nothing_behind_when_it_is_stopped() {
    let mut module = python(&format!("{FORKS}time.sleep(600)\n"));
    module.recipe.stop.grace_ms = 500;
    module.start();
    eventually("all four work", || (working_in(module.path()).len() >= 4).then_some(()));
    stop(&module.place(), GRACE).expect("it stops");
    assert_eq!(working_in(module.path()), [], "not one of them is left");
}

#[test]
fn a_module_that_forks_leaves_nothing_behind_when_it_crashes() {
    let mut module = python(&format!("{FORKS}sys.exit(3)\n"));
    module.recipe.stop.grace_ms = 300;
    module.recipe.restart.policy = sanctum_modules::recipe::Policy::Never;
    module.start();
    module.until("it is over", |record| record.state == State::Stopped);
    assert_eq!(working_in(module.path()), [], "what it started ended with it");
    assert_eq!(module.record().last_exit.and_then(|exit| exit.code), Some(3), "and its own code is known");
}

#[test]
fn a_module_that_forks_leaves_nothing_behind_though_its_keeper_is_gone() {
    let module = python(&format!("{FORKS}time.sleep(600)\n"));
    let started = module.start();
    eventually("all four work", || (working_in(module.path()).len() >= 4).then_some(()));
    started.keeper.send(Signal::KILL).expect("somebody kills the keeper");
    gone("the keeper is gone", &started.keeper);
    stop(&module.place(), Duration::from_secs(1)).expect("it stops");
    let left = working_in(module.path());
    // Who left the group and lost his parent is nobody's any more: only a living keeper could have collected him.
    assert!(left.iter().all(|one| one.group() != Some(started.module.pid)), "the group is empty: {left:?}");
    assert!(!started.module.alive(), "the module is gone");
}

#[test]
fn one_that_waits_to_be_started_again_can_be_stopped() {
    let mut module = python("import sys\nprint('Application started', flush=True)\nsys.exit(1)\n");
    module.recipe.restart.first_ms = 60_000;
    module.recipe.restart.most_ms = 60_000;
    module.start();
    module.until("it waits", |record| matches!(record.state, State::Waiting { .. }));
    assert!(stop(&module.place(), GRACE).is_ok(), "the keeper is there and obeys");
    assert_eq!(module.record().state, State::Stopped, "it will not be started again");
    assert_eq!(module.look().now, Now::Over, "and nobody is there");
    assert_eq!(module.texts(Kind::Stopped), ["Stopped before it was started again."], "its history says so");
}

#[test]
fn the_keeper_ends_with_its_module_when_it_is_ended_itself() {
    let module = steady();
    let started = module.start();
    started.keeper.send(Signal::INT).expect("somebody ends the keeper");
    gone("the module ends first", &started.module);
    gone("then the keeper", &started.keeper);
    assert_eq!(module.record().state, State::Stopped, "and it says so");
}
