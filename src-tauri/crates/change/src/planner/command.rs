//! Planning what is done outside of the tree or by somebody else: a command that creates something, a step at a server.

use std::time::Duration;

use serde_json::Value;

use super::Planner;
use super::look::wrong_kind;
use crate::disk::Spot;
use crate::{Action, ChangeError};

/// A command for [`Planner::run`].
#[derive(Debug, Clone, PartialEq)]
pub struct RunSpec {
    /// Program and arguments; no shell.
    pub argv: Vec<String>,
    /// Working folder beneath the root; empty for the root.
    pub cwd: String,
    /// The whole environment of the command.
    pub env: Vec<(String, String)>,
    /// What it must create; absent before.
    pub creates: String,
    /// What that is renamed to; the same path where it cannot be renamed (a Python environment holds its own path).
    pub final_path: String,
    pub timeout: Duration,
}

impl Planner<'_> {
    /// Changes `what` at the server `remote` from `before` to `after`; `target` is what the operator reads. No step where the two
    /// are the same. Nobody is asked here: `before` is what the caller saw.
    ///
    /// # Errors
    /// None of its own.
    pub fn remote(
        &mut self,
        (remote, target): (&str, &str),
        what: Value,
        (before, after): (Value, Value),
        title: &str,
    ) -> Result<(), ChangeError> {
        if before == after {
            return Ok(());
        }
        let (remote, target) = (remote.to_owned(), target.to_owned());
        self.push(title, "", Action::Remote { remote, target, what, before, after })
    }

    /// Runs a command that creates something. Missing folders above it are made, mode 0700.
    ///
    /// # Errors
    /// [`ChangeError::WrongKind`] where something stands at `creates` or `final_path`; [`ChangeError::BadPath`] without a program.
    pub fn run(&mut self, spec: RunSpec, title: &str) -> Result<(), ChangeError> {
        let (cwd, creates, final_path) =
            (self.real(&spec.cwd)?, self.real(&spec.creates)?, self.real(&spec.final_path)?);
        if spec.argv.first().is_none_or(String::is_empty) || creates.is_root() || final_path.is_root() {
            return Err(ChangeError::BadPath {
                path: final_path.to_string(),
                reason: "a command and what it creates must be named".to_owned(),
            });
        }
        // A half-made `creates` of an earlier crash is the engine's to judge; it knows the journal.
        match self.look(&final_path)? {
            Spot::Absent => {}
            other if final_path != creates => {
                return Err(wrong_kind(&final_path, &other, "nothing"));
            }
            _ => {}
        }
        for path in [&creates, &final_path] {
            if let Some(parent) = path.parent() {
                self.create_dir(parent.as_str(), 0o700)?;
            }
        }
        let detail = spec.argv.join(" ");
        self.push(
            title,
            &detail,
            Action::Run { argv: spec.argv, cwd, env: spec.env, creates, final_path, timeout: spec.timeout },
        )
    }
}
