//! Instances that the operating system runs: launchd on macOS, systemd's user manager on Linux.
//!
//! Owns the text of the files that describe them, the commands that load, start, stop and ask, and the reading of what
//! those say. It writes no file (crate `change` does), runs nothing itself ([`Spawn`] is passed in), and refuses to put
//! anything into a file but where the program lies and which folder it is for: what it runs finds settings and secrets
//! itself. The program that is run must exit with 0 where it was asked to end or gave up, so that it is not started again.

pub mod linux;
pub mod macos;

use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

pub use linux::Systemd;
pub use macos::Launchd;

/// How long a command of the system may take that only tells or asks.
const SOON: Duration = Duration::from_secs(10);
/// Variables that a unit may set: where things are, never what they are.
const ENV: [&str; 8] = ["PATH", "HOME", "USER", "LANG", "LC_ALL", "TMPDIR", "XDG_DATA_HOME", "SANCTUM_ROOT"];
/// The longest label; file names and unit names end at 255 bytes.
const LABEL: usize = 180;

/// What the system is to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// Its name for the system, from [`label`].
    pub label: String,
    /// Its name for people: "Broca of Athena".
    pub title: String,
    /// The program, absolute.
    pub program: PathBuf,
    /// Its arguments. Never a secret: everybody on this machine can read them.
    pub args: Vec<String>,
    /// The folder it runs in, absolute.
    pub dir: PathBuf,
    /// It is started when the person signs in.
    pub at_login: bool,
    /// It is started again when it fails.
    pub restart: bool,
    /// Seconds it gets to end before it is killed.
    pub grace_s: u32,
    /// Where its output goes, absolute.
    pub out: PathBuf,
    /// Where its errors go, absolute.
    pub err: PathBuf,
    /// Variables, of those that only say where things are.
    pub env: Vec<(String, String)>,
}

/// Why a unit cannot be written for the system.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unwritable {
    /// A path or word that its file cannot carry.
    #[error("{what} `{text}` cannot be written for {init}: {why}. Move or rename it.")]
    Text {
        /// "The folder".
        what: &'static str,
        /// It, as it may be shown.
        text: String,
        /// "launchd".
        init: &'static str,
        /// What is in the way.
        why: &'static str,
    },
    /// A variable that does not belong there.
    #[error("`{0}` does not belong into a file that everybody can read. Give it to the module when it starts.")]
    Variable(String),
}

/// One unit at its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Its label.
    pub label: String,
    /// Its file, absolute.
    pub file: PathBuf,
    /// The person it runs as.
    pub uid: u32,
    /// It is started when the person signs in.
    pub at_login: bool,
    /// Seconds it gets to end.
    pub grace_s: u32,
}

/// What a command said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Said {
    /// Its exit code; `None` where a signal ended it.
    pub code: Option<i32>,
    /// Its output.
    pub out: String,
    /// Its errors.
    pub err: String,
}

/// Runs a command of the system and waits for it; a closure will do. Which variables it gets is the caller's: systemd is
/// found by `XDG_RUNTIME_DIR`.
pub trait Spawn {
    /// Runs `argv` for at most `wait`.
    ///
    /// # Errors
    /// Where it cannot be started or does not end in time.
    fn run(&self, argv: &[String], wait: Duration) -> io::Result<Said>;
}

impl<F: Fn(&[String], Duration) -> io::Result<Said>> Spawn for F {
    fn run(&self, argv: &[String], wait: Duration) -> io::Result<Said> {
        self(argv, wait)
    }
}

/// Where a unit stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stand {
    /// The system does not know it.
    NotLoaded,
    /// It is known and does not run.
    Stopped,
    /// It runs.
    Running,
    /// It is about to run.
    Starting,
    /// It was asked to end.
    Stopping,
    /// It failed and is started again in a moment.
    Waiting,
    /// It failed and is left alone.
    Failed,
    /// Nobody is there to ask: the person has no session.
    NoSession,
    /// What was said is not understood.
    Unclear,
}

/// What the system says of a unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// Where it stands.
    pub stand: Stand,
    /// Its process.
    pub pid: Option<u32>,
    /// How it ended last.
    pub exit: Option<i32>,
    /// How often the system started it again.
    pub restarts: Option<u32>,
    /// All of that in a clause, with what to do where there is something.
    pub words: String,
}

/// Why the system did not do as it was told.
#[derive(Debug, thiserror::Error)]
pub enum UnitError {
    /// The command could not be run.
    #[error("`{command}` could not be run: {source}. Is this system run by {init}?")]
    Spawn {
        /// The command.
        command: String,
        /// Who would have run it.
        init: &'static str,
        /// Why not.
        source: io::Error,
    },
    /// It said no.
    #[error("{words}")]
    Refused {
        /// What it said and what to do.
        words: String,
    },
}

/// One way in which a system runs programs for a person.
pub trait Init: Send + Sync {
    /// "launchd", "systemd".
    fn name(&self) -> &'static str;

    /// The name of the file that describes the unit with this label.
    fn file_name(&self, label: &str) -> String;

    /// The folder that holds such files. `xdg_config_home` is the value of that variable, if set.
    fn folder(&self, home: &Path, xdg_config_home: Option<&Path>) -> PathBuf;

    /// The content of that file; its mode is 0644.
    ///
    /// # Errors
    /// [`Unwritable`] naming what cannot be carried.
    fn text(&self, unit: &Unit) -> Result<Vec<u8>, Unwritable>;

    /// The folder that the unit in a file of ours runs in; `None` where the file says none.
    fn runs_in(&self, text: &str) -> Option<PathBuf>;

    /// True where a file that changed is taken up while what it describes goes on; otherwise that is stopped first.
    fn rereads(&self) -> bool;

    /// What tells the system of a file that was written or changed. launchd starts one that is meant for the login at once.
    fn load(&self, place: &Place) -> Vec<Vec<String>>;

    /// What starts it, where it stands so.
    fn start(&self, place: &Place, stand: Stand) -> Vec<Vec<String>>;

    /// What stops it. It may return before that ended.
    fn stop(&self, place: &Place) -> Vec<String>;

    /// What stops it and takes it from the system, before its file goes.
    fn unload(&self, place: &Place) -> Vec<Vec<String>>;

    /// What tells the system that its file is gone.
    fn forget(&self) -> Vec<Vec<String>>;

    /// What asks where it stands.
    fn ask(&self, place: &Place) -> Vec<String>;

    /// The answer to that.
    fn read(&self, said: &Said) -> State;

    /// `None` where a command did its work or there was nothing to do; otherwise what it said, and what to do.
    fn refused(&self, argv: &[String], said: &Said) -> Option<String>;
}

/// The init of the system this program was built for.
pub fn current() -> &'static dyn Init {
    if cfg!(target_os = "macos") { &Launchd } else { &Systemd }
}

/// Tells the system of a unit whose file was written. Where it must, it stops what the file described before.
///
/// # Errors
/// [`UnitError`] with what the system said.
pub fn load(init: &dyn Init, spawn: &dyn Spawn, place: &Place) -> Result<(), UnitError> {
    if !init.rereads() && state(init, spawn, place)?.stand != Stand::NotLoaded {
        stop(init, spawn, place)?;
    }
    all(init, spawn, init.load(place), SOON)
}

/// Starts a unit; one that runs is left as it is.
///
/// # Errors
/// [`UnitError`] with what the system said.
pub fn start(init: &dyn Init, spawn: &dyn Spawn, place: &Place) -> Result<(), UnitError> {
    let state = state(init, spawn, place)?;
    match state.stand {
        Stand::Running | Stand::Starting => Ok(()),
        Stand::NoSession => Err(UnitError::Refused { words: state.words }),
        stand => all(init, spawn, init.start(place, stand), SOON),
    }
}

/// Stops a unit and waits until it ended.
///
/// # Errors
/// [`UnitError`] with what the system said.
pub fn stop(init: &dyn Init, spawn: &dyn Spawn, place: &Place) -> Result<(), UnitError> {
    all(init, spawn, vec![init.stop(place)], patience(place))?;
    ended(init, spawn, place)
}

/// Stops a unit and takes it from the system; its file can go then, and [`forget`] tells of that.
///
/// # Errors
/// [`UnitError`] with what the system said.
pub fn unload(init: &dyn Init, spawn: &dyn Spawn, place: &Place) -> Result<(), UnitError> {
    all(init, spawn, init.unload(place), patience(place))?;
    ended(init, spawn, place)
}

/// Waits until it ended: a system that was told to stop it may still be at it.
fn ended(init: &dyn Init, spawn: &dyn Spawn, place: &Place) -> Result<(), UnitError> {
    let until = Instant::now() + patience(place);
    loop {
        let now = state(init, spawn, place)?;
        match now.stand {
            Stand::Running | Stand::Starting | Stand::Stopping | Stand::Waiting => {}
            Stand::NotLoaded | Stand::Stopped | Stand::Failed | Stand::NoSession | Stand::Unclear => return Ok(()),
        }
        if Instant::now() >= until {
            let words = format!("It was asked to end and did not: {}.", now.words);
            return Err(UnitError::Refused { words });
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// Tells the system that a file is gone.
///
/// # Errors
/// [`UnitError`] with what the system said.
pub fn forget(init: &dyn Init, spawn: &dyn Spawn) -> Result<(), UnitError> {
    all(init, spawn, init.forget(), SOON)
}

/// Where a unit stands.
///
/// # Errors
/// [`UnitError::Spawn`] where the system's own command is missing.
pub fn state(init: &dyn Init, spawn: &dyn Spawn, place: &Place) -> Result<State, UnitError> {
    run(init, spawn, &init.ask(place), SOON).map(|said| init.read(&said))
}

/// It is killed after its grace; that takes a moment more.
fn patience(place: &Place) -> Duration {
    SOON + Duration::from_secs(u64::from(place.grace_s) + 5)
}

fn all(init: &dyn Init, spawn: &dyn Spawn, commands: Vec<Vec<String>>, wait: Duration) -> Result<(), UnitError> {
    for argv in commands {
        let said = run(init, spawn, &argv, wait)?;
        if let Some(words) = init.refused(&argv, &said) {
            return Err(UnitError::Refused { words });
        }
    }
    Ok(())
}

fn run(init: &dyn Init, spawn: &dyn Spawn, argv: &[String], wait: Duration) -> Result<Said, UnitError> {
    spawn.run(argv, wait).map_err(|source| UnitError::Spawn { command: argv.join(" "), init: init.name(), source })
}

/// The label of an instance: `org.sanctum.<install>.<address>`. Two addresses never have the same one, and it needs no
/// quoting anywhere.
pub fn label(install: &str, address: &str) -> String {
    let short: String = install.chars().filter(char::is_ascii_alphanumeric).take(8).collect();
    let mut out = format!("org.sanctum.{}.", short.to_ascii_lowercase());
    for byte in address.bytes() {
        match byte {
            b'/' => out.push('.'),
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' => out.push(char::from(byte)),
            other => out.push_str(&format!("_{other:02x}")),
        }
    }
    if out.len() > LABEL {
        let whole = blake3::hash(address.as_bytes()).to_hex();
        out.truncate(LABEL - 17);
        out.push('_');
        out.push_str(&whole[..16]);
    }
    out
}

fn argv(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// Everything of a unit that its file must be able to carry; `fits` says of any word why it cannot, the others of the path
/// of a program and of a folder or a log.
fn check(
    unit: &Unit,
    init: &'static str,
    fits: impl Fn(&str) -> Option<&'static str>,
    fits_program: impl Fn(&str) -> Option<&'static str>,
    fits_path: impl Fn(&str) -> Option<&'static str>,
) -> Result<(), Unwritable> {
    let bad = |what, text: &str, why| Unwritable::Text { what, text: crate::clean::line(text, 200), init, why };
    for (what, path) in
        [("The program", &unit.program), ("The folder", &unit.dir), ("The log", &unit.out), ("The log", &unit.err)]
    {
        let shown = path.to_string_lossy();
        let why = match path.to_str() {
            None => Some("it is not readable text"),
            Some(_) if !path.is_absolute() => Some("it does not begin at the top"),
            Some(text) if what == "The program" => fits(text).or_else(|| fits_program(text)),
            Some(text) => fits(text).or_else(|| fits_path(text)),
        };
        if let Some(why) = why {
            return Err(bad(what, &shown, why));
        }
    }
    for arg in &unit.args {
        if let Some(why) = fits(arg) {
            return Err(bad("The argument", arg, why));
        }
    }
    for (key, value) in &unit.env {
        if !ENV.contains(&key.as_str()) {
            return Err(Unwritable::Variable(crate::clean::line(key, 80)));
        }
        if let Some(why) = fits(value) {
            return Err(bad("The variable", value, why));
        }
    }
    Ok(())
}

/// What a file of lines of text cannot carry.
fn one_line(text: &str) -> Option<&'static str> {
    text.chars().any(char::is_control).then_some("it holds a control character")
}
