//! The process that is kept: how it is started, whether it has ended, and everybody who belongs to it.

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rustix::io::Errno;
use rustix::process::{Signal, WaitId, WaitIdOptions, WaitOptions};

use super::exit::Exit;
use super::log::Log;
use crate::process::{Identity, Table, host, raw};
use crate::recipe::Recipe;

/// How long those who were killed may take to be gone. One in the middle of a disk operation takes its time.
const KILL_PATIENCE: Duration = Duration::from_secs(5);

#[derive(Debug)]
pub(crate) struct Subject {
    pub identity: Identity,
    /// Our own child: its exit code will be known, and it is ours to collect.
    pub own: bool,
    /// It leads a process group, which belongs to it alone.
    pub leads: bool,
    pub began: Instant,
    /// Those who belonged to it when it was taken over; of a child of ours nobody gets lost.
    pub seen: BTreeSet<Identity>,
    /// How many processes the system had killed for want of memory when it began.
    memory_kills: Option<u64>,
}

impl Subject {
    /// Starts the module. Its output goes straight into the log.
    ///
    /// # Errors
    /// Why the program could not be started, in words.
    pub fn start(recipe: &Recipe, log: &mut Log) -> Result<Subject, String> {
        log.run_begins();
        let memory_kills = host::memory_kills();
        let spawned = log.for_module().and_then(|out| Ok((log.for_module()?, out))).and_then(|(err, out)| {
            Command::new(&recipe.program)
                .args(&recipe.args)
                .env_clear()
                .envs(&recipe.env)
                .current_dir(&recipe.cwd)
                .process_group(0)
                .stdin(Stdio::null())
                .stdout(out)
                .stderr(err)
                .spawn()
        });
        let child = spawned.map_err(|error| not_started(recipe, &error))?;
        let pid = child.id();
        // It may have ended already; its number stays its own until it is collected.
        let start = host::start_of_child(pid).unwrap_or_default();
        let identity = Identity { pid, start };
        Ok(Subject { identity, own: true, leads: true, began: Instant::now(), seen: BTreeSet::new(), memory_kills })
    }

    /// One that runs already.
    pub fn adopted(identity: Identity) -> Subject {
        let leads = identity.group() == Some(identity.pid);
        let seen = Table::read().tree(&identity).iter().map(|row| row.identity.clone()).collect();
        Subject { identity, own: false, leads, began: Instant::now(), seen, memory_kills: None }
    }

    /// Whether the system has killed processes for want of memory since it began.
    pub fn memory_ran_out(&self) -> bool {
        self.memory_kills.is_some_and(|before| host::memory_kills().is_some_and(|now| now > before))
    }

    /// Whether it has ended. A child of ours stays uncollected, so that its group's number stays its own.
    pub fn has_ended(&self) -> bool {
        let Some(pid) = raw(self.identity.pid).filter(|_| self.own) else {
            return !self.identity.alive();
        };
        let look = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        match rustix::process::waitid(WaitId::Pid(pid), look) {
            Ok(found) => found.is_some(),
            Err(Errno::INTR) => false,
            // Nobody to wait for.
            Err(_) => true,
        }
    }

    /// Collects it: after this its number may be anybody's.
    pub fn collect(&self) -> Exit {
        let Some(pid) = raw(self.identity.pid).filter(|_| self.own) else {
            return Exit::Unknown;
        };
        match rustix::process::waitpid(Some(pid), WaitOptions::NOHANG) {
            Ok(Some((_, status))) => match (status.exit_status(), status.terminating_signal()) {
                (Some(code), _) => Exit::Code(code),
                (None, Some(signal)) => Exit::Signal(signal),
                (None, None) => Exit::Unknown,
            },
            Ok(None) | Err(_) => Exit::Unknown,
        }
    }

    /// Everybody who belongs to it now, itself included while it runs: its group, those they started, and those whose parents
    /// are gone and who came to the keeper.
    pub fn everybody(&self, table: &Table) -> BTreeSet<Identity> {
        let mut all: BTreeSet<Identity> = table.tree(&self.identity).iter().map(|row| row.identity.clone()).collect();
        all.extend(table.below(&[std::process::id()]).iter().map(|row| row.identity.clone()));
        if self.own {
            // macOS lists no uncollected child, and until it is collected the number of its group is nobody else's.
            all.extend(table.group(self.identity.pid).map(|row| row.identity.clone()));
        }
        all
    }

    /// Everybody who belongs to it now, and of those who were known before the ones that are left, with those whom they started.
    pub fn still(&self, mut known: BTreeSet<Identity>, table: &Table) -> BTreeSet<Identity> {
        known.retain(|one| table.has(one));
        let pids: Vec<u32> = known.iter().map(|one| one.pid).collect();
        known.extend(table.below(&pids).iter().map(|row| row.identity.clone()));
        known.extend(self.everybody(table));
        known
    }

    /// Kills it and everybody who belongs to it.
    pub fn kill(&self, known: &BTreeSet<Identity>) {
        // The number of an uncollected child's group cannot be anybody else's.
        if let Some(group) = raw(self.identity.pid).filter(|_| self.own) {
            let _ = rustix::process::kill_process_group(group, Signal::KILL);
        }
        let table = Table::read();
        for one in self.everybody(&table).iter().chain(known) {
            let _ = one.send(Signal::KILL);
        }
    }

    /// Ends those who are left of it after its own end: they are asked, and those who stay beyond `until` are killed.
    pub fn end_rest(&self, known: &BTreeSet<Identity>, until: Instant, tick: &mut dyn FnMut()) {
        let mut asked = BTreeSet::new();
        let last = until.max(Instant::now()) + KILL_PATIENCE;
        loop {
            let table = Table::read();
            self.collect_strays(&table);
            let mut rest = self.still(known.clone(), &table);
            rest.remove(&self.identity);
            if rest.is_empty() || Instant::now() >= last {
                return;
            }
            let over = Instant::now() >= until;
            if over {
                self.kill(&rest);
            } else {
                for one in rest.difference(&asked) {
                    let _ = one.send(Signal::TERM);
                }
                asked.extend(rest);
            }
            tick();
            std::thread::sleep(Duration::from_millis(if over { 20 } else { 50 }));
        }
    }

    /// Collects those who came to the keeper when their parents ended, and have ended too.
    pub fn collect_strays(&self, table: &Table) {
        let own = std::process::id();
        let strays = table.rows().filter(|row| row.parent == own && row.ended && row.identity.pid != self.identity.pid);
        for pid in strays.filter_map(|row| raw(row.identity.pid)) {
            let _ = rustix::process::waitpid(Some(pid), WaitOptions::NOHANG);
        }
    }
}

/// Why a program could not be started. The system says “no such file” of four different things.
fn not_started(recipe: &Recipe, error: &std::io::Error) -> String {
    let program = recipe.program.display();
    if !recipe.cwd.is_dir() {
        return format!("The folder it works in, `{}`, is not there.", recipe.cwd.display());
    }
    match (error.kind(), error.raw_os_error().map(Errno::from_raw_os_error)) {
        (ErrorKind::NotFound, _) if recipe.program.exists() => {
            format!("`{program}` names an interpreter in its first line that is not there.")
        }
        (ErrorKind::NotFound, _) => format!("There is no program at `{program}`."),
        (ErrorKind::PermissionDenied, _) if recipe.program.is_dir() => format!("`{program}` is a folder."),
        (ErrorKind::PermissionDenied, _) => {
            format!("`{program}` may not be run by this account, or its folder not entered.")
        }
        (_, Some(Errno::NOEXEC)) => format!("`{program}` is not a program that this machine can run."),
        (_, Some(Errno::TOOBIG)) => "Its arguments and its environment are larger than the system allows.".to_owned(),
        _ => format!("`{program}` could not be started: {error}."),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::time::Instant;

    use super::Subject;
    use crate::process::{Identity, Row, Table};

    fn row(pid: u32, parent: u32, group: u32) -> Row {
        let identity = Identity { pid, start: "1".to_owned() };
        Row { identity, parent, group, ended: false, cpu_ms: 0, rss: 0 }
    }

    #[test]
    fn what_an_ended_module_left_in_its_group_is_found_where_the_system_lists_no_ended_ones() {
        let left = row(4_000_002, 1, 4_000_001);
        let table = Table::of([left.clone(), row(4_000_003, 1, 4_000_003)]);
        let subject = |own| Subject {
            identity: Identity { pid: 4_000_001, start: "1".to_owned() },
            own,
            leads: true,
            began: Instant::now(),
            seen: BTreeSet::new(),
            memory_kills: None,
        };
        let found = subject(true).everybody(&table);
        assert_eq!(
            found.into_iter().collect::<Vec<_>>(),
            [left.identity],
            "it is in the group of an uncollected child"
        );
        assert!(subject(false).everybody(&table).is_empty(), "the number of one that is not ours may be anybody's");
    }
}
