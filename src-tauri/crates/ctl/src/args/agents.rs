//! `agents`: what can be typed.

use std::path::PathBuf;

use clap::{Args as Group, Subcommand, ValueEnum};

use super::{Confirm, Window};

/// How an agent is talked to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Way {
    Letta,
    Broca,
    Echo,
}

#[derive(Debug, Subcommand)]
pub enum Agents {
    /// List them.
    List {
        /// Only those that contain this.
        #[arg(long, default_value = "")]
        query: String,
        #[command(flatten)]
        window: Window,
    },
    /// One, with its facts.
    Show { uid: String },
    /// Add one.
    Add {
        name: String,
        /// Its folder's identifier; made from the name otherwise.
        #[arg(long)]
        uid: Option<String>,
        /// What it is for.
        #[arg(long, default_value = "")]
        description: String,
        #[arg(long, value_delimiter = ',', default_value = "broca2", value_name = "A,B")]
        modules: Vec<String>,
        /// Take the next free port where the convention's is held, instead of refusing.
        #[arg(long)]
        move_ports: bool,
        #[command(flatten)]
        confirm: Confirm,
    },
    /// Add one together with its side in Letta.
    Create(New),
    /// Make the missing side in Letta of one that is here.
    Make(Make),
    /// Link one to an agent that Letta has; without an identifier, forget the link.
    Link {
        uid: String,
        /// The identifier in Letta; `letta agents` lists them.
        letta_id: Option<String>,
        #[command(flatten)]
        confirm: Confirm,
    },
    /// Change one, on both sides where it is linked.
    Edit(Edit),
    /// Copy one under another name, with its modules and its side in Letta.
    Clone {
        uid: String,
        name: String,
        #[command(flatten)]
        confirm: Confirm,
    },
    /// Put one aside.
    Archive {
        uid: String,
        /// Bring it back.
        #[arg(long)]
        back: bool,
        #[command(flatten)]
        confirm: Confirm,
    },
    /// Write one's `.af` file. It may hold whatever the agent was told.
    Export { uid: String, file: PathBuf },
    /// Make one of an `.af` file, here and in Letta.
    Import {
        file: PathBuf,
        name: String,
        #[command(flatten)]
        confirm: Confirm,
    },
    /// Read one's memory, or change a block of it.
    Memory(Memory),
    /// Move one's folder to the trash and forget its rows; undo brings both back.
    Remove {
        uid: String,
        #[command(flatten)]
        confirm: Confirm,
    },
}

#[derive(Debug, Group)]
pub struct New {
    pub name: String,
    /// Its folder's identifier; made from the name otherwise.
    #[arg(long)]
    pub uid: Option<String>,
    /// What it is for.
    #[arg(long, default_value = "")]
    pub description: String,
    #[arg(long, value_delimiter = ',', default_value = "broca2", value_name = "A,B")]
    pub modules: Vec<String>,
    /// 1 to 4.
    #[arg(long)]
    pub color: Option<u32>,
    /// An emoji or a few letters.
    #[arg(long)]
    pub avatar: Option<String>,
    /// Make its side in Letta with this model; `letta models` lists them.
    #[arg(long, conflicts_with = "letta_id")]
    pub model: Option<String>,
    /// Its embedding; the server's own otherwise.
    #[arg(long, requires = "model")]
    pub embedding: Option<String>,
    /// Text of its memory `persona`.
    #[arg(long, requires = "model", default_value = "")]
    pub persona: String,
    /// Text of a memory `human`; never where Broca drives it.
    #[arg(long, requires = "model")]
    pub human: Option<String>,
    /// Link it to this agent in Letta instead.
    #[arg(long, value_name = "ID")]
    pub letta_id: Option<String>,
    #[command(flatten)]
    pub confirm: Confirm,
}

#[derive(Debug, Group)]
pub struct Make {
    pub uid: String,
    /// Its model; `letta models` lists them.
    #[arg(long)]
    pub model: String,
    /// Its embedding; the server's own otherwise.
    #[arg(long)]
    pub embedding: Option<String>,
    /// Text of its memory `persona`.
    #[arg(long, default_value = "")]
    pub persona: String,
    /// Text of a memory `human`; never where Broca drives it.
    #[arg(long)]
    pub human: Option<String>,
    #[command(flatten)]
    pub confirm: Confirm,
}

#[derive(Debug, Group)]
pub struct Edit {
    pub uid: String,
    #[arg(long)]
    pub name: Option<String>,
    #[arg(long)]
    pub description: Option<String>,
    /// 1 to 4.
    #[arg(long)]
    pub color: Option<u32>,
    /// An emoji or a few letters; an empty one takes it away.
    #[arg(long)]
    pub avatar: Option<String>,
    /// Handle of its model in Letta.
    #[arg(long)]
    pub model: Option<String>,
    /// Its system prompt in Letta.
    #[arg(long)]
    pub system: Option<String>,
    /// Its labels in Letta, all of them.
    #[arg(long, value_delimiter = ',', value_name = "A,B")]
    pub tags: Option<Vec<String>>,
    /// How it is talked to.
    #[arg(long)]
    pub way: Option<Way>,
    /// Roles that see it: `admin`, `user`, `viewer`; `all` for everybody.
    #[arg(long, value_delimiter = ',', value_name = "A,B")]
    pub roles: Option<Vec<String>>,
    #[command(flatten)]
    pub confirm: Confirm,
}

#[derive(Debug, Group)]
pub struct Memory {
    pub uid: String,
    /// The block to change, or to add; without it all are shown.
    pub label: Option<String>,
    /// Its text; `-` reads it from standard input.
    #[arg(long, requires = "label")]
    pub value: Option<String>,
    /// Characters at most.
    #[arg(long, requires = "label")]
    pub limit: Option<u32>,
    #[arg(long, requires = "label")]
    pub description: Option<String>,
    /// Whether the agent itself may not change it.
    #[arg(long, requires = "label")]
    pub read_only: Option<bool>,
    /// Detach it. It stays in Letta.
    #[arg(long, requires = "label", conflicts_with_all = ["value", "limit", "description", "read_only"])]
    pub detach: bool,
    #[command(flatten)]
    pub confirm: Confirm,
}
