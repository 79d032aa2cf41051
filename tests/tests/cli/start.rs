//! `run/start.sh` of an instance with secrets, as bash runs it.

use std::io::Write;
use std::process::{Command, Output, Stdio};

use crate::support::{ENV, PASSPHRASE, chmod, made, put, set_secret, text};
use sanctum_tests::Place;

/// A Sanctum whose Python only writes down what it was given, and a `sanctumctl` that is told where the passphrase is.
fn prepared() -> Place {
    let place = made(&["Athena"], "broca2");
    put(&place.root(), "agents/agent-athena/broca2/app/main.py", "");
    let seen = text(&place.path().join("seen"));
    let python = put(
        &place.root(),
        "agents/venv/bin/python",
        format!(
            "#!/bin/sh\nenv -0 > '{seen}.env'\ntr '\\0' '\\n' < /proc/$$/cmdline > '{seen}.args'\ncat > '{seen}.in'\n"
        ),
    );
    chmod(&python, 0o755);
    let ctl = text(&sanctum_tests::place::program("sanctumctl").unwrap());
    let wrapped = put(place.path(), "ctl", format!("#!/bin/sh\nexec '{ctl}' --passphrase-stdin \"$@\"\n"));
    chmod(&wrapped, 0o755);
    place
}

fn start(place: &Place, passphrase: &str, ctl: &str) -> Output {
    let script = place.root().join("agents/agent-athena/broca2/run/start.sh");
    let mut child = Command::new("bash")
        .arg(script)
        .env_clear()
        .envs(place.env())
        .env("SANCTUM_SECRET_STORE", "file")
        .env("SANCTUMCTL", ctl)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let _closed = child.stdin.take().unwrap().write_all(format!("{passphrase}\nfor the module\n").as_bytes());
    child.wait_with_output().unwrap()
}

fn seen(place: &Place, what: &str) -> String {
    std::fs::read_to_string(place.path().join(format!("seen.{what}"))).unwrap_or_default()
}

#[test]
fn the_module_gets_its_settings_and_its_secrets() {
    let place = prepared();
    set_secret(&place, "athena/broca2", "AGENT_API_KEY", "from the store");
    let done = start(&place, PASSPHRASE, &text(&place.path().join("ctl")));
    assert!(done.status.success(), "it starts: {done:?}");
    let env = seen(&place, "env");
    let env: Vec<&str> = env.split('\0').collect();
    assert!(env.contains(&"AGENT_API_KEY=from the store"), "its secret is in its environment");
    assert!(env.contains(&"LOG_LEVEL=INFO"), "and what its file says: {env:?}");
    assert!(!env.iter().any(|one| one.contains(PASSPHRASE)), "the passphrase is not");
    let args = seen(&place, "args");
    assert!(args.contains("app/main.py") && !args.contains("from the store"), "nothing of it in its arguments: {args}");
    assert_eq!(seen(&place, "in"), "for the module\n", "standard input is its own");
    let script = std::fs::read_to_string(place.root().join("agents/agent-athena/broca2/run/start.sh")).unwrap();
    assert!(!script.contains("from the store"), "the script holds none");
    let output = [done.stdout, done.stderr].concat();
    assert!(!String::from_utf8_lossy(&output).contains("from the store"), "and nothing was printed");
}

#[test]
fn it_is_not_started_without_them() {
    let place = prepared();
    set_secret(&place, "athena/broca2", "AGENT_API_KEY", "from the store");
    let wrong = start(&place, "not the passphrase", &text(&place.path().join("ctl")));
    assert_eq!(wrong.status.code(), Some(3), "the store does not open: {wrong:?}");
    let gone = start(&place, PASSPHRASE, "/no/such/sanctumctl");
    assert_eq!(gone.status.code(), Some(69), "nobody hands them over: {gone:?}");
    assert_eq!(seen(&place, "env"), "", "the module was never started");
}

#[test]
fn without_secrets_nobody_is_asked() {
    let place = prepared();
    let done = start(&place, PASSPHRASE, "/no/such/sanctumctl");
    assert!(done.status.success(), "its script needs nobody: {done:?}");
    assert!(seen(&place, "env").contains("LOG_LEVEL=INFO"), "it has what its file says");
    assert!(std::fs::read_to_string(place.root().join(ENV)).is_ok(), "and the file is there");
}

#[test]
fn a_script_of_somebody_else_is_left_and_said() {
    let place = prepared();
    let script = "agents/agent-athena/broca2/run/start.sh";
    put(&place.root(), script, "#!/bin/sh\n# mine\n");
    let words = ["secrets", "set", "athena/broca2", "AGENT_API_KEY", "--stdin", "--plan", "--json"];
    let plan = crate::support::stored(&place, &words, "v\n").json().unwrap();
    assert!(
        plan["checks"].to_string().contains("secrets exec --instance 'athena/broca2'"),
        "the way to start it: {plan}"
    );
    set_secret(&place, "athena/broca2", "AGENT_API_KEY", "v");
    assert_eq!(std::fs::read_to_string(place.root().join(script)).unwrap(), "#!/bin/sh\n# mine\n", "it stays");
}
