//! Stops an instance, whoever started it: through its keeper where there is one, and by its own process where there is none.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use crate::found::{Now, Place, look};
use crate::keep::Lock;
use crate::process::{Identity, Signal, Table};
use crate::record::{self, Kind, LastExit, Record, RecordError, State};

/// How long a keeper may take beyond the module's grace, and how long those who were killed may take to be gone.
const PATIENCE: Duration = Duration::from_secs(5);

const LOOK: Duration = Duration::from_millis(50);

/// What stopping found and did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stopped {
    /// Nothing of it ran.
    Nothing,
    Ended {
        /// It did not end by itself within its grace.
        killed: bool,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StopError {
    #[error(transparent)]
    Record(#[from] RecordError),
    /// Another account's process.
    #[error("Process {pid} could not be stopped: {reason}. It belongs to another account; stop it from there.")]
    Refused { pid: u32, reason: String },
    /// Killed, and still there: the system itself cannot end it now.
    #[error(
        "Process {pid} was killed and is still there. It waits for a disk or a network folder; it ends when that answers."
    )]
    StillThere { pid: u32 },
}

/// Stops it and waits until nothing of it runs: it is asked, and killed with everything it started where it takes longer
/// than `grace`. Where the keeper's own grace is shorter, that one holds.
///
/// # Errors
/// [`StopError`]; where the record cannot be read nothing is stopped, because nobody can tell what would be.
pub fn stop(place: &Place, grace: Duration) -> Result<Stopped, StopError> {
    let mut all = Stopped::Nothing;
    // Once more after each, since somebody may have started it again meanwhile, and behind a keeper one may run by hand.
    for _ in 0..3 {
        let run = look(place)?;
        let killed = match run.now {
            Now::Never | Now::Over | Now::Lost => return Ok(all),
            Now::Kept { keeper, module } => {
                let own = run.record.as_ref().map_or(0, |record| record.grace_ms);
                stop_kept(&keeper, module.as_ref(), grace, Duration::from_millis(own))? || was_killed(place, &keeper)
            }
            Now::Unkept { module } => {
                let killed = end(&module, grace)?;
                note(place, &module, killed);
                killed
            }
            Now::ByHand { module } => end(&module, grace)?,
        };
        all = Stopped::Ended { killed: killed || all == Stopped::Ended { killed: true } };
    }
    Ok(all)
}

/// Whether the keeper says that it had to kill the module.
fn was_killed(place: &Place, keeper: &Identity) -> bool {
    let record = Record::read(&place.state_dir).ok().flatten().filter(|record| record.keeper == *keeper);
    record.and_then(|record| record.last_exit).is_some_and(|exit| exit.killed)
}

/// Asks the keeper, which asks the module. One that does not obey is killed after the module.
fn stop_kept(keeper: &Identity, module: Option<&Identity>, grace: Duration, own: Duration) -> Result<bool, StopError> {
    if !send(keeper, Signal::TERM)? {
        return Ok(false);
    }
    let gone = || !keeper.alive();
    // Where its own grace is not longer, the keeper itself kills in time, and says so.
    let patience = if own <= grace { own + PATIENCE } else { grace };
    if poll(Instant::now() + patience, gone) {
        return Ok(false);
    }
    let mut killed = false;
    if let Some(module) = module {
        killed = kill_all(module)?;
    }
    if poll(Instant::now() + PATIENCE, gone) {
        return Ok(killed);
    }
    send(keeper, Signal::KILL)?;
    if let Some(module) = module {
        killed |= kill_all(module)?;
    }
    if poll(Instant::now() + PATIENCE, gone) { Ok(killed) } else { Err(StopError::StillThere { pid: keeper.pid }) }
}

/// Asks a process without a keeper, and kills it and everybody below it where it does not end. Returns whether it had to.
fn end(module: &Identity, grace: Duration) -> Result<bool, StopError> {
    let mut all = everybody(module, &BTreeSet::new());
    let until = Instant::now() + grace;
    send(module, Signal::TERM)?;
    let ended = poll(until, || !module.alive());
    if ended {
        // What it started is asked too, and has what is left of the time.
        all = everybody(module, &all);
        for one in &all {
            send(one, Signal::TERM)?;
        }
        let until = until.max(Instant::now() + Duration::from_secs(1));
        if poll(until, || !all.iter().any(Identity::alive)) {
            return Ok(false);
        }
    }
    kill(module, all)?;
    Ok(!ended)
}

fn kill_all(module: &Identity) -> Result<bool, StopError> {
    let all = everybody(module, &BTreeSet::new());
    let any = !all.is_empty();
    kill(module, all)?;
    Ok(any)
}

fn kill(module: &Identity, mut all: BTreeSet<Identity>) -> Result<(), StopError> {
    let until = Instant::now() + PATIENCE;
    loop {
        all = everybody(module, &all);
        let Some(one) = all.first() else {
            return Ok(());
        };
        if Instant::now() >= until {
            return Err(StopError::StillThere { pid: one.pid });
        }
        for one in &all {
            send(one, Signal::KILL)?;
        }
        std::thread::sleep(LOOK);
    }
}

/// The module, those below it, and of those who were known before the ones that are left, with those below them and in the
/// module's group. A group outlives its leader, and while one who was known is in it, its number is nobody else's.
fn everybody(module: &Identity, known: &BTreeSet<Identity>) -> BTreeSet<Identity> {
    let table = Table::read();
    let mut all: BTreeSet<Identity> = table.tree(module).iter().map(|row| row.identity.clone()).collect();
    let left: Vec<&Identity> = known.iter().filter(|one| table.has(one)).collect();
    all.extend(left.iter().flat_map(|one| table.tree(one)).map(|row| row.identity.clone()));
    if left.iter().any(|one| table.row(one.pid).is_some_and(|row| row.group == module.pid)) {
        all.extend(table.group(module.pid).map(|row| row.identity.clone()));
    }
    all
}

fn send(to: &Identity, signal: Signal) -> Result<bool, StopError> {
    to.send(signal).map_err(|error| StopError::Refused { pid: to.pid, reason: error.to_string() })
}

fn poll(until: Instant, done: impl Fn() -> bool) -> bool {
    loop {
        if done() {
            return true;
        }
        if Instant::now() >= until {
            return false;
        }
        std::thread::sleep(LOOK);
    }
}

/// Writes into the record what its keeper no longer can. Where another keeper has it now, that one knows better.
fn note(place: &Place, module: &Identity, killed: bool) {
    let Ok(Some(_lock)) = Lock::take(&place.state_dir) else {
        return;
    };
    let Ok(Some(mut record)) = Record::read(&place.state_dir) else {
        return;
    };
    if record.child.as_ref() != Some(module) {
        return;
    }
    let words =
        if killed { "It did not end when it was asked to, and was killed." } else { "Stopped; its keeper was gone." };
    record.child = None;
    record.group = None;
    let words = words.to_owned();
    record.note(Kind::Stopped, words.clone());
    record.last_exit =
        Some(LastExit { code: None, signal: None, at: record::now(), failed: false, asked: true, killed, words });
    record.enter(State::Stopped);
    // Without it the record says that it runs, and a look finds that nobody is there.
    let _ = record.write(&place.state_dir);
}
