//! `sanctumctl`: the same door as the window, from a terminal.
//!
//! Exit codes: 0 done, 1 findings, 2 refused or bad input, 3 broken. With `--json` results are JSON on stdout; errors
//! are `{"error":{"code","message","hint","details"}}` on stderr. Mutating commands take `--plan` or `--yes`; with
//! neither they show the plan and ask on a terminal, and refuse elsewhere. `secrets exec` ends as the program it becomes,
//! and with 127 where there is no such program.

mod agents;
mod args;
mod ask;
mod broca;
mod changes;
mod chat;
mod config;
mod confirm;
mod console;
mod drift;
mod exchange;
mod exec;
mod explain;
mod fetch;
mod history;
mod letta;
mod logs;
mod look;
mod modules;
mod output;
mod place;
mod plugins;
mod ports;
mod python;
mod registry;
mod run;
mod secrets;
mod setup;
mod tools;
mod value;
mod whereabouts;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    // A keeper is small: it starts neither the runtime nor anything else of this program.
    if std::env::args_os().nth(1).is_some_and(|word| word == sanctum_api::keep::WORD) {
        return sanctum_api::keep::main(std::env::args_os().skip(1));
    }
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
