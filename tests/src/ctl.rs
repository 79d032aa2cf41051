//! `sanctumctl` as a script runs it.

use std::io::Write;
use std::process::{Command, Stdio};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::place::{Place, program};

/// What a run gave back.
#[derive(Debug)]
pub struct Run {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Run {
    /// Standard output as JSON.
    ///
    /// # Errors
    /// When it is none; the message holds both outputs.
    pub fn json(&self) -> Result<Value> {
        serde_json::from_str(&self.out).with_context(|| format!("stdout is no JSON: {self:?}"))
    }

    /// `error.code` of standard error, empty where there is none.
    #[must_use]
    pub fn error_code(&self) -> String {
        let error: Option<Value> = self.err.lines().rev().find_map(|line| serde_json::from_str(line).ok());
        error.and_then(|e| e.pointer("/error/code").and_then(Value::as_str).map(str::to_owned)).unwrap_or_default()
    }
}

/// The program in a test's place.
pub struct Ctl<'a> {
    place: &'a Place,
    vars: Vec<(String, String)>,
}

impl<'a> Ctl<'a> {
    #[must_use]
    pub fn new(place: &'a Place) -> Self {
        Self { place, vars: Vec::new() }
    }

    /// The same with another value of a variable.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.vars.push((name.to_owned(), value.to_owned()));
        self
    }

    /// A command with the place's environment and nothing else.
    ///
    /// # Errors
    /// When the program was not built.
    pub fn command(&self, args: &[&str]) -> Result<Command> {
        let mut command = Command::new(program("sanctumctl")?);
        command.env_clear().envs(self.place.env()).envs(self.vars.clone()).args(args).current_dir(self.place.path());
        Ok(command)
    }

    /// Runs it with `input` on standard input.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn run_with(&self, args: &[&str], input: &str) -> Result<Run> {
        let mut child = self
            .command(args)?
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .context("starting sanctumctl")?;
        if let Some(mut stdin) = child.stdin.take() {
            // It may refuse before it reads.
            let _closed = stdin.write_all(input.as_bytes());
        }
        let output = child.wait_with_output().context("waiting for sanctumctl")?;
        Ok(Run {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        })
    }

    /// # Errors
    /// As [`Ctl::run_with`].
    pub fn run(&self, args: &[&str]) -> Result<Run> {
        self.run_with(args, "")
    }

    /// A Sanctum at the place's root with these Primes, without a Python environment.
    ///
    /// # Errors
    /// When setup does not end with 0.
    pub fn setup(&self, agents: &[&str], modules: &str) -> Result<Run> {
        let root = self.place.root().display().to_string();
        let mut args = vec![
            "setup",
            "--root",
            &root,
            "--modules",
            modules,
            "--admin-user",
            "mara",
            "--admin-password-stdin",
            "--no-venv",
            // Whoever runs the tests may have a Sanctum that runs.
            "--move-ports",
            "--yes",
            "--json",
        ];
        for agent in agents {
            args.extend(["--agent", agent]);
        }
        let run = self.run_with(&args, "correct horse battery\n")?;
        anyhow::ensure!(run.code == 0, "setup ends with 0: {run:?}");
        Ok(run)
    }
}
