//! The keeper's life: a run of the module, its end, the pause, the next run, until somebody stops it, it is given up, or it
//! ended as it wanted to. One loop that waits for a signal or for a second to pass.

use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::exit::{Exit, Facts, span, telling};
use super::lock::Lock;
use super::log::Log;
use super::pause::{Breaker, Next};
use super::signals::{Signals, Told};
use super::subject::Subject;
use super::{Order, Shake};
use crate::clean::Cover;
use crate::found;
use crate::process::{Identity, Signal, Table};
use crate::recipe::{Recipe, StopSignal};
use crate::record::{self, Kind, LastExit, Record, RecordError, State};

/// How often it looks where nothing is expected, and where something is.
const SLOW: Duration = Duration::from_secs(1);
const QUICK: Duration = Duration::from_millis(100);

/// A module that does not say when it is ready counts as running after this.
const SETTLED: Duration = Duration::from_millis(1500);

/// Why it is stopped where nobody asked for that.
const UNHEARD: &str = "Whoever started it went without hearing of it, so it is stopped again.";

/// How often those are looked for whom a module started that is not our child: nobody tells of them.
const SEEN: Duration = Duration::from_secs(3);

/// What a module left behind when it ended by itself gets so long to end too.
const REST_GRACE: Duration = Duration::from_secs(5);

pub(crate) struct Keeper {
    recipe: Recipe,
    state_dir: PathBuf,
    record: Record,
    unwritten: bool,
    log: Log,
    cover: Cover,
    signals: Signals,
    breaker: Breaker,
    flooding: bool,
    /// Given back when the keeper ends.
    _lock: Lock,
}

/// How a run was over.
struct Over {
    exit: Exit,
    lasted: Duration,
    asked: bool,
    killed: bool,
    memory: bool,
}

impl Keeper {
    /// With the lock in hand: nobody may run already. Then the module is started, or taken over.
    pub fn begin(order: Order, state_dir: &Path, lock: Lock, signals: Signals) -> Result<(Keeper, Subject), Shake> {
        let failed = |reason: String| Shake::Failed { reason };
        let Order { recipe, adopt } = order;
        let place = recipe.place(state_dir);
        let table = Table::read();
        let (previous, damaged) = match Record::read(state_dir) {
            Ok(previous) => (previous, false),
            Err(RecordError::Broken { .. }) => (None, true),
            Err(error) => return Err(failed(error.to_string())),
        };
        match &adopt {
            Some(module) if !found::may_be_adopted(&table, &place, previous.as_ref(), module) => {
                let reason = format!(
                    "Process {} is gone, or it is not this module. Look again, and take over what is found then.",
                    module.pid
                );
                return Err(Shake::NotAdopted { reason });
            }
            Some(_) => {}
            None => {
                if let Some(who) = found::who(&table, &place, previous.as_ref()) {
                    return Err(Shake::Refused { who });
                }
            }
        }
        if damaged {
            Record::set_aside(state_dir).map_err(|error| failed(error.to_string()))?;
        }
        let log = Log::open(&recipe.log)
            .map_err(|e| failed(format!("The log `{}` could not be opened: {e}.", recipe.log.file.display())))?;
        let known = previous.as_ref().is_some_and(|previous| adopt.is_some() && previous.child == adopt);
        let mut record = fresh_record(&recipe, previous).map_err(failed)?;
        if adopt.is_some() && !known {
            // Nobody here knows with what it was started, nor when.
            record.started_at = None;
            record.fingerprint = String::new();
            record.said.clear();
        }
        let cover = recipe.cover();
        let state_dir = state_dir.to_owned();
        let mut keeper = Keeper {
            recipe,
            state_dir,
            record,
            unwritten: false,
            log,
            cover,
            signals,
            breaker: Breaker::default(),
            flooding: false,
            _lock: lock,
        };
        keeper.record.child.clone_from(&adopt);
        // Before the module begins: where the record cannot be written, nobody could find the module again.
        keeper.record.write(&keeper.state_dir).map_err(|error| failed(error.to_string()))?;
        let subject = match adopt {
            Some(module) => keeper.take_over(module),
            None => keeper.start(None).map_err(|reason| {
                keeper.last_exit(None, true, None, &reason);
                keeper.record.note(Kind::GaveUp, &reason);
                keeper.record.enter(State::GaveUp { reason: reason.clone() });
                keeper.write();
                Shake::NotRun { reason }
            })?,
        };
        Ok((keeper, subject))
    }

    pub fn identity(&self) -> &Identity {
        &self.record.keeper
    }

    /// What was started is stopped again where whoever asked for it goes without having heard so.
    pub fn must_be_heard(&self, by: std::io::Result<OwnedFd>) {
        // Without a thread or a file for it nothing can be told apart, and what runs goes on.
        let _ = by.and_then(|by| self.signals.expect(super::HEARD, by));
    }

    pub fn keep(mut self, mut subject: Subject) {
        loop {
            let over = self.watch(&subject);
            let Some(pause) = self.settle(&over) else {
                break;
            };
            let Some(next) = self.start_again(pause) else {
                break;
            };
            subject = next;
        }
        // The last word must be on the disk; a full one may have room again in a moment.
        for _ in 0..5 {
            self.write();
            if !self.unwritten {
                break;
            }
            std::thread::sleep(SLOW);
        }
    }

    fn start(&mut self, again: Option<u32>) -> Result<Subject, String> {
        found::clear_stale_pid_file(&Table::read(), &self.place());
        let subject = Subject::start(&self.recipe, &mut self.log)?;
        let (kind, text) = match again {
            None => (Kind::Started, format!("Started as process {}.", subject.identity.pid)),
            Some(times) => (
                Kind::Restarted,
                format!("Started again as process {}; that was restart {times}.", subject.identity.pid),
            ),
        };
        self.record.note(kind, text);
        self.record.adopted = false;
        self.record.fingerprint = self.recipe.fingerprint(&self.record.salt);
        self.record.said = self.recipe.digests(&self.record.salt);
        self.record.started_at = Some(record::now());
        self.enter_run(&subject, State::Starting);
        Ok(subject)
    }

    fn place(&self) -> found::Place {
        self.recipe.place(&self.state_dir)
    }

    fn take_over(&mut self, module: Identity) -> Subject {
        self.log.run_begins();
        let subject = Subject::adopted(module);
        let pid = subject.identity.pid;
        let words = "which was running already. Workers that left it unseen are not ended with it.";
        self.record.note(Kind::Adopted, format!("Took over process {pid}, {words}"));
        self.record.adopted = true;
        self.enter_run(&subject, State::Running);
        subject
    }

    fn enter_run(&mut self, subject: &Subject, state: State) {
        self.record.child = Some(subject.identity.clone());
        self.record.group = subject.leads.then_some(subject.identity.pid);
        self.record.reported = None;
        self.record.log_begins = Some(self.log.begins());
        self.record.enter(state);
        self.write();
    }

    fn watch(&mut self, subject: &Subject) -> Over {
        let grace = self.recipe.stop.grace();
        let mut asked: Option<Instant> = None;
        let mut killed = false;
        let mut known = subject.seen.clone();
        let mut seen = Instant::now();
        loop {
            if !subject.own && seen.elapsed() >= SEEN {
                // Those who leave its group and outlive their parents come to nobody here, and are known only from before.
                known = subject.still(known, &Table::read());
                seen = Instant::now();
            }
            let told = self.signals.next(self.pace());
            if told == Some(Told::Unheard) && asked.is_none() {
                self.record.note(Kind::Stopped, UNHEARD);
            }
            if matches!(told, Some(Told::Stop | Told::Unheard)) && asked.is_none() {
                asked = Some(Instant::now());
                known = subject.still(known, &Table::read());
                self.record.enter(State::Stopping);
                self.write();
                let signal = match self.recipe.stop.signal {
                    StopSignal::Term => Signal::TERM,
                    StopSignal::Int => Signal::INT,
                    StopSignal::Quit => Signal::QUIT,
                };
                // Where the system refuses, the end of the grace comes to it.
                let _ = subject.identity.send(signal);
            }
            self.look(subject.began);
            if subject.has_ended() {
                break;
            }
            if asked.is_some_and(|at| at.elapsed() >= grace) {
                killed = true;
                subject.kill(&known);
            } else if told == Some(Told::Child) {
                subject.collect_strays(&Table::read());
            }
        }
        let lasted = subject.began.elapsed();
        let until = match asked {
            Some(at) => (at + grace).max(Instant::now() + SLOW),
            None => Instant::now() + grace.min(REST_GRACE),
        };
        subject.end_rest(&known, until, &mut || self.look(subject.began));
        self.look(subject.began);
        let exit = subject.collect();
        Over { exit, lasted, asked: asked.is_some(), killed, memory: subject.memory_ran_out() }
    }

    /// How soon it looks again.
    fn pace(&self) -> Duration {
        let expecting = match self.record.state {
            State::Starting | State::Stopping => true,
            State::Running | State::Waiting { .. } | State::GaveUp { .. } | State::Stopped => false,
        };
        if expecting || self.flooding { QUICK } else { SLOW }
    }

    /// Looks at the log, and writes what could not be written before.
    fn look(&mut self, began: Instant) {
        let starting = self.record.state == State::Starting;
        let ready = self.recipe.ready.as_deref().filter(|text| starting && !text.is_empty());
        let listens_for_fatal = self.record.reported.is_none() && !self.recipe.fatal.is_empty();
        let mut is_ready = starting && ready.is_none() && began.elapsed() >= SETTLED;
        let mut reported: Option<String> = None;
        // Broca names the settings that it refuses below the line that says so.
        let mut goes_on = false;
        let fatal = &self.recipe.fatal;
        let looked = self.log.look(ready.is_some() || listens_for_fatal, &mut |line| {
            let point = line.trim_start().starts_with("- ") && line.starts_with(' ');
            let line = crate::clean::plain(line);
            if let Some(said) = reported.as_mut().filter(|_| goes_on && point) {
                said.push_str(&format!(" {}", line.trim()));
                return;
            }
            goes_on = false;
            is_ready |= ready.is_some_and(|text| line.contains(text));
            if listens_for_fatal
                && reported.is_none()
                && fatal.iter().any(|text| !text.is_empty() && line.contains(text))
            {
                reported = Some(line);
                goes_on = true;
            }
        });
        // A log that cannot be looked at does not stop the module; the next look tries again.
        self.flooding = looked.is_ok_and(|grown| grown > self.recipe.log.max_bytes / 8);
        if let Some(line) = reported {
            self.record.reported = Some(self.cover.line(&line));
            self.unwritten = true;
        }
        if is_ready && starting {
            if ready_was_said(&self.recipe) {
                self.record.note(Kind::Ready, "It said that it is ready.");
            }
            self.record.enter(State::Running);
            self.unwritten = true;
        }
        if self.unwritten {
            self.write();
        }
    }

    /// What an end means. Returns the pause before the next start, or nothing where the keeper's work is done.
    fn settle(&mut self, over: &Over) -> Option<Duration> {
        let lines = self.log.last_lines();
        let line = telling(&lines).map(|line| self.cover.line(line));
        let reported = self.record.reported.clone();
        let facts = Facts {
            exit: over.exit,
            lasted: over.lasted,
            reported: reported.as_deref(),
            line: line.as_deref().filter(|line| !line.is_empty()),
            memory: over.memory,
            exits: self.recipe.exits,
            asked: over.asked,
        };
        let mut words = facts.words();
        let failed = facts.failed() && !over.asked;
        self.record.child = None;
        self.record.group = None;
        self.record.log_begins = Some(self.log.begins());
        if over.asked {
            if over.killed {
                let grace = span(self.recipe.stop.grace());
                words = format!("It did not end within {grace} of being asked to, and was killed.");
            }
            self.last_exit(Some(over.exit), false, Some(over.killed), &words);
            self.record.note(Kind::Stopped, if over.killed { &words } else { "Stopped." });
            self.finish(State::Stopped);
            return None;
        }
        self.last_exit(Some(over.exit), failed, None, &words);
        self.record.note(Kind::Ended, &words);
        self.next(failed, over.lasted, words)
    }

    fn next(&mut self, failed: bool, lasted: Duration, words: String) -> Option<Duration> {
        match self.breaker.ended(&self.recipe.restart, failed, lasted) {
            Next::After(pause) => Some(pause),
            Next::Leave => {
                self.finish(State::Stopped);
                None
            }
            Next::GiveUp { ends } => {
                let within = span(Duration::from_millis(self.recipe.restart.breaker_within_ms));
                let times = if ends == 1 { "once".to_owned() } else { format!("{ends} times in a row") };
                let reason =
                    format!("It ended {times}, each time within {within} of its start. The last time: {words}");
                self.record.note(Kind::GaveUp, &reason);
                self.finish(State::GaveUp { reason });
                None
            }
        }
    }

    /// Waits and starts it again. Nothing where somebody stopped it meanwhile, or where it is given up.
    fn start_again(&mut self, mut pause: Duration) -> Option<Subject> {
        loop {
            let until = Instant::now() + pause;
            self.record.enter(State::Waiting { next_try: record::now() + pause });
            self.write();
            while let Some(left) = until.checked_duration_since(Instant::now()).filter(|left| !left.is_zero()) {
                let told = self.signals.next(left.min(SLOW));
                if told == Some(Told::Unheard) {
                    self.record.note(Kind::Stopped, UNHEARD);
                }
                if matches!(told, Some(Told::Stop | Told::Unheard)) {
                    self.record.note(Kind::Stopped, "Stopped before it was started again.");
                    self.finish(State::Stopped);
                    return None;
                }
                if self.unwritten {
                    self.write();
                }
            }
            let table = Table::read();
            if let Some(module) = found::by_hand(&table, &self.place()) {
                // Somebody was quicker, and there is never a second one.
                return Some(self.take_over(module));
            }
            self.record.restarts = self.record.restarts.saturating_add(1);
            match self.start(Some(self.record.restarts)) {
                Ok(subject) => return Some(subject),
                Err(reason) => {
                    let words = format!("It could not be started: {reason}");
                    self.last_exit(None, true, None, &words);
                    self.record.note(Kind::Ended, &words);
                    pause = self.next(true, Duration::ZERO, words)?;
                }
            }
        }
    }

    /// `asked`: whether it had to be killed, where somebody asked for its end.
    fn last_exit(&mut self, exit: Option<Exit>, failed: bool, asked: Option<bool>, words: &str) {
        let (code, signal) = match exit {
            Some(Exit::Code(code)) => (Some(code), None),
            Some(Exit::Signal(signal)) => (None, Some(signal)),
            Some(Exit::Unknown) | None => (None, None),
        };
        let words = words.to_owned();
        self.record.last_exit = Some(LastExit {
            code,
            signal,
            at: record::now(),
            failed,
            asked: asked.is_some(),
            killed: asked == Some(true),
            words,
        });
    }

    fn finish(&mut self, state: State) {
        self.record.enter(state);
        self.write();
    }

    /// A disk that is full now may not be at the next look.
    fn write(&mut self) {
        self.unwritten = self.record.write(&self.state_dir).is_err();
    }
}

fn ready_was_said(recipe: &Recipe) -> bool {
    recipe.ready.as_ref().is_some_and(|text| !text.is_empty())
}

/// A record for this keeper, with what the one before remembered.
fn fresh_record(recipe: &Recipe, previous: Option<Record>) -> Result<Record, String> {
    let own = Identity::of(std::process::id()).ok_or("The keeper cannot see itself among the processes.")?;
    let salt = match &previous {
        Some(previous) => previous.salt.clone(),
        None => {
            let mut bytes = [0_u8; 16];
            getrandom::fill(&mut bytes).map_err(|e| format!("The system gave no random numbers: {e}."))?;
            bytes.iter().map(|byte| format!("{byte:02x}")).collect()
        }
    };
    let kept = previous.unwrap_or_else(|| Record::empty(own.clone()));
    Ok(Record {
        instance: recipe.instance.clone(),
        keeper: own,
        restarts: 0,
        grace_ms: recipe.stop.grace_ms,
        salt,
        state: State::Starting,
        since: record::now(),
        child: None,
        group: None,
        ..kept
    })
}
