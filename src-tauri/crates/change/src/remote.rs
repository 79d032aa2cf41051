//! Steps outside of the tree: a server that is asked, told, and asked again, like any file is read before and after.
//!
//! Owns the trait a server is reached through, and how its steps are checked, done, found after a crash and taken back. It knows
//! nothing of what the values mean: two that are equal are the same state. What cannot be asked is never guessed.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;

use serde_json::Value;

use crate::journal::Entry;
use crate::{Action, ChangeError, Conflict, Plan};

/// Why a server did not do or tell what it was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteTrouble {
    /// One or two sentences, with what to do.
    pub words: String,
    /// The server certainly saw nothing of it, so nothing can have happened there.
    pub untouched: bool,
}

/// A server outside of the tree. Calls block. Neither `what` nor the values may hold secrets: they enter the journal.
pub trait Remote: Send + Sync {
    /// The state of `what` now, in the form in which steps name their `before` and `after`.
    ///
    /// # Errors
    /// Where it cannot be told.
    fn look(&self, what: &Value) -> Result<Value, RemoteTrouble>;

    /// Makes `after` of `before`. It is looked at right before and right after, so it need not.
    ///
    /// # Errors
    /// Where it did not, or may not have.
    fn act(&self, what: &Value, before: &Value, after: &Value) -> Result<(), RemoteTrouble>;
}

/// The servers an engine knows, by name.
pub(crate) type Remotes = BTreeMap<String, Arc<dyn Remote>>;

/// One remote step taken apart.
struct Parts<'a> {
    remote: &'a str,
    target: &'a str,
    what: &'a Value,
    before: &'a Value,
    after: &'a Value,
}

fn parts(action: &Action) -> Option<Parts<'_>> {
    match action {
        Action::Remote { remote, target, what, before, after } => Some(Parts { remote, target, what, before, after }),
        _ => None,
    }
}

impl Parts<'_> {
    /// Steps about one thing build on each other.
    fn key(&self) -> String {
        format!("{} {}", self.remote, self.what)
    }

    fn trouble(&self, trouble: RemoteTrouble, begun: bool) -> ChangeError {
        let begun = begun && !trouble.untouched;
        ChangeError::RemoteFailed { target: self.target.to_owned(), words: trouble.words, begun }
    }

    fn conflict(&self, what: impl Into<String>) -> Conflict {
        Conflict { target: self.target.to_owned(), what: what.into() }
    }

    fn server<'r>(&self, remotes: &'r Remotes) -> Result<&'r Arc<dyn Remote>, ChangeError> {
        let unknown =
            || RemoteTrouble { words: format!("No server named `{}` is known here.", self.remote), untouched: true };
        remotes.get(self.remote).ok_or_else(|| self.trouble(unknown(), false))
    }

    fn look(&self, remotes: &Remotes) -> Result<Value, ChangeError> {
        self.server(remotes)?.look(self.what).map_err(|trouble| self.trouble(trouble, false))
    }
}

const CHANGED: &str = "was changed there since";

/// The remote steps of `plan` that would not find what they expect by then.
pub(crate) fn mismatches(remotes: &Remotes, plan: &Plan) -> Result<Vec<Conflict>, ChangeError> {
    let (mut left, mut unlike) = (BTreeMap::new(), Vec::new());
    for step in plan.steps.iter().filter_map(|step| parts(&step.action)) {
        let now = match left.get(&step.key()) {
            Some(value) => Value::clone(value),
            None => step.look(remotes)?,
        };
        if now != *step.before {
            unlike.push(step.conflict(CHANGED));
        }
        left.insert(step.key(), step.after.clone());
    }
    Ok(unlike)
}

/// Does a remote step: looks, acts, reads back. Any other action is none of its business.
pub(crate) fn act(remotes: &Remotes, action: &Action) -> Result<(), ChangeError> {
    let Some(step) = parts(action) else { return Ok(()) };
    if step.look(remotes)? != *step.before {
        return Err(ChangeError::Stale { targets: vec![step.conflict("changed while the plan was being applied")] });
    }
    step.server(remotes)?.act(step.what, step.before, step.after).map_err(|trouble| step.trouble(trouble, true))?;
    read_back(remotes, &step, step.after)
}

fn read_back(remotes: &Remotes, step: &Parts<'_>, wanted: &Value) -> Result<(), ChangeError> {
    let found = step
        .server(remotes)?
        .look(step.what)
        .map_err(|t| step.trouble(RemoteTrouble { untouched: false, ..t }, true))?;
    if found == *wanted {
        return Ok(());
    }
    let words = "It was told, and reads back otherwise.".to_owned();
    Err(step.trouble(RemoteTrouble { words, untouched: false }, true))
}

/// Which of the steps (given newest first) were done there, or what stands in the way of taking them back: a state that is
/// neither, or a server that does not tell.
pub(crate) fn judge(remotes: &Remotes, steps: &[&Entry]) -> Result<BTreeSet<usize>, Vec<Conflict>> {
    let (mut by_then, mut done, mut conflicts) = (BTreeMap::new(), BTreeSet::new(), Vec::new());
    for (n, step) in steps.iter().filter_map(|entry| Some((entry.n, parts(&entry.step.action)?))) {
        let now = match by_then.remove(&step.key()) {
            Some(value) => value,
            None => match step.look(remotes) {
                Ok(value) => value,
                Err(error) => {
                    conflicts.push(step.conflict(format!("could not be looked at: {}", words(&error))));
                    continue;
                }
            },
        };
        if now == *step.after {
            done.insert(n);
            by_then.insert(step.key(), step.before.clone());
        } else if now == *step.before {
            by_then.insert(step.key(), now);
        } else {
            conflicts.push(step.conflict(CHANGED));
        }
    }
    if conflicts.is_empty() { Ok(done) } else { Err(conflicts) }
}

/// Takes one step back that was found done. What stands in its way is for the operator, as with [`judge`].
pub(crate) fn take_back(remotes: &Remotes, action: &Action) -> Option<Conflict> {
    let step = parts(action)?;
    let back = || -> Result<(), ChangeError> {
        let found = step.look(remotes)?;
        if found == *step.before {
            return Ok(());
        }
        if found != *step.after {
            return Err(ChangeError::RemoteFailed { target: String::new(), words: CHANGED.to_owned(), begun: false });
        }
        let told = step.server(remotes)?.act(step.what, step.after, step.before);
        told.map_err(|trouble| step.trouble(trouble, true))?;
        read_back(remotes, &step, step.before)
    };
    back().err().map(|error| step.conflict(format!("could not be put back: {}", words(&error))))
}

fn words(error: &ChangeError) -> String {
    match error {
        ChangeError::RemoteFailed { words, .. } => words.trim_end_matches('.').to_owned(),
        other => other.to_string(),
    }
}

/// A value as lines for a person: one per field, texts as they are.
pub(crate) fn lines(value: &Value) -> Option<Vec<u8>> {
    let mut out = String::new();
    let put = |out: &mut String, name: &str, value: &Value| {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let _infallible = match (name.is_empty(), text.contains('\n')) {
            (true, _) => writeln!(out, "{text}"),
            (false, true) => writeln!(out, "{name} =\n{text}"),
            (false, false) => writeln!(out, "{name} = {text}"),
        };
    };
    match value {
        Value::Null => return None,
        Value::Object(fields) => fields.iter().for_each(|(name, value)| put(&mut out, name, value)),
        other => put(&mut out, "", other),
    }
    Some(out.into_bytes())
}
