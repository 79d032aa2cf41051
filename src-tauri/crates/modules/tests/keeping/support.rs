//! A module in a temporary folder, the keeper's program, and waiting with a deadline.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use sanctum_modules::control::{Now, Place, Run, StartError, Started, look, start, stop};
use sanctum_modules::process::{Identity, Signal, Table};
use sanctum_modules::recipe::{Exits, LogFile, Policy, Recipe, Restart, Stop};
use sanctum_modules::record::{Kind, Record};
use tempfile::TempDir;

/// Longer than anything here takes on a machine that is busy.
pub const PATIENCE: Duration = Duration::from_secs(40);

pub struct Module {
    dir: TempDir,
    pub recipe: Recipe,
    by_hand: Vec<Child>,
}

/// A module of one Python file.
pub fn python(text: &str) -> Module {
    let dir = tempfile::tempdir().expect("a temporary folder");
    // macOS keeps its temporary folders behind a link.
    let root = dir.path().canonicalize().expect("the folder is there");
    std::fs::create_dir(root.join("app")).expect("a folder for the code");
    std::fs::write(root.join("app/main.py"), text).expect("the module's code");
    let recipe = Recipe {
        instance: "athena/broca2".to_owned(),
        module_dir: root.clone(),
        program: interpreter().to_owned(),
        args: vec!["-u".to_owned(), "app/main.py".to_owned()],
        cwd: root.clone(),
        env: BTreeMap::from([("PATH".to_owned(), std::env::var("PATH").unwrap_or_default())]),
        secret_names: Vec::new(),
        log: LogFile::at(root.join("logs/broca2.log")),
        ready: Some("Application started".to_owned()),
        fatal: vec!["Fatal error".to_owned()],
        exits: Exits::Honest,
        own_pid_file: None,
        stop: Stop { grace_ms: 20_000, ..Stop::default() },
        restart: Restart { policy: Policy::OnFailure, first_ms: 50, most_ms: 400, ..Restart::default() },
        said: BTreeMap::new(),
    };
    Module { dir, recipe, by_hand: Vec::new() }
}

/// One that starts, says so, and stays.
pub fn steady() -> Module {
    python("import time\nprint('Application started', flush=True)\ntime.sleep(600)\n")
}

/// The interpreter itself: `python3` may be a script that starts it.
fn interpreter() -> &'static Path {
    static FOUND: OnceLock<PathBuf> = OnceLock::new();
    FOUND.get_or_init(|| {
        let asked =
            Command::new("python3").args(["-c", "import os, sys; print(os.path.realpath(sys.executable))"]).output();
        let out = asked.expect("python3 is needed for these tests").stdout;
        PathBuf::from(String::from_utf8_lossy(&out).trim())
    })
}

pub fn launcher() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_sanctum-keeper-for-tests"))
}

impl Module {
    pub fn dir(&self) -> PathBuf {
        self.recipe.module_dir.clone()
    }

    pub fn state_dir(&self) -> PathBuf {
        self.recipe.module_dir.join("run")
    }

    pub fn place(&self) -> Place {
        self.recipe.place(&self.state_dir())
    }

    pub fn try_start(&self) -> Result<Started, StartError> {
        start(launcher(), &self.recipe, &self.state_dir(), PATIENCE)
    }

    pub fn start(&self) -> Started {
        self.try_start().unwrap_or_else(|error| panic!("the module starts: {error}\n{}", self.log()))
    }

    pub fn look(&self) -> Run {
        look(&self.place()).expect("its record can be read")
    }

    pub fn record(&self) -> Record {
        Record::read(&self.state_dir()).expect("the record can be read").expect("there is a record")
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.recipe.log.file).unwrap_or_default()
    }

    pub fn texts(&self, kind: Kind) -> Vec<String> {
        self.record().events.into_iter().filter(|event| event.kind == kind).map(|event| event.text).collect()
    }

    /// Waits until the record says this, and returns it.
    pub fn until(&self, what: &str, fits: impl Fn(&Record) -> bool) -> Record {
        eventually(what, || Record::read(&self.state_dir()).ok().flatten().filter(|record| fits(record)))
    }

    /// Starts it as a person would, from a terminal in its folder.
    pub fn run_by_hand(&mut self, words: &[&str], cwd: &Path) -> Identity {
        let program = if words[0] == "python3" { interpreter() } else { Path::new(words[0]) };
        let child = Command::new(program)
            .args(&words[1..])
            .current_dir(cwd)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        let pid = child.id();
        self.by_hand.push(child);
        Identity::of(pid).expect("it runs")
    }

    /// Ends one that was started by hand the hard way, and collects it.
    pub fn collect(&mut self, of: &Identity) {
        let child = self.by_hand.iter_mut().find(|child| child.id() == of.pid).expect("it was started here");
        let _ = child.wait();
    }

    /// The folder, so that a test can leave it to somebody else.
    pub fn path(&self) -> &Path {
        self.dir.path()
    }
}

impl Drop for Module {
    fn drop(&mut self) {
        for child in &mut self.by_hand {
            let _ = child.kill();
            let _ = child.wait();
        }
        let _ = stop(&self.place(), Duration::from_millis(100));
        // Whatever is left works in the folder, and nothing else does.
        for one in working_in(self.path()) {
            let _ = one.send(Signal::KILL);
        }
    }
}

/// Everybody whose working folder is this one or below it.
pub fn working_in(folder: &Path) -> Vec<Identity> {
    let real = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let table = Table::read();
    let here = |identity: &&Identity| identity.cwd().is_some_and(|cwd| cwd.starts_with(&real));
    table.rows().filter(|row| !row.ended).map(|row| &row.identity).filter(here).cloned().collect()
}

/// Looks until there is something to see.
pub fn eventually<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let until = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < until, "waited {PATIENCE:?} in vain: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

pub fn gone(what: &str, identity: &Identity) {
    eventually(what, || (!identity.alive()).then_some(()));
}

pub fn kept(run: &Run) -> (Identity, Option<Identity>) {
    match &run.now {
        Now::Kept { keeper, module } => (keeper.clone(), module.clone()),
        other => panic!("a keeper has it, and not {other:?}"),
    }
}
