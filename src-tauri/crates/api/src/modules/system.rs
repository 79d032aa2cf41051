//! Instances that the operating system runs: the plan that hands one over, and what tells the system of it.
//!
//! Crate `modules` knows launchd and systemd; here a plan writes the unit's file and the registry's row together, and after each
//! change that touched such files the system is told.

use std::path::Path;
use std::time::Duration;

use sanctum_change::{Planner, Row};
use sanctum_install::spawn::{OsSpawn, Spawn, SpawnError};
use sanctum_modules::units::{self, Init, Place, Said, Stand, State, Unit, UnitError};
use sanctum_registry::module_runs;

use super::instances::{self, Instance};
use super::{look, recipe};
use crate::app::App;
use crate::blocking::blocking;
use crate::dto::{self, RunWay, StatusWord};
use crate::open::Open;
use crate::plan::Words;
use crate::settings::Snapshot;
use crate::{Actor, ApiError, ApiResult, AppEnv};

/// What the plans call the folder of units.
const UNITS: &str = "units";
/// Seconds that a module gets to end of which nothing is known.
pub(super) const GRACE: u32 = 15;

/// The place of unit files in plans; where the system keeps login items there too, it is theirs.
pub(crate) fn units_place(env: &AppEnv) -> &'static str {
    if env.units_dir == env.login_dir { crate::settings::LOGIN } else { UNITS }
}

pub(super) fn init() -> &'static dyn Init {
    units::current()
}

/// Runs the system's commands with what they need to find it, and nothing else.
fn spawn(env: &AppEnv) -> impl Fn(&[String], Duration) -> std::io::Result<Said> + use<> {
    let mut given = vec![
        ("PATH".to_owned(), env.search_path.clone()),
        ("HOME".to_owned(), env.home.display().to_string()),
        ("LC_ALL".to_owned(), "C".to_owned()),
    ];
    let needed = ["XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS"];
    given.extend(env.inherited.iter().filter(|(name, _)| needed.contains(&name.as_str())).cloned());
    move |argv, wait| {
        let said = OsSpawn.run(argv, &given, wait).map_err(|error| match error {
            SpawnError::Start(error) => error,
            SpawnError::TimedOut(_) => std::io::ErrorKind::TimedOut.into(),
        })?;
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Ok(Said { code: said.code, out: text(said.stdout), err: text(said.stderr) })
    }
}

/// Why the system cannot run modules here; `None` where it can.
pub(crate) fn cannot(open: &Open) -> Option<String> {
    let env = open.env();
    if open.is_sample() {
        return Some("the sample goes away with the app".to_owned());
    }
    if env.ctl.is_none() {
        return Some("`sanctumctl` is not beside this app".to_owned());
    }
    let tool = if cfg!(target_os = "macos") { "launchctl" } else { "systemctl" };
    let there = std::env::split_paths(&env.search_path).any(|dir| dir.join(tool).is_file());
    (!there).then(|| format!("`{tool}` was not found, so this system is not run by {}", init().name()))
}

pub(super) fn label(open: &Open, instance: &Instance) -> String {
    units::label(open.registry().install_id(), &instance.address)
}

fn place(open: &Open, instance: &Instance) -> Place {
    let label = label(open, instance);
    Place {
        file: open.env().units_dir.join(init().file_name(&label)),
        label,
        uid: rustix::process::getuid().as_raw(),
        at_login: instance.run.at_login,
        grace_s: grace(instance),
    }
}

fn grace(instance: &Instance) -> u32 {
    instance.known.and_then(|known| known.entry.as_ref()).map_or(GRACE, |entry| entry.stop_grace_s + 5)
}

fn refused(error: &UnitError) -> ApiError {
    ApiError::refused(
        "system_refused",
        format!("{}: {error}", init().name()),
        "Its own words are above. The module can be run by this app instead.",
    )
}

/// Starts an instance by the system and waits a moment for what becomes of it.
pub(crate) fn start(open: &Open, instance: &Instance) -> ApiResult<String> {
    if let Some(why) = recipe::cannot_start(open, instance) {
        return Err(ApiError::refused(
            "module_cannot_start",
            format!("{} cannot be started: {why}.", instance.named),
            "Install its code and build its Python environment first; its page shows what is missing.",
        ));
    }
    let (place, spawn) = (place(open, instance), spawn(open.env()));
    units::start(init(), &spawn, &place).map_err(|error| refused(&error))?;
    for _ in 0..40 {
        if let Some(process) = look::at(open, instance).process {
            return Ok(format!("runs as {process}, by {}", init().name()));
        }
        std::thread::sleep(Duration::from_millis(250));
    }
    let state = state(open, instance)?;
    match state.stand {
        Stand::Running | Stand::Starting => Ok(format!("{}; its module has not come up yet", state.words)),
        _ => Err(ApiError::refused(
            "module_ended",
            format!("It did not come up: {}.", state.words),
            "Its log says more.",
        )),
    }
}

/// Has the system stop it; `None` where the system was not running it.
pub(crate) fn stop(open: &Open, instance: &Instance) -> ApiResult<Option<String>> {
    let before = state(open, instance)?.stand;
    let spawn = spawn(open.env());
    units::stop(init(), &spawn, &place(open, instance)).map_err(|error| refused(&error))?;
    let idle = matches!(before, Stand::NotLoaded | Stand::Stopped | Stand::Failed);
    Ok((!idle).then(|| format!("stopped by {}", init().name())))
}

/// What the system says of it.
pub(crate) fn state(open: &Open, instance: &Instance) -> ApiResult<State> {
    units::state(init(), &spawn(open.env()), &place(open, instance)).map_err(|error| refused(&error))
}

impl App {
    /// The plan of having an instance run by this app or by the system, and at login.
    ///
    /// # Errors
    /// `not_allowed`, `module_unknown`, `module_running` where it runs the other way, `system_missing` where the system cannot,
    /// `way_unknown` for what cannot be asked for.
    pub async fn module_way_plan(&self, actor: &Actor, id: &str, way: RunWay, at_login: bool) -> ApiResult<dto::Plan> {
        actor.may_change()?;
        let open = self.opened().await?;
        let (app, actor, id) = (self.clone(), actor.clone(), id.to_owned());
        blocking(move || {
            let snap = Snapshot::of(&open)?;
            let instance = instances::find(&open, &snap, &actor, &id)?;
            let (plan, words) = plan(&open, &actor, &instance, way, at_login)?;
            Ok(app.0.plans.keep(plan, words, Some(actor.user_id), open.env().now()))
        })
        .await
    }
}

fn plan(
    open: &Open,
    actor: &Actor,
    instance: &Instance,
    way: RunWay,
    at_login: bool,
) -> ApiResult<(sanctum_change::Plan, Words)> {
    let by_system = match way {
        RunWay::System => true,
        RunWay::App if !at_login => false,
        RunWay::App => {
            return Err(ApiError::refused(
                "way_unknown",
                "What is to start when you log in is run by the system.",
                "Choose the system as well, or leave it to this app without the login.",
            ));
        }
        RunWay::ByHand => {
            return Err(ApiError::refused(
                "way_unknown",
                "Nothing can be set to run by hand.",
                "Choose the app or the system.",
            ));
        }
    };
    if let Some(why) = cannot(open).filter(|_| by_system) {
        return Err(ApiError::refused(
            "system_missing",
            format!("The system cannot run {} here: {why}.", instance.named),
            "Leave it to this app: it goes on without the window too.",
        ));
    }
    let run = look::at(open, instance);
    if by_system != instance.run.by_system && run.runs() {
        return Err(ApiError::refused(
            "module_running",
            format!("{} runs now.", instance.named),
            "Stop it first; then change who runs it.",
        ));
    }
    let mut planner = open.planner();
    planner.icon("module");
    planner.group(&instance.named);
    let place = place(open, instance);
    let file = format!("@{}/{}", units_place(open.env()), init().file_name(&place.label));
    let name = init().name();
    if by_system {
        let unit = unit(open, instance, at_login)?;
        let text = init().text(&unit).map_err(|error| {
            ApiError::refused("unit_unwritable", error.to_string(), "Leave it to this app, or move the Sanctum.")
        })?;
        planner.write_file_mode(&file, text, 0o644, &format!("Tell {name} how to run it"))?;
    } else if place.file.symlink_metadata().is_ok() {
        planner.remove_file(&file, &format!("Take it from {name}"))?;
    }
    planner.group("Registry");
    let key = Row::new().with("path", instance.path.as_str());
    if by_system {
        let row =
            Row::new().with("way", "system").with("at_login", i64::from(at_login)).with("created_by", actor.user_id);
        planner.registry_put("module_runs", key, row, "Record who runs it")?;
    } else if open.registry().read(module_runs::all)?.contains_key(&instance.path) {
        planner.registry_delete("module_runs", key, "Record that this app runs it")?;
    }
    let (title, action) = match (by_system, at_login) {
        (true, true) => (format!("Run {} by {name}, from login on", instance.named), "Run it by the system"),
        (true, false) => (format!("Run {} by {name}", instance.named), "Run it by the system"),
        (false, _) => (format!("Run {} by this app", instance.named), "Run it by this app"),
    };
    let summary = if by_system {
        format!(
            "{name} keeps it running whether this app is open or not. Its settings and secrets are looked up at each start; the file names none."
        )
    } else {
        "A keeper of this app runs it. It goes on when the window is closed, and not after you log out.".to_owned()
    };
    let mut checks =
        vec![(StatusWord::Healthy, if run.runs() { "It goes on as it is" } else { "It does not run now" }.to_owned())];
    if by_system && ends_with_the_session(open) {
        checks.push((StatusWord::Degraded, format!("{}.", units::linux::LINGER_OFF)));
    }
    let words = Words {
        undo: "With Undo or from Activity.".to_owned(),
        action: action.to_owned(),
        command: Some(format!(
            "sanctumctl modules way {} {}{} --yes",
            sanctum_install::layout::quote(&instance.address).unwrap_or_else(|_| "…".to_owned()),
            if by_system { "system" } else { "app" },
            if at_login { " --at-login" } else { "" }
        )),
        checks,
        notes: vec!["Nothing was started.".to_owned()],
    };
    Ok((planner.finish(&title, &format!("{summary} Nothing has been written yet.")), words))
}

/// Whether systemd ends what it runs for this person when they sign out. Where it does not say, nothing is claimed.
fn ends_with_the_session(open: &Open) -> bool {
    if !cfg!(target_os = "linux") {
        return false;
    }
    let ask = units::linux::ask_linger(rustix::process::getuid().as_raw());
    let said = spawn(open.env())(&ask, Duration::from_secs(3));
    said.ok().and_then(|said| units::linux::linger(&said)) == Some(false)
}

fn unit(open: &Open, instance: &Instance, at_login: bool) -> ApiResult<Unit> {
    let env = open.env();
    let program = super::act::launcher(open)?;
    let text = |path: &Path| path.display().to_string();
    let log = recipe::keeper_log(open, instance);
    Ok(Unit {
        label: label(open, instance),
        title: instance.named.clone(),
        program,
        args: vec![
            "--data-dir".to_owned(),
            text(&env.data_dir),
            "--root".to_owned(),
            text(open.root()),
            "modules".to_owned(),
            "run".to_owned(),
            "--dir".to_owned(),
            text(&instance.dir),
        ],
        dir: instance.dir.clone(),
        at_login,
        restart: true,
        grace_s: grace(instance),
        out: log.clone(),
        err: log,
        env: vec![("PATH".to_owned(), env.search_path.clone()), ("HOME".to_owned(), text(&env.home))],
    })
}

/// The step that takes an instance's unit from the system before its folder goes. Undo hands it over again.
pub(crate) fn propose_away(planner: &mut Planner<'_>, open: &Open, instance: &Instance) -> ApiResult<()> {
    let place = place(open, instance);
    if place.file.symlink_metadata().is_err() {
        return Ok(());
    }
    planner.group(&instance.named);
    let file = format!("@{}/{}", units_place(open.env()), init().file_name(&place.label));
    Ok(planner.remove_file(&file, &format!("Take it from {}", init().name()))?)
}

/// The step that forgets who runs it.
pub(crate) fn propose_forgotten(planner: &mut Planner<'_>, open: &Open, instance: &Instance) -> ApiResult<()> {
    if !open.registry().read(module_runs::all)?.contains_key(&instance.path) {
        return Ok(());
    }
    let key = Row::new().with("path", instance.path.as_str());
    Ok(planner.registry_delete("module_runs", key, &format!("Forget who runs {}", instance.named))?)
}

/// What a plan that takes it from the system says of that.
pub(crate) fn away(instance: &Instance) -> String {
    format!("{} does not run {} any more: its unit goes, too", init().name(), instance.named)
}

/// That the system has it, though no process of it may be seen at this moment: "systemd starts it in a moment".
pub(crate) fn busy(open: &Open, instance: &Instance) -> Option<String> {
    if !instance.run.by_system || cannot(open).is_some() {
        return None;
    }
    let state = state(open, instance).ok()?;
    let busy = matches!(state.stand, Stand::Running | Stand::Starting | Stand::Stopping | Stand::Waiting);
    busy.then(|| format!("{}, {}", instance.named, state.words))
}

/// Tells the system of the unit files that a change wrote or took away. Words for the receipt where it did not listen.
pub(crate) fn after_change(open: &Open, paths: &[String]) -> Vec<String> {
    let folder = format!("@{}/", units_place(open.env()));
    let suffix = init().file_name("");
    let labels = paths.iter().filter_map(|path| path.strip_prefix(&folder)?.strip_suffix(&suffix));
    let labels: Vec<&str> = labels.filter(|label| label.starts_with("org.sanctum.")).collect();
    if labels.is_empty() {
        return Vec::new();
    }
    let all = Snapshot::of(open).and_then(|snap| instances::all(open, &snap)).unwrap_or_default();
    let spawn = spawn(open.env());
    let mut words = Vec::new();
    for name in labels {
        // One that went with its agent is still the system's to let go.
        let place = all.iter().find(|instance| label(open, instance) == name).map_or_else(
            || Place {
                file: open.env().units_dir.join(init().file_name(name)),
                label: name.to_owned(),
                uid: rustix::process::getuid().as_raw(),
                at_login: false,
                grace_s: GRACE,
            },
            |instance| place(open, instance),
        );
        let told = if place.file.is_file() {
            units::load(init(), &spawn, &place)
        } else {
            // What was never loaded cannot be taken from it; that is no trouble.
            let _never_loaded = units::unload(init(), &spawn, &place);
            units::forget(init(), &spawn)
        };
        if let Err(error) = told {
            words.push(format!("{} was not told: {error}", init().name()));
        }
    }
    words
}
