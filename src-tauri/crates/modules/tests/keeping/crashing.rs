use sanctum_modules::control::{Now, Outcome, Stopped, stop};
use sanctum_modules::process::Signal;
use sanctum_modules::recipe::{Exits, Policy};
use sanctum_modules::record::{Kind, State};

use crate::support::{eventually, kept, python, steady};

#[test]
fn a_killed_module_is_started_again() {
    let module = steady();
    let first = module.start().module;
    first.send(Signal::KILL).expect("somebody kills it");
    let record = module.until("another one runs", |record| record.restarts == 1 && record.state == State::Running);
    let second = record.child.expect("it runs");
    assert!(second != first && second.alive(), "a new process");
    let words = record.last_exit.expect("the end is recorded").words;
    assert!(words.starts_with("It was ended by SIGKILL after"), "by what it ended: {words}");
    assert_eq!(module.texts(Kind::Restarted).len(), 1, "its history says so");
}

#[test]
fn a_crash_loop_is_given_up_with_its_reason() {
    let module = python("import module_that_nobody_has\n");
    let started = module.start();
    assert!(matches!(started.outcome, Outcome::Ended { .. }), "who starts it hears that it ended: {started:?}");
    let record = module.until("it is given up", |record| matches!(record.state, State::GaveUp { .. }));
    let State::GaveUp { reason } = &record.state else { panic!("it was given up") };
    assert!(reason.starts_with("It ended 5 times in a row"), "how often: {reason}");
    assert!(reason.ends_with("ModuleNotFoundError: No module named 'module_that_nobody_has'"), "and why: {reason}");
    assert_eq!((record.restarts, module.texts(Kind::Ended).len()), (4, 5), "five runs");
    let begins = usize::try_from(record.log_begins.unwrap()).unwrap();
    let all = std::fs::read_to_string(&module.recipe.log.file).unwrap();
    let last = &all[begins..];
    assert_eq!(last.matches("Traceback").count(), 1, "where the last one's output begins is known: {last}");
    eventually("the keeper has ended", || (!record.keeper.alive()).then_some(()));
    assert_eq!(module.look().now, Now::Over, "nothing of it runs");
    assert_eq!(stop(&module.place(), std::time::Duration::from_secs(1)), Ok(Stopped::Nothing), "nothing to stop");
}

#[test]
fn one_that_was_given_up_can_be_started_again_and_keeps_its_history() {
    let mut module = python("import sys\nsys.exit(4)\n");
    module.recipe.restart.breaker_ends = 2;
    module.start();
    module.until("it is given up", |record| matches!(record.state, State::GaveUp { .. }));
    std::fs::write(
        module.dir().join("app/main.py"),
        "import time\nprint('Application started', flush=True)\ntime.sleep(600)\n",
    )
    .expect("somebody repaired it");
    assert_eq!(module.start().outcome, Outcome::Running, "it runs now");
    assert_eq!(module.texts(Kind::GaveUp).len(), 1, "what was before is still told");
    assert_eq!(module.record().restarts, 0, "and counted anew");
}

#[test]
fn code_0_with_a_fatal_error_in_the_log_is_a_failure() {
    let mut module = python("import sys\nprint('Fatal error: AGENT_ID is not set', file=sys.stderr)\nsys.exit(0)\n");
    module.recipe.restart.breaker_ends = 2;
    module.start();
    let record = module.until("it is given up", |record| matches!(record.state, State::GaveUp { .. }));
    let exit = record.last_exit.expect("the end is recorded");
    assert!(exit.code == Some(0) && exit.failed, "whatever the code says: {exit:?}");
    assert!(
        exit.words.contains("although it reported a fatal error: Fatal error: AGENT_ID is not set"),
        "the words name both: {}",
        exit.words
    );
    assert_eq!(record.reported.as_deref(), Some("Fatal error: AGENT_ID is not set"), "and it is there on its own");
}

#[test]
fn a_fatal_error_is_told_with_the_points_below_it() {
    let log = "[2026-11-29 08:08:54] [❌ ERROR] __main__: ❌ Fatal error: Invalid settings.\\n  - AGENT_ENDPOINT may contain a placeholder\\n  - AGENT_API_KEY too\\nbye\\n  - not of it";
    let mut module = python(&format!("import sys\nprint('{log}', file=sys.stderr)\nsys.exit(0)\n"));
    module.recipe.restart.breaker_ends = 1;
    module.start();
    let record = module.until("it is given up", |record| matches!(record.state, State::GaveUp { .. }));
    let words = record.last_exit.expect("the end is recorded").words;
    let said =
        "__main__: ❌ Fatal error: Invalid settings. - AGENT_ENDPOINT may contain a placeholder - AGENT_API_KEY too";
    assert!(words.ends_with(said), "what is wrong is named, without the stamp: {words}");
}

#[test]
fn code_0_of_a_module_whose_codes_mean_nothing_is_a_failure() {
    let mut module = python("print('Another instance is already running')\n");
    module.recipe.exits = Exits::ZeroToo;
    module.recipe.restart.breaker_ends = 1;
    module.start();
    let record = module.until("it is given up", |record| matches!(record.state, State::GaveUp { .. }));
    let words = record.last_exit.expect("the end is recorded").words;
    assert!(words.contains("ends with 0 on errors too: Another instance is already running"), "{words}");
}

#[test]
fn code_0_of_an_honest_module_is_its_own_wish() {
    let mut module = python("print('Application started: all done')\n");
    module.recipe.fatal.clear();
    module.start();
    let record = module.until("it is over", |record| record.state == State::Stopped);
    assert_eq!(record.restarts, 0, "it is not started again");
    let exit = record.last_exit.expect("the end is recorded");
    assert!(!exit.failed && !exit.asked, "by itself, and no failure: {exit:?}");
}

#[test]
fn always_means_after_code_0_too_and_never_means_never() {
    let mut module = python("print('done')\n");
    module.recipe.restart.policy = Policy::Always;
    module.start();
    module.until("it is started again", |record| record.restarts >= 1);

    let mut module = python("import sys\nsys.exit(9)\n");
    module.recipe.restart.policy = Policy::Never;
    module.start();
    let record = module.until("it is over", |record| record.state == State::Stopped);
    assert_eq!(record.restarts, 0, "it was not started again");
    assert!(record.last_exit.is_some_and(|exit| exit.failed && exit.code == Some(9)), "that it failed is known");
}

#[test]
fn codes_and_signals_are_told_in_words() {
    for (code, words) in [
        ("import os; os.abort()", "It was ended by SIGABRT (it gave up by itself)"),
        ("import sys; sys.exit(127)", "a program that it starts was not found"),
        ("import sys; sys.exit(126)", "a program that it starts may not be run"),
        ("import sys; sys.exit(139)", "as programs do that SIGSEGV"),
    ] {
        let mut module = python(code);
        module.recipe.restart.policy = Policy::Never;
        module.start();
        let record = module.until("it is over", |record| record.state == State::Stopped);
        let told = record.last_exit.expect("the end is recorded").words;
        assert!(told.contains(words), "{code}: {told}");
    }
}

#[test]
fn one_whose_program_vanished_is_tried_again_and_given_up_in_words() {
    let mut module = steady();
    let link = module.dir().join("python");
    std::os::unix::fs::symlink(&module.recipe.program, &link).expect("a link to the interpreter");
    module.recipe.program = link.clone();
    module.recipe.restart.breaker_ends = 3;
    let first = module.start().module;
    std::fs::remove_file(&link).expect("somebody removes the environment");
    first.send(Signal::KILL).expect("and the module ends");
    let record = module.until("it is given up", |record| matches!(record.state, State::GaveUp { .. }));
    let State::GaveUp { reason } = &record.state else { panic!("it was given up") };
    assert!(reason.contains("It could not be started: There is no program at"), "{reason}");
}

#[test]
fn between_two_runs_its_keeper_is_there_and_the_module_is_not() {
    let mut module = python("import sys\nsys.exit(1)\n");
    (module.recipe.restart.first_ms, module.recipe.restart.most_ms) = (60_000, 60_000);
    module.start();
    let record = module.until("it waits", |record| matches!(record.state, State::Waiting { .. }));
    let State::Waiting { next_try } = record.state else { panic!("it waits") };
    assert!(next_try > record.since, "the record says until when");
    assert_eq!(kept(&module.look()), (record.keeper, None), "a look says the same");
}
