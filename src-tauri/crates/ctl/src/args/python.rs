//! `python`: what can be typed.

use std::path::PathBuf;

use clap::{Args as Group, Subcommand};

use super::Confirm;

#[derive(Debug, Subcommand)]
pub enum Python {
    /// Environments and interpreters, with what was kept. Read-only; nothing of them is run but the interpreters.
    List {
        /// `agents`, `smcp`, `letta`, `letta-code` or `router`: that one with its packages.
        env: Option<String>,
    },
    /// Check one: its packages against each other, the pins, the imports. Exits with 1 where something is found.
    Check { env: String },
    /// Make an environment, or change what it holds: a new one is built beside and swapped when it is whole.
    Install(Install),
    /// What putting a kept environment back would change. Read-only.
    Diff {
        env: String,
        /// Which one; the last that was kept without it.
        #[arg(long, value_name = "ID")]
        to: Option<String>,
    },
    /// Put a kept environment back.
    Rollback {
        env: String,
        /// Which one; the last that was kept without it.
        #[arg(long, value_name = "ID")]
        to: Option<String>,
        #[command(flatten)]
        confirm: Confirm,
    },
}

#[derive(Debug, Group)]
pub struct Install {
    /// `agents`, `smcp`, `letta`, `letta-code` or `router`.
    pub env: String,
    /// What to add, as pip writes it: `aiogram==3.21.0`, `httpx`.
    #[arg(value_name = "PACKAGE", group = "what")]
    pub packages: Vec<String>,
    /// A package to take out; give it once for each.
    #[arg(long, value_name = "NAME", group = "what")]
    pub remove: Vec<String>,
    /// The interpreter: of a new environment, or another one than it has.
    #[arg(long, value_name = "PATH", group = "what")]
    pub python: Option<String>,
    /// Take the pins from this file; `-` for standard input.
    #[arg(long, value_name = "FILE", group = "what")]
    pub pins: Option<PathBuf>,
    /// Build it anew from its pins.
    #[arg(long, group = "what")]
    pub repair: bool,
    /// Only look up what would be installed, and say why it cannot be.
    #[arg(long)]
    pub dry_run: bool,
    #[command(flatten)]
    pub confirm: Confirm,
}
