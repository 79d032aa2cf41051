//! `sanctumctl`: the same door as the window, from a terminal.
//!
//! Exit codes: 0 done, 1 findings, 2 refused or bad input, 3 broken. With `--json` results are JSON on stdout; errors
//! are `{"error":{"code","message","hint","details"}}` on stderr. Mutating commands take `--plan` or `--yes`; with
//! neither they show the plan and ask on a terminal, and refuse elsewhere.

mod args;
mod confirm;
mod output;
mod run;
mod setup;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let args = match args::Args::try_parse() {
        Ok(args) => args,
        Err(error) => return output::usage(&error),
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("The program could not start its threads: {error}.");
            return ExitCode::from(3);
        }
    };
    let json = args.json;
    match runtime.block_on(run::run(args)) {
        Ok(code) => code,
        Err(error) => output::error(&error, json),
    }
}
