//! `letta`: what can be typed.

use clap::Subcommand;

use super::Confirm;

#[derive(Debug, Subcommand)]
pub enum Letta {
    /// Ask it now; exits with 1 where it does not answer as it should.
    Test,
    /// The agents of either side, and how they stand to each other; what needs mending first.
    Agents,
    /// The models that can be chosen now.
    Models,
    /// Set its address.
    Address {
        url: String,
        /// Read its password from the first line of standard input; an empty line takes it out.
        #[arg(long)]
        password_stdin: bool,
        #[command(flatten)]
        confirm: Confirm,
    },
}
