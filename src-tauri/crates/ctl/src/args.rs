//! What can be typed: the words of every command, and the options they share.
//!
//! A secret's value is never among them: arguments are seen by everybody on the machine.

mod agents;
mod broca;
mod chat;
mod config;
mod letta;
pub mod modules;
pub mod plugins;
mod ports;
mod python;
mod secrets;

use std::path::PathBuf;

use clap::{Args as Group, Parser, Subcommand};

pub use agents::{Agents, Edit, Make, Memory, New, Way};
pub use broca::Broca;
pub use chat::{Chat, Form};
pub use config::{Config, Drift, Level};
pub use letta::Letta;
pub use modules::Modules;
pub use plugins::Plugins;
pub use ports::Ports;
pub use python::{Install, Python};
pub use secrets::Secrets;

/// Set up, see and change a Sanctum from the terminal.
#[derive(Debug, Parser)]
#[command(name = "sanctumctl", version, propagate_version = true)]
pub struct Args {
    /// The install (`SANCTUM_ROOT` otherwise, then the one that was open last).
    #[arg(long, global = true, value_name = "DIR")]
    pub root: Option<PathBuf>,
    /// The app's own folder (`SANCTUM_DATA_DIR` otherwise).
    #[arg(long, global = true, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// Results as JSON.
    #[arg(long, global = true)]
    pub json: bool,
    /// Read the passphrase of the encrypted secrets file from the first line of standard input.
    #[arg(long, global = true)]
    pub passphrase_stdin: bool,
    #[command(subcommand)]
    pub command: Command,
}

/// How a change is confirmed.
#[derive(Debug, Clone, Copy, Group)]
pub struct Confirm {
    /// Print the plan and change nothing.
    #[arg(long, conflicts_with = "yes")]
    pub plan: bool,
    /// Apply without asking.
    #[arg(long)]
    pub yes: bool,
}

#[derive(Debug, Clone, Copy, Group)]
pub struct Window {
    /// Rows at most.
    #[arg(long, default_value_t = 100)]
    pub limit: u32,
    /// Rows to leave out at the beginning.
    #[arg(long, default_value_t = 0)]
    pub offset: u32,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a Sanctum, or take over one that exists.
    Setup(Setup),
    /// Look for installs. Read-only.
    Scan {
        /// Folders to look in; without any, the usual places.
        paths: Vec<String>,
        #[command(flatten)]
        window: Window,
    },
    /// The Primes.
    #[command(subcommand)]
    Agents(Agents),
    /// The Letta server: where it is, whether it answers, who is there.
    #[command(subcommand)]
    Letta(Letta),
    /// Talk to a Prime.
    #[command(subcommand)]
    Chat(Chat),
    /// A look inside a Prime's Broca, and its queue.
    #[command(subcommand)]
    Broca(Broca),
    /// Modules that run: start, stop, install, logs.
    #[command(subcommand)]
    Modules(Modules),
    /// Plugins of all tools: read, install, switch, try.
    #[command(subcommand)]
    Plugins(Plugins),
    /// Everything at one glance; exits with 1 where something needs you. Read-only.
    Health,
    /// Put code into a new folder, as a step of a plan.
    #[command(hide = true)]
    Fetch(crate::fetch::Words),
    /// Which port is whose, who listens, and moving to another.
    #[command(subcommand)]
    Ports(Ports),
    /// Python environments and interpreters.
    #[command(subcommand)]
    Python(Python),
    /// The tools grid.
    #[command(subcommand)]
    Tools(Tools),
    /// Settings: what each level says, why, and changing it.
    #[command(subcommand)]
    Config(Config),
    /// Secrets: set, look, test, and hand them to a program. No value is ever shown.
    #[command(subcommand)]
    Secrets(Secrets),
    /// Settings files that were changed outside.
    #[command(subcommand)]
    Drift(Drift),
    /// Write all settings as text; secrets are references in it.
    Export {
        /// The file to write; standard output without it.
        file: Option<PathBuf>,
    },
    /// Take settings from such a text. What it does not name stays as it is.
    Import {
        /// The file to read; `-` for standard input.
        file: PathBuf,
        #[command(flatten)]
        confirm: Confirm,
    },
    /// What was changed, and taking it back.
    #[command(subcommand)]
    Changes(Changes),
    /// Repair a registry that cannot be opened. Nothing is deleted.
    #[command(subcommand)]
    Registry(Registry),
    /// Check layout, modes, ports, registry, manifests and settings files. Read-only; exits with 1 where something is found.
    Doctor {
        #[command(flatten)]
        window: Window,
    },
}

#[derive(Debug, Group)]
pub struct Setup {
    /// A Prime's name; give it once for each.
    #[arg(long = "agent", value_name = "NAME")]
    pub agents: Vec<String>,
    /// Modules of every Prime, and `smcp` for the shared service.
    #[arg(long, value_delimiter = ',', value_name = "A,B")]
    pub modules: Option<Vec<String>>,
    /// The administrator's name.
    #[arg(long, value_name = "NAME")]
    pub admin_user: Option<String>,
    /// The administrator's e-mail address.
    #[arg(long, value_name = "ADDRESS")]
    pub admin_email: Option<String>,
    /// Read the administrator's password from the first line of standard input.
    #[arg(long)]
    pub admin_password_stdin: bool,
    /// The interpreter that builds the shared environment; without it the first that fits is taken.
    #[arg(long, value_name = "PATH", conflicts_with = "no_venv")]
    pub python: Option<String>,
    /// Do not build the shared environment now.
    #[arg(long)]
    pub no_venv: bool,
    /// Where the Letta server answers.
    #[arg(long, value_name = "URL")]
    pub letta_url: Option<String>,
    /// Take the next free port where the convention's is held, instead of refusing.
    #[arg(long)]
    pub move_ports: bool,
    /// Take over the Sanctum at `--root` without changing anything in it.
    #[arg(long)]
    pub adopt: bool,
    #[command(flatten)]
    pub confirm: Confirm,
}

#[derive(Debug, Subcommand)]
pub enum Tools {
    /// List the cards.
    List {
        /// `global`, `smcp` or `agent:<uid>`; without it, all of them.
        #[arg(long)]
        tab: Option<String>,
        /// Only those that contain this.
        #[arg(long, default_value = "")]
        query: String,
        #[command(flatten)]
        window: Window,
    },
}

#[derive(Debug, Subcommand)]
pub enum Registry {
    /// Copy what can be read into a new file; the damaged one is kept beside it.
    Salvage {
        /// Do it without asking.
        #[arg(long)]
        yes: bool,
    },
    /// List the copies made before upgrades.
    Copies,
    /// Put a copy in its place; what is there now is kept beside it.
    Restore {
        /// One of `registry copies`.
        copy: String,
        /// Do it without asking.
        #[arg(long)]
        yes: bool,
    },
}

#[derive(Debug, Subcommand)]
pub enum Changes {
    /// List them, the latest first.
    List {
        /// Only those whose title or actor contains this.
        #[arg(long, default_value = "")]
        query: String,
        #[command(flatten)]
        window: Window,
    },
    /// One, with its steps.
    Show { id: String },
    /// Take one back.
    Undo {
        /// Which one; the last that can be taken back without it.
        id: Option<String>,
        #[command(flatten)]
        confirm: Confirm,
    },
    /// Bring back what was taken back last.
    Redo {
        #[command(flatten)]
        confirm: Confirm,
    },
}
