//! `modules` and `health`: what can be typed.

use std::path::PathBuf;

use clap::{Args as Group, Subcommand, ValueEnum};

use super::{Confirm, Window};

#[derive(Debug, Subcommand)]
pub enum Modules {
    /// List the instances with how each does. Read-only.
    List {
        /// Only those that run, or that need you.
        #[arg(long, value_enum, default_value_t = Which::All)]
        only: Which,
        /// Only those that contain this.
        #[arg(long, default_value = "")]
        query: String,
        #[command(flatten)]
        window: Window,
    },
    /// One instance: how it is run, how it does, what happened. Read-only.
    Status {
        /// Its address, such as `athena/broca2` or `smcp`.
        instance: String,
    },
    /// Install the code of an instance; what was there goes to the trash.
    Install {
        /// Its address, such as `athena/broca2` or `smcp`.
        instance: String,
        #[command(flatten)]
        source: Source,
        #[command(flatten)]
        confirm: Confirm,
    },
    /// Shared services that can be added, or modules that an agent could be given. Read-only.
    Offered {
        /// For this agent, by its uid.
        #[arg(long)]
        agent: Option<String>,
    },
    /// Add a module to an agent, such as `athena/thalamus`, or a shared service: `letta`, `letta-code` or `router`.
    Add {
        /// `AGENT/MODULE`, or the name of a service.
        name: String,
        #[command(flatten)]
        confirm: Confirm,
    },
    /// Move a module of an agent to the trash and forget its rows; undo brings both back.
    Remove {
        /// Its address, such as `athena/thalamus`.
        instance: String,
        #[command(flatten)]
        confirm: Confirm,
    },
    /// Start instances, in the order in which they need each other.
    Start(Chosen),
    /// Stop instances, in the opposite order.
    Stop(Chosen),
    /// Stop instances and start them with their settings of now.
    Restart(Chosen),
    /// Choose who runs an instance: this app, or the system (launchd, systemd).
    Way {
        /// Its address.
        instance: String,
        #[arg(value_enum)]
        by: By,
        /// The system starts it when you log in.
        #[arg(long)]
        at_login: bool,
        #[command(flatten)]
        confirm: Confirm,
    },
    /// Write the scripts that start and stop an instance by hand, where they are missing or of an earlier version.
    Scripts {
        /// Its address.
        instance: String,
        /// Write over a script of ours that was changed since, too.
        #[arg(long)]
        changed: bool,
        #[command(flatten)]
        confirm: Confirm,
    },
    /// What instances write to their logs, merged by time.
    Logs {
        /// Addresses, such as `athena/broca2`.
        #[arg(required = true)]
        instances: Vec<String>,
        /// Go on with what is written from now on, until it is interrupted.
        #[arg(long, short)]
        follow: bool,
        /// How many of the last lines.
        #[arg(long, short = 'n', default_value_t = 200)]
        lines: usize,
        /// This level and above.
        #[arg(long, value_enum)]
        level: Option<Level>,
        /// Only lines with this text.
        #[arg(long, conflicts_with = "regex")]
        text: Option<String>,
        /// Only lines that fit this regular expression.
        #[arg(long)]
        regex: Option<String>,
    },
    /// Run an instance as long as this command runs: what launchd and systemd start.
    #[command(hide = true)]
    Run {
        /// Its folder.
        #[arg(long)]
        dir: PathBuf,
    },
}

#[derive(Debug, Group)]
pub struct Chosen {
    /// Addresses, such as `athena/broca2` or `smcp`.
    #[arg(required_unless_present_any = ["all", "dir"])]
    pub instances: Vec<String>,
    /// All of them: those that can be started, or those that run.
    #[arg(long, conflicts_with = "instances")]
    pub all: bool,
    /// The one whose folder this is, of the Sanctum that the folder lies in.
    #[arg(long, conflicts_with_all = ["instances", "all"])]
    pub dir: Option<PathBuf>,
}

#[derive(Debug, Group)]
#[group(required = true, multiple = false, id = "from")]
pub struct Source {
    /// Copy this folder.
    #[arg(long, group = "from")]
    pub folder: Option<String>,
    /// Unpack this .zip, .tar, .tar.gz or .tgz.
    #[arg(long, group = "from")]
    pub archive: Option<String>,
    /// Clone this address.
    #[arg(long, group = "from")]
    pub git: Option<String>,
    /// Link to this checkout.
    #[arg(long, group = "from")]
    pub link: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Which {
    All,
    Running,
    NeedsYou,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum By {
    App,
    System,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Level {
    Debug,
    Info,
    Warn,
    Error,
}
