use std::cell::RefCell;
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use sanctum_modules::units::{
    self, Init, Launchd, Place, Said, Stand, Systemd, UnitError,
    linux::{ask_linger, linger},
};

/// A stand-in for `systemctl` and `launchctl` at the outermost edge: keeps a state in a file, writes down what it was
/// called with, and refuses what the real ones refuse.
const FAKE: &str = r#"#!/usr/bin/env python3
import os,sys
here=os.path.dirname(os.path.abspath(__file__)); name=os.path.basename(sys.argv[0]); args=sys.argv[1:]
open(here+'/calls','a').write(' '.join([name]+args)+'\n')
def state(new=None):
    if new is not None: open(here+'/state','w').write(new)
    return open(here+'/state').read() if os.path.exists(here+'/state') else 'none'
def end(code,text=''):
    sys.stderr.write(text); sys.exit(code)
if os.path.exists(here+'/nobus'):
    end(1,'Failed to connect to bus: No medium found\n') if name=='systemctl' else end(125,'Domain does not support specified action\n')
unit='org.sanctum.0f3a9c21.smcp'
if name=='systemctl':
    assert args[0]=='--user',args
    verb,rest=args[1],args[2:]
    if verb=='daemon-reload': sys.exit(0)
    assert rest[-1]==unit+'.service',args
    if verb in('enable','disable'): sys.exit(0)
    if verb=='reset-failed': state('inactive'); sys.exit(0)
    if verb=='start':
        if state()=='none': end(5,'Failed to start x.service: Unit x.service not found.\n')
        if state()=='failed': end(1,'Start request repeated too quickly.\n')
        state('active'); sys.exit(0)
    if verb=='stop':
        if state()=='none': end(5,'Failed to stop x.service: Unit x.service not loaded.\n')
        state('inactive'); sys.exit(0)
    if verb=='show':
        assert rest[0]=='-p',args
        s=state()
        print('LoadState='+('not-found' if s=='none' else 'loaded'))
        print('ActiveState='+('inactive' if s=='none' else s)); print('SubState='+{'active':'running','failed':'failed'}.get(s,'dead'))
        print('MainPID='+('4821' if s=='active' else '0')); print('ExecMainStatus=0\nNRestarts=0\nResult=success'); sys.exit(0)
if name=='launchctl':
    verb,rest=args[0],args[1:]
    target='gui/501/'+unit
    if verb=='print':
        assert rest==[target],args
        s=state()
        if s=='none': end(113,'Could not find service "%s" in domain for user gui: 501\n'%unit)
        print(target+' = {\n\tactive count = 1\n\tstate = '+('running' if s!='idle' else 'not running'))
        if s!='idle': print('\tpid = 4821')
        print('\truns = 1\n\tlast exit code = (never exited)\n\tendpoints = {\n\t\tstate = hostile\n\t}\n}')
        if s=='ending': state('none')
        sys.exit(0)
    if verb=='enable': assert rest==[target],args; sys.exit(0)
    if verb=='bootstrap':
        assert rest[0]=='gui/501' and os.path.isfile(rest[1]),args
        if state()!='none': end(5,'Bootstrap failed: 5: Input/output error\n')
        state('idle'); sys.exit(0)
    if verb=='kickstart':
        if state()=='none': end(113,'Could not find service\n')
        state('running'); sys.exit(0)
    if verb=='bootout':
        assert rest==[target],args
        if state()=='none': end(3,'Boot-out failed: 3: No such process\n')
        state('ending'); end(36,'Boot-out failed: 36: Operation now in progress\n')
end(64,'called with: '+repr(args))
"#;

struct Fake {
    dir: tempfile::TempDir,
}

impl Fake {
    fn new() -> Self {
        let dir = tempfile::tempdir().expect("a temp folder");
        for name in ["systemctl", "launchctl"] {
            let path = dir.path().join(name);
            fs::write(&path, FAKE).expect("written");
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("set");
        }
        fs::write(dir.path().join("unit file"), "x").expect("written");
        Self { dir }
    }

    /// Runs what lies in the fake's folder, and nothing else of that name.
    fn spawn(&self) -> impl Fn(&[String], Duration) -> io::Result<Said> + '_ {
        |argv, _| {
            let out = Command::new(self.dir.path().join(&argv[0])).args(&argv[1..]).output()?;
            Ok(Said {
                code: out.status.code(),
                out: String::from_utf8_lossy(&out.stdout).into_owned(),
                err: String::from_utf8_lossy(&out.stderr).into_owned(),
            })
        }
    }

    fn set(&self, state: &str) {
        fs::write(self.dir.path().join("state"), state).expect("written");
    }

    /// What it was called with since the last time.
    fn calls(&self) -> Vec<String> {
        let path = self.dir.path().join("calls");
        let text = fs::read_to_string(&path).unwrap_or_default();
        fs::remove_file(path).ok();
        text.lines().map(str::to_owned).collect()
    }

    fn place(&self) -> Place {
        Place {
            label: units::label("0f3a9c21-77", "smcp"),
            file: self.dir.path().join("unit file"),
            uid: 501,
            at_login: true,
            grace_s: 10,
        }
    }
}

#[test]
fn systemd_loads_starts_stops_and_forgets() {
    let fake = Fake::new();
    let (spawn, place) = (fake.spawn(), fake.place());
    let unit = "org.sanctum.0f3a9c21.smcp.service";
    assert_eq!(units::state(&Systemd, &spawn, &place).expect("it answers").stand, Stand::NotLoaded, "not there yet");
    fake.calls();
    units::load(&Systemd, &spawn, &place).expect("it takes it");
    assert_eq!(
        fake.calls(),
        ["systemctl --user daemon-reload".to_owned(), format!("systemctl --user enable {unit}")],
        "it reads its files again and starts it at login"
    );
    fake.set("inactive");
    units::start(&Systemd, &spawn, &place).expect("it starts");
    let state = units::state(&Systemd, &spawn, &place).expect("it answers");
    assert_eq!((state.stand, state.pid), (Stand::Running, Some(4821)), "it runs: {state:?}");
    assert_eq!(state.words, "systemd runs it as process 4821", "in words");
    fake.calls();
    units::start(&Systemd, &spawn, &place).expect("it runs already");
    assert_eq!(fake.calls().len(), 1, "what runs is only asked for");
    units::stop(&Systemd, &spawn, &place).expect("it ends");
    assert_eq!(units::state(&Systemd, &spawn, &place).expect("it answers").stand, Stand::Stopped, "it does not run");
    fake.set("failed");
    units::start(&Systemd, &spawn, &place).expect("what failed too often is started all the same");
    assert!(fake.calls().contains(&format!("systemctl --user reset-failed {unit}")), "by forgetting that first");
    units::unload(&Systemd, &spawn, &place).expect("it is taken out");
    fake.set("none");
    units::unload(&Systemd, &spawn, &place).expect("twice is no error");
    units::forget(&Systemd, &spawn).expect("and forgotten");
    let refused = units::start(&Systemd, &spawn, &place).expect_err("what has no file cannot be started");
    assert!(refused.to_string().contains("systemd does not know it"), "that is said: {refused}");
    let by_hand = Place { at_login: false, ..place };
    fake.calls();
    units::load(&Systemd, &spawn, &by_hand).expect("it takes it");
    assert!(fake.calls().contains(&format!("systemctl --user disable {unit}")), "and does not start it at login");
}

#[test]
fn launchd_loads_starts_stops_and_waits_for_the_end() {
    let fake = Fake::new();
    let (spawn, place) = (fake.spawn(), fake.place());
    units::load(&Launchd, &spawn, &place).expect("it takes it");
    let file = place.file.display();
    assert_eq!(
        fake.calls(),
        [
            "launchctl print gui/501/org.sanctum.0f3a9c21.smcp".to_owned(),
            "launchctl enable gui/501/org.sanctum.0f3a9c21.smcp".to_owned(),
            format!("launchctl bootstrap gui/501 {file}"),
        ],
        "in the person's own domain"
    );
    assert_eq!(units::state(&Launchd, &spawn, &place).expect("it answers").stand, Stand::Stopped, "it is known");
    units::start(&Launchd, &spawn, &place).expect("it starts");
    let state = units::state(&Launchd, &spawn, &place).expect("it answers");
    assert_eq!((state.stand, state.pid, state.restarts), (Stand::Running, Some(4821), Some(0)), "it runs: {state:?}");
    fake.calls();
    units::load(&Launchd, &spawn, &place).expect("a changed file is read again");
    let calls = fake.calls();
    let at = |what: &str| calls.iter().position(|call| call.contains(what));
    assert!(at("bootout") < at("bootstrap") && at("bootout").is_some(), "by taking the old one out first: {calls:?}");
    assert!(calls.iter().filter(|call| call.contains("print")).count() >= 3, "and waiting until it is out: {calls:?}");
    units::stop(&Launchd, &spawn, &place).expect("it ends");
    assert_eq!(units::state(&Launchd, &spawn, &place).expect("it answers").stand, Stand::NotLoaded, "it is out");
    units::stop(&Launchd, &spawn, &place).expect("twice is no error");
    units::start(&Launchd, &spawn, &place).expect("it is loaded again and started");
    assert_eq!(units::state(&Launchd, &spawn, &place).expect("it answers").stand, Stand::Running, "it runs");
    fs::write(fake.dir.path().join("nobus"), "").expect("written");
    let refused = units::start(&Launchd, &spawn, &place).expect_err("nobody is signed in at the screen");
    assert!(refused.to_string().contains("signed in at the screen"), "that is said: {refused}");
}

#[test]
fn without_a_session_it_says_what_to_do() {
    let fake = Fake::new();
    fs::write(fake.dir.path().join("nobus"), "").expect("written");
    let (spawn, place) = (fake.spawn(), fake.place());
    let state = units::state(&Systemd, &spawn, &place).expect("it answers");
    assert_eq!(state.stand, Stand::NoSession, "nobody to ask: {state:?}");
    let refused = units::start(&Systemd, &spawn, &place).expect_err("nor to tell").to_string();
    assert!(refused.contains("loginctl enable-linger"), "what helps is said: {refused}");
    let gone = |_: &[String], _: Duration| -> io::Result<Said> { Err(io::ErrorKind::NotFound.into()) };
    let error = units::state(&Systemd, &gone, &place).expect_err("there is no systemctl");
    assert!(matches!(error, UnitError::Spawn { .. }), "a system without it says so");
    assert!(error.to_string().contains("systemctl --user show"), "with the command: {error}");
}

#[test]
fn what_systemd_says_is_put_into_words() {
    let show = |text: &str| Systemd.read(&Said { code: Some(0), out: text.to_owned(), err: String::new() });
    for (text, stand, words) in [
        (
            "LoadState=loaded\nActiveState=activating\nSubState=auto-restart\nMainPID=0\nExecMainStatus=1\nNRestarts=2\nResult=exit-code",
            Stand::Waiting,
            "it failed, and systemd starts it in a moment, started again 2 times",
        ),
        (
            "LoadState=loaded\nActiveState=failed\nSubState=failed\nMainPID=0\nExecMainStatus=1\nNRestarts=5\nResult=start-limit-hit",
            Stand::Failed,
            "it failed so often that systemd leaves it alone, started again 5 times",
        ),
        (
            "LoadState=loaded\nActiveState=failed\nSubState=failed\nMainPID=0\nExecMainStatus=9\nNRestarts=0\nResult=signal",
            Stand::Failed,
            "signal 9 ended it",
        ),
        (
            "LoadState=loaded\nActiveState=deactivating\nSubState=stop-sigterm\nMainPID=7\nExecMainStatus=0\nNRestarts=0\nResult=success",
            Stand::Stopping,
            "systemd waits for it to end",
        ),
        ("LoadState=bad-setting\nActiveState=inactive\nSubState=dead", Stand::Unclear, "systemd cannot read its file"),
        ("\u{1b}[31mnonsense", Stand::Unclear, "systemd said nothing of its state"),
    ] {
        let state = show(text);
        assert_eq!(state.stand, stand, "{text}");
        assert!(state.words.starts_with(words), "{text}: {}", state.words);
    }
    assert_eq!(ask_linger(1000).join(" "), "loginctl show-user 1000 -p Linger", "whether it goes on after the logout");
    let said = |out: &str| linger(&Said { code: Some(0), out: out.to_owned(), err: String::new() });
    assert_eq!((said("Linger=no\n"), said("Linger=yes\n"), said("")), (Some(false), Some(true), None), "the answers");
}

#[test]
fn what_launchd_refuses_is_put_into_words() {
    let told = |verb: &str, code: i32, err: &str| {
        let argv = ["launchctl", verb, "x"].map(str::to_owned);
        Launchd.refused(&argv, &Said { code: Some(code), out: String::new(), err: err.to_owned() })
    };
    for (verb, code, words) in [
        ("bootstrap", 5, "error 5"),
        ("bootstrap", 125, "signed in at the screen"),
        ("bootstrap", 119, "switched off"),
        ("kickstart", 113, "does not know it"),
        ("bootstrap", 77, "`launchctl bootstrap` said “odd text” (error 77)."),
    ] {
        let said = told(verb, code, "odd\u{1b}[31m text").expect("it is refused");
        assert!(said.contains(words), "{verb} {code}: {said}");
    }
    for (verb, code) in [("bootout", 3), ("bootout", 36), ("bootout", 113), ("bootstrap", 37), ("bootstrap", 0)] {
        assert_eq!(told(verb, code, ""), None, "{verb} {code} is what was wanted");
    }
    let crashed = Launchd.read(&Said {
        code: Some(0),
        out: "gui/501/x = {\n\tstate = not running\n\truns = 4\n\tlast exit code = 78: EX_CONFIG\n}\n".to_owned(),
        err: String::new(),
    });
    assert_eq!(
        (crashed.stand, crashed.exit, crashed.restarts),
        (Stand::Failed, Some(78), Some(3)),
        "how it ended last"
    );
}

#[test]
fn what_is_run_names_no_shell() {
    let seen = RefCell::new(Vec::new());
    let spawn = |argv: &[String], _: Duration| {
        seen.borrow_mut().push(argv.to_vec());
        Ok(Said { code: Some(0), out: String::new(), err: String::new() })
    };
    let place = Place {
        label: units::label("x", "a; rm -rf /"),
        file: PathBuf::from("/h/$(id)/x.plist"),
        uid: 501,
        at_login: true,
        grace_s: 1,
    };
    let both: [&dyn Init; 2] = [&Launchd, &Systemd];
    for init in both {
        units::load(init, &spawn, &place).ok();
        units::start(init, &spawn, &place).ok();
    }
    for argv in seen.borrow().iter() {
        assert!(["launchctl", "systemctl"].contains(&argv[0].as_str()), "{argv:?}: the program itself");
        assert!(argv.iter().all(|word| !word.contains(';')), "{argv:?}: a label holds nothing to run");
    }
}
