//! How each instance's run stands: its keeper's record held against the processes that are there, and what they use.
//!
//! One look at the process table serves all instances. Nothing is asked of the modules here; that is `cards/measure.rs`, which
//! takes what is found here for its ground.

use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;

use sanctum_modules::found::{Now, Run, look_in};
use sanctum_modules::process::{Identity, Table, Usage, Used};
use sanctum_modules::record::{Record, State};
use time::OffsetDateTime;

use super::instances::Instance;
use super::recipe;
use crate::dto::{RunState, RunWay};
use crate::open::Open;
use crate::plan::lock;

/// How the run of one instance stands.
#[derive(Debug, Clone)]
pub(crate) struct Look {
    pub state: RunState,
    pub way: RunWay,
    /// Its own process.
    pub process: Option<Identity>,
    /// All its processes.
    pub tree: BTreeSet<u32>,
    pub used: Option<Used>,
    pub record: Option<Record>,
    /// Its keeper is gone, so that nobody would start it again.
    pub unkept: bool,
    /// The record says that it runs, and nobody is there.
    pub lost: bool,
    /// What could not be read.
    pub trouble: Option<String>,
    /// A line of its log that reports a fatal error, or how it ended.
    pub words: Option<String>,
}

impl Look {
    pub fn runs(&self) -> bool {
        self.process.is_some()
    }

    /// Since when the process that runs now does.
    pub fn since(&self) -> Option<OffsetDateTime> {
        let record = self.record.as_ref()?;
        let own = self.process.is_some() && record.child == self.process;
        record.started_at.filter(|_| own)
    }

    /// Its log was written by the keeper of a run before; what somebody else starts writes elsewhere.
    pub fn log_is_of_another_run(&self) -> bool {
        self.way == RunWay::ByHand && self.record.is_some()
    }

    pub fn next_try(&self) -> Option<OffsetDateTime> {
        match self.record.as_ref().map(|record| &record.state) {
            Some(State::Waiting { next_try }) if self.state == RunState::Waiting => Some(*next_try),
            _ => None,
        }
    }
}

/// Looks at all of them at once.
pub(crate) fn at_all(open: &Open, instances: &[Instance]) -> HashMap<PathBuf, Look> {
    let table = Table::read();
    // Only where somebody works in the folder is it worth to read what the module would be started with.
    let busy = lock(&open.settings.processes).below(open.root());
    let works = |instance: &Instance| busy.iter().any(|folder| folder.starts_with(&instance.dir));
    let mut looks: HashMap<PathBuf, Look> =
        instances.iter().map(|instance| (instance.dir.clone(), of(open, &table, instance, works(instance)))).collect();
    let roots: Vec<(PathBuf, Identity)> =
        looks.iter().filter_map(|(dir, look)| Some((dir.clone(), look.process.clone()?))).collect();
    let identities: Vec<Identity> = roots.iter().map(|(_, identity)| identity.clone()).collect();
    let used = lock(&open.runs.usage).look(&table, &identities);
    for ((dir, _), used) in roots.into_iter().zip(used) {
        if let Some(look) = looks.get_mut(&dir) {
            look.used = used;
        }
    }
    looks
}

/// The records of keepers that are there, with when each was written: what differs from one moment to the next is news.
pub(crate) fn stamps_of_records(open: &Open) -> Vec<(PathBuf, Option<std::time::SystemTime>)> {
    let ground = lock(&open.live).ground.clone();
    let kept = |look: &Look| look.runs() || !matches!(look.state, RunState::Stopped | RunState::GaveUp);
    let Some(ground) = ground else { return Vec::new() };
    ground
        .looks
        .iter()
        .filter(|(_, look)| kept(look))
        .map(|(dir, _)| {
            let state_dir = match dir.strip_prefix(open.root()) {
                Ok(path) => super::instances::state_dir(open, &path.to_string_lossy()),
                Err(_) => dir.join("run"),
            };
            let written = std::fs::metadata(Record::path(&state_dir)).and_then(|meta| meta.modified()).ok();
            (dir.clone(), written)
        })
        .collect()
}

/// An instance below `folder` that a keeper has, though it may be between two runs: "`…/broca2` is kept running".
pub(crate) fn kept_in(open: &Open, folder: &std::path::Path) -> Option<String> {
    let rows = crate::cards::Rows::read(open).ok()?;
    let mut below = super::instances::bare(open, &rows);
    below.retain(|instance| instance.dir.starts_with(folder));
    let table = Table::read();
    let kept = below.iter().find(|instance| {
        let look = of(open, &table, instance, false);
        look.runs() || !matches!(look.state, RunState::Stopped | RunState::GaveUp)
    })?;
    Some(format!("`{}` is kept running", kept.path))
}

/// Looks at one, without what it uses.
pub(crate) fn at(open: &Open, instance: &Instance) -> Look {
    of(open, &Table::read(), instance, true)
}

fn of(open: &Open, table: &Table, instance: &Instance, by_hand: bool) -> Look {
    let way = if instance.run.by_system { RunWay::System } else { RunWay::App };
    let nothing = |trouble| Look {
        state: RunState::Stopped,
        way,
        process: None,
        tree: BTreeSet::new(),
        used: None,
        record: None,
        unkept: false,
        lost: false,
        trouble,
        words: None,
    };
    let run = match look_in(table, &recipe::place(open, instance, by_hand)) {
        Ok(run) => run,
        Err(error) => return nothing(Some(error.to_string())),
    };
    let process = run.module().cloned();
    let mut look = nothing(None);
    look.tree = process.iter().flat_map(|root| table.tree(root)).map(|row| row.identity.pid).collect();
    look.process = process;
    look.state = state(&run);
    look.way = if matches!(run.now, Now::ByHand { .. }) { RunWay::ByHand } else { way };
    look.unkept = matches!(run.now, Now::Unkept { .. });
    look.lost = matches!(run.now, Now::Lost);
    look.words = words(&run);
    look.record = run.record;
    look
}

fn state(run: &Run) -> RunState {
    match (&run.now, run.record.as_ref().map(|record| &record.state)) {
        (Now::Never, _) | (Now::Lost, _) => RunState::Stopped,
        (Now::ByHand { .. } | Now::Unkept { .. }, _) => RunState::Running,
        (Now::Kept { .. }, Some(State::Starting)) => RunState::Starting,
        (Now::Kept { .. }, Some(State::Stopping)) => RunState::Stopping,
        (Now::Kept { .. }, Some(State::Waiting { .. })) => RunState::Waiting,
        (Now::Kept { .. }, _) => RunState::Running,
        (Now::Over, Some(State::GaveUp { .. })) => RunState::GaveUp,
        (Now::Over, _) => RunState::Stopped,
    }
}

fn words(run: &Run) -> Option<String> {
    let record = run.record.as_ref()?;
    if let (Now::Over, State::GaveUp { reason }) = (&run.now, &record.state) {
        return Some(reason.clone());
    }
    match &run.now {
        Now::Kept { module: Some(_), .. } | Now::Unkept { .. } => record.reported.clone(),
        // The record tells of a run before.
        Now::ByHand { .. } => None,
        Now::Lost => Some("it ended while nobody watched it, so its exit code is not known".to_owned()),
        _ => record.last_exit.as_ref().map(|exit| exit.words.clone()),
    }
}

/// What an open install keeps of its runs between two looks.
#[derive(Default)]
pub(crate) struct Runs {
    pub usage: std::sync::Mutex<Usage>,
    pub history: std::sync::Mutex<sanctum_modules::health::History>,
    pub news: std::sync::Mutex<sanctum_modules::health::Transitions>,
    /// Instances that are being started or stopped from here, so that one is not acted on twice at once.
    pub acting: std::sync::Mutex<std::collections::HashSet<String>>,
    /// The last word of each, to note changes.
    pub last: std::sync::Mutex<HashMap<String, crate::dto::StatusWord>>,
    /// Who looks on: what the icon and the window are told is what this person may see. Nobody while it is locked.
    pub viewer: std::sync::Mutex<Option<crate::Actor>>,
    /// The overview that was told last.
    pub told: std::sync::Mutex<Option<crate::dto::Overview>>,
}
