//! `chat`: what can be typed.

use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};

/// How a conversation is written to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Form {
    Markdown,
    Json,
}

#[derive(Debug, Subcommand)]
pub enum Chat {
    /// List the Primes that can be talked to, the one with news first.
    List,
    /// Say something and wait for the answer.
    Send {
        agent: String,
        /// What to say; `-` reads it from standard input.
        text: String,
        /// Show the answer while it is written.
        #[arg(long)]
        stream: bool,
        /// Seconds to wait for the answer. What was said stays, and is answered later.
        #[arg(long, default_value_t = 300, value_parser = clap::value_parser!(u64).range(1..=86_400))]
        timeout: u64,
    },
    /// What was said last.
    History {
        agent: String,
        /// Entries at most.
        #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=200))]
        limit: u32,
        /// Only what was said before this place (`seq` in `--json`).
        #[arg(long, value_name = "PLACE")]
        before: Option<u32>,
    },
    /// Find words in one conversation, or in all.
    Search {
        words: String,
        #[arg(long, value_name = "AGENT")]
        agent: Option<String>,
        #[command(flatten)]
        window: super::Window,
    },
    /// Write a conversation as text.
    Export {
        agent: String,
        /// The file to write; standard output without it.
        file: Option<PathBuf>,
        #[arg(long, value_enum, default_value_t = Form::Markdown)]
        form: Form,
    },
}
