use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use sanctum_modules::control::{Now, Outcome, StartError, start};
use sanctum_modules::record::{Kind, Record, RecordError, State};

use crate::support::{gone, kept, launcher, python, steady};

#[test]
fn a_module_starts_and_is_ready_when_it_says_so() {
    let module = steady();
    let started = module.start();
    assert_eq!(started.outcome, Outcome::Running, "it said that it is ready");
    let (keeper, child) = kept(&module.look());
    assert_eq!((keeper, child), (started.keeper, Some(started.module)), "a look sees whom the start named");
    let record = module.record();
    assert_eq!(record.state, State::Running, "the record says the same");
    assert!(record.is_of(&module.recipe), "it runs with this recipe");
    let mut other = module.recipe.clone();
    other.env.insert("AGENT_ID".to_owned(), "agent-2".to_owned());
    assert!(!record.is_of(&other), "and not with another environment");
    assert_eq!(module.texts(Kind::Ready).len(), 1, "its history has the moment: {:?}", record.events);
}

#[test]
fn a_module_that_never_says_ready_is_told_as_starting() {
    let mut module = steady();
    module.recipe.ready = Some("a text that never comes".to_owned());
    let started = start(launcher(), &module.recipe, &module.state_dir(), Duration::from_millis(300));
    assert_eq!(started.expect("it starts").outcome, Outcome::Starting, "nobody claims that it is ready");
}

#[test]
fn a_module_that_has_no_such_text_counts_as_running_when_it_has_lasted() {
    let mut module = steady();
    module.recipe.ready = None;
    assert_eq!(module.start().outcome, Outcome::Running, "it lasted a moment");
}

#[test]
fn log_and_record_are_for_this_account_alone() {
    let module = steady();
    module.start();
    for file in [module.recipe.log.file.clone(), Record::path(&module.state_dir())] {
        let mode = file.metadata().expect("the file is there").permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{}", file.display());
    }
}

#[test]
fn a_module_has_its_own_session_and_nothing_of_our_environment() {
    let module = python(
        "import os, sys\nprint('ENV', sorted(os.environ), os.getsid(0) != os.getpid(), os.getpgid(0) == os.getpid(), \
         sys.stdin.read() == '', flush=True)\nprint('Application started', flush=True)\nimport time; time.sleep(600)\n",
    );
    let started = module.start();
    // Python itself sets LC_CTYPE where no language is set.
    let log = module.log().replace("'LC_CTYPE', ", "");
    assert!(
        log.contains("ENV ['PATH'] True True True"),
        "only the recipe's environment, own group, empty input: {log}"
    );
    let session = |pid: u32| std::fs::read_to_string(format!("/proc/{pid}/stat")).ok();
    if let Some(stat) = session(started.keeper.pid) {
        let field = stat.rsplit(')').next().and_then(|rest| rest.split_ascii_whitespace().nth(3).map(str::to_owned));
        assert_eq!(field, Some(started.keeper.pid.to_string()), "the keeper leads a session of its own");
    }
}

#[test]
fn a_program_that_is_not_there_is_a_clear_error() {
    let mut module = steady();
    module.recipe.program = module.dir().join("venv/bin/python");
    let error = module.try_start().expect_err("there is nothing to start");
    let StartError::NotRun { reason } = &error else { panic!("it is about the program: {error:?}") };
    assert_eq!(reason, &format!("There is no program at `{}`.", module.recipe.program.display()), "which one");
    let run = module.look();
    assert_eq!(run.now, Now::Over, "nothing runs, and no keeper stays");
    assert!(matches!(run.record.expect("it is recorded").state, State::GaveUp { .. }), "and the record says why");
}

#[test]
fn a_folder_that_is_not_there_is_not_blamed_on_the_program() {
    let mut module = steady();
    module.recipe.cwd = module.dir().join("nowhere");
    let error = module.try_start().expect_err("it cannot start there").to_string();
    assert!(error.contains("The folder it works in") && error.contains("nowhere"), "{error}");
}

#[test]
fn a_file_that_may_not_be_run_and_a_script_without_its_interpreter_are_told_apart() {
    let mut module = steady();
    let script = module.dir().join("app/start");
    std::fs::write(&script, "#!/no/such/interpreter\n").expect("a script");
    module.recipe.program = script.clone();
    let error = module.try_start().expect_err("it may not be run").to_string();
    assert!(error.contains("may not be run"), "{error}");
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).expect("it may be run now");
    let error = module.try_start().expect_err("its interpreter is missing").to_string();
    assert!(error.contains("an interpreter in its first line that is not there"), "{error}");
}

#[test]
fn a_launcher_that_is_no_keeper_is_told_and_not_waited_for() {
    let module = steady();
    for launcher in ["/bin/true", "/bin/echo", "/no/such/sanctumctl"] {
        let started = start(launcher.as_ref(), &module.recipe, &module.state_dir(), Duration::from_secs(1));
        let error = started.expect_err("that is not our program");
        assert!(matches!(error, StartError::Launcher { .. }), "{launcher}: {error:?}");
    }
}

#[test]
fn a_record_that_cannot_be_read_is_an_error_and_not_stopped() {
    let module = steady();
    std::fs::create_dir(module.state_dir()).expect("a folder for the record");
    let file = Record::path(&module.state_dir());
    for text in ["", "{", "{\"state\":\"stopped\"}", "{\"version\":1}", "[1]"] {
        std::fs::write(&file, text).expect("a damaged record");
        let error = sanctum_modules::control::look(&module.place()).expect_err("nothing is known");
        assert!(matches!(error, RecordError::Broken { .. }), "{text:?}: {error:?}");
    }
    let started = module.start();
    assert!(started.module.alive(), "nothing of it ran, so it may be started");
    assert!(module.state_dir().join("keeper.json.damaged").exists(), "what was there is kept beside");
}

#[test]
fn a_record_of_a_later_version_is_left_alone() {
    let module = steady();
    std::fs::create_dir(module.state_dir()).expect("a folder for the record");
    let file = Record::path(&module.state_dir());
    std::fs::write(&file, "{\"version\":2,\"anything\":true}").expect("a record of a later app");
    let error = sanctum_modules::control::look(&module.place()).expect_err("it is not ours to read");
    assert!(matches!(error, RecordError::Version { version: 2, .. }), "{error:?}");
    let refused = module.try_start().expect_err("and not ours to overwrite").to_string();
    assert!(refused.contains("version 2"), "{refused}");
    assert_eq!(std::fs::read_to_string(&file).expect("it is there"), "{\"version\":2,\"anything\":true}", "untouched");
}

#[test]
fn a_module_outlives_the_one_who_started_it() {
    let module = steady();
    let started = module.start();
    // The process that called is this one; the keeper must be nobody's whose end reaches it.
    let parent = sanctum_modules::process::Table::read().row(started.keeper.pid).expect("it runs").parent;
    assert_ne!(parent, std::process::id(), "the keeper is not a child of the app");
    started.keeper.send(sanctum_modules::process::Signal::HUP).expect("a closed terminal");
    std::thread::sleep(Duration::from_millis(200));
    assert!(started.keeper.alive() && started.module.alive(), "a hang-up changes nothing");
    sanctum_modules::control::stop(&module.place(), Duration::from_secs(10)).expect("it stops");
    gone("the keeper ends with its work", &started.keeper);
}
