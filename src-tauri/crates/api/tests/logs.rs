//! Logs of instances from the window's side: whose they are, what is read, who may page a view, what leaves in an export.

#![expect(clippy::unwrap_used, reason = "in a test an unexpected error is a failure, told with its place")]

#[path = "api/support.rs"]
#[expect(dead_code, reason = "shared with the other tests of this crate, which use all of it")]
mod support;

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use sanctum_api::{Actor, App, EventSink, dto};
use sanctum_registry::users::Role;

use support::{World, code};

const ATHENA: &str = "athena/broca2";
const MONDAY: &str = "monday/broca2";
const LONG: Duration = Duration::from_secs(25);

/// Hears what views tell.
#[derive(Default)]
struct Heard(Mutex<Vec<dto::LogEvent>>);

impl EventSink for Heard {
    fn changed(&self, _event: dto::ChangedEvent) {}
    fn progress(&self, _event: dto::ProgressEvent) {}
    fn chat(&self, _event: dto::ChatEvent) {}
    fn log(&self, event: dto::LogEvent) {
        self.0.lock().unwrap().push(event);
    }
}

struct Here {
    world: World,
    app: App,
    me: Actor,
    heard: Arc<Heard>,
}

async fn ready() -> Here {
    let world = World::new();
    let heard = Arc::new(Heard::default());
    let app = App::new(world.env("memory"), heard.clone());
    world.set_up(&app, &["Athena", "Monday"]).await;
    let me = app.actor().await.unwrap();
    Here { world, app, me, heard }
}

impl Here {
    fn log(&self, agent: &str, name: &str) -> PathBuf {
        let folder = self.world.root().join(format!("agents/agent-{agent}/broca2/logs"));
        std::fs::create_dir_all(&folder).unwrap();
        folder.join(name)
    }

    fn write(&self, agent: &str, name: &str, text: &str) -> PathBuf {
        let file = self.log(agent, name);
        std::fs::write(&file, text).unwrap();
        file
    }

    async fn open(&self, instances: &[&str]) -> dto::LogView {
        let instances: Vec<String> = instances.iter().map(|name| (*name).to_owned()).collect();
        self.app.log_open(&self.me, &instances, &filter("")).await.unwrap()
    }

    /// The page of everything, once there are so many lines.
    async fn lines(&self, view: &str, count: u32) -> Vec<dto::LogLine> {
        let began = Instant::now();
        loop {
            let page = self.app.log_page(&self.me, view, 0, 1000).await.unwrap();
            if page.state.complete && page.state.total == count {
                return page.items;
            }
            assert!(began.elapsed() < LONG, "{count} lines do not come: {:?}", page.state);
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    fn person(&self, name: &str, role: Role) -> Actor {
        let id = self.world.account(name, role);
        Actor { user_id: id, name: name.to_owned(), role: role.as_str().to_owned(), via: self.me.via }
    }
}

fn filter(text: &str) -> dto::LogFilter {
    dto::LogFilter { level: None, text: text.to_owned(), regex: false, case: false }
}

#[tokio::test(flavor = "multi_thread")]
async fn logs_of_two_modules_are_merged_filtered_and_searched() {
    let here = ready().await;
    here.write(
        "athena",
        "broca2.log",
        "[2026-11-25 10:00:00] [🔵 INFO] main: one\n[2026-11-25 10:00:02] [🔴 ERROR] queue: three\n",
    );
    here.write("monday", "broca2.log.1", "[2026-11-25 10:00:01] [🔵 INFO] main: two\n");
    here.write("monday", "broca2.log", "[2026-11-25 10:00:03] [🔵 INFO] main: four\n");
    here.write("monday", "broca2.log.2.gz", "packed");
    let view = here.open(&[ATHENA, MONDAY, ATHENA]).await;
    let sources: Vec<_> = view.sources.iter().map(|source| (source.title.as_str(), source.files.len())).collect();
    assert_eq!(sources, [("Broca of Athena", 1), ("Broca of Monday", 2)], "each once, with its files");
    assert_eq!(
        view.sources[1].files,
        ["agents/agent-monday/broca2/logs/broca2.log.1", "agents/agent-monday/broca2/logs/broca2.log"],
        "oldest first, relative to the root"
    );
    let note = view.sources[1].note.as_deref().unwrap_or_default();
    assert!(note.contains("broca2.log.2.gz (compressed)"), "what is not read is named: {note}");
    let lines = here.lines(&view.id, 4).await;
    let shown: Vec<_> = lines.iter().map(|line| (line.source, line.text.as_str())).collect();
    assert_eq!(shown, [(0, "one"), (1, "two"), (0, "three"), (1, "four")], "by time");
    assert_eq!(lines[2].level, Some(dto::LogLevel::Error), "with its level");
    assert_eq!(lines[2].part.as_deref(), Some("queue"), "and its part");
    let found = here.app.log_seek(&here.me, &view.id, dto::LogSeek::NextError, "", 0).await.unwrap();
    assert_eq!(found, Some(2), "the error");
    let state = here.app.log_filter(&here.me, &view.id, &filter("TWO")).await.unwrap();
    assert_eq!((state.total, state.generation), (1, 1), "one line has this text");
    let bad = dto::LogFilter { regex: true, ..filter("[a") };
    let refused = here.app.log_filter(&here.me, &view.id, &bad).await;
    assert_eq!(code(&refused), "log_pattern", "a pattern that cannot be read");
    assert!(refused.unwrap_err().message.contains("character 1"), "is told with its place");
    here.app.log_close(&view.id).await.unwrap();
    assert_eq!(
        code(&here.app.log_page(&here.me, &view.id, 0, 10).await),
        "log_view_unknown",
        "a closed view is not there"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_module_that_has_written_nothing_is_followed_and_new_lines_are_told() {
    let here = ready().await;
    let view = here.open(&[ATHENA]).await;
    assert_eq!(view.sources[0].note.as_deref(), Some("It has written no log yet."), "that is said");
    here.write("athena", "broca2.log", "[2026-11-25 10:00:00] [🔵 INFO] main: hello\n");
    assert_eq!(here.lines(&view.id, 1).await[0].text, "hello", "and what it writes then is shown");
    let began = Instant::now();
    while !here.heard.0.lock().unwrap().iter().any(|event| event.view == view.id && event.state.total == 1) {
        assert!(began.elapsed() < LONG, "the window is told");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_view_belongs_to_who_opened_it_and_agents_that_are_hidden_have_no_logs() {
    let here = ready().await;
    here.write("athena", "broca2.log", "INFO: hers\n");
    let (uli, vera) = (here.person("uli", Role::User), here.person("vera", Role::Viewer));
    let mine = here.open(&[ATHENA]).await;
    for other in [&uli, &vera] {
        let paged = here.app.log_page(other, &mine.id, 0, 10).await;
        assert_eq!(code(&paged), "log_view_unknown", "somebody else's view cannot be paged: {paged:?}");
    }
    here.world.sql("UPDATE agents SET visible_to_roles = '[\"admin\"]' WHERE uid = 'monday'");
    let open = async |who: &Actor, name: &str| here.app.log_open(who, &[name.to_owned()], &filter("")).await;
    assert_eq!(code(&open(&uli, ATHENA).await), "ok", "a user reads the logs of agents that are visible");
    assert_eq!(code(&open(&uli, MONDAY).await), "log_unknown", "not of one that is hidden");
    assert_eq!(code(&open(&uli, "smcp").await), "log_unknown", "nor of what serves all");
    assert_eq!(code(&open(&vera, ATHENA).await), "log_unknown", "who only looks reads no logs");
    assert_eq!(code(&open(&here.me, "agent:athena").await), "log_unknown", "an agent itself has none");
    assert_eq!(code(&here.app.log_open(&here.me, &[], &filter("")).await), "log_nothing", "nothing is no choice");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_no_longer_read_is_stopped_at_the_next_page() {
    let here = ready().await;
    here.write("athena", "broca2.log", "INFO: hers\n");
    let uli = here.person("uli", Role::User);
    let open = async |who: &Actor| here.app.log_open(who, &[ATHENA.to_owned()], &filter("")).await.unwrap().id;
    let view = open(&uli).await;
    assert_eq!(code(&here.app.log_page(&uli, &view, 0, 10).await), "ok", "as long as the agent is visible");
    here.world.sql("UPDATE agents SET visible_to_roles = '[\"admin\"]' WHERE uid = 'athena'");
    assert_eq!(
        code(&here.app.log_page(&uli, &view, 0, 10).await),
        "log_unknown",
        "hidden since, it is read no further"
    );
    let again = here.app.log_page(&uli, &view, 0, 10).await;
    assert_eq!(code(&again), "log_view_unknown", "and the view is closed: {again:?}");
    here.world.sql("UPDATE agents SET visible_to_roles = NULL WHERE uid = 'athena'");

    let demoted = |who: &Actor| Actor { role: Role::Viewer.as_str().to_owned(), ..who.clone() };
    for what in ["page", "seek", "filter"] {
        let view = open(&uli).await;
        let who = demoted(&uli);
        let refused = match what {
            "page" => code(&here.app.log_page(&who, &view, 0, 10).await).to_owned(),
            "seek" => code(&here.app.log_seek(&who, &view, dto::LogSeek::NextError, "", 0).await).to_owned(),
            _ => code(&here.app.log_filter(&who, &view, &filter("hers")).await).to_owned(),
        };
        assert_eq!(refused, "log_unknown", "a {what} by somebody who only looks now");
    }
    let mine = here.open(&[ATHENA, "smcp"]).await;
    assert_eq!(code(&here.app.log_page(&here.me, &mine.id, 0, 10).await), "ok", "an administrator reads on");
    let user = Actor { role: Role::User.as_str().to_owned(), ..here.me.clone() };
    let refused = here.app.log_page(&user, &mine.id, 0, 10).await;
    assert_eq!(code(&refused), "log_unknown", "until they are none, where it shows what serves all: {refused:?}");
}

/// Stops the export of a view as soon as it hears how far it is.
struct Stopper(Mutex<Option<(App, Actor)>>, tokio::runtime::Handle);

impl EventSink for Stopper {
    fn changed(&self, _event: dto::ChangedEvent) {}
    fn progress(&self, _event: dto::ProgressEvent) {}
    fn chat(&self, _event: dto::ChatEvent) {}
    fn log(&self, event: dto::LogEvent) {
        let Some(share) = event.exported else { return };
        assert!((0.0..=1.0).contains(&share), "a share of the whole: {share}");
        if let Some((app, me)) = self.0.lock().unwrap().clone() {
            let stopped = self.1.block_on(app.log_export_stop(&me, &event.view)).unwrap();
            assert!(stopped, "there is an export to be stopped");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_tells_how_far_it_is_and_is_stopped_without_a_trace() {
    let world = World::new();
    let sink = Arc::new(Stopper(Mutex::default(), tokio::runtime::Handle::current()));
    let app = App::new(world.env("memory"), sink.clone());
    world.set_up(&app, &["Athena", "Monday"]).await;
    let me = app.actor().await.unwrap();
    let here = Here { world, app, me, heard: Arc::default() };
    let many: String = (0..20_000).map(|n| format!("INFO: line {n}\n")).collect();
    here.write("athena", "broca2.log", &many);
    let view = here.open(&[ATHENA]).await;
    let began = Instant::now();
    while !here.app.log_page(&here.me, &view.id, 0, 1).await.unwrap().state.complete {
        assert!(began.elapsed() < LONG, "the log is read");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let folder = here.world.dir.path().join("home/exports");
    std::fs::create_dir(&folder).unwrap();
    let file = folder.join("athena.log").display().to_string();
    assert!(!here.app.log_export_stop(&here.me, &view.id).await.unwrap(), "before it begins there is none");
    *sink.0.lock().unwrap() = Some((here.app.clone(), here.me.clone()));
    let stopped = here.app.log_export_to(&here.me, &view.id, &file).await;
    assert_eq!(code(&stopped), "log_export_stopped", "it says so: {stopped:?}");
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0, "and leaves nothing, not even a part");
    *sink.0.lock().unwrap() = None;
    let whole = here.app.log_export_to(&here.me, &view.id, &file).await.unwrap();
    assert_eq!(whole.lines, 20_000, "asked again and left alone, it writes all");
}

#[tokio::test(flavor = "multi_thread")]
async fn links_to_other_places_are_not_read() {
    let here = ready().await;
    let outside = here.world.dir.path().join("home/private.log");
    std::fs::write(&outside, "INFO: private\n").unwrap();
    here.write("athena", "broca2.log", "INFO: hers\n");
    std::os::unix::fs::symlink(&outside, here.log("athena", "out.log")).unwrap();
    let other = here.write("monday", "broca2.log", "INFO: of monday\n");
    std::os::unix::fs::symlink(&other, here.log("athena", "other.log")).unwrap();
    let uli = here.person("uli", Role::User);
    let view = here.app.log_open(&uli, &[ATHENA.to_owned()], &filter("")).await.unwrap();
    assert_eq!(view.sources[0].files.len(), 1, "a user reads the module's own file: {:?}", view.sources[0]);
    let view = here.open(&[ATHENA]).await;
    let texts: Vec<_> = here.lines(&view.id, 2).await.into_iter().map(|line| line.text).collect();
    assert!(!texts.contains(&"private".to_owned()), "nobody reads what lies outside: {texts:?}");
    let note = view.sources[0].note.as_deref().unwrap_or_default();
    assert!(note.contains("out.log (it is a link to another place)"), "and that is said: {note}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_lies_outside_and_covers_secrets() {
    let here = ready().await;
    let secret = "quite-ordinary words".to_owned();
    here.app.secret_set(&here.me, "agent:athena", "AGENT_API_KEY", dto::Level::Agent, secret).await.unwrap();
    here.write(
        "monday",
        "broca2.log",
        "[2026-11-25 10:00:00] [🔵 INFO] main: got quite-ordinary words\n\
         [2026-11-25 10:00:01] [🔵 INFO] http: Authorization: Bearer abcdefghij\n\
         [2026-11-25 10:00:02] [🔵 INFO] main: nothing\n",
    );
    let view = here.open(&[MONDAY]).await;
    let _read = here.lines(&view.id, 3).await;
    let inside = here.world.root().join("out.txt").display().to_string();
    let refused = here.app.log_export_to(&here.me, &view.id, &inside).await;
    assert_eq!(code(&refused), "export_refused", "nothing is written into the install");
    let file = here.world.dir.path().join("home/out.txt");
    let done = here.app.log_export_to(&here.me, &view.id, &file.display().to_string()).await.unwrap();
    let text = std::fs::read_to_string(&file).unwrap();
    assert_eq!((done.lines, done.covered), (3, 2), "what was written and covered");
    assert_eq!(
        text,
        "[2026-11-25 10:00:00] [🔵 INFO] main: got ••••••\n\
         [2026-11-25 10:00:01] [🔵 INFO] http: Authorization: Bearer ••••••\n\
         [2026-11-25 10:00:02] [🔵 INFO] main: nothing\n",
        "a secret of one agent is covered in the log of another too"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_oldest_of_many_views_is_closed_and_all_of_them_with_the_install() {
    let here = ready().await;
    here.write("athena", "broca2.log", "INFO: hers\n");
    let first = here.open(&[ATHENA]).await;
    let mut last = first.clone();
    for _ in 0..8 {
        last = here.open(&[ATHENA]).await;
    }
    assert_eq!(code(&here.app.log_page(&here.me, &first.id, 0, 1).await), "log_view_unknown", "eight stay open");
    assert_eq!(code(&here.app.log_page(&here.me, &last.id, 0, 1).await), "ok", "the latest is one of them");
    here.app.install_close().await.unwrap();
    assert_eq!(code(&here.app.log_page(&here.me, &last.id, 0, 1).await), "no_install", "with the install all are gone");
}
