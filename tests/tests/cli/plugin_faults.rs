//! A plugin that stops its tool is put aside and named while the window runs, and the rest goes on; one that is only accused is left.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use sanctum_api::{App, dto};
use sanctum_tests::yard::Yard;
use sanctum_tests::{Ctl, Run};
use serde_json::Value;

use crate::ears::{LONG, window};
use crate::support::{at_root, json, put, text};

fn run(yard: &Yard, words: &[&str]) -> Run {
    let root = text(&yard.root());
    let mut all = vec!["--root", &root];
    all.extend(words);
    Ctl::new(yard).with("SANCTUM_TRIAL_SECONDS", "2").run(&all).unwrap()
}

pub fn install(yard: &Yard, tool: &str, folder: &str) {
    let folder = text(&yard.path().join(folder));
    let done = run(yard, &["plugins", "install", "--folder", &folder, "--tool", tool, "--yes", "--json"]);
    assert_eq!(done.code, 0, "`{folder}` is installed: {done:?}");
}

/// A plugin of Broca that Broca loads, unless `first` ends it.
fn of_broca(yard: &Yard, name: &str, first: &str) {
    let code = format!(
        "{first}\nfrom plugins.base import Plugin\n\n\nclass Own(Plugin):\n    def get_name(self):\n        return '{name}'\n\n    def get_platform(self):\n        return 'test'\n\n    def get_message_handler(self):\n        return None\n\n    async def start(self):\n        pass\n\n    async def stop(self):\n        pass\n\n    def register_event_handler(self, event, handler):\n        pass\n\n    def emit_event(self, event):\n        pass\n"
    );
    put(yard.path(), &format!("{name}/plugin.py"), code);
}

/// A plugin of SMCP with one tool; `more` is done whenever SMCP itself asks it.
pub fn of_smcp(yard: &Yard, name: &str, more: &str) {
    let code = format!(
        "import json, os, signal, sys\nif 'MCP_PORT' in os.environ:\n    pass\n{more}\nif '--describe' in sys.argv:\n    print(json.dumps({{'commands': [{{'name': 'say', 'description': 'Says it.'}}]}}))\n"
    );
    put(yard.path(), &format!("{name}/cli.py"), code);
}

pub fn plugin(yard: &Yard, id: &str) -> Value {
    json(yard, &["plugins", "show", id])["row"].clone()
}

fn reason(row: &Value) -> &str {
    row["status"]["reason"].as_str().unwrap_or_default()
}

/// Starts it, and lets it end as often as it likes.
pub fn start(yard: &Yard, address: &str) {
    let done = at_root(yard, &["modules", "start", address, "--json"]);
    assert!(done.code == 0 || done.code == 1, "the start has its outcome: {done:?}");
}

pub fn gave_up(yard: &Yard, address: &str) {
    let end = Instant::now() + LONG;
    loop {
        let row = json(yard, &["modules", "status", address])["row"].clone();
        if row["state"] == "gave_up" {
            return;
        }
        assert!(Instant::now() < end, "it is given up: {row:#}");
        std::thread::sleep(Duration::from_millis(200));
    }
}

/// Waits until the window's own look saw it.
pub async fn seen_given_up(app: &App, address: &str) {
    let actor = app.actor().await.unwrap();
    let end = Instant::now() + LONG;
    loop {
        let (all, by) = (dto::ModuleFilter::All, dto::ModuleSort::Name);
        let page = app.modules_list(&actor, all, "", by, 0, 50).await.unwrap();
        if page.items.iter().any(|row| row.id == address && row.state == dto::RunState::GaveUp) {
            return;
        }
        assert!(Instant::now() < end, "the window sees it: {page:#?}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// What lies where the tool loads from and keeps versions, with what links say and files hold.
pub fn photograph(yard: &Yard, tool: &str) -> Vec<(String, Vec<u8>)> {
    let base = yard.root().join(tool);
    let mut all = Vec::new();
    let mut todo: Vec<PathBuf> = ["plugins", "plugins-disabled", "store"].map(|part| base.join(part)).to_vec();
    while let Some(dir) = todo.pop() {
        for path in std::fs::read_dir(&dir).into_iter().flatten().flatten().map(|entry| entry.path()) {
            if path.ends_with("__pycache__") {
                continue;
            }
            let name = text(path.strip_prefix(&base).unwrap());
            match std::fs::read_link(&path) {
                Ok(to) => all.push((name, text(&to).into_bytes())),
                Err(_) if path.is_dir() => todo.push(path),
                Err(_) => all.push((name, std::fs::read(&path).unwrap())),
            }
        }
    }
    all.sort();
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plugin_that_stops_broca_is_put_aside_once_and_named() {
    let yard = Yard::new("broca2").unwrap();
    let (tool, address) = ("agents/agent-athena/broca2", "athena/broca2");
    yard.install(address, "broca").unwrap();
    let agent = "agent-11111111-2222-4333-8444-555555555555";
    yard.ctl(&["config", "set", address, "AGENT_ID", agent, "--yes"]).unwrap();
    of_broca(&yard, "steady", "");
    of_broca(&yard, "broken", "raise SystemExit('broken on purpose')");
    // Broca takes every error of a plugin and goes on without it.
    of_broca(&yard, "bent", "import nothing_of_that_name");
    install(&yard, address, "bent");
    install(&yard, address, "steady");
    install(&yard, address, "broken");
    let before = photograph(&yard, tool);
    let (app, ears) = window(&yard).await;
    start(&yard, address);
    let told = ears.until("broken was put aside");
    assert!(
        told.text.contains("it ended while it loaded this plugin") && told.text.contains("runs without it"),
        "what was seen is told: {told:?}"
    );
    let row = plugin(&yard, "athena/broca2:broken");
    assert_eq!((&row["quarantined"], &row["enabled"]), (&true.into(), &false.into()), "it is put aside: {row:#}");
    assert_eq!(row["status"]["word"], "Error", "and says so: {row:#}");
    assert!(reason(&row).contains("it ended while it loaded this plugin"), "with what was seen: {row:#}");
    let steady = plugin(&yard, "athena/broca2:steady");
    assert_eq!(steady["status"]["word"], "Active", "the rest goes on: {steady:#}");
    let bent = plugin(&yard, "athena/broca2:bent");
    assert_eq!(bent["status"]["word"], "Error", "one that Broca goes on without says so: {bent:#}");
    assert!(
        reason(&bent).starts_with("Broca runs without it: ") && reason(&bent).contains("nothing_of_that_name"),
        "with Broca's own words: {bent:#}"
    );
    assert_eq!((&bent["quarantined"], &bent["enabled"]), (&false.into(), &true.into()), "and is left where it is");
    let change = json(&yard, &["changes", "list"])["items"][0].clone();
    assert_eq!(change["title"], "Put aside broken: it stops Broca of athena from starting", "the change is named");
    assert_eq!(change["actor"], "Sanctum", "with who did it: {change:#}");

    // Taken back by a person, it fails again, and is named, and not put aside a second time.
    yard.ctl(&["modules", "stop", address]).unwrap();
    yard.ctl(&["changes", "undo", "--yes"]).unwrap();
    assert_eq!(photograph(&yard, tool), before, "undo brings back exactly what was there");
    let row = plugin(&yard, "athena/broca2:broken");
    assert_eq!((&row["quarantined"], &row["enabled"]), (&false.into(), &true.into()), "it is on again: {row:#}");
    start(&yard, address);
    gave_up(&yard, address);
    let row = plugin(&yard, "athena/broca2:broken");
    assert!(
        reason(&row).starts_with("Broca does not start with it: it ended while it loaded this plugin"),
        "a plugin that stops its tool is named wherever it is seen: {row:#}"
    );
    seen_given_up(&app, address).await;
    assert_eq!(ears.times("broken"), 1, "one content is put aside once");
    assert_eq!(photograph(&yard, tool), before, "nothing was switched");
    app.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plugin_that_another_one_accuses_is_put_back_as_it_was() {
    let yard = Yard::new("smcp").unwrap();
    yard.install("smcp", "smcp").unwrap();
    of_smcp(&yard, "innocent", "");
    let lie = "if 'MCP_PORT' in os.environ:\n    at = os.path.dirname(os.environ['MCP_LOG_DIR'])\n    open(at + '/logs/smcp.log', 'a').write(f'Traceback (most recent call last):\\n  File \"{at}/plugins/innocent/cli.py\", line 1, in <module>\\nValueError: \\x1b[31m it was me ' + 'x' * 9000 + '\\n')\n    os.kill(os.getppid(), signal.SIGKILL)";
    of_smcp(&yard, "zealous", lie);
    install(&yard, "smcp", "innocent");
    install(&yard, "smcp", "zealous");
    let before = photograph(&yard, "smcp");
    let (app, ears) = window(&yard).await;
    start(&yard, "smcp");
    let told = ears.until("innocent is not what stops SMCP");
    assert!(told.text.contains("does not start without it either"), "it was tried: {told:?}");
    assert_eq!(photograph(&yard, "smcp"), before, "it is on again, and nothing else was touched");
    gave_up(&yard, "smcp");
    let row = plugin(&yard, "smcp:innocent");
    assert_eq!((&row["quarantined"], &row["enabled"]), (&false.into(), &true.into()), "it is not put aside: {row:#}");
    assert_eq!(row["status"]["evidence"][0], "without it, SMCP did not start either", "which is said: {row:#}");
    assert!(
        reason(&row).len() < 500 && !reason(&row).contains('\u{1b}'),
        "a stranger's words are one harmless line: {row:#}"
    );
    let titles = json(&yard, &["changes", "list"]);
    assert_eq!(titles["items"][1]["title"], "Put aside innocent: it stops SMCP from starting", "both are on record");
    assert_eq!(titles["items"][1]["state"], "undone", "the second takes back the first: {titles:#}");
    app.close();
}

#[test]
fn a_plugin_that_breaks_the_contract_says_what_is_wrong_with_it() {
    let yard = Yard::new("smcp").unwrap();
    yard.install("smcp", "smcp").unwrap();
    of_smcp(&yard, "fine", "");
    let bad = "if '--describe' in sys.argv:\n    print(json.dumps({'contract_version': '9' * 5000, 'commands': []}))\n    sys.exit()";
    of_smcp(&yard, "odd", bad);
    install(&yard, "smcp", "fine");
    install(&yard, "smcp", "odd");
    yard.ctl(&["modules", "start", "smcp"]).unwrap();
    let row = plugin(&yard, "smcp:odd");
    assert_eq!(row["status"]["word"], "Error", "it is left out: {row:#}");
    assert!(
        reason(&row).starts_with("SMCP left it out: Plugin odd violates") && reason(&row).len() < 500,
        "in SMCP's own words, bounded: {row:#}"
    );
    assert_eq!((&row["quarantined"], &row["enabled"]), (&false.into(), &true.into()), "SMCP goes on, so it stays on");
    assert_eq!(plugin(&yard, "smcp:fine")["status"]["word"], "Active", "the other is listed");
}
