//! Python environments with a real Python and the package index: built beside, swapped, kept, put back, and never half changed.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

use sanctum_api::{Actor, App, AppEnv, EventSink, dto};
use sanctum_registry::users::Role;

use crate::support::{World, code};

/// Hears every line of progress.
#[derive(Default, Clone)]
struct Lines(Arc<Mutex<Vec<String>>>);

impl EventSink for Lines {
    fn changed(&self, _event: dto::ChangedEvent) {}
    fn chat(&self, _event: dto::ChatEvent) {}
    fn progress(&self, event: dto::ProgressEvent) {
        self.0.lock().unwrap().extend(event.line);
    }
}

impl Lines {
    fn has(&self, words: &str) -> bool {
        self.0.lock().unwrap().iter().any(|line| line.contains(words))
    }
}

async fn until(what: &str, done: impl Fn() -> bool) {
    let began = Instant::now();
    while !done() {
        assert!(began.elapsed() < Duration::from_secs(60), "in a minute: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// uv in a folder of its own, installed once for all runs.
fn uv() -> &'static Path {
    static DIR: OnceLock<PathBuf> = OnceLock::new();
    DIR.get_or_init(|| {
        let room = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
        let lock = std::fs::File::create(room.join("uv.lock")).unwrap();
        lock.lock().unwrap();
        let dir = room.join("uv-for-tests");
        if !dir.join("bin/uv").exists() {
            run("python3", &["-m", "venv", &text(&dir)]);
            run(&text(&dir.join("bin/pip")), &["install", "--quiet", "uv"]);
        }
        dir.join("bin")
    })
}

fn text(path: &Path) -> String {
    path.display().to_string()
}

fn run(program: &str, words: &[&str]) -> String {
    let done = Command::new(program).args(words).output().unwrap();
    assert!(done.status.success(), "`{program} {words:?}` ends well: {done:?}");
    String::from_utf8_lossy(&done.stdout).trim().to_owned()
}

/// The interpreter that everything is made with.
fn python() -> String {
    run("python3", &["-c", "import os, sys; print(os.path.realpath(sys.executable))"])
}

/// The surroundings of a person whose index, proxy and certificates are this machine's.
fn surroundings(world: &World, with_uv: bool) -> AppEnv {
    let mut env = world.env("memory");
    let path = std::env::var("PATH").unwrap_or_default();
    env.search_path = if with_uv { format!("{}:{path}", text(uv())) } else { path };
    env.installer_vars = std::env::vars().filter(|(name, _)| !name.contains("INDEX")).collect();
    env
}

struct Here {
    world: World,
    app: App,
    me: Actor,
    lines: Lines,
}

async fn here(with_uv: bool, pins: &str) -> Here {
    let world = World::new();
    let lines = Lines::default();
    let app = App::new(surroundings(&world, with_uv), Arc::new(lines.clone()));
    world.set_up(&app, &["Athena"]).await;
    let me = app.actor().await.unwrap();
    std::fs::write(world.root().join("agents/requirements-agents.txt"), pins).unwrap();
    Here { world, app, me, lines }
}

impl Here {
    fn at(&self, rel: &str) -> PathBuf {
        self.world.root().join(rel)
    }

    async fn env(&self) -> dto::PythonEnv {
        let view = self.app.python_view(&self.me).await.unwrap();
        view.envs.into_iter().find(|env| env.id == "agents").unwrap()
    }

    async fn plan(&self, change: dto::PythonChange) -> dto::Plan {
        self.app.python_plan(&self.me, "agents", &change).await.unwrap()
    }

    async fn apply(&self, plan: &dto::Plan) -> dto::Receipt {
        let done = self.app.plan_apply(&self.me, &plan.id).await;
        done.unwrap_or_else(|error| panic!("“{}” is applied: {error:?}, {:?}", plan.title, self.lines))
    }

    async fn change(&self, change: dto::PythonChange) -> dto::Receipt {
        let plan = self.plan(change).await;
        self.apply(&plan).await
    }

    async fn undo(&self, receipt: &dto::Receipt) {
        let plan = self.app.change_undo_plan(&self.me, &receipt.change_id).await.unwrap();
        self.apply(&plan).await;
    }

    /// Whether a module is there for what runs in the environment.
    fn imports(&self, module: &str) -> bool {
        let python = self.at("agents/venv/bin/python");
        let done = Command::new(python).args(["-I", "-c", &format!("import {module}")]).output();
        done.is_ok_and(|done| done.status.success())
    }

    fn pins(&self) -> String {
        std::fs::read_to_string(self.at("agents/requirements-agents.txt")).unwrap()
    }

    /// Environments beside the link.
    fn beside(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.at("agents/venvs")).into_iter().flatten();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }
}

impl std::fmt::Debug for Lines {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.lock().unwrap().fmt(f)
    }
}

fn add(packages: &[&str]) -> dto::PythonChange {
    dto::PythonChange::Add { packages: packages.iter().map(|p| (*p).to_owned()).collect() }
}

fn versions(env: &dto::PythonEnv) -> Vec<String> {
    let own = |name: &str| ["pip", "setuptools"].contains(&name);
    env.packages.iter().filter(|p| !own(&p.name)).map(|p| format!("{}=={}", p.name, p.version)).collect()
}

#[tokio::test]
async fn an_environment_is_made_gets_a_package_and_undo_takes_it_back() {
    let here = here(false, "idna==3.7\n").await;
    let env = here.env().await;
    assert_eq!((env.exists, env.status.word), (false, dto::StatusWord::Off), "none yet: {env:?}");
    assert_eq!(env.used_by, ["Broca of Athena"], "and who waits for it");
    here.change(dto::PythonChange::Create { python: python() }).await;
    let env = here.env().await;
    assert_eq!((env.status.word, versions(&env)), (dto::StatusWord::Healthy, vec!["idna==3.7".to_owned()]), "{env:?}");
    assert!(here.imports("idna") && !here.imports("six"), "it holds what is pinned");
    let first = here.beside();
    assert_eq!(first.len(), 1, "a real one beside: {first:?}");
    let link = std::fs::read_link(here.at("agents/venv")).unwrap();
    assert_eq!(link, Path::new("venvs").join(&first[0]), "and a link to it");

    let tried = here.app.python_try(&here.me, "agents", &add(&["six==1.16.0"])).await.unwrap();
    let six = dto::PythonMove { name: "six".to_owned(), from: None, to: Some("1.16.0".to_owned()) };
    assert_eq!((tried.ok, tried.moves), (true, vec![six]), "a try tells what would come, and only that");
    let clash = here.app.python_try(&here.me, "agents", &add(&["requests==2.31.0", "urllib3==1.20"])).await.unwrap();
    let words = clash.conflicts.join(" ");
    assert!(!clash.ok && words.contains("requests 2.31.0 needs urllib3"), "a conflict in words: {clash:?}");
    assert!(words.contains("no version of urllib3 fits both"), "with its end: {words}");
    let nope = here.app.python_try(&here.me, "agents", &add(&["sanctum-no-such-package-9"])).await.unwrap();
    assert!(nope.conflicts[0].contains("no package called `sanctum-no-such-package-9`"), "{nope:?}");
    assert_eq!((here.beside(), here.pins()), (first.clone(), "idna==3.7\n".to_owned()), "trying changes nothing");

    let plan = here.plan(add(&["six==1.16.0"])).await;
    assert_eq!(plan.restarts, ["Broca of Athena"], "what must restart is named");
    assert!(plan.steps.iter().all(|s| s.detail.len() < 200), "no step shows a script: {plan:?}");
    let receipt = here.apply(&plan).await;
    assert!(here.lines.has("can be imported"), "progress is told line by line: {:?}", here.lines);
    assert_eq!(versions(&here.env().await), ["idna==3.7", "six==1.16.0"], "both are there");
    assert!(here.imports("six") && here.pins() == "idna==3.7\nsix==1.16.0\n", "and pinned: {}", here.pins());
    let env = here.env().await;
    assert_eq!(env.kept.len(), 1, "the one before is kept: {env:?}");
    assert_eq!(env.kept[0].replaced_by.as_deref(), Some(plan.title.as_str()), "with what replaced it");
    let diff = here.app.python_diff(&here.me, "agents", &env.kept[0].id).await.unwrap();
    assert_eq!((diff.len(), diff[0].name.as_str(), &diff[0].to), (1, "six", &None), "and what going back takes");
    let checked = here.app.python_check(&here.me, "agents").await.unwrap();
    assert_eq!((checked.status.word, checked.problems.len()), (dto::StatusWord::Healthy, 0), "{checked:?}");

    here.undo(&receipt).await;
    assert!(here.imports("idna") && !here.imports("six"), "undo brings the one before back");
    assert_eq!((here.beside(), here.pins()), (first, "idna==3.7\n".to_owned()), "with its pins");
    std::fs::remove_dir_all(here.at("agents/venv/lib").join(python_lib(&here)).join("site-packages/idna")).unwrap();
    let broken = here.app.python_check(&here.me, "agents").await.unwrap();
    let told = broken.problems.iter().any(|p| p.contains("idna is installed, but cannot be imported"));
    assert!(told, "what was damaged since is found by importing: {:?}", broken.problems);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_that_hangs_is_stopped_with_what_it_runs() {
    let here = here(false, "").await;
    let (venv, marker) = (here.at("agents/venv"), here.at("agents/asked"));
    run(&python(), &["-m", "venv", "--without-pip", &text(&venv)]);
    // Its own interpreter runs such a line before anything else.
    let hangs = format!("import os, time; open({:?}, 'w').write(str(os.getpid())); time.sleep(600)\n", text(&marker));
    std::fs::write(here.at("agents/venv/lib").join(python_lib(&here)).join("site-packages/hangs.pth"), hangs).unwrap();
    assert!(
        !here.app.python_check_stop(&here.me, "agents").await.unwrap(),
        "before it begins there is nothing to stop"
    );
    let check = {
        let (app, me) = (here.app.clone(), here.me.clone());
        tokio::spawn(async move { app.python_check(&me, "agents").await })
    };
    let pid = || std::fs::read_to_string(&marker).ok().filter(|pid| !pid.is_empty());
    until("its interpreter hangs", || pid().is_some()).await;
    assert!(here.app.python_check_stop(&here.me, "agents").await.unwrap(), "there is one now");
    let stopped = check.await.unwrap();
    assert_eq!(code(&stopped), "python_check_stopped", "it says so, and half a check is none: {stopped:?}");
    let gone = PathBuf::from(format!("/proc/{}", pid().unwrap()));
    if PathBuf::from("/proc/self").exists() {
        until("its interpreter is ended", || !gone.exists()).await;
    }
    assert!(!here.app.python_check_stop(&here.me, "agents").await.unwrap(), "and nothing runs any more");
    let viewer = here.world.account("vera", Role::Viewer);
    let vera = Actor { user_id: viewer, name: "vera".to_owned(), role: "viewer".to_owned(), via: here.me.via };
    let refused = here.app.python_check_stop(&vera, "agents").await;
    assert_eq!(code(&refused), "not_allowed", "who only looks stops nothing: {refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_that_hangs_is_stopped_with_what_it_runs() {
    let world = World::new();
    let (bin, marker) = (world.root().with_file_name("bin"), world.root().with_file_name("asked"));
    std::fs::create_dir_all(&bin).unwrap();
    let hangs = format!(
        "#!/bin/sh\ncase \"$1\" in --version) echo 'uv 0.9.0';; *) echo $$ > '{}'; exec sleep 600;; esac\n",
        text(&marker)
    );
    std::fs::write(bin.join("uv"), hangs).unwrap();
    std::fs::set_permissions(bin.join("uv"), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let mut env = surroundings(&world, false);
    env.search_path = format!("{}:{}", text(&bin), env.search_path);
    let app = App::new(env, Arc::new(Lines::default()));
    world.set_up(&app, &["Athena"]).await;
    let me = app.actor().await.unwrap();
    std::fs::write(world.root().join("agents/requirements-agents.txt"), "idna==3.7\n").unwrap();
    assert!(!app.python_try_stop(&me, "agents").await.unwrap(), "before it begins there is nothing to stop");
    let trying = {
        let (app, me) = (app.clone(), me.clone());
        tokio::spawn(
            async move { app.python_try(&me, "agents", &dto::PythonChange::Create { python: python() }).await },
        )
    };
    let pid = || std::fs::read_to_string(&marker).ok().filter(|pid| pid.ends_with('\n'));
    until("the installer hangs", || pid().is_some() || trying.is_finished()).await;
    assert!(!app.python_check_stop(&me, "agents").await.unwrap(), "a dry run is no check");
    assert!(app.python_try_stop(&me, "agents").await.unwrap(), "there is one to stop now");
    let stopped = trying.await.unwrap();
    assert_eq!(code(&stopped), "cancelled", "it says that it was called off: {stopped:?}");
    let gone = PathBuf::from(format!("/proc/{}", pid().unwrap().trim()));
    if PathBuf::from("/proc/self").exists() {
        until("the installer is ended", || !gone.exists()).await;
    }
    assert!(!app.python_try_stop(&me, "agents").await.unwrap(), "and nothing runs any more");
    let viewer = world.account("vera", Role::Viewer);
    let vera = Actor { user_id: viewer, name: "vera".to_owned(), role: "viewer".to_owned(), via: me.via };
    let refused = app.python_try_stop(&vera, "agents").await;
    assert_eq!(code(&refused), "not_allowed", "who only looks stops nothing: {refused:?}");
}

fn python_lib(here: &Here) -> String {
    let mut entries = std::fs::read_dir(here.at("agents/venv/lib")).unwrap();
    entries.next().unwrap().unwrap().file_name().into_string().unwrap()
}

#[tokio::test]
async fn with_uv_a_kept_environment_is_put_back_and_old_ones_are_offered_for_removal() {
    let here = here(true, "idna==3.7\n").await;
    assert!(here.app.python_view(&here.me).await.unwrap().installer.starts_with("uv "), "uv is preferred");
    here.change(dto::PythonChange::Create { python: python() }).await;
    here.change(add(&["six==1.16.0"])).await;
    assert!(here.imports("six"), "uv installs");
    let checked = here.app.python_check(&here.me, "agents").await.unwrap();
    assert_eq!(checked.status.word, dto::StatusWord::Healthy, "uv checks: {checked:?}");
    let clash = here.app.python_try(&here.me, "agents", &add(&["requests==2.31.0", "urllib3==1.20"])).await.unwrap();
    assert!(clash.conflicts[0].contains("requests 2.31.0 needs urllib3"), "uv's words are put in ours: {clash:?}");

    let kept = here.env().await.kept[0].id.clone();
    let plan = here.app.python_rollback_plan(&here.me, "agents", &kept).await.unwrap();
    let receipt = here.apply(&plan).await;
    assert!(here.imports("idna") && !here.imports("six"), "the kept one is used");
    assert_eq!(here.pins(), "idna==3.7\n", "with the pins it had");
    assert_eq!(here.env().await.kept.len(), 1, "and the other one is kept in turn");
    here.undo(&receipt).await;
    assert!(here.imports("six") && here.pins().contains("six"), "undo swaps again");

    for n in 0..3 {
        here.world.pass(time::Duration::minutes(1));
        here.change(dto::PythonChange::Pins { text: format!("six==1.1{}.0\n", 5 - n) }).await;
    }
    assert_eq!(here.env().await.kept.len(), 3, "no more are kept");
    let plan = here.plan(dto::PythonChange::Remove { packages: vec!["six".to_owned()] }).await;
    let old = plan.steps.iter().find(|step| step.kind == dto::StepKind::Trash).unwrap();
    assert!(old.title.contains("old environment") && old.detail.contains("files"), "named with its size: {old:?}");
    assert!(plan.checks.iter().any(|check| check.text.contains("beyond the last 3")), "and said: {plan:?}");
    here.apply(&plan).await;
    assert_eq!((here.beside().len(), here.imports("six")), (4, false), "the present one and three");
}

#[tokio::test]
async fn what_fails_is_cancelled_or_killed_leaves_the_old_environment() {
    let here = here(true, "idna==3.7\n").await;
    here.change(dto::PythonChange::Create { python: python() }).await;
    let before = (here.beside(), here.pins());
    let plan = here.plan(add(&["sanctum-no-such-package-9"])).await;
    let failed = here.app.plan_apply(&here.me, &plan.id).await;
    assert_eq!(code(&failed), "command_failed", "an installation that fails fails the change: {failed:?}");
    let words = failed.unwrap_err().message;
    assert!(words.contains("sanctum-no-such-package-9"), "with the reason: {words}");
    assert!((here.beside(), here.pins()) == before && here.imports("idna"), "the old one stands");

    // With pip there is time to call it off.
    let slow = App::new(AppEnv { exclusive: false, ..surroundings(&here.world, false) }, Arc::new(here.lines.clone()));
    let me = slow.console_actor().await.unwrap();
    for kill in [false, true] {
        here.lines.0.lock().unwrap().clear();
        let plan = slow.python_plan(&me, "agents", &add(&["six"])).await.unwrap();
        let (app, who, id) = (slow.clone(), me.clone(), plan.id.clone());
        let job = tokio::spawn(async move { app.plan_apply(&who, &id).await });
        let lines = here.lines.clone();
        until("the build has begun", || lines.has("Making the environment")).await;
        if kill {
            let ours = text(&here.world.root().canonicalize().unwrap().join("agents/venvs"));
            let all = run("ps", &["-axww", "-o", "pid=,command="]);
            let mine = all.lines().filter(|l| l.contains(&ours) && l.contains("\"mode\":\"build\""));
            let pids: Vec<&str> = mine.filter_map(|line| line.split_whitespace().next()).collect();
            assert!(!pids.is_empty(), "the build runs: {all}");
            run("kill", &[&["-9"][..], &pids[..]].concat());
        } else {
            slow.plan_cancel(&plan.id).await.unwrap();
        }
        let done = job.await.unwrap();
        let wanted = if kill { "command_failed" } else { "cancelled" };
        assert_eq!(code(&done), wanted, "it ends so: {done:?}");
        assert!((here.beside(), here.pins()) == before && here.imports("idna"), "nothing is left of it");
    }

    let mut env = AppEnv { exclusive: false, ..surroundings(&here.world, false) };
    env.installer_vars.retain(|(name, _)| name != "PIP_FIND_LINKS");
    env.installer_vars.push(("PIP_INDEX_URL".to_owned(), "http://mara:s3cret@127.0.0.1:9/simple".to_owned()));
    let offline = App::new(env, Arc::new(here.lines.clone()));
    let tried = offline.python_try(&me, "agents", &add(&["six"])).await.unwrap();
    let words = tried.conflicts.join(" ");
    assert!(!tried.ok && words.starts_with("Nothing could be looked up"), "no network is told as such: {tried:?}");
    let plan = offline.python_plan(&me, "agents", &add(&["six"])).await.unwrap();
    let shown = format!("{plan:?} {tried:?}");
    assert!(!shown.contains("s3cret") && shown.contains("holds a password"), "no password, and that it is left out");
}

#[tokio::test]
async fn a_folder_made_by_hand_is_set_aside_and_comes_back_with_its_scripts_working() {
    let here = here(true, "").await;
    let venv = here.at("agents/venv");
    run(&python(), &["-m", "venv", "--without-pip", &text(&venv)]);
    let script = venv.join("bin/hello");
    std::fs::write(&script, format!("#!{}/bin/python\nimport sys; print(sys.prefix)\n", text(&venv))).unwrap();
    run("chmod", &["755", &text(&script)]);
    assert_eq!(run(&text(&script), &[]), text(&venv), "its script runs in it");
    assert_eq!(here.env().await.status.word, dto::StatusWord::Healthy, "it is taken as it is");

    let receipt = here.change(add(&["six==1.16.0"])).await;
    assert!(here.imports("six") && venv.is_symlink(), "a new one took its place");
    let env = here.env().await;
    assert_eq!(env.kept.len(), 1, "the folder is kept: {env:?}");
    assert!(env.kept[0].id.starts_with("aside-") && env.kept[0].replaced_by.is_some(), "{:?}", env.kept);
    here.undo(&receipt).await;
    assert!(!venv.is_symlink() && run(&text(&script), &[]) == text(&venv), "undo brings it back, working");

    here.change(add(&["six==1.16.0"])).await;
    let kept = here.env().await.kept[0].id.clone();
    let plan = here.app.python_rollback_plan(&here.me, "agents", &kept).await.unwrap();
    let receipt = here.apply(&plan).await;
    assert!(!venv.is_symlink() && run(&text(&script), &[]) == text(&venv), "so does putting it back");
    assert_eq!((here.pins().as_str(), here.env().await.kept.len()), ("", 1), "with the pins of then");
    here.undo(&receipt).await;
    assert!(here.imports("six") && here.pins().contains("six"), "which undo takes back");
}

#[tokio::test]
async fn an_environment_whose_python_is_gone_is_told_and_repaired_with_another() {
    let here = here(true, "idna==3.7\n").await;
    let venv = here.at("agents/venv");
    run(&python(), &["-m", "venv", "--without-pip", &text(&venv)]);
    let gone = "/opt/homebrew/Cellar/python@3.11/3.11.4/bin/python3.11";
    std::fs::remove_file(venv.join("bin/python")).unwrap();
    std::os::unix::fs::symlink(gone, venv.join("bin/python")).unwrap();
    let env = here.env().await;
    assert_eq!(env.status.word, dto::StatusWord::Error, "it cannot be used: {env:?}");
    assert!(env.problems[0].contains(gone) && env.problems[0].contains("which is gone"), "and why: {:?}", env.problems);
    let plan = here.plan(dto::PythonChange::Repair).await;
    assert!(plan.checks.iter().any(|check| check.text.contains("takes its place")), "another one: {plan:?}");
    here.apply(&plan).await;
    assert_eq!(here.env().await.status.word, dto::StatusWord::Healthy, "it is whole again");
    let put = here.app.python_rollback_plan(&here.me, "agents", &here.env().await.kept[0].id).await;
    assert_eq!(code(&put), "python_kept_broken", "what was broken is not put back: {put:?}");
}

#[tokio::test]
async fn smcp_has_an_environment_of_its_own_and_a_link_to_nothing_is_repaired() {
    let here = here(true, "").await;
    let smcp = async || {
        let view = here.app.python_view(&here.me).await.unwrap();
        view.envs.into_iter().find(|env| env.id == "smcp").unwrap()
    };
    assert!(here.at("smcp/venv").is_dir() && !smcp().await.exists, "the setup made an empty folder for it");
    let pins = dto::PythonChange::Pins { text: "six==1.16.0\n".to_owned() };
    let plan = here.app.python_plan(&here.me, "smcp", &pins).await.unwrap();
    let receipt = here.apply(&plan).await;
    let env = smcp().await;
    assert_eq!((env.status.word, env.kept.len()), (dto::StatusWord::Healthy, 0), "nothing was there to keep: {env:?}");
    assert!(here.at("smcp/venv").is_symlink() && !here.at("agents/venv").exists(), "the agents’ is not touched");
    let pins = std::fs::read_to_string(here.at("smcp/requirements-smcp.txt")).unwrap();
    assert_eq!(pins, "six==1.16.0\n", "its pins are not in the folder of its code");

    let id = std::fs::read_link(here.at("smcp/venv")).unwrap();
    std::fs::rename(here.at("smcp").join(&id), here.at("smcp/elsewhere")).unwrap();
    let env = smcp().await;
    assert!(env.problems[0].contains("which is not there"), "a link to nothing is told: {env:?}");
    let plan = here.app.python_plan(&here.me, "smcp", &dto::PythonChange::Repair).await.unwrap();
    let repaired = here.apply(&plan).await;
    assert_eq!(smcp().await.status.word, dto::StatusWord::Healthy, "and repaired");
    here.undo(&repaired).await;
    std::fs::rename(here.at("smcp/elsewhere"), here.at("smcp").join(&id)).unwrap();
    here.undo(&receipt).await;
    assert!(here.at("smcp/venv").is_dir() && !here.at("smcp/venv").is_symlink(), "the empty folder is back");
    assert!(!here.at("smcp/requirements-smcp.txt").exists(), "without pins");
}

#[tokio::test]
async fn what_cannot_be_is_refused_before_anything_is_built() {
    let here = here(false, "").await;
    let refused = async |env: &str, change: dto::PythonChange| {
        code(&here.app.python_plan(&here.me, env, &change).await).to_owned()
    };
    let pins = |text: &str| dto::PythonChange::Pins { text: text.to_owned() };
    assert_eq!(refused("nope", dto::PythonChange::Repair).await, "python_env_unknown", "no such environment");
    assert_eq!(refused("agents", dto::PythonChange::Repair).await, "python_env_missing", "nothing to repair");
    assert_eq!(refused("agents", add(&["--index-url=http://evil"])).await, "pins_refused", "an option is no package");
    assert_eq!(refused("agents", pins("-r other.txt\n")).await, "pins_refused", "nor is another file");
    assert_eq!(refused("agents", pins("--index-url https://m:pw@x/simple\n")).await, "pins_refused", "no passwords");
    let gone = dto::PythonChange::Create { python: "/nowhere/python3".to_owned() };
    assert_eq!(refused("agents", gone).await, "python_refused", "no such interpreter");
    let smcp = here.app.python_pins(&here.me, "smcp").await.unwrap().text;
    assert!(smcp.contains("mcp<2") && smcp.contains("aiohttp-cors"), "what SMCP needs is proposed: {smcp}");
    let plan = here.app.python_plan(&here.me, "smcp", &pins("mcp>=1.10.1\n")).await.unwrap();
    assert!(plan.checks.iter().any(|c| c.text.contains("pin `mcp<2`")), "its trap is told: {plan:?}");
    let app = here.at("agents/agent-athena/broca2/app");
    std::fs::create_dir_all(&app).unwrap();
    std::fs::write(app.join("requirements.txt"), "aiogram==3.21.0\nhttpx  # http\n").unwrap();
    let dto::PythonPins { text, proposed } = here.app.python_pins(&here.me, "agents").await.unwrap();
    let file = "agents/agent-athena/broca2/app/requirements.txt";
    assert_eq!(
        proposed.as_deref(),
        Some(file),
        "it is said that it does not stand in the pins yet, and where it is from"
    );
    assert!(text.contains("aiogram==3.21.0\nhttpx"), "what Broca asks for is proposed: {text}");
    let vera = here.world.account("vera", Role::Viewer);
    let viewer = Actor { user_id: vera, name: "vera".to_owned(), role: "viewer".to_owned(), via: here.me.via };
    let planned = here.app.python_plan(&viewer, "agents", &dto::PythonChange::Repair).await;
    assert_eq!(code(&planned), "not_allowed", "a viewer changes nothing");
    assert!(here.app.python_view(&viewer).await.is_ok(), "but may look");
    assert!(!here.at("agents/venvs").exists(), "and nothing was made");
}
