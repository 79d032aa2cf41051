//! `ports`: what can be typed.

use clap::Subcommand;

use super::Confirm;

#[derive(Debug, Subcommand)]
pub enum Ports {
    /// Which port is whose, and who listens there.
    List,
    /// Give an instance another port, and change every setting that leads to the old one.
    Move {
        /// Its address, such as `athena/thalamus` or `smcp`; `bridge` is the chat bridge of the app.
        instance: String,
        /// The port; without it the next that is free.
        #[arg(long, value_name = "PORT")]
        to: Option<u32>,
        #[command(flatten)]
        confirm: Confirm,
    },
}
