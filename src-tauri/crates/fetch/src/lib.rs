//! Code of modules: from a folder, an archive (zip, tar, tar.gz, mcpb) or a git address into a new folder, and nothing else
//! with it.
//!
//! Everything that comes in is hostile until it was checked whole: a source is read once to its end before the first byte of
//! it is written, and what is written afterwards must hash to the same. Owns what is taken and what is refused, the limits,
//! the content hash and the record `.sanctum-source.json`. Refuses to write into a folder that exists, to ask anybody for a
//! password, and to run anything that came with the code. Time, environment, spawning and cancelling are passed in.

mod archive;
mod arrange;
mod entries;
mod error;
mod folder;
mod git;
mod limits;
#[cfg(not(target_os = "macos"))]
mod linux;
#[cfg(target_os = "macos")]
mod macos;
mod name;
mod record;
mod source;
mod spawn;
mod stage;
mod survey;
mod tally;
mod tarball;
mod write;
mod zipped;

#[cfg(not(target_os = "macos"))]
use linux as platform;
#[cfg(target_os = "macos")]
use macos as platform;

use std::path::Path;

use time::OffsetDateTime;

pub use arrange::{Arrange, Tie};
pub use error::{FetchError, shown, size};
pub use limits::Limits;
pub use name::fold;
pub use record::{RECORD, Record};
pub use source::{GitUrl, Rev, Source, SubFolder, Wanted};
pub use spawn::{Call, Ended, OsSpawn, Spawn, SpawnError, Talk};
pub use survey::{Finding, Inspection};

use entries::{Entries, LeftOut};
use stage::Stage;
use survey::Survey;

/// What a fetch is handed of the world.
pub struct World<'a> {
    pub spawn: &'a dyn Spawn,
    /// What git is handed: `PATH`, in which it is looked for, `HOME`, `SSH_AUTH_SOCK`, proxies. Nothing else is.
    pub env: &'a [(String, String)],
    /// What the record says about when.
    pub now: OffsetDateTime,
    /// One line of progress for a person; no text in it moves a cursor.
    pub line: &'a dyn Fn(&str),
    /// Asked again and again; where it says yes, everything is taken away.
    pub cancelled: &'a dyn Fn() -> bool,
}

/// What was fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The same that stands in the target.
    pub record: Record,
    /// What was left out or changed on the way.
    pub findings: Vec<Finding>,
    /// The one folder at the top of an archive that everything lay in, and that was left behind.
    pub wrapping: Option<String>,
}

/// Reads a folder or an archive to its end and says what fetching it would bring. Writes nothing.
///
/// # Errors
/// Everything for which [`fetch`] refuses it; for a git address, that it cannot be looked at before it was fetched.
pub fn inspect(wanted: &Wanted, limits: &Limits) -> Result<Inspection, FetchError> {
    let never = || false;
    let survey = match &wanted.source {
        Source::Folder(path) => {
            let mut entries = folder::Folder::open(path, LeftOut::Folder)?;
            Survey::of(&mut entries, wanted, limits, &never)?
        }
        Source::Archive(path) => Survey::of(archive::open(path, limits)?.as_mut(), wanted, limits, &never)?,
        Source::Git { url, .. } => {
            let reason = "what lies there is only known once it was fetched";
            return Err(FetchError::Url { url: url.to_string(), reason });
        }
    };
    Ok(survey.inspection())
}

/// BLAKE3, in hex, over path, executable bit and content of every file and link in `dir`, sorted by path. The same for the
/// same content from a folder, a tar or a zip. `.git`, `__pycache__`, what Finder leaves behind and the record do not count.
/// A link counts by what it says; none is followed.
///
/// # Errors
/// Where it cannot be read, holds no file, or holds a pipe, a device or a name that is never fetched.
pub fn content_hash(dir: &Path) -> Result<String, FetchError> {
    let wanted = Wanted { source: Source::Folder(dir.to_owned()), only: None };
    let mut entries = folder::Folder::open(dir, LeftOut::Always)?.with_any_links();
    Ok(Survey::of(&mut entries, &wanted, &Limits::default(), &|| false)?.hash)
}

/// Fetches into `into`, an absolute path at which nothing is yet, in a folder that is there.
///
/// # Errors
/// [`FetchError`]; nothing is left behind then.
pub fn fetch(wanted: &Wanted, into: &Path, limits: &Limits, world: &World<'_>) -> Result<Report, FetchError> {
    fetch_arranged(wanted, into, limits, world, &Arrange::default())
}

/// The same, and what comes is arranged before it takes its place.
///
/// # Errors
/// As [`fetch`], and where it is not what was wanted.
pub fn fetch_arranged(
    wanted: &Wanted,
    into: &Path,
    limits: &Limits,
    world: &World<'_>,
    arrange: &Arrange,
) -> Result<Report, FetchError> {
    let stage = Stage::make(into)?;
    let mut record = Record::new(wanted, world.now);
    let survey = match &wanted.source {
        Source::Folder(path) => {
            let mut entries = folder::Folder::open(path, LeftOut::Folder)?;
            entries.stands_apart_from(stage.target())?;
            bring(&mut entries, wanted, limits, world, &stage)?
        }
        Source::Archive(path) => bring(archive::open(path, limits)?.as_mut(), wanted, limits, world, &stage)?,
        Source::Git { url, rev } => {
            let clone = stage.beside("clone");
            let commit = git::clone(url, rev.as_ref(), &clone, limits, world)?;
            (world.line)(&format!("Commit {commit}"));
            record.commit = Some(commit);
            let mut entries = folder::Folder::open(&clone, LeftOut::Always)?;
            bring(&mut entries, wanted, limits, world, &stage)?
        }
    };
    let inspection = survey.inspection();
    record.hash.clone_from(&inspection.hash);
    record.files = inspection.files.len();
    record.bytes = inspection.bytes;
    if arrange.hash.as_ref().is_some_and(|hash| *hash != inspection.hash) {
        return Err(FetchError::NotWhatWasLookedAt);
    }
    if let Some((from, commit)) = &arrange.origin {
        record.from.clone_from(from);
        record.commit.clone_from(commit);
    }
    arrange.apply(&stage.tree())?;
    record.write(&stage.tree())?;
    if (world.cancelled)() {
        return Err(FetchError::Cancelled);
    }
    stage.finish()?;
    Ok(Report { record, findings: inspection.findings, wrapping: survey.wrapping })
}

/// Looks at everything, then writes it.
fn bring(
    entries: &mut dyn Entries,
    wanted: &Wanted,
    limits: &Limits,
    world: &World<'_>,
    stage: &Stage,
) -> Result<Survey, FetchError> {
    (world.line)(&format!("Checking {}", shown(&wanted.source.to_string())));
    let survey = Survey::of(entries, wanted, limits, world.cancelled)?;
    (world.line)(&format!("Writing {} files, {}", survey.file_count(), size(survey.bytes)));
    write::all(entries, &survey, &stage.tree(), limits, world)?;
    Ok(survey)
}
