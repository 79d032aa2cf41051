//! Which files of a folder are logs: `x.log` and its rotated ones, oldest first. Nothing that leads elsewhere is one.

use std::collections::BTreeMap;
use std::fs::{File, Metadata};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// A module's folder of logs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub dir: PathBuf,
    /// Files outside of it are not read, however they got a name in `dir`.
    pub within: PathBuf,
}

/// What makes a file itself, whatever it is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identity {
    device: u64,
    inode: u64,
}

impl Identity {
    pub fn of(meta: &Metadata) -> Self {
        Self { device: meta.dev(), inode: meta.ino() }
    }
}

/// A log file as it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogFile {
    /// Links resolved.
    pub path: PathBuf,
    pub identity: Identity,
    pub bytes: u64,
    pub modified: std::time::SystemTime,
}

/// A live log with its rotated ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stream {
    /// Name of the live file.
    pub name: String,
    /// Oldest first.
    pub files: Vec<LogFile>,
}

/// What a folder holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    pub streams: Vec<Stream>,
    /// Names that look like logs and are not read, each with the reason.
    pub skipped: Vec<(String, &'static str)>,
}

/// More files of one folder are not read.
const MOST_FILES: usize = 200;

/// The logs of a place. A folder that is not there has none.
#[must_use]
pub fn files_of(place: &Place) -> Found {
    let mut found = Found::default();
    let (Ok(dir), Ok(within)) = (place.dir.canonicalize(), place.within.canonicalize()) else { return found };
    if !dir.starts_with(&within) {
        found.skipped.push(("logs".to_owned(), "the folder is a link to another place"));
        return found;
    }
    let Ok(entries) = std::fs::read_dir(&dir) else {
        found.skipped.push(("logs".to_owned(), "the folder cannot be read"));
        return found;
    };
    let mut names: Vec<String> = entries
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| name.contains(".log") && !name.starts_with('.'))
        .collect();
    names.sort();
    let mut streams: BTreeMap<String, Vec<(Turn, LogFile)>> = BTreeMap::new();
    for (n, name) in names.into_iter().enumerate() {
        let compressed = [".gz", ".bz2", ".xz", ".zst", ".zip"].iter().any(|end| name.ends_with(end));
        let why = if compressed {
            "compressed"
        } else if n >= MOST_FILES {
            "there are too many files"
        } else {
            match log_file(&dir.join(&name), &within) {
                Ok(file) => {
                    let (live, turn) = taken_apart(&name);
                    streams.entry(live.to_owned()).or_default().push((turn, file));
                    continue;
                }
                Err(why) => why,
            }
        };
        found.skipped.push((name, why));
    }
    found.streams = streams
        .into_iter()
        .map(|(name, mut files)| {
            files.sort_by(|a, b| a.0.cmp(&b.0));
            // Two names of one file are one log.
            let mut unique: Vec<LogFile> = Vec::with_capacity(files.len());
            for (_, file) in files {
                if unique.iter().all(|other| other.identity != file.identity) {
                    unique.push(file);
                }
            }
            Stream { name, files: unique }
        })
        .collect();
    found
}

fn log_file(path: &Path, within: &Path) -> Result<LogFile, &'static str> {
    let real = path.canonicalize().map_err(|_| "it leads nowhere")?;
    if !real.starts_with(within) {
        return Err("it is a link to another place");
    }
    let meta = real.symlink_metadata().map_err(|_| "it cannot be read")?;
    if !meta.is_file() {
        return Err("it is no file");
    }
    if rustix::fs::access(&real, rustix::fs::Access::READ_OK).is_err() {
        return Err("it may not be read");
    }
    let modified = meta.modified().unwrap_or(std::time::SystemTime::UNIX_EPOCH);
    Ok(LogFile { path: real, identity: Identity::of(&meta), bytes: meta.len(), modified })
}

/// Opens a file that was found; `None` where another stands in its place. A pipe that was put there does not hold us up.
pub fn open(path: &Path, identity: Identity) -> std::io::Result<Option<File>> {
    let flags = rustix::fs::OFlags::NONBLOCK | rustix::fs::OFlags::NOFOLLOW;
    let flags = i32::try_from(flags.bits()).unwrap_or(0);
    match File::options().read(true).custom_flags(flags).open(path) {
        Ok(file) => {
            let meta = file.metadata()?;
            Ok((meta.is_file() && Identity::of(&meta) == identity).then_some(file))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Place of a file among those of its stream: dated ones, then numbered ones from the highest, then the live one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Turn {
    Dated(String),
    Numbered(std::cmp::Reverse<u64>),
    Live,
}

/// The name of the live file, and the turn: `x.log.3` is the third before `x.log`.
fn taken_apart(name: &str) -> (&str, Turn) {
    let Some(at) = name.rfind(".log.") else { return (name, Turn::Live) };
    let (live, rest) = (&name[..at + 4], &name[at + 5..]);
    match rest.parse() {
        Ok(number) => (live, Turn::Numbered(std::cmp::Reverse(number))),
        Err(_) if rest.starts_with(|c: char| c.is_ascii_digit()) => (live, Turn::Dated(rest.to_owned())),
        // `x.log.old`: before everything that has a number or a date.
        Err(_) if matches!(rest, "old" | "bak" | "prev") => (live, Turn::Dated(String::new())),
        Err(_) => (name, Turn::Live),
    }
}
