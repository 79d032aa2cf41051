//! A folder of logs, and a view over it.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use sanctum_logs::{Filter, Level, Line, Options, Place, State, View};

/// Nothing here takes so long; a test that waits longer has failed.
pub const LONG: Duration = Duration::from_secs(25);

pub struct World {
    pub dir: tempfile::TempDir,
    pub told: Arc<Mutex<Vec<(Instant, State)>>>,
}

impl World {
    pub fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap(), told: Arc::default() }
    }

    pub fn place(&self, module: &str) -> Place {
        let dir = self.dir.path().join(module).join("logs");
        fs::create_dir_all(&dir).unwrap();
        Place { dir, within: self.dir.path().to_owned() }
    }

    pub fn file(&self, module: &str, name: &str) -> PathBuf {
        self.place(module).dir.join(name)
    }

    pub fn write(&self, module: &str, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let file = self.file(module, name);
        fs::write(&file, text).unwrap();
        file
    }

    /// A view that has not read all yet.
    pub fn opened(&self, modules: &[&str], filter: &Filter) -> View {
        let told = self.told.clone();
        let options = Options {
            // An hour ahead in winter, as in Berlin.
            zone: Arc::new(|_| 3600),
            every: Duration::from_millis(20),
            told: Box::new(move |state| told.lock().unwrap().push((Instant::now(), state))),
        };
        View::open(modules.iter().map(|module| self.place(module)).collect(), filter, options).unwrap()
    }

    /// A view that has read what is there.
    pub fn view(&self, modules: &[&str]) -> View {
        let view = self.opened(modules, &Filter::default());
        assert!(view.settle(LONG).complete, "everything is read in the end");
        view
    }
}

pub fn append(file: &Path, text: &str) {
    File::options().create(true).append(true).open(file).unwrap().write_all(text.as_bytes()).unwrap();
}

/// Waits until the view shows what it should.
pub fn until(view: &View, what: &str, right: impl Fn(&State) -> bool) -> State {
    let began = Instant::now();
    loop {
        let state = view.state();
        if right(&state) {
            return state;
        }
        assert!(began.elapsed() < LONG, "{what} does not come: {state:?}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

pub fn all(view: &View) -> Vec<Line> {
    view.page(0, 100_000).unwrap().0
}

pub fn texts(view: &View) -> Vec<String> {
    all(view).into_iter().map(|line| line.text).collect()
}

pub fn filter(level: Option<Level>, text: &str) -> Filter {
    Filter { level, text: text.to_owned(), regex: false, case: false }
}
