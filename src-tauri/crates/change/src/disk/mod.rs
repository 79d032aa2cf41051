//! The file system beneath the root and beneath the engine's own state folder, reached without ever following a link.
//!
//! Owns opening (component by component with `O_NOFOLLOW`), looking and reading; `act` owns the single durable actions and
//! `tree` whole trees. It refuses every path whose folders contain a symbolic link, so that nothing lands outside the root.
//! It decides nothing: what should be there is for `world`, `forward` and `back`.

mod act;
mod tree;

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use rustix::fs::{AtFlags, FileType, Mode, OFlags};
use rustix::io::Errno;

use crate::faults::{Fault, Faults};
use crate::filestate::hash;
use crate::{ChangeError, FileState, LARGEST_PRE_IMAGE, RelPath};

pub(crate) use tree::Tally;

const FOLDER: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);
const LEAF: OFlags = OFlags::NOFOLLOW.union(OFlags::CLOEXEC).union(OFlags::NONBLOCK);

/// Which of the two trees a place lies in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Base {
    Root,
    State,
}

/// Where something is on disk.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub base: Base,
    pub rel: RelPath,
}

impl Place {
    pub(crate) fn root(path: &RelPath) -> Place {
        Place { base: Base::Root, rel: path.clone() }
    }

    pub(crate) fn state(path: &str) -> Result<Place, ChangeError> {
        Ok(Place { base: Base::State, rel: RelPath::new(path)? })
    }

    /// Where step `step` of change `change` keeps what it trashed.
    pub(crate) fn trash(change: &str, step: usize) -> Result<Place, ChangeError> {
        Place::state(&format!("trash/{change}/{step}"))
    }

    pub(crate) fn join(&self, name: &str) -> Result<Place, ChangeError> {
        Ok(Place { base: self.base, rel: self.rel.join(name)? })
    }

    pub(crate) fn parent(&self) -> Place {
        Place { base: self.base, rel: self.rel.parent().unwrap_or_else(RelPath::root) }
    }
}

/// What is at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Spot {
    Absent,
    /// `hash: None` above [`LARGEST_PRE_IMAGE`].
    File {
        hash: Option<String>,
        len: u64,
        mode: u32,
    },
    Dir {
        mode: u32,
    },
    Link {
        target: String,
    },
    /// A FIFO, socket or device.
    Other,
    /// What a command will have made: known to be there, not what it is.
    Opaque,
}

impl Spot {
    pub(crate) fn of(state: &FileState) -> Spot {
        Spot::File { hash: Some(state.hash().to_owned()), len: state.bytes().len() as u64, mode: state.mode() }
    }

    pub(crate) fn of_bytes(bytes: &[u8], mode: u32) -> Spot {
        Spot::File { hash: Some(hash(bytes)), len: bytes.len() as u64, mode }
    }

    pub(crate) fn word(&self) -> &'static str {
        match self {
            Spot::Absent => "not there",
            Spot::File { .. } => "a file",
            Spot::Dir { .. } => "a folder",
            Spot::Link { .. } => "a symbolic link",
            Spot::Other => "a pipe, socket or device",
            Spot::Opaque => "there",
        }
    }
}

/// The two trees, the fault hook, and the folders that still want an fsync.
pub(crate) struct Disk {
    root: PathBuf,
    state: PathBuf,
    change: String,
    faults: Arc<dyn Faults>,
    step: AtomicUsize,
    touched: Mutex<BTreeSet<Place>>,
}

impl Disk {
    pub(crate) fn new(root: &Path, state: &Path, change: &str, faults: Arc<dyn Faults>) -> Disk {
        Disk {
            root: root.to_owned(),
            state: state.to_owned(),
            change: change.to_owned(),
            faults,
            step: AtomicUsize::new(0),
            touched: Mutex::new(BTreeSet::new()),
        }
    }

    /// Says which step the next actions belong to: it names their temporary files and their fault points.
    pub(crate) fn at_step(&self, step: usize) {
        self.step.store(step, Ordering::SeqCst);
    }

    pub(crate) fn path(&self, place: &Place) -> PathBuf {
        place.rel.beneath(match place.base {
            Base::Root => &self.root,
            Base::State => &self.state,
        })
    }

    /// Asks the fault hook; called before everything that changes disk or journal.
    pub(crate) fn point(&self, point: &'static str, path: &Path, action: &'static str) -> Result<(), ChangeError> {
        match self.faults.at(point, self.step.load(Ordering::SeqCst)) {
            Fault::Go => Ok(()),
            Fault::Die => Err(ChangeError::Died { point }),
            Fault::Errno(code) => Err(ChangeError::io(path, action, std::io::Error::from_raw_os_error(code))),
        }
    }

    fn fail<'a>(&'a self, place: &'a Place, action: &'static str) -> impl Fn(Errno) -> ChangeError + 'a {
        move |errno| ChangeError::io(&self.path(place), action, errno)
    }

    /// Opens a folder, refusing links on the way. The base itself may be reached through a link: the operator chose it.
    fn open_dir(&self, place: &Place) -> Result<OwnedFd, ChangeError> {
        let base = match place.base {
            Base::Root => &self.root,
            Base::State => &self.state,
        };
        let mut fd =
            rustix::fs::open(base, FOLDER, Mode::empty()).map_err(|e| ChangeError::io(base, "open the folder", e))?;
        let mut walked = RelPath::root();
        for name in place.rel.as_str().split('/').filter(|n| !n.is_empty()) {
            let next = rustix::fs::openat(&fd, name, FOLDER | OFlags::NOFOLLOW, Mode::empty());
            walked = walked.join(name)?;
            fd = match next {
                Ok(next) => next,
                Err(errno @ (Errno::LOOP | Errno::NOTDIR | Errno::MLINK)) => {
                    if let Ok(target) = rustix::fs::readlinkat(&fd, name, Vec::new()) {
                        return Err(ChangeError::ThroughLink {
                            link: walked.to_string(),
                            leads_to: target.to_string_lossy().into_owned(),
                        });
                    }
                    return Err(ChangeError::io(&walked.beneath(base), "open the folder", errno));
                }
                Err(errno) => {
                    return Err(ChangeError::io(&walked.beneath(base), "open the folder", errno));
                }
            };
        }
        Ok(fd)
    }

    /// What is there now. A missing folder on the way means `Absent`; a link on the way is refused.
    pub(crate) fn look(&self, place: &Place) -> Result<Spot, ChangeError> {
        if place.rel.is_root() {
            return Ok(self.open_dir(place).map_or(Spot::Absent, |_| Spot::Dir { mode: 0 }));
        }
        let dir = match self.open_dir(&place.parent()) {
            Err(error) if is_missing(&error) => return Ok(Spot::Absent),
            other => other?,
        };
        let name = place.rel.name();
        let stat = match rustix::fs::statat(&dir, name, AtFlags::SYMLINK_NOFOLLOW) {
            Err(Errno::NOENT) => return Ok(Spot::Absent),
            other => other.map_err(self.fail(place, "look at"))?,
        };
        let mode = bits(stat.st_mode);
        Ok(match FileType::from_raw_mode(stat.st_mode) {
            FileType::Directory => Spot::Dir { mode },
            FileType::Symlink => {
                let target =
                    rustix::fs::readlinkat(&dir, name, Vec::new()).map_err(self.fail(place, "read the link"))?;
                Spot::Link { target: target.to_string_lossy().into_owned() }
            }
            FileType::RegularFile => {
                let len = u64::try_from(stat.st_size).unwrap_or(0);
                if len > LARGEST_PRE_IMAGE {
                    return Ok(Spot::File { hash: None, len, mode });
                }
                let bytes = self.read_at(&dir, place)?;
                Spot::File { len: bytes.len() as u64, hash: Some(hash(&bytes)), mode }
            }
            _ => Spot::Other,
        })
    }

    /// The bytes and mode of a regular file, for a pre-image.
    pub(crate) fn read(&self, place: &Place) -> Result<FileState, ChangeError> {
        let dir = self.open_dir(&place.parent())?;
        let stat = rustix::fs::statat(&dir, place.rel.name(), AtFlags::SYMLINK_NOFOLLOW)
            .map_err(self.fail(place, "look at"))?;
        Ok(FileState::new(self.read_at(&dir, place)?, bits(stat.st_mode)))
    }

    fn read_at(&self, dir: &OwnedFd, place: &Place) -> Result<Vec<u8>, ChangeError> {
        let fd = rustix::fs::openat(dir, place.rel.name(), OFlags::RDONLY | LEAF, Mode::empty())
            .map_err(self.fail(place, "read"))?;
        let mut bytes = Vec::new();
        File::from(fd)
            .take(LARGEST_PRE_IMAGE + 1)
            .read_to_end(&mut bytes)
            .map_err(|e| ChangeError::io(&self.path(place), "read", e))?;
        Ok(bytes)
    }

    /// The names in a folder, sorted, as bytes because names need not be UTF-8.
    pub(crate) fn names(&self, place: &Place) -> Result<Vec<Vec<u8>>, ChangeError> {
        let dir = self.open_dir(place)?;
        tree::names(&dir).map_err(self.fail(place, "list"))
    }
}

/// Permission bits of a raw mode (16 bits wide on macOS, 32 on Linux).
pub(crate) fn bits(raw: impl Into<u32>) -> u32 {
    raw.into() & 0o7777
}

pub(crate) fn is_missing(error: &ChangeError) -> bool {
    matches!(error, ChangeError::Io { source, .. }
        if matches!(source.raw_os_error().map(Errno::from_raw_os_error), Some(Errno::NOENT | Errno::NOTDIR)))
}
