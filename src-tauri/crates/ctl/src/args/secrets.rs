//! Words about secrets. Values come from a terminal or standard input.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Subcommand;

use super::{Confirm, Level};

#[derive(Debug, Subcommand)]
pub enum Secrets {
    /// Store a secret. Its value is asked for at the terminal.
    Set {
        address: String,
        key: String,
        #[arg(long)]
        level: Option<Level>,
        /// Read the value from a line of standard input instead.
        #[arg(long)]
        stdin: bool,
        /// Add a variable that no schema names.
        #[arg(long)]
        new: bool,
        #[command(flatten)]
        confirm: Confirm,
    },
    /// Take a secret out of the store and its reference out of the level.
    Clear {
        address: String,
        key: String,
        /// The level it is taken from; the one that sets it without this.
        #[arg(long)]
        level: Option<Level>,
        #[command(flatten)]
        confirm: Confirm,
    },
    /// Whether secrets are there, and since when. Exits with 1 where one is missing, in plain text or out of reach.
    Status {
        /// Of one address; of everything without it.
        address: Option<String>,
    },
    /// Which instances are handed a secret.
    WhereUsed { address: String, key: String },
    /// Try a key against its service. Exits with 1 where it does not work.
    Test { address: String, key: String },
    /// List secrets that stand in files in plain text. Exits with 1 where there are some.
    Plain,
    /// Move such secrets into the store, in one change.
    Move {
        /// Ids from `secrets plain`.
        #[arg(required_unless_present = "all", conflicts_with = "all")]
        ids: Vec<String>,
        /// All that can be moved.
        #[arg(long)]
        all: bool,
        #[command(flatten)]
        confirm: Confirm,
    },
    /// Start a program with an instance's secrets in its environment, in this program's place.
    Exec {
        /// The instance, such as `athena/broca2`.
        #[arg(long, value_name = "ADDRESS", required_unless_present = "dir", conflicts_with = "dir")]
        instance: Option<String>,
        /// The instance's folder; without `--root` its Sanctum is found above it.
        #[arg(long, value_name = "DIR")]
        dir: Option<PathBuf>,
        /// The program and its arguments, after `--`.
        #[arg(last = true, required = true, value_name = "CMD")]
        command: Vec<OsString>,
    },
}
