//! Which modules run, by the folder they work in, and since when: what tells whether a change waits for a restart.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use sysinfo::{ProcessRefreshKind, ProcessesToUpdate, System, UpdateKind};
use time::OffsetDateTime;

/// A look at all processes is good for this long.
const GOOD_FOR: Duration = Duration::from_secs(3);

/// A process that works in a module's folder.
#[derive(Debug, Clone)]
pub(crate) struct Running {
    /// "python3, pid 4821".
    pub who: String,
    pub since: OffsetDateTime,
}

/// The processes of this machine by working folder.
#[derive(Default)]
pub(crate) struct Processes {
    looked: Option<Instant>,
    by_folder: HashMap<PathBuf, Running>,
}

impl Processes {
    /// Who works in `folder` or below it.
    pub fn in_folder(&mut self, folder: &Path) -> Option<Running> {
        if self.looked.is_none_or(|at| at.elapsed() > GOOD_FOR) {
            self.look();
        }
        let real = folder.canonicalize().ok()?;
        let mut inside = self.by_folder.iter().filter(|(at, _)| at.starts_with(&real)).map(|(_, running)| running);
        let first = inside.next()?.clone();
        // The one that runs longest has seen least of the changes.
        Some(inside.fold(first, |oldest, other| if other.since < oldest.since { other.clone() } else { oldest }))
    }

    /// The folders below `root` that somebody works in.
    pub fn below(&mut self, root: &Path) -> Vec<PathBuf> {
        if self.looked.is_none_or(|at| at.elapsed() > GOOD_FOR) {
            self.look();
        }
        let Ok(real) = root.canonicalize() else { return Vec::new() };
        self.by_folder.keys().filter(|folder| folder.starts_with(&real)).cloned().collect()
    }

    fn look(&mut self) {
        let mut system = System::new();
        let what = ProcessRefreshKind::nothing().with_cwd(UpdateKind::Always);
        system.refresh_processes_specifics(ProcessesToUpdate::All, true, what);
        self.by_folder.clear();
        for process in system.processes().values() {
            let (Some(folder), Ok(start)) = (process.cwd(), i64::try_from(process.start_time())) else { continue };
            let Ok(since) = OffsetDateTime::from_unix_timestamp(start) else { continue };
            let who = format!("{}, pid {}", process.name().to_string_lossy(), process.pid());
            let entry = self.by_folder.entry(folder.to_owned()).or_insert_with(|| Running { who, since });
            if since < entry.since {
                entry.since = since;
            }
        }
        self.looked = Some(Instant::now());
    }
}
