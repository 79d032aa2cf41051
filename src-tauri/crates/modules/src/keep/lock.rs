//! One keeper per instance: an `flock` on `<state_dir>/keeper.lock`, held for as long as the keeper lives.
//!
//! It belongs to the open file, which no module inherits, and a keeper that is killed gives it back by dying. The file
//! stays; its presence means nothing.

use std::fs::File;
use std::io::{Error, Result};
use std::path::Path;

use rustix::fs::{FlockOperation, Mode, OFlags};
use rustix::io::Errno;

const FILE: &str = "keeper.lock";

/// Held until dropped.
#[derive(Debug)]
pub(crate) struct Lock(File);

impl Drop for Lock {
    fn drop(&mut self) {
        // Said aloud: a process that is just being started holds a copy of the file until it has started.
        let _ = rustix::fs::flock(&self.0, FlockOperation::Unlock);
    }
}

impl Lock {
    /// Takes it without waiting; nothing where somebody else has it.
    pub fn take(state_dir: &Path) -> Result<Option<Lock>> {
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let fd = rustix::fs::open(state_dir.join(FILE), flags, Mode::from_raw_mode(0o600)).map_err(Error::from)?;
        match rustix::fs::flock(&fd, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Some(Lock(File::from(fd)))),
            Err(Errno::WOULDBLOCK) => Ok(None),
            Err(errno) => Err(errno.into()),
        }
    }
}
