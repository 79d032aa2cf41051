//! `plugins`: what can be typed.

use std::path::PathBuf;

use clap::{Args as Group, Subcommand};

use super::modules::Source;
use super::{Confirm, Window};

#[derive(Debug, Subcommand)]
pub enum Plugins {
    /// List the plugins of all tools. Read-only.
    List {
        /// Words, and filters such as `@tool:smcp @error @disabled`.
        #[arg(default_value = "")]
        query: String,
        /// Those that could be installed, by the index of this Sanctum and the one that is set in its system settings.
        #[arg(long)]
        available: bool,
        #[command(flatten)]
        window: Window,
    },
    /// One plugin: what it is, reaches for, needs and adds. Read-only.
    Show {
        /// Its id, such as `smcp:gmail`.
        id: String,
    },
    /// Read a source without running anything of it.
    Inspect {
        #[command(flatten)]
        source: Source,
        /// Run its `--describe` too, in a scratch folder and without secrets.
        #[arg(long)]
        trust: bool,
    },
    /// Install a plugin.
    Install(Install),
    /// Update a plugin that is there: to what the index offers, or to what a source holds. On or off it stays as it is.
    Update(Update),
    /// Remove a plugin with all its versions. Its settings stay for when it comes back.
    Remove {
        id: String,
        /// Clear what only it reads at every level, its secrets, and its data folder, too.
        #[arg(long)]
        delete_settings: bool,
        #[command(flatten)]
        confirm: Confirm,
    },
    /// What differs, line by line: of a plugin since it was installed, to an earlier version, or to a source that is not installed.
    /// Read-only.
    Diff {
        /// Its id, such as `smcp:gmail`.
        id: String,
        /// Only this file.
        #[arg(long)]
        file: Option<String>,
        /// An earlier version, as `plugins show` lists it: what putting it back would change.
        #[arg(long, value_name = "HASH", conflicts_with = "other")]
        to: Option<String>,
        #[command(flatten)]
        other: Other,
        /// Its place in a source with several.
        #[arg(long)]
        dir: Option<String>,
    },
    /// Put an earlier version back.
    Rollback {
        id: String,
        /// The content, as `plugins show` lists it.
        hash: String,
        #[command(flatten)]
        confirm: Confirm,
    },
    /// Switch a plugin on, with what it needs.
    Enable {
        id: String,
        #[command(flatten)]
        confirm: Confirm,
    },
    /// Switch a plugin off.
    Disable {
        id: String,
        #[command(flatten)]
        confirm: Confirm,
    },
    /// Switch one tool of a plugin on or off, for everybody who uses its tool server.
    Tool {
        /// The plugin's id, such as `smcp:gmail`.
        id: String,
        /// The tool's name, such as `gmail__send`.
        tool: String,
        /// Offer it from the tool server's next start.
        #[arg(long, required_unless_present = "off", conflicts_with = "off")]
        on: bool,
        /// Do not offer it from the tool server's next start.
        #[arg(long)]
        off: bool,
        #[command(flatten)]
        confirm: Confirm,
    },
    /// What needs what. Read-only.
    Graph {
        /// Only of this tool.
        #[arg(long)]
        tool: Option<String>,
    },
    /// Find the plugin that breaks its tool, by halves.
    Bisect {
        /// Address of the tool, such as `smcp`.
        tool: String,
        /// Do it: plugins are switched on and off and the tool is started again, several times.
        #[arg(long)]
        yes: bool,
    },
    /// The tools of the running tool server. Read-only.
    Tools,
    /// Call one of them.
    Call {
        /// Its name, such as `demo_math__calculate`.
        name: String,
        /// Its arguments as JSON.
        #[arg(default_value = "{}")]
        input: String,
    },
    /// Have Letta read the tools of the running tool server anew. It keeps those it read last until it is told to.
    Refresh {
        /// Only say whether Letta has them; ends with 1 where it has not. Read-only.
        #[arg(long)]
        check: bool,
    },
    /// Make the folder of a new SMCP plugin.
    New {
        /// Where; its last part is the plugin's name.
        path: PathBuf,
    },
    /// Say what is wrong with a plugin's folder.
    Check {
        path: PathBuf,
        /// Run its `--describe` too.
        #[arg(long)]
        trust: bool,
    },
}

/// A source that need not be named.
#[derive(Debug, Group)]
#[group(multiple = false, id = "other")]
pub struct Other {
    /// Compare with this folder.
    #[arg(long, group = "other")]
    folder: Option<String>,
    /// Compare with this .zip, .tar, .tar.gz, .tgz or .mcpb.
    #[arg(long, group = "other")]
    archive: Option<String>,
    /// Compare with what this address holds.
    #[arg(long, group = "other")]
    git: Option<String>,
}

impl Other {
    pub fn source(self) -> Option<Source> {
        let Self { folder, archive, git } = self;
        let named = folder.is_some() || archive.is_some() || git.is_some();
        named.then_some(Source { folder, archive, git, link: None })
    }
}

#[derive(Debug, Group)]
pub struct Install {
    #[command(flatten)]
    pub source: Source,
    /// Address of the tool it is for; without it the only one that fits.
    #[arg(long)]
    pub tool: Option<String>,
    /// Its folder's name; what it is called in the source without it.
    #[arg(long)]
    pub name: Option<String>,
    /// Its place in a source with several.
    #[arg(long)]
    pub dir: Option<String>,
    /// Install it switched off.
    #[arg(long)]
    pub off: bool,
    #[command(flatten)]
    pub confirm: Confirm,
}

#[derive(Debug, Group)]
pub struct Update {
    /// Its id, such as `smcp:gmail`.
    #[arg(required_unless_present = "name")]
    pub id: Option<String>,
    #[command(flatten)]
    pub source: Newer,
    /// Address of its tool, where it is named by `--name`.
    #[arg(long, requires = "name", conflicts_with = "id")]
    pub tool: Option<String>,
    /// Its folder's name.
    #[arg(long, requires = "tool", conflicts_with = "id")]
    pub name: Option<String>,
    /// Its place in a source with several; the one of its name without it.
    #[arg(long)]
    pub dir: Option<String>,
    /// Switch it on with it.
    #[arg(long)]
    pub on: bool,
    /// Switch it off with it.
    #[arg(long, conflicts_with = "on")]
    pub off: bool,
    #[command(flatten)]
    pub confirm: Confirm,
}

/// Where a newer version lies; without it what the index offers is taken.
#[derive(Debug, Group)]
#[group(multiple = false, id = "newer")]
pub struct Newer {
    /// Take it from this folder.
    #[arg(long, group = "newer")]
    folder: Option<String>,
    /// Take it from this .zip, .tar, .tar.gz, .tgz or .mcpb.
    #[arg(long, group = "newer")]
    archive: Option<String>,
    /// Take it from this address.
    #[arg(long, group = "newer")]
    git: Option<String>,
}

impl Newer {
    pub fn source(self) -> Option<Source> {
        let Self { folder, archive, git } = self;
        Other { folder, archive, git }.source()
    }
}
