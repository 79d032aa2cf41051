use std::path::Path;
use std::time::Duration;

use sanctum_modules::control::{Now, Outcome, StartError, Stopped, WhoKind, stop};
use sanctum_modules::record::State;

use crate::support::{eventually, python, steady};

fn found(module: &crate::support::Module) -> Option<u32> {
    match module.look().now {
        Now::ByHand { module } => Some(module.pid),
        _ => None,
    }
}

#[test]
fn a_module_that_was_started_by_hand_is_found_however_it_was_called() {
    let dir_and_words = |module: &crate::support::Module| {
        let dir = module.dir();
        let main = dir.join("app/main.py").display().to_string();
        [
            (dir.clone(), vec!["python3".to_owned(), "app/main.py".to_owned()]),
            (dir.join("app"), vec!["python3".to_owned(), "-u".to_owned(), "main.py".to_owned()]),
            (Path::new("/").to_owned(), vec!["python3".to_owned(), main]),
        ]
    };
    for at in 0..3 {
        let mut module = steady();
        let (cwd, words) = dir_and_words(&module)[at].clone();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let by_hand = module.run_by_hand(&words, &cwd);
        eventually(&format!("{words:?} in {} is found", cwd.display()), || {
            found(&module).filter(|pid| *pid == by_hand.pid)
        });
        let refused = module.try_start().expect_err("a second one is not started");
        assert!(matches!(&refused, StartError::Runs(who) if who.kind == WhoKind::ByHand), "{refused:?}");
        assert!(refused.to_string().contains(&by_hand.pid.to_string()), "it says who: {refused}");
        let stopped = stop(&module.place(), Duration::from_secs(20));
        assert_eq!(stopped, Ok(Stopped::Ended { killed: false }), "it can be stopped from here");
        module.collect(&by_hand);
    }
}

#[test]
fn an_editor_or_a_shell_in_the_folder_is_not_the_module() {
    let mut module = steady();
    let dir = module.dir();
    module.run_by_hand(&["sleep", "600"], &dir);
    module.run_by_hand(&["tail", "-f", "app/main.py"], &dir);
    module.run_by_hand(&["python3", "-c", "import time; time.sleep(600)"], &dir);
    assert_eq!(module.look().now, Now::Never, "none of them is it");
    assert!(module.start().module.alive(), "so it may be started");
}

#[test]
fn the_module_of_a_neighbour_is_not_this_one() {
    let (module, mut neighbour) = (steady(), steady());
    let dir = neighbour.dir();
    neighbour.run_by_hand(&["python3", "app/main.py"], &dir);
    eventually("the neighbour's is found", || found(&neighbour));
    assert_eq!(module.look().now, Now::Never, "the same program in another folder");
}

#[test]
fn a_module_named_by_m_is_found_in_its_folder() {
    let mut module = steady();
    std::fs::create_dir(module.dir().join("replay")).expect("a package");
    std::fs::write(module.dir().join("replay/server.py"), "import time\ntime.sleep(600)\n").expect("its code");
    module.recipe.args = ["-m", "replay.server"].map(str::to_owned).to_vec();
    let dir = module.dir();
    let by_hand = module.run_by_hand(&["python3", "-m", "replay.server"], &dir);
    eventually("it is found", || found(&module).filter(|pid| *pid == by_hand.pid));
}

#[test]
fn a_module_with_workers_is_found_by_the_one_that_started_them() {
    let mut module = python("import os, time\nos.fork()\nos.fork()\ntime.sleep(600)\n");
    let dir = module.dir();
    let by_hand = module.run_by_hand(&["python3", "app/main.py"], &dir);
    eventually("all four work", || (crate::support::working_in(&dir).len() == 4).then_some(()));
    assert_eq!(found(&module), Some(by_hand.pid), "the first of them");
    stop(&module.place(), Duration::from_secs(20)).expect("it stops");
    module.collect(&by_hand);
    eventually("none of its workers is left", || crate::support::working_in(&dir).is_empty().then_some(()));
}

#[test]
fn a_pid_file_that_names_a_stranger_means_nothing() {
    let mut module = steady();
    let file = module.dir().join("broca.pid");
    let stranger = module.run_by_hand(&["sleep", "600"], Path::new("/"));
    module.recipe.own_pid_file = Some(file.clone());
    for text in
        [stranger.pid.to_string(), "0".to_owned(), "1".to_owned(), "-1".to_owned(), "words".to_owned(), String::new()]
    {
        std::fs::write(&file, &text).expect("a stale pid file");
        assert_eq!(module.look().now, Now::Never, "{text:?} is not the module");
    }
    let dir = module.dir();
    let passer_by = module.run_by_hand(&["sleep", "600"], &dir);
    std::fs::write(&file, passer_by.pid.to_string()).expect("a stale pid file");
    assert_eq!(module.look().now, Now::Never, "nor a shell or an editor that got the number and works in the folder");
    let here = module.run_by_hand(&["python3", "-c", "import time; time.sleep(600)"], &dir);
    std::fs::write(&file, format!("{}\n", here.pid)).expect("the module's own pid file");
    assert_eq!(module.look().now, Now::ByHand { module: here }, "its kind of program in the folder is");
}

/// As Broca does: it refuses where the number in its file is anybody's, and ends with 0.
const REFUSES: &str = "
import os, sys, time
try:
    os.kill(int(open('run/broca.pid').read()), 0)
    print('Another instance is already running'); sys.exit(0)
except (OSError, ValueError): pass
open('run/broca.pid', 'w').write(str(os.getpid()))
print('Application started', flush=True)
time.sleep(600)
";

#[test]
fn a_pid_file_that_names_a_stranger_does_not_keep_the_module_from_starting() {
    let mut module = python(REFUSES);
    let file = module.dir().join("run/broca.pid");
    module.recipe.own_pid_file = Some(file.clone());
    let stranger = module.run_by_hand(&["sleep", "600"], Path::new("/"));
    std::fs::create_dir(module.dir().join("run")).expect("a folder for the file");
    std::fs::write(&file, stranger.pid.to_string()).expect("a stale pid file");
    assert_eq!(module.start().outcome, Outcome::Running, "the number is not the module's, so it is taken away");
    assert!(stranger.alive(), "the stranger is left alone");
}

#[test]
fn one_that_was_started_by_hand_in_the_pause_is_taken_over_and_not_doubled() {
    let mut module = python(
        "import os, sys, time\nprint('Application started', flush=True)\nif not os.path.exists('good'): sys.exit(1)\n\
         time.sleep(600)\n",
    );
    (module.recipe.restart.first_ms, module.recipe.restart.most_ms) = (3_000, 3_000);
    module.start();
    module.until("it waits", |record| matches!(record.state, State::Waiting { .. }));
    let dir = module.dir();
    std::fs::write(dir.join("good"), "").expect("somebody repaired it");
    let by_hand = module.run_by_hand(&["python3", "app/main.py"], &dir);
    let record = module.until("the keeper has it", |record| record.child.as_ref() == Some(&by_hand));
    assert!(record.adopted, "it watches it");
    assert_eq!(crate::support::working_in(&dir), std::slice::from_ref(&by_hand), "and there is one");
    stop(&module.place(), Duration::from_secs(20)).expect("it stops");
    module.collect(&by_hand);
}

#[test]
fn a_module_whose_code_is_shared_is_found_in_its_own_folder_only() {
    let shared = steady();
    let link = |module: &crate::support::Module| {
        let dir = module.dir();
        std::fs::remove_dir_all(dir.join("app")).expect("no code of its own");
        std::os::unix::fs::symlink(shared.dir().join("app"), dir.join("app")).expect("a link to the shared code");
    };
    let (mut one, other) = (steady(), steady());
    link(&one);
    link(&other);
    let main = one.dir().join("app/main.py").display().to_string();
    let by_hand = one.run_by_hand(&["python3", &main], Path::new("/"));
    eventually("it is found where it was started", || found(&one).filter(|pid| *pid == by_hand.pid));
    assert_eq!(other.look().now, Now::Never, "and nowhere else");
}
