//! `modules` and `health`: stand-ins with the real modules' entry points and habits are started, seen, broken and stopped.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use sanctum_tests::yard::Yard;
use serde_json::Value;

use crate::support::{at_root, error, json, put, text};

const LONG: Duration = Duration::from_secs(40);

fn yard(modules: &str) -> Yard {
    Yard::new(modules).unwrap()
}

fn install(yard: &Yard, address: &str, stand_in: &str) {
    yard.install(address, stand_in).unwrap();
}

fn row(yard: &Yard, address: &str) -> Value {
    json(yard, &["modules", "status", address])["row"].clone()
}

/// Polls one instance until `fits`.
fn until(yard: &Yard, address: &str, what: &str, fits: impl Fn(&Value) -> bool) -> Value {
    let end = Instant::now() + LONG;
    loop {
        let row = row(yard, address);
        if fits(&row) {
            return row;
        }
        assert!(Instant::now() < end, "{what}: {row:#}");
        std::thread::sleep(Duration::from_millis(200));
    }
}

fn word(row: &Value) -> &str {
    row["status"]["word"].as_str().unwrap_or_default()
}

fn alive(pid: u64) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z "))
}

fn start(yard: &Yard, words: &[&str]) -> Vec<Value> {
    let mut all = vec!["modules", "start"];
    all.extend(words);
    json(yard, &all).as_array().unwrap().clone()
}

#[test]
fn a_service_is_installed_started_measured_and_stopped() {
    let yard = yard("thalamus");
    assert_eq!(
        row(&yard, "athena/thalamus")["cannot_start"],
        "no code installed yet: `app/examples/web_replay/server.py` is missing",
        "without code it says so"
    );
    assert_eq!(
        row(&yard, "athena/thalamus")["mend"],
        serde_json::json!({"kind": "code"}),
        "and that code is what it lacks"
    );
    install(&yard, "athena/thalamus", "thalamus");
    let started = start(&yard, &["athena/thalamus"]);
    assert_eq!(started[0]["done"], true, "it starts: {started:?}");
    let row = until(&yard, "athena/thalamus", "it answers", |row| word(row) == "Healthy");
    let (pid, reason) = (row["pid"].as_u64().unwrap(), row["status"]["reason"].as_str().unwrap());
    assert!(reason.starts_with("answered GET /api/health in "), "the word carries its evidence: {reason}");
    assert!(
        row["listens"] == true && row["memory"].as_f64().unwrap() > 1e6,
        "its port and its memory are measured: {row:#}"
    );
    let again = start(&yard, &["athena/thalamus"]);
    assert_eq!(again[0]["done"], true, "a second start leaves the first: {again:?}");
    assert_eq!(self::row(&yard, "athena/thalamus")["pid"].as_u64(), Some(pid), "it is the same process");

    put(&yard.root(), "agents/agent-athena/thalamus/db/ill", "");
    let ill = until(&yard, "athena/thalamus", "a wrong answer shows", |row| word(row) == "Degraded");
    assert_eq!(ill["needs_you"], true, "somebody should look: {ill:#}");
    let health = at_root(&yard, &["health", "--json"]);
    assert_eq!(health.code, 1, "`health` tells a script so: {health:?}");
    assert!(health.out.contains("Thalamus of athena"), "and whom it is about: {health:?}");
    let cards = json(&yard, &["tools", "list", "--query", "thalamus"]);
    assert!(cards.to_string().contains("\"Degraded\""), "the card says the same: {cards}");

    let stopped = json(&yard, &["modules", "stop", "athena/thalamus"]);
    assert_eq!(stopped[0]["done"], true, "it stops: {stopped}");
    assert!(!alive(pid), "its process is gone");
    let off = self::row(&yard, "athena/thalamus");
    assert_eq!(off["status"]["reason"], "stopped by tester", "who stopped it is said: {off:#}");
    let events = json(&yard, &["modules", "status", "athena/thalamus"])["events"].to_string();
    assert!(events.contains("\"started\"") && events.contains("\"stopped\""), "its history names both: {events}");
}

#[test]
fn broca_works_inside_our_layout_and_its_fatal_errors_count_although_it_exits_with_0() {
    let yard = yard("broca2");
    install(&yard, "athena/broca2", "broca");
    let dir = yard.root().join("agents/agent-athena/broca2");
    assert_eq!(
        std::fs::read_link(dir.join("app/plugins")).unwrap(),
        Path::new("../plugins"),
        "its plugins are the module's own"
    );
    assert!(dir.join("plugins/telegram_bot/plugin.py").is_file(), "with what it ships");
    assert_eq!(
        std::fs::read_link(dir.join("settings.json")).unwrap(),
        Path::new("config/settings.json"),
        "its settings are found"
    );
    let failed = at_root(&yard, &["modules", "start", "athena/broca2", "--json"]);
    assert_eq!(failed.code, 1, "without an agent it ends: {failed:?}");
    assert!(
        failed.out.contains("Fatal error: Required environment variable AGENT_ID is not set"),
        "its own words say why: {failed:?}"
    );
    assert!(failed.out.contains("sanctumctl agents link athena ID"), "and we, what helps: {failed:?}");
    json(&yard, &["modules", "stop", "athena/broca2"]);
    let nobody = "agent-99999999-2222-4333-8444-555555555555";
    json(&yard, &["config", "set", "athena/broca2", "AGENT_ID", nobody, "--yes"]);
    let failed = at_root(&yard, &["modules", "start", "athena/broca2", "--json"]);
    let reason = format!("runtime.core.agent: ❌ Agent {nobody} not found");
    assert!(failed.code == 1 && failed.out.contains(&reason), "the first reason counts, not the last word: {failed:?}");
    json(&yard, &["modules", "stop", "athena/broca2"]);

    let agent = "agent-11111111-2222-4333-8444-555555555555";
    json(&yard, &["config", "set", "athena/broca2", "AGENT_ID", agent, "--yes"]);
    let started = start(&yard, &["athena/broca2"]);
    assert_eq!(started[0]["done"], true, "with one it runs: {started:?}");
    let row = until(&yard, "athena/broca2", "its log says that it is connected", |row| word(row) == "Healthy");
    assert!(
        row["status"]["reason"].as_str().unwrap().contains("Connected to agent"),
        "the line is the evidence: {row:#}"
    );
    assert!(dir.join("db/broca2.sqlite").is_file(), "its database lies in the module's folder");
    assert!(!dir.join("app/sanctum.db").exists(), "and not in its code");
    assert!(
        dir.join("run/active_turn.json").is_file(),
        "whom it answers is told here, and not in a place that all Brocas share"
    );
    let log = std::fs::read_to_string(dir.join("logs/broca2.log")).unwrap();
    assert!(log.contains("Loaded plugin: telegram_bot"), "what it wrote to stderr is kept: {log}");
    let usual = std::fs::read_to_string(dir.join("config/settings.json")).unwrap();
    assert!(usual.contains("queue_refresh"), "it wrote its usual settings where ours belong: {usual}");
    assert_eq!(row["restart_needed"], false, "which is nothing to restart for: {row:#}");
    let bot = json(&yard, &["plugins", "show", "athena/broca2:telegram_bot"])["row"].clone();
    assert_eq!(
        (bot["status"]["word"].as_str(), bot["status"]["reason"].as_str()),
        (Some("Error"), Some("Broca runs without it: Bot token is required")),
        "a plugin that it goes on without is not called active: {bot:#}"
    );
}

#[test]
fn smcp_is_started_with_its_own_environment_and_seen_by_its_first_event() {
    let yard = yard("smcp");
    install(&yard, "smcp", "smcp");
    assert_eq!(start(&yard, &["smcp"])[0]["done"], true, "it starts");
    let row = until(&yard, "smcp", "its stream begins", |row| word(row) == "Healthy");
    assert!(row["status"]["reason"].as_str().unwrap().contains("/sse"), "the stream is the evidence: {row:#}");
    assert!(yard.root().join("smcp/logs/mcp_server.log").is_file(), "its own log lies with it");
}

#[test]
fn smcp_without_its_own_environment_is_not_called_ready() {
    let yard = yard("smcp");
    install(&yard, "smcp", "smcp");
    assert_eq!(word(&row(&yard, "smcp")), "Ready", "with it, it can be started");
    std::fs::remove_file(yard.root().join("smcp/venv/bin/python")).unwrap();
    let row = row(&yard, "smcp");
    assert_eq!(
        (word(&row), row["status"]["reason"].as_str()),
        ("Off", Some("its own Python environment is not built yet")),
        "what is missing is the word: {row:#}"
    );
    assert!(row["cannot_start"].as_str().unwrap().contains("smcp/venv/bin/python"), "and where it was looked for");
    let python = serde_json::json!({"kind": "python", "env": "smcp"});
    assert_eq!(row["mend"], python, "its code is there: the environment is what it lacks, and which one is said");
    std::fs::rename(yard.root().join("smcp/app"), yard.root().join("smcp/app-away")).unwrap();
    let row = self::row(&yard, "smcp");
    let why = row["cannot_start"].as_str().unwrap();
    assert!(
        why.starts_with("no code installed yet") && why.contains("Python environment"),
        "of both it says both: {why}"
    );
    assert_eq!(row["mend"], serde_json::json!({"kind": "code"}), "and the code comes first");
}

#[test]
fn letta_that_was_not_built_yet_is_sent_to_its_environment_and_not_to_its_code() {
    let yard = yard("thalamus");
    let added = at_root(&yard, &["modules", "add", "letta", "--yes"]);
    assert!(added.out.contains("sanctumctl python install letta"), "what comes next is said: {added:?}");
    let status = json(&yard, &["modules", "status", "letta"]);
    assert_eq!(status["row"]["status"]["reason"], "its own Python environment is not built yet", "{status:#}");
    let why = status["row"]["cannot_start"].as_str().unwrap();
    assert!(why.contains("Python environment") && why.contains("venv/bin/letta"), "the same: {why}");
    assert_eq!(status["code"], "a package of its Python environment", "no folder of code is missing: {status:#}");
    let python = serde_json::json!({"kind": "python", "env": "letta"});
    assert_eq!(status["row"]["mend"], python, "so its environment is what is made: {status:#}");
    put(&yard.root(), "letta/venv/bin/letta", "");
    let status = json(&yard, &["modules", "status", "letta"]);
    let facts = status["facts"].as_array().unwrap();
    let fact = |name: &str| facts.iter().find(|fact| fact["name"] == name).map(|fact| fact["value"].clone());
    assert!(fact("Program").unwrap().as_str().unwrap().ends_with("letta/venv/bin/letta"), "{status:#}");
    let port = status["row"]["port"].as_u64().unwrap();
    let line = format!("server --port {port} --host 127.0.0.1");
    assert_eq!(fact("Arguments").unwrap(), line, "what it is started with, with its port: {status:#}");
}

#[test]
fn all_are_started_in_order_and_stopped_the_other_way_round() {
    let yard = yard("broca2,thalamus,smcp");
    install(&yard, "athena/thalamus", "thalamus");
    install(&yard, "athena/broca2", "broca");
    install(&yard, "smcp", "smcp");
    json(&yard, &["config", "set", "athena/broca2", "AGENT_ID", "agent-11111111-2222-4333-8444-555555555555", "--yes"]);
    let order = |outcomes: &[Value]| outcomes.iter().map(|o| o["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    let started = start(&yard, &["--all"]);
    assert_eq!(order(&started), ["smcp", "athena/thalamus", "athena/broca2"], "what others need comes first");
    let page = json(&yard, &["modules", "list", "--only", "running"]);
    assert_eq!((page["running"].as_u64(), page["total"].as_u64()), (Some(3), Some(3)), "all of them run: {page:#}");
    let stopped = json(&yard, &["modules", "stop", "--all"]);
    assert_eq!(order(stopped.as_array().unwrap()), ["athena/broca2", "athena/thalamus", "smcp"], "and is stopped last");
}

#[test]
fn a_keeper_that_was_killed_leaves_its_module_running_and_it_is_taken_over() {
    let yard = yard("thalamus");
    install(&yard, "athena/thalamus", "thalamus");
    start(&yard, &["athena/thalamus"]);
    let before = until(&yard, "athena/thalamus", "it answers", |row| word(row) == "Healthy");
    let record = yard.root().join("agents/agent-athena/thalamus/run/keeper.json");
    let record: Value = serde_json::from_slice(&std::fs::read(record).unwrap()).unwrap();
    let keeper = record["keeper"]["pid"].as_u64().unwrap().to_string();
    assert!(Command::new("kill").args(["-9", &keeper]).status().unwrap().success(), "the keeper is killed");
    let after = until(&yard, "athena/thalamus", "that nobody would start it again is said", |row| {
        row["status"]["reason"].to_string().contains("its keeper is gone, so nobody would start it again")
    });
    assert_eq!((word(&after), &after["pid"]), ("Degraded", &before["pid"]), "the module goes on: {after:#}");
    assert!(after["status"]["evidence"].to_string().contains("takes it over"), "and what to do is, too: {after:#}");
    let started = start(&yard, &["athena/thalamus"]);
    assert!(
        started[0]["text"].as_str().unwrap().contains("looked after from now on"),
        "it is taken over, not doubled: {started:?}"
    );
    let kept = until(&yard, "athena/thalamus", "all is well again", |row| word(row) == "Healthy");
    assert_eq!(kept["pid"], before["pid"], "it is the same process");
    assert!(!kept["status"].to_string().contains("keeper is gone"), "and somebody keeps it: {kept:#}");
    json(&yard, &["modules", "stop", "athena/thalamus"]);
    assert!(!alive(before["pid"].as_u64().unwrap()), "and stops like any other");
}

#[test]
fn one_that_was_started_by_hand_is_found_and_not_doubled() {
    let yard = yard("thalamus");
    install(&yard, "athena/thalamus", "thalamus");
    let mut child = yard.by_hand("thalamus").unwrap();
    let row = until(&yard, "athena/thalamus", "it is seen", |row| word(row) == "Healthy");
    assert_eq!(
        (row["way"].as_str(), row["pid"].as_u64()),
        (Some("by_hand"), Some(u64::from(child.id()))),
        "and told apart: {row:#}"
    );
    let started = start(&yard, &["athena/thalamus"]);
    assert_eq!(started[0]["done"], true, "a start looks after it instead: {started:?}");
    json(&yard, &["modules", "stop", "athena/thalamus"]);
    assert!(child.wait().is_ok(), "and a stop ends it");
}

#[test]
fn what_a_run_before_said_does_not_count_against_one_that_was_started_by_hand() {
    let yard = yard("broca2");
    install(&yard, "athena/broca2", "broca");
    let failed = at_root(&yard, &["modules", "start", "athena/broca2", "--json"]);
    assert_eq!(failed.code, 1, "without an agent it ends: {failed:?}");
    json(&yard, &["modules", "stop", "athena/broca2"]);
    let agent = "agent-11111111-2222-4333-8444-555555555555";
    json(&yard, &["config", "set", "athena/broca2", "AGENT_ID", agent, "--yes"]);
    let mut child = yard.by_hand("broca2").unwrap();
    let row = until(&yard, "athena/broca2", "it is seen", |row| row["way"] == "by_hand");
    assert_eq!(word(&row), "Unknown", "nothing is known of it yet, and nothing is taken from before: {row:#}");
    assert!(!row["status"].to_string().contains("ended"), "it has not ended: {row:#}");
    let facts = json(&yard, &["modules", "status", "athena/broca2"])["facts"].to_string();
    assert!(!facts.contains("Kept by"), "and nobody keeps it: {facts}");
    json(&yard, &["modules", "stop", "athena/broca2"]);
    assert!(child.wait().is_ok(), "a stop ends it");
}

#[test]
fn a_stolen_port_is_named_before_anything_is_started() {
    let yard = yard("thalamus");
    install(&yard, "athena/thalamus", "thalamus");
    let port = u16::try_from(row(&yard, "athena/thalamus")["port"].as_u64().unwrap()).unwrap();
    let _thief = std::net::TcpListener::bind(("127.0.0.1", port)).unwrap();
    let refused = at_root(&yard, &["modules", "start", "athena/thalamus", "--json"]);
    assert_eq!(refused.code, 1, "it is not started: {refused:?}");
    assert!(
        refused.out.contains(&format!("Port {port}")) && refused.out.contains(&std::process::id().to_string()),
        "who holds it is named: {refused:?}"
    );
}

#[test]
fn what_is_not_there_is_refused_with_the_way_out() {
    let yard = yard("thalamus");
    let unknown = at_root(&yard, &["modules", "start", "athena/nothing"]);
    assert_eq!(error(&unknown)["code"], "module_unknown", "an unknown name: {unknown:?}");
    let early = at_root(&yard, &["modules", "start", "athena/thalamus", "--json"]);
    assert!(early.out.contains("no code installed yet"), "one without code: {early:?}");
    let empty = put(yard.path(), "empty/readme", "nothing");
    let wrong =
        at_root(&yard, &["modules", "install", "athena/thalamus", "--folder", &text(empty.parent().unwrap()), "--yes"]);
    assert_eq!(error(&wrong)["code"], "source_unusable", "code of something else: {wrong:?}");
}

#[test]
fn a_folder_is_meant_from_where_it_is_typed() {
    let yard = yard("thalamus");
    let typed = ["modules", "install", "athena/thalamus", "--folder", "thalamus", "--yes"];
    let done = Command::new(sanctum_tests::place::program("sanctumctl").unwrap())
        .args(["--root", &text(&yard.root())])
        .args(typed)
        .current_dir(sanctum_tests::yard::stand_ins())
        .env_clear()
        .envs(yard.env())
        .output()
        .unwrap();
    assert!(done.status.success(), "it is found: {done:?}");
    let status = json(&yard, &["modules", "status", "athena/thalamus"]);
    let whole = format!("from {}", text(&sanctum_tests::yard::stand_ins().join("thalamus")));
    assert_eq!(status["code"].as_str(), Some(whole.as_str()), "and noted as a whole path: {status:#}");
}

#[test]
fn installed_code_is_taken_back_by_undo() {
    let yard = yard("thalamus");
    install(&yard, "athena/thalamus", "thalamus");
    let app = yard.root().join("agents/agent-athena/thalamus/app");
    assert!(app.join("examples/web_replay/server.py").is_file(), "the code is there");
    json(&yard, &["changes", "undo", "--yes"]);
    assert!(app.is_dir() && std::fs::read_dir(&app).unwrap().next().is_none(), "the empty folder is back");
}

/// A `systemctl` that writes down what it is told, runs what a unit's file says, and answers as the real one does.
pub fn stand_in_systemd(yard: &Yard) -> String {
    let bin = yard.path().join("bin");
    let state = text(&yard.path().join("systemd"));
    let units = text(&yard.home().join(".config/systemd/user"));
    std::fs::create_dir_all(&state).unwrap();
    let script = format!(
        r#"#!/usr/bin/env python3
import os, pathlib, shlex, signal, subprocess, sys, time
state, units, args = pathlib.Path({state:?}), pathlib.Path({units:?}), sys.argv[1:]
with open(state / "told", "a") as told: told.write(" ".join(args) + "\n")
assert args[0] == "--user", args
verb, unit = args[1], args[-1]
pid_file = state / unit
def pid():
    try: n = int(pid_file.read_text()); os.kill(n, 0); return n
    except (OSError, ValueError): return 0
if verb == "start":
    line = [l for l in (units / unit).read_text().splitlines() if l.startswith("ExecStart=")][0][10:]
    child = subprocess.Popen(shlex.split(line), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=open(state / "err", "a"), start_new_session=True)
    pid_file.write_text(str(child.pid))
elif verb == "stop":
    n = pid()
    if n:
        os.kill(n, signal.SIGTERM)
        for _ in range(300):
            if not pid() or open(f"/proc/{{n}}/stat").read().rsplit(")", 1)[1].split()[0] == "Z": break
            time.sleep(0.1)
elif verb == "show":
    if (state / "says").exists(): print((state / "says").read_text()); sys.exit()
    n = pid()
    there = (units / unit).exists()
    print(f"LoadState={{'loaded' if there else 'not-found'}}\nActiveState={{'active' if n else 'inactive'}}\nSubState={{'running' if n else 'dead'}}\nMainPID={{n}}\nExecMainStatus=0\nNRestarts=0\nResult=success")
"#
    );
    let path = put(&bin, "systemctl", script);
    crate::support::chmod(&path, 0o755);
    format!("{}:{}", text(&bin), std::env::var("PATH").unwrap_or_default())
}

#[test]
#[cfg(target_os = "linux")]
fn a_module_is_handed_to_the_system_runs_without_us_and_comes_back() {
    let yard = yard("thalamus");
    install(&yard, "athena/thalamus", "thalamus");
    let path = stand_in_systemd(&yard);
    let root = text(&yard.root());
    let ctl = |words: &[&str]| {
        let mut all = vec!["--root", &root];
        all.extend(words);
        sanctum_tests::Ctl::new(&yard).with("PATH", &path).run(&all).unwrap()
    };
    let done = ctl(&["modules", "way", "athena/thalamus", "system", "--at-login", "--yes"]);
    assert_eq!(done.code, 0, "the plan is applied: {done:?}");
    let folder = yard.home().join(".config/systemd/user");
    let unit = std::fs::read_dir(&folder).unwrap().next().unwrap().unwrap().path();
    let said = std::fs::read_to_string(&unit).unwrap();
    assert!(
        said.contains("WantedBy=default.target") && !said.contains("THALAMUS"),
        "the unit starts at login and holds no settings: {said}"
    );
    let started = ctl(&["modules", "start", "athena/thalamus", "--json"]);
    assert_eq!(
        started.code,
        0,
        "the system starts it: {started:?} {}",
        std::fs::read_to_string(yard.path().join("systemd/err")).unwrap_or_default()
    );
    let row = until(&yard, "athena/thalamus", "it answers", |row| word(row) == "Healthy");
    assert_eq!(
        (row["way"].as_str(), row["at_login"].as_bool()),
        (Some("system"), Some(true)),
        "and it is said who runs it: {row:#}"
    );
    let taken = ctl(&["modules", "way", "athena/thalamus", "app", "--yes"]);
    assert_eq!(error(&taken)["code"], "module_running", "while it runs nobody else takes it: {taken:?}");
    assert_eq!(ctl(&["modules", "stop", "athena/thalamus"]).code, 0, "the system stops it");
    assert!(!alive(row["pid"].as_u64().unwrap()), "its process is gone");
    assert_eq!(ctl(&["modules", "way", "athena/thalamus", "app", "--yes"]).code, 0, "and it comes back");
    assert!(!unit.exists(), "its unit is gone");
    let told = std::fs::read_to_string(yard.path().join("systemd/told")).unwrap();
    for verb in ["daemon-reload", "enable", "start", "stop", "disable"] {
        assert!(told.contains(&format!("--user {verb}")), "the system was told to {verb}: {told}");
    }
}
