//! Where a Sanctum may live: the three folders everything else is given, and the checks of a root folder before anything
//! is written (`facts/setup-wizard.md`, step 2).
//!
//! Owns the verdict on a path a person typed. Refuses to write, even a probe file: whether a folder can be written is
//! asked with access(2). What must be asked of the disk goes through [`Env`], so that the rules are tested anywhere.

mod evidence;
mod resolve;
mod rules;

use std::path::{Path, PathBuf};

pub use evidence::is_sanctum;
use evidence::{Contents, contents, in_git, sanctum_above, sanctum_below};
use resolve::{expand, nearest_existing, resolve};
use rules::{refuse_text, suggest, synced, unfit_for_modules};

/// Free space below which a root is warned about: 2 GiB.
pub const LOW_SPACE: u64 = 2 << 30;

/// The folders a use case works with; passed in everywhere, never read from the process environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Roots {
    /// The install root, `~/sanctum` unless chosen otherwise.
    pub root: PathBuf,
    /// The app's own data folder.
    pub data_dir: PathBuf,
    /// The person's home.
    pub home: PathBuf,
}

/// A path as it is shown: below `home` it starts with `~`.
pub fn short(path: &Path, home: &Path) -> String {
    match path.strip_prefix(home) {
        Ok(rest) if rest.as_os_str().is_empty() => "~".to_owned(),
        Ok(rest) if home != Path::new("/") => format!("~/{}", rest.display()),
        _ => path.display().to_string(),
    }
}

/// What the checks ask of the disk beyond reading folders.
pub trait Env: Send + Sync {
    /// Whether this process may create entries in `dir`.
    fn writable(&self, dir: &Path) -> bool;
    /// Bytes free for this process on the volume of `dir`.
    fn free_bytes(&self, dir: &Path) -> Option<u64>;
}

/// The real disk.
#[derive(Debug, Clone, Copy)]
pub struct Disk;

impl Env for Disk {
    fn writable(&self, dir: &Path) -> bool {
        use rustix::fs::Access;
        rustix::fs::access(dir, Access::WRITE_OK | Access::EXEC_OK).is_ok()
    }

    fn free_bytes(&self, dir: &Path) -> Option<u64> {
        let stat = rustix::fs::statvfs(dir).ok()?;
        Some(stat.f_bavail.saturating_mul(stat.f_frsize))
    }
}

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// The folder cannot be used.
    Error,
    /// It can be used, at a price.
    Warn,
    /// Worth knowing.
    Info,
}

/// One thing that was noticed about a root folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RootFinding {
    /// A stable code such as `root_relative`.
    pub code: &'static str,
    /// How much it matters.
    pub level: Level,
    /// What was noticed, in one sentence.
    pub message: String,
    /// What it means or what to do.
    pub hint: String,
}

/// The verdict on one root folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RootVerdict {
    /// The absolute path with `~` expanded and symlinks resolved; `None` when there is no usable path at all.
    pub path: Option<PathBuf>,
    /// Everything that was noticed, errors first.
    pub findings: Vec<RootFinding>,
    /// The nearest folder that would do, when this one does not or is warned about.
    pub suggestion: Option<PathBuf>,
    /// Bytes free there.
    pub free_bytes: Option<u64>,
}

impl RootVerdict {
    /// True when nothing forbids the folder.
    pub fn ok(&self) -> bool {
        self.findings.iter().all(|f| f.level != Level::Error)
    }

    /// The first finding that forbids the folder.
    pub fn error(&self) -> Option<&RootFinding> {
        self.findings.iter().find(|f| f.level == Level::Error)
    }
}

/// Checks a root folder as typed. Writes nothing, follows `~` to `home`, and reports everything it notices at once.
pub fn check_root(path_text: &str, home: &Path, env: &dyn Env) -> RootVerdict {
    let mut findings = Vec::new();
    let mut note = |code, level, message: String, hint: &str| {
        findings.push(RootFinding { code, level, message, hint: hint.to_owned() });
    };
    let safe = || suggest(home, None, env);
    if let Some((code, message, hint)) = refuse_text(path_text) {
        note(code, Level::Error, message.to_owned(), hint);
        return RootVerdict { path: None, findings, suggestion: safe(), free_bytes: None };
    }
    let Some(typed) = expand(path_text.trim(), home) else {
        note(
            "root_relative",
            Level::Error,
            format!("`{}` is not a full path.", path_text.trim()),
            "Start it with `/`, or with `~/` for your home folder.",
        );
        return RootVerdict { path: None, findings, suggestion: safe(), free_bytes: None };
    };
    let path = resolve(&typed);
    let shown = short(&path, home);
    if path.parent().is_none() {
        note(
            "root_is_slash",
            Level::Error,
            "The root of the disk cannot hold a Sanctum.".into(),
            "Choose a folder of your own, such as `~/sanctum`.",
        );
        return RootVerdict { path: Some(path), findings, suggestion: safe(), free_bytes: None };
    }

    if let Some(why) = unfit_for_modules(&path) {
        note("root_unquotable", Level::Error, format!("`{shown}` {why}."), "Choose a folder with a plainer name.");
    }
    let nearest = nearest_existing(&path);
    if !nearest.is_dir() {
        note(
            "root_is_file",
            Level::Error,
            format!("`{}` is a file, not a folder.", short(&nearest, home)),
            "Choose another folder, or move the file away.",
        );
    } else if !env.writable(&nearest) {
        note(
            "root_not_writable",
            Level::Error,
            format!("Nothing can be written in `{}` by this account.", short(&nearest, home)),
            "Choose a folder of your own, such as `~/sanctum`.",
        );
    }
    if let Some(outer) = sanctum_above(&path) {
        note(
            "root_inside_sanctum",
            Level::Error,
            format!("`{shown}` lies inside the Sanctum at `{}`.", short(&outer, home)),
            "Open that one, or choose a folder beside it.",
        );
    }
    match contents(&path) {
        Contents::Missing | Contents::Empty | Contents::OwnLeftovers => {}
        Contents::Sanctum => note(
            "root_not_empty",
            Level::Error,
            format!("`{shown}` already holds a Sanctum."),
            "Use the existing one, or choose another folder.",
        ),
        Contents::Foreign(first) => note(
            "root_not_empty",
            Level::Error,
            format!("`{shown}` is not empty: it holds `{first}`."),
            "Choose an empty or a new folder. Nothing in this one was touched.",
        ),
        Contents::Unreadable => note(
            "root_not_writable",
            Level::Error,
            format!("`{shown}` cannot be read by this account."),
            "Choose a folder of your own, such as `~/sanctum`.",
        ),
    }
    if let Some(inner) = sanctum_below(&path) {
        note(
            "root_contains_sanctum",
            Level::Warn,
            format!("There is a Sanctum below, at `{}`.", short(&inner, home)),
            "Open that one instead if it is the one you mean.",
        );
    }
    if let Some(place) = synced(&path, home).or_else(|| synced(&typed, home)) {
        note(
            "root_in_synced_folder",
            Level::Warn,
            format!("`{place}` may be synced or guarded."),
            "Syncing damages databases in use, and macOS stops background programs from reading this folder. `~/sanctum` has neither problem.",
        );
    }
    if path.to_string_lossy().chars().any(char::is_whitespace) {
        note(
            "root_has_space",
            Level::Warn,
            format!("`{shown}` contains a space."),
            "Sanctum copes with it; scripts of other modules may not.",
        );
    }
    if let Some(repo) = in_git(&path) {
        note(
            "root_in_git",
            Level::Warn,
            format!("`{}` is a git repository.", short(&repo, home)),
            "Settings and databases could be committed and pushed by accident.",
        );
    }
    let free_bytes = env.free_bytes(&nearest);
    if let Some(free) = free_bytes.filter(|f| *f < LOW_SPACE) {
        note(
            "root_low_space",
            Level::Warn,
            format!("Only {:.1} GB are free there.", free as f64 / 1e9),
            "The shared Python environment and the modules want about 2 GB.",
        );
    }
    if typed != path {
        note(
            "root_symlink",
            Level::Info,
            format!("`{}` leads to `{shown}`.", short(&typed, home)),
            "The real folder is used, so that it stays the same if the link changes.",
        );
    }
    if resolve::ignores_case(&nearest) {
        note(
            "root_ignores_case",
            Level::Info,
            "This volume does not tell capitals from small letters.".into(),
            "Agents' short names are all lower-case, so nothing clashes.",
        );
    }
    findings.sort_by_key(|f| f.level);
    let bad = findings.iter().any(|f| f.level != Level::Info);
    let suggestion = bad.then(|| suggest(home, Some(&path), env)).flatten();
    RootVerdict { path: Some(path), findings, suggestion, free_bytes }
}
