//! `broca`: what can be typed.

use clap::Subcommand;

use super::{Confirm, Window};

#[derive(Debug, Subcommand)]
pub enum Broca {
    /// How much there is in a Prime's Broca. Read-only.
    Status { agent: String },
    /// What its queue holds, the latest first. Read-only.
    Queue {
        agent: String,
        /// Only what is so: pending, processing, completed, failed or flushed.
        #[arg(long, value_name = "WORD", default_value = "all")]
        status: String,
        #[command(flatten)]
        window: Window,
    },
    /// Let failed messages wait again: all, or those named.
    Requeue {
        agent: String,
        /// The number of a message in the queue; give it once for each.
        #[arg(long = "id", value_name = "NUMBER")]
        ids: Vec<u32>,
        #[command(flatten)]
        confirm: Confirm,
    },
    /// Set waiting messages aside: all, or those named.
    Flush {
        agent: String,
        /// The number of a message in the queue; give it once for each.
        #[arg(long = "id", value_name = "NUMBER")]
        ids: Vec<u32>,
        #[command(flatten)]
        confirm: Confirm,
    },
}
