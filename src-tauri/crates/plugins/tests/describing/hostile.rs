//! Plugins that hang, fork, flood, lie, or look for what is not theirs.

use std::time::{Duration, Instant};

use sanctum_plugins::describe::{CageError, DescribeError, Limits};
use sysinfo::{ProcessStatus, ProcessesToUpdate, System};

use crate::{Trial, cli, codes};

fn cage(error: DescribeError) -> CageError {
    match error {
        DescribeError::Cage { source, .. } => source,
        other => panic!("it is ended for its limits: {other:?}"),
    }
}

fn short() -> Limits {
    Limits { time: Duration::from_secs(2), ..Limits::default() }
}

/// Waits until no process of this number runs any more.
fn gone(pid: &str) -> bool {
    let pid = sysinfo::Pid::from_u32(pid.parse().unwrap());
    let until = Instant::now() + Duration::from_secs(20);
    while Instant::now() < until {
        let mut system = System::new();
        system.refresh_processes(ProcessesToUpdate::Some(&[pid]), true);
        if system.process(pid).is_none_or(|process| process.status() == ProcessStatus::Zombie) {
            return true;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    false
}

#[test]
fn one_that_hangs_is_ended() {
    let error = Trial::new("x", "import time\nwhile True: time.sleep(60)").limited(short()).ask().unwrap_err();
    assert!(error.to_string().contains("2 s"), "the limit is told: {error}");
    assert!(matches!(cage(error), CageError::TimedOut { .. }), "by the time limit");
}

#[test]
fn one_that_ignores_signals_is_ended_too() {
    let text = "import signal, time\nfor n in range(1, 32):\n  try: signal.signal(n, signal.SIG_IGN)\n  except (OSError, ValueError): pass\nwhile True: time.sleep(60)";
    let error = Trial::new("x", text).limited(short()).ask().unwrap_err();
    assert!(matches!(cage(error), CageError::TimedOut { .. }), "nothing helps against the last one");
}

const ANSWER: &str = r#"json.dumps({"plugin": {"name": "x", "version": str(child.pid)}, "commands": [{"name": "a", "description": "d"}]})"#;

#[test]
fn a_grandchild_that_sleeps_ends_with_it_and_holds_nothing_up() {
    let before = "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])";
    let said = Trial::new("x", &cli(before, ANSWER)).ask().unwrap();
    assert_eq!(said.tools.len(), 1, "its answer counts");
    assert!(gone(&said.version.unwrap()), "and what it started is gone");
}

#[test]
fn a_grandchild_that_left_its_group_is_found_by_its_folder() {
    let before =
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'], start_new_session=True)";
    let said = Trial::new("x", &cli(before, ANSWER)).ask().unwrap();
    assert!(gone(&said.version.unwrap()), "a session of its own does not save it");
}

#[test]
fn one_that_forks_without_end_is_ended_with_all_of_them() {
    let text = "import os, time\nfor _ in range(20):\n  if os.fork() == 0:\n    time.sleep(600)\n    os._exit(0)\ntime.sleep(600)";
    let trial = Trial::new("x", text).limited(short());
    assert!(matches!(cage(trial.ask().unwrap_err()), CageError::TimedOut { .. }), "it is ended");
    let mut system = System::new();
    let what = sysinfo::ProcessRefreshKind::nothing().with_cmd(sysinfo::UpdateKind::Always);
    system.refresh_processes_specifics(ProcessesToUpdate::All, true, what);
    let cli = trial.dir.canonicalize().unwrap().join("cli.py");
    let ours = |process: &&sysinfo::Process| {
        process.status() != ProcessStatus::Zombie && process.cmd().iter().any(|one| one.as_os_str() == cli.as_os_str())
    };
    for process in system.processes().values().filter(ours) {
        assert!(gone(&process.pid().to_string()), "no copy of it runs on");
    }
}

#[test]
fn a_flood_is_cut_on_either_output() {
    for to in ["stdout", "stderr"] {
        let text = format!("import sys\nwhile True: sys.{to}.write('x' * 65536)");
        let error = cage(Trial::new("x", &text).ask().unwrap_err());
        assert!(matches!(error, CageError::Flood { limit: 1_048_576 }), "{to}: {error:?}");
    }
}

#[test]
fn one_that_fills_its_folder_is_ended() {
    let text = "f = open('big', 'wb')\nwhile True:\n  f.write(b'x' * 65536)\n  f.flush()";
    let limits = Limits { disk: 4 << 20, time: Duration::from_secs(60), ..Limits::default() };
    let error = cage(Trial::new("x", text).limited(limits).ask().unwrap_err());
    assert!(matches!(error, CageError::Disk { .. }), "{error:?}");
}

#[test]
fn garbage_and_a_bad_end_are_told_as_they_are() {
    let error = Trial::new("x", "print('\\x1b[2Jhello <b>')").ask().unwrap_err();
    assert_eq!(
        error.to_string(),
        "`cli.py --describe` answered with something that is not JSON: `hello <b>`",
        "without its codes"
    );
    let error = Trial::new("x", "import sys\nprint('{}')\nsys.stderr.write('No module named httpx')\nsys.exit(3)")
        .ask()
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "`cli.py --describe` ended with code 3 and said `No module named httpx`",
        "with its own words"
    );
    let error = Trial::new("x", "import os\nos.write(1, b'\\xff\\x00{')").ask().unwrap_err();
    assert!(matches!(error, DescribeError::NotJson { .. }), "{error:?}");
    let deep = Trial::new("x", "print('[' * 500000)").ask().unwrap_err();
    assert!(matches!(deep, DescribeError::NotJson { .. }), "depth overflows nothing: {deep:?}");
}

#[test]
fn one_that_lies_about_its_name_is_found_out() {
    let said =
        Trial::new("x", &cli("", r#"'{"plugin":{"name":"gmail"},"commands":[{"name":"a","description":"d"}]}'"#))
            .ask()
            .unwrap();
    assert_eq!(codes(&said), ["describe_name"], "{:?}", said.findings);
    assert!(
        said.findings[0].words.contains("`gmail`") && said.findings[0].words.contains("`x`"),
        "both names are told"
    );
}

#[test]
fn it_sees_no_secret_and_starts_in_a_folder_of_its_own() {
    let answer = r#"json.dumps({"plugin": {"version": " ".join(sorted(os.environ)), "description": os.getcwd() + " " + os.environ["HOME"] + " " + str(os.listdir("."))}, "commands": []})"#;
    let trial = Trial::new("x", &cli("", answer));
    let said = trial.ask().unwrap();
    let own = [
        "HOME",
        "LANG",
        "LC_CTYPE",
        "PATH",
        "PYTHONDONTWRITEBYTECODE",
        "PYTHONNOUSERSITE",
        "TMPDIR",
        "__CF_USER_TEXT_ENCODING",
    ];
    for name in said.version.unwrap().split(' ') {
        assert!(own.contains(&name), "{name} is not handed on");
    }
    let place = said.description.unwrap();
    let scratch = trial.temp.path().canonicalize().unwrap().join("scratch");
    assert!(place.starts_with(scratch.to_str().unwrap()) && place.ends_with("[]"), "an empty folder: {place}");
    assert!(!trial.dir.join("__pycache__").exists(), "nothing is written beside its code");
}

#[test]
fn what_it_writes_into_its_folder_is_thrown_away() {
    let trial = Trial::new(
        "x",
        &cli("open('left', 'w').write('x'); os.makedirs('a/b'); os.chmod('a', 0o700)", r#"'{"commands":[]}'"#),
    );
    assert!(trial.ask().is_ok(), "it may write there, and `ask` sees that nothing is left");
}

#[test]
fn one_that_rewrites_itself_is_refused() {
    let trial = Trial::new("x", &cli("open(__file__, 'a').write('\\n# more')", r#"'{"commands":[]}'"#));
    let error = trial.ask().unwrap_err();
    assert!(matches!(error, DescribeError::ChangedItself), "{error:?}");
}

#[test]
fn code_behind_a_link_that_leads_out_is_not_run() {
    let trial = Trial::new("x", "import more");
    std::fs::write(trial.temp.path().join("more.py"), "print('{\"commands\":[]}')").unwrap();
    std::os::unix::fs::symlink("../../more.py", trial.dir.join("more.py")).unwrap();
    let error = trial.ask().unwrap_err();
    assert!(error.to_string().contains("`more.py`"), "no hash stands for it: {error}");
}

#[test]
fn it_can_be_called_off() {
    let trial = Trial::new("x", "import time\ntime.sleep(600)");
    let error = trial.ask_with(&trial.hash(), &sanctum_plugins::describe::NoCache, &|| true).unwrap_err();
    assert!(matches!(cage(error), CageError::Cancelled), "at once");
}

#[test]
fn an_interpreter_that_is_not_there_is_told() {
    let trial = Trial::new("x", "print('{}')");
    let scratch = trial.temp.path().join("scratch");
    let gone = trial.temp.path().join("venv/bin/python");
    let cage = sanctum_plugins::describe::Cage {
        python: &gone,
        path: "/usr/bin:/bin",
        lang: "C",
        scratch: &scratch,
        limits: Limits::default(),
        cancelled: &|| false,
    };
    let hash = trial.hash();
    let subject = sanctum_plugins::describe::Subject { dir: &trial.dir, name: "x", hash: &hash, listed: &[] };
    let error = sanctum_plugins::describe::describe(&subject, &cage, &sanctum_plugins::describe::NoCache).unwrap_err();
    assert!(error.to_string().contains("could not be started"), "{error}");
    assert!(error.advice().contains("Python environment"), "and what to look at");
}
