//! Commands as steps: their environment, their output, and what becomes of them when they fail, hang or are cancelled.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use sanctum_change::{ApplyControl, ChangeError, Fault, Outcome, Plan, RunSpec};

use crate::support::{At, Install, make_folder, now, operator};

fn sh(script: &str, creates: &str, final_path: &str, timeout: Duration) -> RunSpec {
    let mut spec = make_folder("x", creates, final_path);
    spec.argv = vec!["/bin/sh".into(), "-c".into(), script.into()];
    spec.timeout = timeout;
    spec
}

fn plan(install: &Install, spec: RunSpec) -> Plan {
    let mut p = install.planner();
    p.set_mode("readme.txt", 0o600, "Private").unwrap();
    p.run(spec, "Make it").unwrap();
    p.finish("Make it", "")
}

const LONG: Duration = Duration::from_secs(20);

#[test]
fn output_arrives_line_by_line_and_the_environment_is_the_given_one() {
    let install = Install::new();
    let mut spec = sh("echo one; echo two >&2; env; read x || echo no input; mkdir v", "v", "v", LONG);
    spec.env = vec![("PATH".into(), "/usr/bin:/bin".into()), ("ONLY".into(), "this".into())];
    let plan = plan(&install, spec);
    let lines = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&lines);
    let ctl = ApplyControl {
        progress: Box::new(move |p| log.lock().unwrap().extend(p.line)),
        cancel: Arc::new(AtomicBool::new(false)),
    };
    install.engine().apply(&plan, &operator(), &now, &ctl).unwrap();
    let lines = lines.lock().unwrap();
    for wanted in ["one", "two", "ONLY=this", "no input"] {
        assert!(lines.iter().any(|l| l == wanted), "the line {wanted:?} was passed on: {lines:?}");
    }
    assert!(
        !lines.iter().any(|l| l.starts_with("HOME=") || l.starts_with("CARGO")),
        "nothing of ours leaked into it: {lines:?}"
    );
}

#[test]
fn a_result_that_holds_its_own_path_is_made_in_its_final_place_and_undo_removes_it() {
    let install = Install::new();
    let old = install.both();
    let plan = plan(&install, make_folder("venv", "agents/venv", "agents/venv"));
    install.apply(&plan).unwrap();
    install.put("agents/venv/grown.pyc", b"later", 0o644);
    let undo = install.engine().plan_undo(&plan.id).expect("what the command made may have grown");
    install.apply(&undo).unwrap();
    assert_eq!(install.both(), old, "it is away");
    let redo = install.engine().plan_undo(&undo.id).unwrap();
    install.apply(&redo).unwrap();
    assert_eq!(install.read("agents/venv/word"), b"venv\n", "and comes back without running again");
}

#[test]
fn a_command_that_fails_makes_nothing_or_is_missing_leaves_the_old_state() {
    type Check = fn(&ChangeError) -> bool;
    let cases: [(&str, RunSpec, Check); 5] = [
        (
            "fails",
            sh("mkdir v; echo half > v/half; echo sorry >&2; exit 3", "v", "w", LONG),
            |e| matches!(e, ChangeError::CommandFailed { code: Some(3), tail, .. } if tail.contains(&"sorry".to_owned())),
        ),
        (
            "talks much before it fails",
            sh("head -c 5000 /dev/zero | tr '\\0' x; echo; echo first; echo sorry; exit 3", "v", "w", LONG),
            |e| {
                let words = e.to_string();
                let short = |tail: &[String]| tail.iter().all(|line| line.len() < 1000);
                words.ends_with(" It said last: sorry")
                    && matches!(e, ChangeError::CommandFailed { tail, .. } if short(tail) && tail.len() == 3)
            },
        ),
        (
            "makes nothing",
            sh("true", "v", "w", LONG),
            |e| matches!(e, ChangeError::CommandMadeNothing { expected, .. } if expected == "v"),
        ),
        ("is not there", RunSpec { argv: vec!["/no/such/program".into()], ..sh("", "v", "w", LONG) }, |e| {
            matches!(e, ChangeError::Io { action: "start", .. })
        }),
        ("takes too long", sh("mkdir v; sleep 60", "v", "v", Duration::from_millis(300)), |e| {
            matches!(e, ChangeError::CommandTimedOut { .. })
        }),
    ];
    for (what, spec, fits) in cases {
        let install = Install::new();
        let old = install.both();
        let plan = plan(&install, spec);
        let error = install.apply(&plan).unwrap_err();
        assert!(fits(&error), "a command that {what} is told so: {error:?}");
        assert_eq!(install.both(), old, "a command that {what} leaves the old state");
        assert_eq!(
            install.state(&plan.id).as_deref(),
            Some("rolled_back"),
            "a command that {what}: the journal says so"
        );
    }
}

#[test]
fn cancel_stops_the_whole_group_and_leaves_the_old_state() {
    let install = Install::new();
    let old = install.both();
    // The grandchild ignores TERM, so that only a KILL to the group ends it.
    let script = "mkdir v; (trap '' TERM; while true; do echo tick >> v/ticks; sleep 0.05; done) & echo ready; wait";
    let plan = plan(&install, sh(script, "v", "v", LONG));
    let cancel = Arc::new(AtomicBool::new(false));
    let stop = Arc::clone(&cancel);
    let ctl = ApplyControl {
        progress: Box::new(move |p| {
            if p.line.as_deref() == Some("ready") {
                stop.store(true, Ordering::SeqCst);
            }
        }),
        cancel,
    };
    let began = Instant::now();
    let result = install.engine().apply(&plan, &operator(), &now, &ctl);
    assert!(matches!(result, Err(ChangeError::Cancelled)), "it was cancelled: {result:?}");
    assert!(began.elapsed() < Duration::from_secs(8), "within seconds");
    assert_eq!(install.both(), old, "the old state stands");
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(install.both(), old, "and nothing of the command goes on writing");
}

#[test]
fn a_command_that_outlives_the_crash_is_ended_before_its_work_is_removed() {
    let install = Install::new();
    let old = install.both();
    let plan = plan(&install, sh("mkdir v; while true; do echo tick >> v/ticks; sleep 0.05; done", "v", "v", LONG));
    let log = At::never();
    let running = {
        let other = Install::new();
        let short = self::plan(&other, sh("mkdir v; sleep 0.3", "v", "v", LONG));
        other.faulty(&log).apply(&short, &operator(), &now, &ApplyControl::quiet()).unwrap();
        log.points.lock().unwrap().iter().position(|p| *p == "running").unwrap()
    };
    let died = install.faulty(&At::new(running, Fault::Die)).apply(&plan, &operator(), &now, &ApplyControl::quiet());
    assert!(matches!(died, Err(ChangeError::Died { .. })), "it died while the command ran: {died:?}");
    std::thread::sleep(Duration::from_millis(200));
    assert!(install.has("v/ticks"), "the command lives on");
    let recovered = install.engine().recover(&now).unwrap();
    assert_eq!(recovered[0].outcome, Outcome::RolledBack, "recovery takes it back: {recovered:?}");
    assert_eq!(install.both(), old, "the old state stands");
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(install.both(), old, "and the command is over");
}
