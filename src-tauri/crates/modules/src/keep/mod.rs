//! The keeper: a tiny process for one instance, so that the module outlives the window, its exit code is always known, it is
//! started again without the window, and Letta Code, which ends when its parent does (`facts/modules.md` section 3.5),
//! keeps its parent.
//!
//! `keep --state <dir>` reads an [`Order`], one line of JSON, from its standard input, starts itself once more away from whoever
//! called it, takes the instance's lock, starts the module, answers with one line of JSON (a [`Shake`]) and stays. SIGTERM and SIGINT
//! stop the module and then the keeper; SIGHUP is left alone. It wakes about once a second to look at the log, and otherwise waits.
//!
//! Nothing comes up behind the back of somebody who gave up waiting: who called keeps its end of the pipe open until it heard the
//! answer, and says so with [`HEARD`]. Where it went before, nothing is started; where it went without that line, what was started is
//! stopped again.
//!
//! Refuses: knowing what an install is. Everything comes with the order.

mod exit;
mod lock;
mod log;
mod pause;
mod run;
mod signals;
mod subject;

use std::ffi::OsString;
use std::io::{BufRead, IsTerminal, Read, Write};
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec};
use serde::{Deserialize, Serialize};

use crate::found::{Who, WhoKind};
use crate::process::Identity;
use crate::recipe::Recipe;
use crate::record::{Record, RecordError};

pub(crate) use lock::Lock;
pub use log::keep_within;
pub(crate) use log::make_folder;

/// The first word on the command line.
pub const WORD: &str = "keep";

const INNER: &str = "--inner";

/// What the caller says once it knows the answer.
pub(crate) const HEARD: &[u8] = b"heard\n";

/// More than any recipe has: the system itself allows a program about two megabytes.
const MOST_BYTES: u64 = 8 * 1024 * 1024;

/// How long a keeper that is just ending may hold the lock.
const LOCK_PATIENCE: Duration = Duration::from_secs(1);

/// What a keeper is told to do.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Order {
    pub recipe: Recipe,
    /// Watch this process, which runs already, instead of starting one.
    pub adopt: Option<Identity>,
}

/// What a keeper answers, once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub(crate) enum Shake {
    Kept {
        keeper: Identity,
        module: Identity,
    },
    Refused {
        who: Who,
    },
    /// The program could not be started.
    NotRun {
        reason: String,
    },
    /// The process that was to be adopted is not this module, or is gone.
    NotAdopted {
        reason: String,
    },
    /// The keeper itself could not do its work.
    Failed {
        reason: String,
    },
}

/// `keep --state <dir>`: the whole life of a keeper. Call it first thing, before anything else of a program is loaded.
pub fn main(args: impl Iterator<Item = OsString>) -> ExitCode {
    let args: Vec<OsString> = args.collect();
    let Some((state_dir, inner)) = parse(&args) else {
        eprintln!(
            "The app starts keepers itself: `{WORD} --state <absolute folder>`, with the recipe on standard input."
        );
        return ExitCode::from(2);
    };
    if inner {
        return stay(&state_dir);
    }
    if std::io::stdin().is_terminal() {
        eprintln!("A keeper reads its recipe from standard input. The app starts keepers itself.");
        return ExitCode::from(2);
    }
    // The one that called is the parent of this process only, so the keeper that stays is nobody's to collect.
    let again = std::env::current_exe()
        .and_then(|program| Command::new(program).args(&args).arg(INNER).stderr(Stdio::null()).spawn());
    match again {
        Ok(_) => ExitCode::SUCCESS,
        Err(error) => {
            shake(&Shake::Failed { reason: format!("The keeper could not start itself: {error}.") });
            ExitCode::from(3)
        }
    }
}

fn parse(args: &[OsString]) -> Option<(PathBuf, bool)> {
    let inner = match args.len() {
        3 => false,
        4 if args[3] == INNER => true,
        _ => return None,
    };
    let state_dir = PathBuf::from(&args[2]);
    (args[0] == WORD && args[1] == "--state" && state_dir.is_absolute()).then_some((state_dir, inner))
}

/// Answers. Nobody may be listening any more, which changes nothing.
fn shake(answer: &Shake) {
    if let Ok(line) = serde_json::to_string(answer) {
        let mut out = std::io::stdout().lock();
        let _ = writeln!(out, "{line}").and_then(|()| out.flush());
    }
}

fn stay(state_dir: &Path) -> ExitCode {
    // A session of its own: closing a terminal, or ending the group of whoever called, does not reach it.
    let _ = rustix::process::setsid();
    let _ = std::env::set_current_dir("/");
    match begin(state_dir) {
        Ok((keeper, subject)) => {
            shake(&Shake::Kept { keeper: keeper.identity().clone(), module: subject.identity.clone() });
            // One that ran before goes on, whether anybody knows that it is kept now or not.
            if subject.own {
                keeper.must_be_heard(std::io::stdin().as_fd().try_clone_to_owned());
            }
            let_go();
            keeper.keep(subject);
            ExitCode::SUCCESS
        }
        Err(answer) => {
            shake(&answer);
            ExitCode::from(1)
        }
    }
}

/// Gives back what the caller handed over, so that he does not wait for its end.
fn let_go() {
    if let Ok(null) = std::fs::OpenOptions::new().read(true).write(true).open("/dev/null") {
        let _ = rustix::stdio::dup2_stdin(&null);
        let _ = rustix::stdio::dup2_stdout(&null);
        let _ = rustix::stdio::dup2_stderr(&null);
    }
}

fn begin(state_dir: &Path) -> Result<(run::Keeper, subject::Subject), Shake> {
    let failed = |reason: String| Shake::Failed { reason };
    let order = read_order()?;
    if let Some(reason) = order.recipe.fault() {
        return Err(failed(reason));
    }
    let signals = signals::Signals::listen().map_err(|e| failed(format!("The keeper cannot hear signals: {e}.")))?;
    make_folder(state_dir).map_err(|e| failed(format!("`{}` could not be made: {e}.", state_dir.display())))?;
    let Some(lock) = take_lock(state_dir)? else {
        return Err(Shake::Refused { who: other_keeper(state_dir) });
    };
    if order.adopt.is_none() && nobody_waits() {
        return Err(failed("Whoever asked for it did not wait for the answer, so nothing was started.".to_owned()));
    }
    crate::process::host::collect_orphans();
    run::Keeper::begin(order, state_dir, lock, signals)
}

fn read_order() -> Result<Order, Shake> {
    let failed = |reason: String| Shake::Failed { reason };
    let mut bytes = Vec::new();
    std::io::stdin()
        .lock()
        .take(MOST_BYTES + 1)
        .read_until(b'\n', &mut bytes)
        .map_err(|e| failed(format!("The recipe could not be read: {e}.")))?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(failed("The recipe is too large for any program.".to_owned()));
    }
    // The error's own words could repeat a part of the recipe, and with it a secret.
    serde_json::from_slice(&bytes).map_err(|e| {
        failed(format!(
            "The recipe is not one that this keeper understands (line {}, column {}).",
            e.line(),
            e.column()
        ))
    })
}

/// Whether the caller closed its end: until it has the answer it says nothing, so there is nothing else to read.
fn nobody_waits() -> bool {
    let stdin = std::io::stdin();
    let mut ends = [PollFd::new(&stdin, PollFlags::IN)];
    rustix::event::poll(&mut ends, Some(&Timespec::default())).is_ok_and(|ready| ready > 0)
}

fn take_lock(state_dir: &Path) -> Result<Option<Lock>, Shake> {
    let until = Instant::now() + LOCK_PATIENCE;
    loop {
        let taken = Lock::take(state_dir).map_err(|e| Shake::Failed {
            reason: format!("The keeper's lock in `{}` could not be taken: {e}.", state_dir.display()),
        })?;
        if taken.is_some() || Instant::now() >= until {
            return Ok(taken);
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn other_keeper(state_dir: &Path) -> Who {
    match Record::read(state_dir) {
        Ok(Some(record)) if record.keeper.alive() => {
            let pid = record.child.as_ref().unwrap_or(&record.keeper).pid;
            let words = match &record.child {
                Some(child) => {
                    format!("It runs already as process {}, kept by process {}.", child.pid, record.keeper.pid)
                }
                None => format!("Its keeper runs already as process {} and will start it again.", record.keeper.pid),
            };
            Who { kind: WhoKind::Keeper, pid, words }
        }
        // Its record comes after its lock.
        Ok(_) | Err(RecordError::Io { .. } | RecordError::Broken { .. } | RecordError::Version { .. }) => {
            Who { kind: WhoKind::Keeper, pid: 0, words: "Another keeper is just starting it.".to_owned() }
        }
    }
}
