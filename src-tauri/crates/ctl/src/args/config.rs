//! Words about settings and their files.

use clap::{Subcommand, ValueEnum};

use super::{Confirm, Window};

/// A level that can be set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Level {
    System,
    Agent,
    Tool,
    Instance,
    User,
}

#[derive(Debug, Subcommand)]
pub enum Config {
    /// Print the value that counts. A secret is `set` or `not set`. Exits with 1 where nothing sets it.
    Get {
        /// `athena/broca2`, `smcp`, `agent:athena`, `tool:broca2`, `system-settings` or `preferences`.
        address: String,
        /// The environment key, or the dotted name.
        key: String,
    },
    /// Set a value.
    Set {
        address: String,
        key: String,
        /// Text as it is; numbers, yes and no, lists and objects as JSON. Lists may also be `a,b`.
        #[arg(required_unless_present = "none", conflicts_with = "none", allow_hyphen_values = true)]
        value: Option<String>,
        /// Where to set it; the instance itself where there is one.
        #[arg(long)]
        level: Option<Level>,
        /// Set it to none, whatever the levels below say.
        #[arg(long)]
        none: bool,
        /// Hand it over in the process environment, where no file can carry it.
        #[arg(long)]
        env: bool,
        /// Add a variable that no schema names.
        #[arg(long)]
        new: bool,
        #[command(flatten)]
        confirm: Confirm,
    },
    /// Let a level say nothing any more, so that the one below counts.
    Unset {
        address: String,
        key: String,
        #[arg(long)]
        level: Option<Level>,
        #[command(flatten)]
        confirm: Confirm,
    },
    /// What every level says, who said it when, and the file and line it was written to.
    Explain { address: String, key: String },
    /// List settings with their values.
    List {
        /// Of one address; of everything without it.
        address: Option<String>,
        /// Only those that some level sets.
        #[arg(long)]
        modified: bool,
        #[command(flatten)]
        window: Window,
    },
    /// Search all settings. `@modified`, `@secret`, `@invalid`, `@needs-restart`, `@drift`, `@agent:…`, `@tool:…`, `@level:…` narrow.
    Search {
        /// Words and filters.
        #[arg(required = true)]
        query: Vec<String>,
        #[command(flatten)]
        window: Window,
    },
    /// Move a value to a level above; the level below says nothing any more.
    Promote {
        address: String,
        key: String,
        #[arg(long)]
        to: Level,
        /// The level that says it now; the one that counts without it.
        #[arg(long)]
        from: Option<Level>,
        #[command(flatten)]
        confirm: Confirm,
    },
    /// What was changed, the latest first.
    History {
        address: Option<String>,
        key: Option<String>,
        /// Only since this instant, such as `2026-11-25T09:00:00Z` or `2026-11-25`.
        #[arg(long)]
        since: Option<String>,
        #[command(flatten)]
        window: Window,
    },
    /// Put one setting back to what its level said before a change.
    Rollback {
        /// Id of the change, from `config history`.
        change: String,
        address: String,
        key: String,
        #[arg(long)]
        level: Option<Level>,
        #[command(flatten)]
        confirm: Confirm,
    },
    /// Put back what a change did to one file.
    RollbackFile {
        change: String,
        /// Relative to the root.
        file: String,
        #[command(flatten)]
        confirm: Confirm,
    },
    /// Move imported values to the homes of their levels.
    Homes {
        #[command(flatten)]
        confirm: Confirm,
    },
}

#[derive(Debug, Subcommand)]
pub enum Drift {
    /// List what differs, key by key. Exits with 1 where something does.
    List,
    /// Settle one file. Without words for a key, the side that changed it alone counts.
    Resolve {
        /// Relative to the root.
        file: String,
        /// `KEY=ours` or `KEY=theirs`.
        choices: Vec<String>,
        /// Put the file back to what the registry says.
        #[arg(long, conflicts_with = "theirs")]
        ours: bool,
        /// Take what the file says.
        #[arg(long)]
        theirs: bool,
        #[command(flatten)]
        confirm: Confirm,
    },
}
