//! The ledger of ports against real listeners, and moving an instance with everything that names its port.

#![expect(clippy::unwrap_used, reason = "in a test an unexpected error is a failure, told with its place")]

#[path = "api/support.rs"]
#[allow(dead_code, reason = "shared with the other tests of this crate")]
mod support;

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use sanctum_api::{Actor, App, dto};
use sanctum_registry::users::Role;
use support::{World, code};

/// A program that listens on a port until it is dropped; it works in `dir`.
struct Listens(Child);

impl Drop for Listens {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

fn listens(dir: &Path, port: u32, address: &str) -> Listens {
    let program = "import socket,sys\ns=socket.socket(); s.setsockopt(socket.SOL_SOCKET,socket.SO_REUSEADDR,1)\n\
                   s.bind((sys.argv[1],int(sys.argv[2]))); s.listen(); print('up',flush=True)\n\
                   while True: s.accept()[0].close()";
    let mut child = Command::new("python3")
        .args(["-c", program, address, &port.to_string()])
        .current_dir(dir)
        .stdout(Stdio::piped())
        .spawn()
        .map(Listens)
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.0.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line.trim(), "up", "it listens on {port}");
    child
}

fn free() -> u32 {
    u32::from(TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port())
}

const MODULES: [&str; 3] = ["broca2", "thalamus", "web-bridge"];

async fn set_up(world: &World, agents: &[&str]) -> (App, Actor) {
    let app = world.app();
    let mut draft = world.draft(agents);
    draft.modules = MODULES.iter().map(|m| (*m).to_owned()).chain(["smcp".to_owned()]).collect();
    draft.agents.iter_mut().for_each(|one| one.modules = MODULES.map(str::to_owned).to_vec());
    let plan = app.setup_plan(&draft, support::PASSWORD.to_owned()).await.unwrap();
    app.setup_apply(&plan.id).await.unwrap();
    let mara = app.actor().await.unwrap();
    (app, mara)
}

async fn rows(app: &App, who: &Actor) -> Vec<dto::LedgerRow> {
    app.ports_list(who).await.unwrap().rows
}

async fn row(app: &App, who: &Actor, instance: &str) -> dto::LedgerRow {
    let all = rows(app, who).await;
    let found = all.iter().find(|row| row.instance.as_deref() == Some(instance));
    found.unwrap_or_else(|| panic!("{instance} is in {all:#?}")).clone()
}

fn env_of(world: &World, path: &str) -> std::path::PathBuf {
    world.root().join(path).join("config/.env")
}

fn says(world: &World, path: &str, key: &str) -> Option<String> {
    let text = fs::read_to_string(env_of(world, path)).unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix(&format!("{key}=")).map(str::to_owned))?;
    Some(line.trim_matches('\'').to_owned())
}

/// Changes a line of a settings file by hand.
fn by_hand(world: &World, path: &str, key: &str, value: &str) {
    let file = env_of(world, path);
    let text = fs::read_to_string(&file).unwrap();
    let mut lines: Vec<String> =
        text.lines().filter(|line| !line.starts_with(&format!("{key}="))).map(str::to_owned).collect();
    lines.push(format!("{key}='{value}'"));
    fs::write(file, lines.join("\n") + "\n").unwrap();
}

async fn apply(app: &App, who: &Actor, plan: &dto::Plan) -> dto::Receipt {
    app.plan_apply(who, &plan.id).await.unwrap()
}

const THALAMUS: &str = "agents/agent-athena/thalamus";

#[tokio::test]
async fn each_port_says_whose_it_is_and_who_listens() {
    let world = World::new();
    let (app, mara) = set_up(&world, &["Athena"]).await;
    let at_rest = row(&app, &mara, "athena/thalamus").await;
    assert_eq!(at_rest.status.word, dto::StatusWord::Ready, "kept and free: {at_rest:?}");
    assert!(at_rest.listener.is_none() && at_rest.conflict.is_none() && at_rest.can_move, "nothing is in its way");
    assert!(row(&app, &mara, "athena/broca2").await.kept_only, "Broca never opens its port");

    let own = listens(&world.root().join(THALAMUS), at_rest.port, "127.0.0.1");
    let healthy = row(&app, &mara, "athena/thalamus").await;
    assert_eq!(healthy.status.word, dto::StatusWord::Healthy, "it listens itself: {healthy:?}");
    let listener = healthy.listener.unwrap();
    assert_eq!((listener.pid, listener.open_to_all), (Some(own.0.id()), false), "by its process");
    assert!(listener.process.contains("python") && listener.address == "127.0.0.1", "{listener:?}");
    drop(own);

    let thief = listens(world.dir.path(), at_rest.port, "0.0.0.0");
    let view = app.ports_list(&mara).await.unwrap();
    let stolen = view.rows.iter().find(|r| r.instance.as_deref() == Some("athena/thalamus")).unwrap();
    assert_eq!(stolen.status.word, dto::StatusWord::Degraded, "somebody else listens: {stolen:?}");
    assert!(stolen.status.reason.contains(&format!("pid {}", thief.0.id())), "it is named: {}", stolen.status.reason);
    assert!(stolen.listener.as_ref().unwrap().open_to_all, "and seen to be open to others");
    assert!(stolen.offer.is_some_and(|port| port != stolen.port), "another port is offered: {stolen:?}");
    assert!(view.conflicts >= 1 && view.listening >= 1 && view.measured_at.is_some(), "it is counted");
}

#[tokio::test]
async fn two_that_name_one_port_are_a_conflict_and_moving_one_ends_it() {
    let world = World::new();
    let (app, mara) = set_up(&world, &["Athena", "Monday"]).await;
    let port = row(&app, &mara, "athena/thalamus").await.port;
    by_hand(&world, "agents/agent-monday/thalamus", "PORT", &port.to_string());
    by_hand(&world, "agents/agent-monday/thalamus", "THALAMUS_WEB_PORT", &port.to_string());
    app.refresh().await.unwrap();
    let all = rows(&app, &mara).await;
    let pair: Vec<_> = all.iter().filter(|row| row.port == port).collect();
    assert_eq!(pair.len(), 2, "both are shown: {all:#?}");
    for row in &pair {
        let other =
            if row.instance.as_deref() == Some("athena/thalamus") { "monday/thalamus" } else { "athena/thalamus" };
        assert_eq!(row.conflict.as_deref(), Some(other), "each names the other");
        assert_eq!(row.status.word, dto::StatusWord::Degraded, "that is trouble");
    }
    let monday = pair.iter().find(|row| row.instance.as_deref() == Some("monday/thalamus")).unwrap();
    let offer = monday.offer.unwrap();
    let plan = app.port_move_plan(&mara, "monday/thalamus", Some(offer)).await.unwrap();
    apply(&app, &mara, &plan).await;
    for key in ["PORT", "THALAMUS_WEB_PORT"] {
        let text = says(&world, "agents/agent-monday/thalamus", key);
        assert_eq!(text, Some(offer.to_string()), "{key} says the new one");
    }
    let moved = row(&app, &mara, "monday/thalamus").await;
    assert_eq!((moved.port, moved.conflict.as_deref()), (offer, None), "the conflict is over: {moved:?}");
    assert!(row(&app, &mara, "athena/thalamus").await.conflict.is_none(), "for the other as well");
}

#[tokio::test]
async fn a_move_takes_everything_with_it_that_names_the_port_and_undo_brings_all_back() {
    let world = World::new();
    let (app, mara) = set_up(&world, &["Athena", "Monday"]).await;
    let port = row(&app, &mara, "athena/web-bridge").await.port;
    let broca = "agents/agent-athena/broca2";
    by_hand(&world, broca, "WEB_CHAT_API_URL", &format!("http://127.0.0.1:{port}"));
    by_hand(&world, broca, "SOMETHING_ELSE", "http://127.0.0.1:1234/x");
    by_hand(&world, "agents/agent-monday/broca2", "NOT_HERE", &format!("http://example.org:{port}"));
    app.refresh().await.unwrap();
    let before = fs::read_to_string(env_of(&world, broca)).unwrap();
    let to = free();
    let plan = app.port_move_plan(&mara, "athena/web-bridge", Some(to)).await.unwrap();
    assert!(plan.title.contains("Web bridge of Athena") && plan.action == format!("Move to {to}"), "{plan:#?}");
    let command = format!("sanctumctl ports move 'athena/web-bridge' --to {to} --yes");
    assert_eq!(plan.command.unwrap().replace('\'', ""), command.replace('\'', ""), "the same from a terminal");
    let files: Vec<_> = plan.steps.iter().map(|step| step.target.as_str()).filter(|t| t.ends_with(".env")).collect();
    assert_eq!(
        files,
        ["agents/agent-athena/broca2/config/.env", "agents/agent-athena/web-bridge/config/.env"],
        "its own file and the one that leads to it, and no other"
    );
    assert_eq!(fs::read_to_string(env_of(&world, broca)).unwrap(), before, "nothing is written before it is applied");
    apply(&app, &mara, &app.port_move_plan(&mara, "athena/web-bridge", Some(to)).await.unwrap()).await;
    assert_eq!(says(&world, "agents/agent-athena/web-bridge", "PORT"), Some(to.to_string()), "its own file");
    assert_eq!(says(&world, broca, "WEB_CHAT_API_URL"), Some(format!("http://127.0.0.1:{to}")), "who leads to it");
    assert_eq!(says(&world, broca, "SOMETHING_ELSE").as_deref(), Some("http://127.0.0.1:1234/x"), "nobody else");
    let kept = row(&app, &mara, "athena/web-bridge").await;
    assert_eq!((kept.port, kept.status.word), (to, dto::StatusWord::Ready), "the ledger keeps the new one: {kept:?}");
    let gone = rows(&app, &mara).await.iter().any(|row| row.port == port && row.instance.is_some());
    assert!(!gone, "and has let go of the old one");

    let last = app.changes_last_undoable(&mara).await.unwrap().unwrap();
    let undo = app.change_undo_plan(&mara, &last.id).await.unwrap();
    apply(&app, &mara, &undo).await;
    assert_eq!(fs::read_to_string(env_of(&world, broca)).unwrap(), before, "undo brings every file back");
    assert_eq!(row(&app, &mara, "athena/web-bridge").await.port, port, "and the ledger");
}

#[tokio::test]
async fn letta_and_smcp_on_one_port_are_told_apart() {
    let world = World::new();
    let (app, mara) = set_up(&world, &["Athena"]).await;
    let smcp = row(&app, &mara, "smcp").await.port;
    let letta = format!("http://127.0.0.1:{smcp}");
    world.sql(&format!(
        "INSERT INTO system_config(config_key, config_value, created_by) VALUES ('letta.base_url', '{letta}', 1)"
    ));
    by_hand(&world, "agents/agent-athena/broca2", "AGENT_ENDPOINT", &letta);
    app.refresh().await.unwrap();
    let both: Vec<_> = rows(&app, &mara).await.into_iter().filter(|row| row.port == smcp).collect();
    assert_eq!(both.len(), 2, "SMCP and where Letta is looked for: {both:#?}");
    assert!(both.iter().all(|row| row.conflict.is_some()), "both want it");
    let plan = app.port_move_plan(&mara, "smcp", None).await.unwrap();
    apply(&app, &mara, &plan).await;
    let moved = row(&app, &mara, "smcp").await;
    assert_ne!(moved.port, smcp, "SMCP goes");
    assert_eq!(says(&world, "smcp", "MCP_PORT"), Some(moved.port.to_string()), "with the variable it reads");
    assert_eq!(
        says(&world, "agents/agent-athena/broca2", "AGENT_ENDPOINT"),
        Some(letta),
        "Broca means Letta, which stays"
    );
    let root = fs::read_to_string(world.root().join(".env")).unwrap();
    assert!(root.contains(&format!("SMCP_PORT='{}'", moved.port)), "the whole install knows: {root}");
}

#[tokio::test]
async fn what_cannot_be_had_is_refused_and_names_who_has_it() {
    let world = World::new();
    let (app, mara) = set_up(&world, &["Athena"]).await;
    let own = row(&app, &mara, "athena/thalamus").await.port;
    let broca = row(&app, &mara, "athena/broca2").await.port;
    let held = free();
    let thief = listens(world.dir.path(), held, "127.0.0.1");
    for (port, refusal, words) in [
        (own, "nothing_to_change", "has port"),
        (broca, "port_reserved", "Broca of Athena"),
        (held, "port_held", "python"),
        (5000, "port_refused", "AirPlay"),
        (80, "port_refused", "belong to the system"),
        (70_000, "port_refused", "70000"),
    ] {
        let refused = app.port_move_plan(&mara, "athena/thalamus", Some(port)).await;
        assert_eq!(code(&refused), refusal, "{port}");
        let message = refused.unwrap_err().message;
        assert!(message.contains(words), "{port}: {message}");
    }
    drop(thief);
    assert_eq!(code(&app.port_move_plan(&mara, "nobody/x", None).await), "setting_target_unknown", "who is not there");
    assert_eq!(code(&app.port_move_plan(&mara, "system-settings", None).await), "port_none", "what has no port");
}

#[tokio::test]
async fn those_who_may_only_look_see_their_own_and_move_nothing() {
    let world = World::new();
    let (app, mara) = set_up(&world, &["Athena", "Monday"]).await;
    let id = world.account("vera", Role::Viewer);
    world.sql(&format!("UPDATE agents SET visible_to_users = '[{id}]' WHERE uid = 'athena'"));
    world.sql("UPDATE agents SET visible_to_users = '[1]' WHERE uid = 'monday'");
    let vera = Actor { user_id: id, name: "vera".to_owned(), role: "viewer".to_owned(), via: sanctum_api::Via::App };
    by_hand(&world, THALAMUS, "PORT", &row(&app, &mara, "monday/thalamus").await.port.to_string());
    by_hand(&world, THALAMUS, "THALAMUS_WEB_PORT", &row(&app, &mara, "monday/thalamus").await.port.to_string());
    app.refresh().await.unwrap();
    let seen = rows(&app, &vera).await;
    assert!(seen.iter().any(|row| row.instance.as_deref() == Some("athena/broca2")), "her agent's: {seen:#?}");
    let text = format!("{seen:?}").to_lowercase();
    assert!(!text.contains("monday"), "nothing of another agent, not even as a conflict: {text}");
    assert!(seen.iter().any(|row| row.conflict.is_some()), "that there is one is said");
    assert!(seen.iter().all(|row| !row.can_move && row.offer.is_none()), "nothing is offered that she may not do");
    assert_eq!(code(&app.port_move_plan(&vera, "athena/thalamus", None).await), "not_allowed", "nor done");
}

#[tokio::test]
async fn the_chat_bridge_of_the_app_moves_with_those_who_fetch_from_it() {
    let world = World::new();
    let app = world.app();
    world.set_up(&app, &["Athena"]).await;
    let mara = app.actor().await.unwrap();
    world.sql("INSERT INTO system_config(config_key, config_value, created_by) VALUES ('bridge.port', '9399', 1)");
    by_hand(&world, "agents/agent-athena/broca2", "WEB_CHAT_API_URL", "http://127.0.0.1:9399");
    app.refresh().await.unwrap();
    let bridge = rows(&app, &mara).await.into_iter().find(|row| row.port == 9399).unwrap();
    assert_eq!(bridge.note.as_deref(), Some("the chat bridge of this app"), "it is in the ledger: {bridge:?}");
    let to = free();
    let plan = app.port_move_plan(&mara, "bridge", Some(to)).await.unwrap();
    apply(&app, &mara, &plan).await;
    assert_eq!(
        says(&world, "agents/agent-athena/broca2", "WEB_CHAT_API_URL"),
        Some(format!("http://127.0.0.1:{to}")),
        "Broca fetches there"
    );
    assert!(rows(&app, &mara).await.iter().any(|row| row.port == to && row.instance.is_none()), "it is open there");
}
