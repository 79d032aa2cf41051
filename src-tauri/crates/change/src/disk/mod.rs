//! The file system beneath the root, beneath the engine's own state folder and beneath named places elsewhere, reached without ever following a link.
//!
//! Owns opening (component by component with `O_NOFOLLOW`), looking and reading; `act` owns the single durable actions and
//! `tree` whole trees. It refuses every path whose folders contain a symbolic link, so that nothing lands outside the root.
//! It decides nothing: what should be there is for `world`, `forward` and `back`.

mod act;
mod tree;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

#[cfg(target_os = "linux")]
use rustix::fs::ResolveFlags;
use rustix::fs::{AtFlags, FileType, Mode, OFlags};
use rustix::io::Errno;

use crate::faults::{Fault, Faults};
use crate::filestate::hash;
use crate::{ChangeError, FileState, LARGEST_PRE_IMAGE, RelPath};

pub(crate) use tree::Tally;

const FOLDER: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);
const LEAF: OFlags = OFlags::NOFOLLOW.union(OFlags::CLOEXEC).union(OFlags::NONBLOCK);

/// Which tree a place lies in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Base {
    Root,
    State,
    /// A folder outside of the root that the engine was told of by this name.
    Named(String),
}

/// Where something is on disk.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub base: Base,
    pub rel: RelPath,
}

impl Place {
    pub(crate) fn of(path: &RelPath) -> Place {
        let base = path.place().map_or(Base::Root, |name| Base::Named(name.to_owned()));
        Place { base, rel: path.beneath_base() }
    }

    pub(crate) fn state(path: &str) -> Result<Place, ChangeError> {
        Ok(Place { base: Base::State, rel: RelPath::new(path)? })
    }

    /// Where step `step` of change `change` keeps what it trashed.
    pub(crate) fn trash(change: &str, step: usize) -> Result<Place, ChangeError> {
        Place::state(&format!("trash/{change}/{step}"))
    }

    pub(crate) fn join(&self, name: &str) -> Result<Place, ChangeError> {
        Ok(Place { base: self.base.clone(), rel: self.rel.join(name)? })
    }

    pub(crate) fn parent(&self) -> Place {
        Place { base: self.base.clone(), rel: self.rel.parent().unwrap_or_else(RelPath::root) }
    }

    /// What the operator reads: the path as a step names it.
    fn shown(&self, rel: &RelPath) -> String {
        match &self.base {
            Base::Named(name) => format!("@{name}/{}", rel.as_str()),
            _ => rel.to_string(),
        }
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

    pub(crate) fn hashed(hash: &str, len: u64, mode: u32) -> Spot {
        Spot::File { hash: Some(hash.to_owned()), len, mode }
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

/// Named places outside of the root.
pub(crate) type Places = BTreeMap<String, PathBuf>;

/// The trees, the fault hook, and the folders that still want an fsync.
pub(crate) struct Disk {
    root: PathBuf,
    state: PathBuf,
    places: Places,
    change: String,
    faults: Arc<dyn Faults>,
    step: AtomicUsize,
    touched: Mutex<BTreeSet<Place>>,
}

impl Disk {
    pub(crate) fn new(root: &Path, state: &Path, places: &Places, change: &str, faults: Arc<dyn Faults>) -> Disk {
        Disk {
            root: root.to_owned(),
            state: state.to_owned(),
            places: places.clone(),
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
        self.base(place).map_or_else(|_| PathBuf::from(place.shown(&place.rel)), |base| place.rel.beneath(base))
    }

    /// The folder at the top of the tree in which `place` lies.
    ///
    /// # Errors
    /// [`ChangeError::BadPath`] for a named place that nobody told of.
    pub(crate) fn base(&self, place: &Place) -> Result<&Path, ChangeError> {
        match &place.base {
            Base::Root => Ok(&self.root),
            Base::State => Ok(&self.state),
            Base::Named(name) => self.places.get(name).map(PathBuf::as_path).ok_or_else(|| ChangeError::BadPath {
                path: place.shown(&place.rel),
                reason: format!("no place named `@{name}` is known here"),
            }),
        }
    }

    /// The point before a server is asked for something.
    pub(crate) fn at_server(&self) -> Result<(), ChangeError> {
        self.point("remote", &self.root, "go on with a change of")
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
        let base = self.base(place)?;
        let mut fd =
            rustix::fs::open(base, FOLDER, Mode::empty()).map_err(|e| ChangeError::io(base, "open the folder", e))?;
        if place.rel.is_root() {
            return Ok(fd);
        }
        if let Some(folder) = open_at_once(&fd, place.rel.as_str()) {
            return Ok(folder);
        }
        // Name by name, which tells the link that is in the way.
        let mut walked = RelPath::root();
        for name in place.rel.as_str().split('/').filter(|n| !n.is_empty()) {
            let next = rustix::fs::openat(&fd, name, FOLDER | OFlags::NOFOLLOW, Mode::empty());
            walked = walked.join(name)?;
            fd = match next {
                Ok(next) => next,
                Err(errno @ (Errno::LOOP | Errno::NOTDIR | Errno::MLINK)) => {
                    if let Ok(target) = rustix::fs::readlinkat(&fd, name, Vec::new()) {
                        return Err(ChangeError::ThroughLink {
                            link: place.shown(&walked),
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
        self.look_with_bytes(place).map(|(spot, _)| spot)
    }

    /// The same with the bytes of a file; none of what is no file or above [`LARGEST_PRE_IMAGE`].
    pub(crate) fn look_with_bytes(&self, place: &Place) -> Result<(Spot, Vec<u8>), ChangeError> {
        if place.rel.is_root() {
            // The folder of a named place is made with the first file in it, so it counts as there.
            if matches!(place.base, Base::Named(_)) && !self.base(place)?.exists() {
                return Ok((Spot::Dir { mode: 0 }, Vec::new()));
            }
            return Ok((self.open_dir(place).map_or(Spot::Absent, |_| Spot::Dir { mode: 0 }), Vec::new()));
        }
        let dir = match self.open_dir(&place.parent()) {
            Err(error) if is_missing(&error) => return Ok((Spot::Absent, Vec::new())),
            other => other?,
        };
        let name = place.rel.name();
        let stat = match rustix::fs::statat(&dir, name, AtFlags::SYMLINK_NOFOLLOW) {
            Err(Errno::NOENT) => return Ok((Spot::Absent, Vec::new())),
            other => other.map_err(self.fail(place, "look at"))?,
        };
        let mode = bits(stat.st_mode);
        let spot = match FileType::from_raw_mode(stat.st_mode) {
            FileType::Directory => Spot::Dir { mode },
            FileType::Symlink => {
                let target =
                    rustix::fs::readlinkat(&dir, name, Vec::new()).map_err(self.fail(place, "read the link"))?;
                Spot::Link { target: target.to_string_lossy().into_owned() }
            }
            FileType::RegularFile => {
                let len = u64::try_from(stat.st_size).unwrap_or(0);
                if len > LARGEST_PRE_IMAGE {
                    return Ok((Spot::File { hash: None, len, mode }, Vec::new()));
                }
                let bytes = self.read_at(&dir, place)?;
                return Ok((Spot::of_bytes(&bytes, mode), bytes));
            }
            _ => Spot::Other,
        };
        Ok((spot, Vec::new()))
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
        let file = File::from(fd);
        let len = file.metadata().map_or(0, |m| m.len().min(LARGEST_PRE_IMAGE));
        // One byte more than it holds, so that its end is seen in the same read.
        let mut bytes = Vec::with_capacity(usize::try_from(len).unwrap_or(0) + 1);
        file.take(LARGEST_PRE_IMAGE + 1)
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

/// Opens a folder beneath `base` in one call that refuses every link on the way. `None` wherever that does not work out.
#[cfg(target_os = "linux")]
fn open_at_once(base: &OwnedFd, path: &str) -> Option<OwnedFd> {
    let resolve = ResolveFlags::NO_SYMLINKS | ResolveFlags::BENEATH;
    rustix::fs::openat2(base, path, FOLDER, Mode::empty(), resolve).ok()
}

#[cfg(not(target_os = "linux"))]
fn open_at_once(_base: &OwnedFd, _path: &str) -> Option<OwnedFd> {
    None
}

/// Permission bits of a raw mode (16 bits wide on macOS, 32 on Linux).
pub(crate) fn bits(raw: impl Into<u32>) -> u32 {
    raw.into() & 0o7777
}

pub(crate) fn is_missing(error: &ChangeError) -> bool {
    matches!(error, ChangeError::Io { source, .. }
        if matches!(source.raw_os_error().map(Errno::from_raw_os_error), Some(Errno::NOENT | Errno::NOTDIR)))
}
