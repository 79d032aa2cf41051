//! A look into the database of an agent's Broca, and what may be done to its queue.

use std::path::PathBuf;

use sanctum_api::{Actor, App, dto};
use sanctum_registry::rusqlite::Connection;
use sanctum_registry::users::Role;

use crate::support::{World, code};

const SCHEMA: &str = "
CREATE TABLE letta_users (id INTEGER PRIMARY KEY AUTOINCREMENT, created_at TEXT, last_active TEXT, letta_identity_id TEXT,
  letta_block_id TEXT, agent_preferences TEXT, custom_instructions TEXT, is_active INTEGER);
CREATE TABLE platform_profiles (id INTEGER PRIMARY KEY AUTOINCREMENT, letta_user_id INTEGER REFERENCES letta_users(id),
  platform TEXT, platform_user_id TEXT, username TEXT, display_name TEXT, metadata TEXT, created_at TEXT, last_active TEXT,
  UNIQUE(platform, platform_user_id));
CREATE TABLE messages (id INTEGER PRIMARY KEY AUTOINCREMENT, letta_user_id INTEGER, platform_profile_id INTEGER, role TEXT,
  message TEXT, timestamp TEXT, processed INTEGER, agent_response TEXT);
CREATE TABLE queue (id INTEGER PRIMARY KEY AUTOINCREMENT, letta_user_id INTEGER, message_id INTEGER, status TEXT,
  attempts INTEGER, timestamp TEXT);
INSERT INTO letta_users(id, is_active) VALUES (1, 1), (2, 1);
INSERT INTO platform_profiles(id, letta_user_id, platform, platform_user_id, username, display_name, last_active)
  VALUES (1, 1, 'web_chat', '0123', 'web_user_0123', 'Web User', '2026-01-02T03:04:05.123456'),
    (2, 2, 'telegram', '77', 'nil', NULL, '2026-01-01T00:00:00');
INSERT INTO messages(id, letta_user_id, platform_profile_id, role, message, timestamp, processed, agent_response)
  VALUES (1, 1, 1, 'user', 'hello', '2026-01-02 03:04:05', 1, 'hi'), (2, 1, 1, 'user', 'again', '2026-01-02T03:05:05', 0, NULL);
INSERT INTO queue(id, letta_user_id, message_id, status, attempts, timestamp) VALUES (1, 1, 1, 'failed', 3, '2026-01-02T03:04:06'),
  (2, 1, 2, 'pending', 0, '2026-01-02T03:05:06'), (3, 1, 2, 'processing', 1, NULL), (4, 1, 2, 'failed', 9, NULL);";

fn file(world: &World, uid: &str) -> PathBuf {
    world.root().join(format!("agents/agent-{uid}/broca2/db/broca2.sqlite"))
}

/// The database as that agent's Broca makes it.
fn made(world: &World, uid: &str) -> Connection {
    let file = file(world, uid);
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    let c = Connection::open(file).unwrap();
    c.execute_batch(SCHEMA).unwrap();
    c
}

async fn ready(world: &World) -> (App, Actor) {
    let app = world.app();
    world.set_up(&app, &["Athena", "Monday"]).await;
    let me = app.actor().await.unwrap();
    (app, me)
}

fn rows(c: &Connection) -> Vec<String> {
    let sql = "SELECT id || ' ' || status || ' ' || attempts || ' ' || coalesce(timestamp, '-') FROM queue ORDER BY id";
    c.prepare(sql).unwrap().query_map([], |r| r.get(0)).unwrap().map(Result::unwrap).collect()
}

/// Names another file in Athena's settings.
fn point_to(world: &World, path: &str) {
    let env = world.root().join("agents/agent-athena/broca2/config/.env");
    let before = std::fs::read_to_string(&env).unwrap();
    let others = before.lines().filter(|line| !line.contains("DB_PATH")).map(|line| format!("{line}\n"));
    std::fs::write(&env, others.collect::<String>() + &format!("DB_PATH='{path}'\n")).unwrap();
}

#[tokio::test]
async fn before_broca_first_starts_there_is_nothing_and_that_is_said() {
    let world = World::new();
    let (app, me) = ready(&world).await;
    let view = app.broca_view(&me, "athena").await.unwrap();
    assert_eq!((view.file, view.counts.pending), (None, 0), "no file, no numbers");
    assert!(view.missing[0].contains("no database yet"), "and why: {:?}", view.missing);
    assert_eq!(app.broca_queue(&me, "athena", "", 0, 10).await.unwrap().total, 0, "an empty queue is no error");
    let planned = app.broca_action_plan(&me, "athena", dto::BrocaAction::Requeue, &[]).await;
    assert_eq!(code(&planned), "broca_no_database", "while nothing can be done to it: {planned:?}");
    assert!(!file(&world, "athena").exists(), "looking makes no file");
}

#[tokio::test]
async fn the_queue_the_people_and_what_was_said_are_read() {
    let world = World::new();
    let (app, me) = ready(&world).await;
    let broca = made(&world, "athena");
    let view = app.broca_view(&me, "athena").await.unwrap();
    assert_eq!(view.file.as_deref(), Some("agents/agent-athena/broca2/db/broca2.sqlite"), "where it is");
    let counts = (view.counts.failed, view.counts.pending, view.counts.messages, view.counts.people);
    assert_eq!((counts, view.missing.len()), ((2, 1, 2, 2), 0), "how much there is: {view:?}");
    let queue = app.broca_queue(&me, "athena", "failed", 1, 1).await.unwrap();
    let row = &queue.items[0];
    assert_eq!((queue.total, row.id, row.attempts), (2, 1, 3), "of one status, page by page: {queue:?}");
    assert_eq!((row.message.as_str(), row.answer.as_deref()), ("hello", Some("hi")), "with what was said");
    let people = app.broca_people(&me, "athena", 0, 10).await.unwrap();
    let names: Vec<_> = people.items.iter().map(|p| (p.name.as_str(), p.messages)).collect();
    assert_eq!(names, [("Web User", 2), ("nil", 0)], "the last active first");
    let lines = app.broca_lines(&me, "athena", 1, 0, 2).await.unwrap();
    let said: Vec<_> = lines.items.iter().map(|l| (l.role.as_str(), l.text.as_str())).collect();
    assert_eq!((lines.total, said), (3, vec![("user", "again"), ("assistant", "hi")]), "the latest first");
    let none = app.broca_lines(&me, "athena", 2, 0, 9).await.unwrap();
    assert_eq!((none.total, none.items.len()), (0, 0), "who said nothing has no lines");
    broca.execute("UPDATE queue SET status = 'completed' WHERE id = 2", []).unwrap();
    assert_eq!(app.broca_view(&me, "athena").await.unwrap().counts.completed, 1, "each look is a new one");
}

#[tokio::test]
async fn failed_messages_wait_again_and_undo_puts_them_back() {
    let world = World::new();
    let (app, me) = ready(&world).await;
    let broca = made(&world, "athena");
    let before = rows(&broca);
    let plan = app.broca_action_plan(&me, "athena", dto::BrocaAction::Requeue, &[]).await.unwrap();
    assert_eq!(rows(&broca), before, "a plan changes nothing");
    assert_eq!(plan.steps[0].target, "agents/agent-athena/broca2/db/broca2.sqlite", "it says which file");
    assert!(plan.steps[0].diff.iter().any(|l| l.text.contains("status = pending")), "and what will be: {plan:?}");
    let receipt = app.plan_apply(&me, &plan.id).await.unwrap();
    let statuses = |c: &Connection| rows(c).iter().map(|r| r.split(' ').nth(1).unwrap().to_owned()).collect::<Vec<_>>();
    assert_eq!(statuses(&broca), ["pending", "pending", "processing", "pending"], "the failed ones wait");
    let undo = app.change_undo_plan(&me, &receipt.change_id).await.unwrap();
    app.plan_apply(&me, &undo.id).await.unwrap();
    assert_eq!(rows(&broca), before, "undo leaves no trace");

    let one = app.broca_action_plan(&me, "athena", dto::BrocaAction::Flush, &[1, 2]).await.unwrap();
    assert!(one.checks.iter().any(|c| c.text.contains("Of the 2 named, 1")), "what does not fit is told: {one:?}");
    broca.execute("UPDATE queue SET status = 'processing' WHERE id = 2", []).unwrap();
    let stale = app.plan_apply(&me, &one.id).await;
    assert_eq!(code(&stale), "plan_stale", "what Broca took meanwhile is its own: {stale:?}");
    let nothing = app.broca_action_plan(&me, "athena", dto::BrocaAction::Delete, &[2, 3, 99]).await;
    assert_eq!(code(&nothing), "broca_nothing_to_do", "nor is it taken out while Broca works on it");
    let which = app.broca_action_plan(&me, "athena", dto::BrocaAction::Delete, &[]).await;
    assert_eq!(code(&which), "broca_which", "the whole queue is never taken out at once");
    let gone = app.broca_action_plan(&me, "athena", dto::BrocaAction::Delete, &[4, 4]).await.unwrap();
    let receipt = app.plan_apply(&me, &gone.id).await.unwrap();
    assert_eq!(rows(&broca).len(), 3, "one row is out");
    let undo = app.change_undo_plan(&me, &receipt.change_id).await.unwrap();
    app.plan_apply(&me, &undo.id).await.unwrap();
    assert!(rows(&broca).contains(&before[3]), "and comes back as it was");
}

#[tokio::test]
async fn another_programs_database_is_named_and_left_alone() {
    let world = World::new();
    let (app, me) = ready(&world).await;
    let path = file(&world, "athena");
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let c = Connection::open(&path).unwrap();
    c.execute_batch("CREATE TABLE queue (id INTEGER PRIMARY KEY, job TEXT)").unwrap();
    let view = app.broca_view(&me, "athena").await.unwrap();
    assert!(view.missing.contains(&"table `messages`".to_owned()), "what it lacks is named: {view:?}");
    assert!(view.missing.contains(&"column `queue.status`".to_owned()), "to the column: {view:?}");
    assert_eq!(view.counts.pending, 0, "and nothing is counted");
    assert_eq!(code(&app.broca_queue(&me, "athena", "", 0, 9).await), "broca_foreign", "nor read");
    let planned = app.broca_action_plan(&me, "athena", dto::BrocaAction::Flush, &[]).await;
    assert_eq!(code(&planned), "broca_foreign", "nor changed");
    drop(c);
    std::fs::write(&path, "no database at all, but long enough to be looked at as one").unwrap();
    assert_eq!(code(&app.broca_view(&me, "athena").await), "broca_unreadable", "junk is told as junk");
}

#[tokio::test]
async fn a_path_in_the_settings_opens_nothing_that_is_not_the_agents() {
    let world = World::new();
    let (app, me) = ready(&world).await;
    made(&world, "monday");
    let outside = world.dir.path().join("home/outside.db");
    std::fs::copy(file(&world, "monday"), &outside).unwrap();
    let link = world.root().join("agents/agent-athena/broca2/db/link.db");
    std::fs::create_dir_all(link.parent().unwrap()).unwrap();
    std::os::unix::fs::symlink(&outside, &link).unwrap();
    let vera = world.account("vera", Role::Viewer);
    let viewer = Actor { user_id: vera, name: "vera".to_owned(), role: "viewer".to_owned(), via: me.via };
    let up = "../../../../outside.db";
    let registry = world.root().join("control/registry.db");
    for path in [&outside.display().to_string(), up, "/dev/null", "db/link.db", &registry.display().to_string()] {
        point_to(&world, path);
        app.refresh().await.unwrap();
        let view = app.broca_view(&me, "athena").await.unwrap();
        assert_eq!((view.file, view.counts.messages), (None, 0), "{path} is not opened");
        assert!(view.missing[0].contains("lies elsewhere"), "{path}: and why: {:?}", view.missing);
        assert_eq!(code(&app.broca_queue(&me, "athena", "", 0, 9).await), "broca_outside", "{path} is not read");
        let planned = app.broca_action_plan(&me, "athena", dto::BrocaAction::Flush, &[]).await;
        assert_eq!(code(&planned), "broca_outside", "{path} is not written");
    }
    point_to(&world, &file(&world, "monday").display().to_string());
    app.refresh().await.unwrap();
    assert_eq!(app.broca_view(&viewer, "athena").await.unwrap().file, None, "another agent's file is not a viewer's");
    assert_eq!(app.broca_view(&me, "athena").await.unwrap().counts.messages, 2, "while an administrator sees it");
}

#[tokio::test]
async fn who_may_not_see_the_agent_does_not_learn_of_it_and_others_words_are_for_administrators() {
    let world = World::new();
    let (app, me) = ready(&world).await;
    made(&world, "athena");
    let vera = world.account("vera", Role::Viewer);
    let viewer = Actor { user_id: vera, name: "vera".to_owned(), role: "viewer".to_owned(), via: me.via };
    assert_eq!(app.broca_view(&viewer, "athena").await.unwrap().counts.messages, 2, "a viewer sees how much there is");
    for (name, got) in [
        ("queue", code(&app.broca_queue(&viewer, "athena", "", 0, 9).await).to_owned()),
        ("people", code(&app.broca_people(&viewer, "athena", 0, 9).await).to_owned()),
        ("lines", code(&app.broca_lines(&viewer, "athena", 1, 0, 9).await).to_owned()),
        ("plan", code(&app.broca_action_plan(&viewer, "athena", dto::BrocaAction::Flush, &[]).await).to_owned()),
    ] {
        assert_eq!(got, "not_allowed", "{name}: others' words are not a viewer's");
    }
    world.sql("UPDATE agents SET visible_to_users = '[]' WHERE uid = 'athena'");
    for uid in ["athena", "nobody"] {
        let hidden = app.broca_view(&viewer, uid).await.unwrap_err();
        assert_eq!(hidden.message, format!("There is no agent `{uid}`."), "{uid}: hidden or not there reads the same");
        let planned = app.broca_action_plan(&viewer, uid, dto::BrocaAction::Flush, &[]).await;
        assert_eq!(code(&planned), "agent_unknown", "{uid}: nor does a plan tell");
        let queue = app.broca_queue(&viewer, uid, "", 0, 9).await;
        assert_eq!(code(&queue), "agent_unknown", "{uid}: nor the queue");
    }
    assert!(app.broca_queue(&me, "athena", "", 0, 9).await.is_ok(), "an administrator sees all");
}

#[tokio::test]
async fn hostile_rows_are_shown_as_text_and_cut() {
    let world = World::new();
    let (app, me) = ready(&world).await;
    let broca = made(&world, "athena");
    broca
        .execute_batch(
            "UPDATE messages SET message = '<img src=x onerror=alert(1)>' || char(27) || '[2J' WHERE id = 1;
             UPDATE messages SET message = replace(hex(zeroblob(300000)), '0', 'é'), timestamp = 'never' WHERE id = 2;
             UPDATE platform_profiles SET display_name = x'ff00', last_active = 5 WHERE id = 1;
             INSERT INTO queue VALUES (5, NULL, 'x', NULL, 'many', x'00'), (9000000000, 1, 1, 'failed', -4, '')",
        )
        .unwrap();
    let queue = app.broca_queue(&me, "athena", "", 0, 4_000_000_000).await.unwrap();
    assert_eq!((queue.total, queue.items.len()), (6, 6), "odd rows are rows");
    let first = queue.items.iter().find(|row| row.id == 1).unwrap();
    assert_eq!(first.message, "<img src=x onerror=alert(1)>\u{1b}[2J", "text stays text");
    let long = queue.items.iter().find(|row| row.id == 2).unwrap();
    assert_eq!(long.message.chars().count(), 2_001, "an endless one is cut");
    assert_eq!(queue.items[0].id, u32::MAX, "a number beyond all is no other row's");
    let people = app.broca_people(&me, "athena", 0, 9).await.unwrap();
    assert!(people.items.iter().any(|p| p.name == "\u{fffd}\0"), "bytes that are no text: {people:?}");
    let none = app.broca_queue(&me, "athena", "failed' OR 1=1 --", 0, 9).await.unwrap();
    assert_eq!((none.total, none.items.len()), (0, 0), "a status is a value, not a question");
}
