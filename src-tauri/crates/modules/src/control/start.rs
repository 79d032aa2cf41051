//! Starts a keeper, hands it the recipe through a pipe, and hears its answer.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use crate::found::Who;
use crate::keep::{HEARD, Order, Shake, WORD};
use crate::process::Identity;
use crate::recipe::Recipe;
use crate::record::{Record, State};

/// A keeper answers in a few hundredths of a second; on a machine that is busy it may take longer.
const ANSWER: Duration = Duration::from_secs(30);

/// More than any answer has.
const MOST_BYTES: u64 = 64 * 1024;

/// What was started, and what came of it within the time that was waited.
#[derive(Debug, Clone, PartialEq)]
pub struct Started {
    pub keeper: Identity,
    pub module: Identity,
    pub outcome: Outcome,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It said that it is ready, or has lasted a moment where it says nothing.
    Running,
    /// It runs and has not said that it is ready.
    Starting,
    /// It ended again; how, and what comes next.
    Ended { words: String, state: State },
}

/// Why nothing was started.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// It runs already, and a second copy is never started.
    #[error("{}", .0.words)]
    Runs(Who),
    /// The module's program could not be started.
    #[error("{reason}")]
    NotRun { reason: String },
    /// The process that was to be taken over is not this module, or is gone.
    #[error("{reason}")]
    NotAdopted { reason: String },
    /// The keeper could not do its work: folder, log, record.
    #[error("{reason}")]
    Keeper { reason: String },
    /// The program that keeps modules could not be started, or gave no answer.
    #[error("`{}`, which keeps modules, {what}. Install the app again.", path.display())]
    Launcher { path: PathBuf, what: String },
    /// It takes too long. Where it comes to it later, it starts nothing any more.
    #[error("`{}`, which keeps modules, did not answer within {seconds} s, and starts nothing any more. Try again when this machine has less to do.", path.display())]
    Late { path: PathBuf, seconds: u64 },
}

/// Starts an instance and waits until it is ready, has ended, or `wait` is over.
///
/// `launcher` is the `sanctumctl` of this app, `state_dir` where the keeper's record lies.
///
/// # Errors
/// [`StartError`]; then nothing of it runs because of this call.
pub fn start(launcher: &Path, recipe: &Recipe, state_dir: &Path, wait: Duration) -> Result<Started, StartError> {
    let (keeper, module) = order(launcher, recipe, state_dir, None)?;
    let until = Instant::now() + wait;
    let mut outcome = Outcome::Starting;
    loop {
        let alive = keeper.alive();
        // The keeper has written one before it answered. A moment's trouble with reading it is no news of the module.
        if let Ok(Some(record)) = Record::read(state_dir) {
            outcome = judge(&record, &keeper, &module);
            if outcome == Outcome::Starting && !alive {
                let words = "Its keeper was ended before the module was ready.".to_owned();
                outcome = Outcome::Ended { words, state: record.state };
            }
        }
        if outcome != Outcome::Starting || Instant::now() >= until {
            return Ok(Started { keeper, module, outcome });
        }
        std::thread::sleep(Duration::from_millis(30));
    }
}

fn judge(record: &Record, keeper: &Identity, module: &Identity) -> Outcome {
    if record.keeper != *keeper {
        let words = "It was stopped meanwhile, and somebody started it again.".to_owned();
        return Outcome::Ended { words, state: record.state.clone() };
    }
    let ended = || Outcome::Ended {
        words: record.last_exit.as_ref().map(|exit| exit.words.clone()).unwrap_or_default(),
        state: record.state.clone(),
    };
    match &record.state {
        // It ended so quickly that the next run has begun.
        _ if record.child.as_ref().is_some_and(|child| child != module) => ended(),
        State::Starting => Outcome::Starting,
        State::Running => Outcome::Running,
        State::Stopping | State::Waiting { .. } | State::GaveUp { .. } | State::Stopped => ended(),
    }
}

/// Puts a keeper over a process that runs already: ours whose keeper is gone, or one that was started by hand. It is stopped
/// and started again like any other; its exit code stays unknown.
///
/// # Errors
/// [`StartError::NotAdopted`] where the process is gone or is not this module, and the others of [`start`].
pub fn adopt(launcher: &Path, recipe: &Recipe, state_dir: &Path, identity: &Identity) -> Result<Started, StartError> {
    let (keeper, module) = order(launcher, recipe, state_dir, Some(identity))?;
    Ok(Started { keeper, module, outcome: Outcome::Running })
}

fn order(
    launcher: &Path,
    recipe: &Recipe,
    state_dir: &Path,
    adopt: Option<&Identity>,
) -> Result<(Identity, Identity), StartError> {
    let keeper = |reason: String| StartError::Keeper { reason };
    if let Some(reason) = recipe.fault() {
        return Err(keeper(reason));
    }
    if !state_dir.is_absolute() {
        return Err(keeper(format!("The path of the keeper's folder is not absolute: `{}`.", state_dir.display())));
    }
    let order = Order { recipe: recipe.clone(), adopt: adopt.cloned() };
    // Its own words could repeat a part of the recipe.
    let order = serde_json::to_vec(&order)
        .map_err(|_| keeper("A path of the recipe is not text (UTF-8), and could not be handed over.".to_owned()))?;
    match ask(launcher, state_dir, order)? {
        Shake::Kept { keeper, module } => Ok((keeper, module)),
        Shake::Refused { who } => Err(StartError::Runs(who)),
        Shake::NotRun { reason } => Err(StartError::NotRun { reason }),
        Shake::NotAdopted { reason } => Err(StartError::NotAdopted { reason }),
        Shake::Failed { reason } => Err(keeper(reason)),
    }
}

fn ask(launcher: &Path, state_dir: &Path, order: Vec<u8>) -> Result<Shake, StartError> {
    let bad = |what: String| StartError::Launcher { path: launcher.to_owned(), what };
    let late = || StartError::Late { path: launcher.to_owned(), seconds: ANSWER.as_secs() };
    // Nothing of our environment: a keeper needs none, and what is not there cannot be inherited.
    let mut child = Command::new(launcher)
        .arg(WORD)
        .arg("--state")
        .arg(state_dir)
        .env_clear()
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| bad(format!("could not be started: {error}")))?;
    let line = hear(&mut child, order, ANSWER);
    // The one that stays is not our child; this one has already ended, or is not a keeper at all.
    if !matches!(line, Heard::Line(_)) {
        let _ = child.kill();
    }
    let _ = child.wait();
    match line {
        Heard::Line(line) => {
            serde_json::from_str(&line).map_err(|_| bad("gave no answer that this app understands".to_owned()))
        }
        Heard::Nothing(what) => Err(bad(what)),
        Heard::Late => Err(late()),
    }
}

enum Heard {
    Line(String),
    Nothing(String),
    Late,
}

/// Hands over the order, reads one line, and says that it was heard. In threads: who is not a keeper may never read nor answer. The
/// pipe stays open for as long as somebody waits here: a keeper that finds it closed starts nothing, or stops what it started.
fn hear(child: &mut Child, order: Vec<u8>, wait: Duration) -> Heard {
    let (Some(mut to), Some(from)) = (child.stdin.take(), child.stdout.take()) else {
        return Heard::Nothing("could not be spoken to".to_owned());
    };
    let (know, known) = channel::<()>();
    let (say, said) = channel();
    std::thread::spawn(move || {
        // A keeper that ends before it has read everything still says why.
        let _ = to.write_all(&order).and_then(|()| to.write_all(b"\n")).and_then(|()| to.flush());
        drop(order);
        if known.recv().is_ok() {
            let _ = to.write_all(HEARD).and_then(|()| to.flush());
        }
        let _ = say.send(());
    });
    let (tell, told) = channel();
    std::thread::spawn(move || {
        let mut line = String::new();
        let read = BufReader::new(from).take(MOST_BYTES).read_line(&mut line);
        let _ = tell.send(read.map(|_| line));
    });
    match told.recv_timeout(wait) {
        Ok(Ok(line)) if line.is_empty() => Heard::Nothing("ended without an answer".to_owned()),
        Ok(Ok(line)) => {
            let _ = know.send(());
            // Until it is said, the end of this program would look like nobody's having heard it.
            let _ = said.recv_timeout(wait);
            Heard::Line(line)
        }
        Ok(Err(error)) => Heard::Nothing(format!("could not be heard: {error}")),
        Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => Heard::Late,
    }
}
