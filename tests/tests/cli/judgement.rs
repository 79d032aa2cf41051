//! The judgement over a plugin that its tool's last words name, killed on both sides of its decision.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use sanctum_api::dto;
use sanctum_tests::yard::Yard;
use serde_json::Value;

use crate::ears::window;
use crate::plugin_faults::{gave_up, install, of_smcp, photograph, plugin, seen_given_up, start};
use crate::support::{at_root, json, text};
use crate::trials::{noted, until};

/// Loaded by SMCP it says in SMCP's log that it was this one, and ends SMCP.
const ENDS_IT: &str = "if 'MCP_PORT' in os.environ:\n    at = os.path.dirname(os.environ['MCP_LOG_DIR'])\n    open(at + '/logs/smcp.log', 'a').write(f'Traceback (most recent call last):\\n  File \"{at}/plugins/broken/cli.py\", line 1, in <module>\\nValueError: broken on purpose\\n')\n    os.kill(os.getppid(), signal.SIGKILL)";

/// SMCP with one plugin that works and one that ends it, given up.
fn given_up() -> Yard {
    let yard = Yard::new("smcp").unwrap();
    yard.install("smcp", "smcp").unwrap();
    of_smcp(&yard, "steady", "");
    install(&yard, "smcp", "steady");
    broken(&yard, 0);
    start(&yard, "smcp");
    gave_up(&yard, "smcp");
    yard
}

/// Installs the one that ends it, with a content of its own for each number.
fn broken(yard: &Yard, number: u32) {
    of_smcp(yard, "broken", &format!("number = {number}\n{ENDS_IT}"));
    install(yard, "smcp", "broken");
}

/// A process with the app in it, as its window has it.
fn opened(yard: &Yard, trial_s: u32) -> Child {
    Command::new(env!("CARGO_BIN_EXE_unseen"))
        .env_clear()
        .envs(yard.env())
        .env("SANCTUM_ROOT", yard.root())
        .env("SANCTUM_TRIAL_SECONDS", trial_s.to_string())
        .current_dir(yard.path())
        .stdin(Stdio::piped())
        .spawn()
        .unwrap()
}

fn killed(mut child: Child) {
    assert!(child.try_wait().unwrap().is_none(), "it is killed, and did not end before");
    child.kill().unwrap();
    child.wait().unwrap();
}

fn on(yard: &Yard) -> bool {
    yard.root().join("smcp/plugins/broken").symlink_metadata().is_ok()
}

fn runs(yard: &Yard) -> bool {
    row(yard)["state"] == "running"
}

fn row(yard: &Yard) -> Value {
    json(yard, &["modules", "status", "smcp"])["row"].clone()
}

/// The note of the one thing that is tried.
fn note(yard: &Yard) -> PathBuf {
    let all = noted(yard);
    assert_eq!(all.len(), 1, "one thing is tried: {all:?}");
    all[0].clone()
}

/// What is kept of plugins besides their folders.
fn known(note: &Path) -> PathBuf {
    note.parent().unwrap().with_file_name("plugins").join("known.json")
}

fn verdicts(known: &Path) -> Value {
    serde_json::from_slice::<Value>(&std::fs::read(known).unwrap_or_default())
        .map(|all| all["judged"].clone())
        .unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_before_it_is_decided_a_judgement_is_put_back_by_the_next_start() {
    let yard = given_up();
    let before = photograph(&yard, "smcp");
    let child = opened(&yard, 600);
    until("it is put aside", || !on(&yard));
    until("SMCP runs without it", || runs(&yard));
    assert_eq!(plugin(&yard, "smcp:broken")["quarantined"], true, "what a living process judges is left to it");
    killed(child);
    assert!(!on(&yard), "it is aside, and nobody saw whether that helps");

    let seen = at_root(&yard, &["plugins", "list", "--json"]);
    assert!(
        seen.err.contains("Whether broken stops SMCP was being tried when Sanctum Configurator ended")
            && seen.err.contains("SMCP ran without it and is started again"),
        "the next start says what it found: {seen:?}"
    );
    assert_eq!(photograph(&yard, "smcp"), before, "every file is what it was");
    assert!(noted(&yard).is_empty(), "it is settled once: {:?}", noted(&yard));
    let last = json(&yard, &["changes", "list"])["items"][0].clone();
    assert_eq!(last["title"], "Undo: Put aside broken: it stops SMCP from starting", "Activity has it: {last:#}");
    gave_up(&yard, "smcp");
    let broken = plugin(&yard, "smcp:broken");
    assert_eq!((&broken["quarantined"], &broken["enabled"]), (&false.into(), &true.into()), "it is on: {broken:#}");
    assert_eq!(
        broken["status"]["evidence"][0], "that is what its log says; whether it starts without it is not decided",
        "and its row says how much is known: {broken:#}"
    );

    let (app, ears) = window(&yard).await;
    seen_given_up(&app, "smcp").await;
    assert_eq!(app.state().await.unwrap().recovered, [], "there is nothing more to settle");
    assert!(on(&yard) && ears.times("broken") == 0, "what may have ended this app is not tried by itself again");
    app.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_tells_which_judgement_it_put_back() {
    let yard = given_up();
    let child = opened(&yard, 600);
    until("it is put aside", || !on(&yard));
    until("SMCP runs without it", || runs(&yard));
    killed(child);
    let (app, _ears) = window(&yard).await;
    let told = app.state().await.unwrap().recovered;
    assert!(told.len() == 1 && told[0].outcome == dto::RecoveryOutcome::RolledBack, "it is told: {told:#?}");
    assert!(told[0].message.contains("broken is on again as it was"), "in words: {told:#?}");
    assert!(on(&yard), "it is back before anything is shown");
    until("its note goes", || noted(&yard).is_empty());
    app.close();
}

#[test]
fn killed_after_it_was_decided_a_judgement_stands() {
    let yard = given_up();
    let child = opened(&yard, 3);
    until("it is put aside", || !on(&yard));
    let note = note(&yard);
    let (known, words) = (known(&note), std::fs::read(&note).unwrap());
    let guilty =
        |verdicts: &Value| verdicts.as_object().is_some_and(|all| all.values().any(|one| one["guilty"] == true));
    until("it is decided", || guilty(&verdicts(&known)));
    killed(child);
    // As it lies there where the kill strikes between the decision and the end of the note.
    std::fs::write(&note, &words).unwrap();
    let since = row(&yard)["since"].clone();
    let seen = at_root(&yard, &["plugins", "list", "--json"]);
    assert!(seen.code == 0 && seen.err.is_empty(), "there is nothing to settle: {seen:?}");
    assert!(noted(&yard).is_empty() && !on(&yard), "it stays aside");
    assert_eq!(plugin(&yard, "smcp:broken")["quarantined"], true, "with its reason");
    assert!(runs(&yard) && row(&yard)["since"] == since, "and SMCP goes on without it");
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_before_anything_was_done_a_judgement_is_begun_anew() {
    let yard = given_up();
    let child = opened(&yard, 600);
    until("it is put aside", || !on(&yard));
    until("SMCP runs without it", || runs(&yard));
    let note = note(&yard);
    let words = std::fs::read_to_string(&note).unwrap();
    killed(child);
    at_root(&yard, &["plugins", "list", "--json"]);
    // As it lies there where the kill strikes before the change is begun: its change is nowhere on record.
    let id = text(Path::new(note.file_stem().unwrap()));
    let other = "00000000-0000-7000-8000-000000000000";
    std::fs::write(note.with_file_name(format!("{other}.json")), words.replace(&id, other)).unwrap();
    let known = known(&note);
    assert_eq!(verdicts(&known).as_object().map(serde_json::Map::len), Some(1), "the one that was cut off is kept");
    gave_up(&yard, "smcp");
    let seen = at_root(&yard, &["plugins", "list", "--json"]);
    assert!(seen.err.is_empty() && on(&yard) && noted(&yard).is_empty(), "nothing was done, nothing is told: {seen:?}");
    assert_eq!(verdicts(&known), serde_json::json!({}), "and it counts as not tried");
    let (app, ears) = window(&yard).await;
    ears.until("broken was put aside");
    assert!(!on(&yard), "so the next window judges it to the end");
    until("its note goes", || noted(&yard).is_empty());
    app.close();
}
