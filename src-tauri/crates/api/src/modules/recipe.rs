//! What exactly is started for an instance: program, arguments, folder and the whole environment.
//!
//! The environment is made of the system's own basics, the install's `.env`, the module's `config/.env` as its file reads, and
//! what no file carries (secrets, and values no quoting can hold). Nothing of it is written anywhere; it travels to the keeper on
//! its standard input. Entries of the catalogue follow `facts/modules.md`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use sanctum_config::env::EnvFile;
use sanctum_modules::found::{self, Place};
use sanctum_modules::recipe::{Exits, LogFile, Recipe, Restart, Stop};

use super::bridge;
use super::instances::Instance;
use crate::open::Open;
use crate::secrets::handed;
use crate::settings::{self, Snapshot};
use crate::{ApiError, ApiResult};

/// What an instance that cannot be started is without.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lacks {
    Code,
    /// The Python environment it runs in, or that brings it.
    Python,
    /// What nobody here can bring: its folder, a word on how it is started.
    More,
}

/// Why an instance cannot be started as it is; `None` where it can. Looks at files alone.
pub(crate) fn cannot_start(open: &Open, instance: &Instance) -> Option<String> {
    obstacle(open, instance).map(|(_, why)| why)
}

/// The same, with what it lacks.
pub(crate) fn obstacle(open: &Open, instance: &Instance) -> Option<(Lacks, String)> {
    let python = |why: Result<PathBuf, String>| Some((Lacks::Python, why.err()?));
    if !instance.dir.is_dir() {
        return Some((Lacks::More, "its folder is gone".to_owned()));
    }
    let Some(entry) = instance.known.and_then(|known| known.entry.as_ref()) else {
        return match &instance.entry_point {
            Some(file) if instance.dir.join(file).is_file() => python(shared_python(open)),
            Some(file) => Some((Lacks::Code, format!("`{file}`, which its manifest names, is not there"))),
            None => Some((Lacks::More, "nothing says how it is started".to_owned())),
        };
    };
    if instance.dir.join(&entry.needs).exists() {
        return python(program(open, instance));
    }
    if entry.is_a_package() {
        let needs = &entry.needs;
        let why = format!("its own Python environment, which brings it, is not built yet: `{needs}` is missing");
        return Some((Lacks::Python, why));
    }
    let mut why = format!("no code installed yet: `{}` is missing", entry.needs);
    // Of two things that are missing the first is mended first, and the other is no surprise then.
    if let Err(python) = program(open, instance) {
        why.push_str(&format!("; and {python}"));
    }
    Some((Lacks::Code, why))
}

/// A settings file that is there and cannot be read; said of the error, what it holds is not repeated.
fn unreadable(open: &Open, instance: &Instance) -> Option<String> {
    let files = [open.root().join(".env"), instance.dir.join("config/.env"), instance.dir.join(".env")];
    let broken = |file: &PathBuf| Some(format!("`{}` ({})", open.env().short(file), std::fs::read(file).err()?.kind()));
    files.iter().filter(|file| file.is_file()).find_map(broken)
}

fn file_values(path: PathBuf) -> BTreeMap<String, String> {
    let Ok(bytes) = std::fs::read(path) else { return BTreeMap::new() };
    EnvFile::parse(&bytes).entries().map(|entry| (entry.key.clone(), entry.value.clone())).collect()
}

fn settings_of(open: &Open, instance: &Instance) -> BTreeMap<String, String> {
    let mut env = file_values(open.root().join(".env"));
    let own = ["config/.env", ".env"].into_iter().map(|file| instance.dir.join(file)).find(|file| file.is_file());
    if let Some(own) = own {
        env.extend(file_values(own));
    }
    env
}

fn shared_python(open: &Open) -> Result<PathBuf, String> {
    let found = ["agents/venv/bin/python", "venv/bin/python"].map(|at| open.root().join(at));
    found
        .into_iter()
        .find(|python| python.exists())
        .ok_or_else(|| "the shared Python environment is missing".to_owned())
}

/// The program of an instance: its interpreter, or what its environment brings.
fn program(open: &Open, instance: &Instance) -> Result<PathBuf, String> {
    let Some(entry) = instance.known.and_then(|known| known.entry.as_ref()) else { return shared_python(open) };
    if let Some(own) = &entry.program {
        let program = instance.dir.join(own);
        return if program.exists() { Ok(program) } else { Err(format!("`{own}` is missing")) };
    }
    let named = settings_of(open, instance).remove(&entry.python).map(PathBuf::from).filter(|path| path.is_absolute());
    let program = named.unwrap_or_else(|| entry.interpreter(open.root(), &instance.dir));
    if program.exists() {
        return Ok(program);
    }
    if entry.python == "AGENT_PY" {
        return shared_python(open);
    }
    Err(format!("its own Python environment is missing: {}", open.env().short(&program)))
}

/// Whether the secrets of an instance can be had now.
///
/// # Errors
/// What the secret store says.
pub(crate) fn secrets_at_hand(open: &Open, snap: &Snapshot, instance: &Instance) -> ApiResult<()> {
    handed(open, snap, snap.find(&instance.address)?).map(drop)
}

/// The recipe of an instance as its settings are now.
///
/// # Errors
/// `module_cannot_start` with the reason, and what the secret store says: a module never starts with half of its secrets.
pub(crate) fn of(open: &Open, snap: &Snapshot, instance: &Instance) -> ApiResult<Recipe> {
    let refuse = |why: String| {
        ApiError::refused(
            "module_cannot_start",
            format!("{} cannot be started: {why}.", instance.named),
            "Install its code and build its Python environment first; its page shows what is missing.",
        )
    };
    if let Some(why) = cannot_start(open, instance) {
        return Err(refuse(why));
    }
    if let Some(file) = unreadable(open, instance) {
        return Err(ApiError::refused(
            "module_cannot_start",
            format!("{} cannot be started: its settings cannot be read from {file}.", instance.named),
            "Check that file, its owner and its mode: a module is not started with half of its settings.",
        ));
    }
    let entry = instance.known.and_then(|known| known.entry.as_ref());
    let program = program(open, instance).map_err(refuse)?;
    let mut env = basics(open);
    env.extend(settings_of(open, instance));
    let port = port(instance, &env);
    let fill = |text: &str| filled(open, instance, port.as_deref(), text);
    for given in entry.iter().flat_map(|entry| &entry.env) {
        let elsewhere = given.unless.as_ref().is_some_and(|file| instance.dir.join(file).exists());
        if !elsewhere && !env.contains_key(&given.key) {
            env.insert(given.key.clone(), fill(&given.value));
        }
    }
    if let Some(port) = &port {
        env.entry("PORT".to_owned()).or_insert_with(|| port.clone());
    }
    let target = snap.find(&instance.address)?;
    let mut secrets = Vec::new();
    for (name, value) in handed(open, snap, target)? {
        secrets.push(name.clone());
        env.insert(name, value.expose().to_owned());
    }
    for name in env.keys().filter(|name| sanctum_config::looks_secret(name)) {
        if !secrets.contains(name) {
            secrets.push(name.clone());
        }
    }
    let args = match (entry, &instance.entry_point) {
        (Some(entry), _) => entry.args.iter().map(|arg| fill(arg)).collect(),
        (None, file) => vec![file.clone().unwrap_or_default()],
    };
    let cwd = entry.map_or_else(|| instance.dir.clone(), |entry| instance.dir.join(&entry.cwd));
    if instance.module == bridge::NAME {
        bridge::fit_to_start(open.env(), instance, &cwd, &env)?;
    }
    let stop = Stop::default();
    Ok(Recipe {
        instance: instance.address.clone(),
        module_dir: instance.dir.clone(),
        program,
        args,
        cwd,
        env,
        secret_names: secrets,
        log: LogFile::at(log_dir(open, instance).join(format!("{}.log", instance.module))),
        ready: entry.and_then(|entry| entry.ready.clone()),
        fatal: entry.map(|entry| entry.fatal.clone()).unwrap_or_default(),
        exits: if entry.is_some_and(|entry| entry.exit_zero_fails) { Exits::ZeroToo } else { Exits::Honest },
        own_pid_file: pid_file(instance),
        stop: entry.map_or(stop, |entry| Stop { grace_ms: u64::from(entry.stop_grace_s) * 1000, ..stop }),
        restart: Restart::default(),
        said: settings::said_by_files(&snap.view(target, None), snap, entry.map(|entry| entry.python.as_str())),
    })
}

/// The port it is told: what its settings say, else the one that is kept for it.
fn port(instance: &Instance, env: &BTreeMap<String, String>) -> Option<String> {
    let key = instance.known.and_then(|known| known.entry.as_ref()).map_or("PORT", |entry| entry.env_port.as_str());
    env.get(key).or_else(|| env.get("PORT")).cloned().or(instance.port.map(|port| port.to_string()))
}

/// A text of the catalogue with its placeholders replaced.
fn filled(open: &Open, instance: &Instance, port: Option<&str>, text: &str) -> String {
    let uid = instance.agent.as_ref().map_or("", |(_, uid, _)| uid.as_str());
    text.replace("{port}", port.unwrap_or_default())
        .replace("{uid}", uid)
        .replace("{module_dir}", &instance.dir.display().to_string())
        .replace("{root}", &open.root().display().to_string())
}

/// The program and its arguments as they would be started now; `None` where that is not known.
pub(crate) fn command_line(open: &Open, instance: &Instance) -> Option<(PathBuf, String)> {
    let program = program(open, instance).ok()?;
    let port = port(instance, &settings_of(open, instance));
    let args = match (instance.known.and_then(|known| known.entry.as_ref()), &instance.entry_point) {
        (Some(entry), _) => entry.args.iter().map(|arg| filled(open, instance, port.as_deref(), arg)).collect(),
        (None, file) => file.iter().cloned().collect::<Vec<_>>(),
    };
    Some((program, args.join(" ")))
}

/// Where an instance is looked for; with `by_hand` also by what a process that somebody else started is known as it, which
/// reads the instance's files.
pub(crate) fn place(open: &Open, instance: &Instance, by_hand: bool) -> Place {
    let entry = instance.known.and_then(|known| known.entry.as_ref());
    let program = by_hand.then(|| program(open, instance).ok()).flatten();
    let started = program.map(|program| found::Entry {
        program,
        args: match (entry, &instance.entry_point) {
            (Some(entry), _) => entry.args.iter().filter(|arg| !arg.contains('{')).cloned().collect(),
            (None, file) => file.iter().cloned().collect(),
        },
        cwd: entry.map_or_else(|| instance.dir.clone(), |entry| instance.dir.join(&entry.cwd)),
    });
    Place {
        state_dir: instance.state_dir.clone(),
        module_dir: instance.dir.clone(),
        own_pid_file: pid_file(instance),
        entry: started,
    }
}

/// The module's own pid file, where it writes one.
pub(crate) fn pid_file(instance: &Instance) -> Option<PathBuf> {
    let health = instance.known.map(|known| &known.health).filter(|health| health.kind == "pid_file")?;
    Some(instance.dir.join(health.path.as_deref()?))
}

/// Where its log goes: with the module, or, where nothing is to be written into the tree, in the app's own folder.
pub(crate) fn log_dir(open: &Open, instance: &Instance) -> PathBuf {
    log_dir_at(open, &instance.path)
}

/// The same by the instance's folder, relative to the root.
pub(crate) fn log_dir_at(open: &Open, path: &str) -> PathBuf {
    let own = open.root().join(path).join("logs");
    if open.is_adopted() && !own.is_dir() { super::instances::state_dir(open, path).join("logs") } else { own }
}

/// Where the system writes what it hears of an instance's keeper.
pub(crate) fn keeper_log(open: &Open, instance: &Instance) -> PathBuf {
    log_dir(open, instance).join(format!("{}.keeper.log", instance.module))
}

/// What every program gets, whoever starts it.
fn basics(open: &Open) -> BTreeMap<String, String> {
    let env = open.env();
    let mut all: BTreeMap<String, String> = env.inherited.iter().cloned().collect();
    all.insert("PATH".to_owned(), env.search_path.clone());
    all.insert("HOME".to_owned(), env.home.display().to_string());
    all.insert("USER".to_owned(), env.os_user.clone());
    all.insert("LOGNAME".to_owned(), env.os_user.clone());
    all.entry("LANG".to_owned()).or_insert_with(|| "C.UTF-8".to_owned());
    // A log that is read while it is written.
    all.insert("PYTHONUNBUFFERED".to_owned(), "1".to_owned());
    all
}
