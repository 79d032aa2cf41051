//! One command, from its words to its exit code.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use sanctum_api::{App, AppEnv};

use crate::args::{Args, Command, Modules, Secrets};
use crate::console::{Console, Done};
use crate::{
    agents, broca, changes, chat, config, drift, exchange, exec, fetch, letta, look, modules, plugins, ports, python,
    registry, secrets, setup, tools,
};

pub async fn run(args: Args) -> Done {
    let args = match args {
        // It needs no install, and must not touch one.
        Args { command: Command::Fetch(words), json, .. } => return Ok(fetch::run(words, json).await),
        args => args,
    };
    let mut env = AppEnv::from_vars(&|name| match (name, &args.data_dir) {
        ("SANCTUM_DATA_DIR", Some(dir)) => Some(dir.to_string_lossy().into_owned()),
        _ => std::env::var_os(name).map(|v| v.to_string_lossy().into_owned()),
    })?;
    if let Some(root) = args.root.clone().or_else(|| above(&args.command)) {
        env.root = Some(root);
    }
    env.exclusive = false;
    env.program = beside();
    env.ctl = std::env::current_exe().ok();
    let file_store = env.secret_store.word() == "file";
    let (listener, heard) = chat::listener();
    let console = Console {
        app: App::new(env, Arc::new(python::Told(listener))),
        json: args.json,
        file_store,
        passphrase_stdin: args.passphrase_stdin,
        asked: AtomicBool::new(false),
    };
    let code = match args.command {
        Command::Setup(words) => setup::run(&console, args.root.as_deref(), words).await,
        Command::Scan { paths, window } => look::scan(&console, paths, window).await,
        Command::Agents(words) => agents::run(&console, words).await,
        Command::Letta(words) => letta::run(&console, words).await,
        Command::Chat(words) => chat::run(&console, heard, words).await,
        Command::Broca(words) => broca::run(&console, words).await,
        Command::Modules(words) => modules::run(&console, words).await,
        Command::Plugins(words) => plugins::run(&console, words).await,
        Command::Health => modules::health(&console).await,
        Command::Fetch(words) => Ok(fetch::run(words, args.json).await),
        Command::Ports(words) => ports::run(&console, words).await,
        Command::Python(words) => python::run(&console, words).await,
        Command::Tools(words) => tools::run(&console, words).await,
        Command::Config(words) => config::run(&console, words).await,
        Command::Secrets(words) => secrets::run(&console, words).await,
        Command::Drift(words) => drift::run(&console, words).await,
        Command::Export { file } => exchange::export(&console, file.as_deref()).await,
        Command::Import { file, confirm } => exchange::import(&console, &file, confirm).await,
        Command::Changes(words) => changes::run(&console, words).await,
        Command::Registry(words) => registry::run(&console, words).await,
        Command::Doctor { window } => look::doctor(&console, window).await,
    };
    console.app.close();
    code.map_err(|error| console.way_in(error))
}

/// A start or stop script knows only the folder it lies in.
fn above(command: &Command) -> Option<PathBuf> {
    match command {
        Command::Secrets(Secrets::Exec { dir: Some(dir), .. }) => exec::root_above(dir),
        Command::Modules(Modules::Start(chosen) | Modules::Stop(chosen) | Modules::Restart(chosen)) => {
            exec::root_above(chosen.dir.as_ref()?)
        }
        _ => None,
    }
}

/// The app's own program, where it lies beside this one: what the system starts at login.
fn beside() -> Option<PathBuf> {
    let own = std::env::current_exe().ok()?.canonicalize().ok()?;
    Some(own.with_file_name("sanctum-configurator")).filter(|program| program.is_file())
}
