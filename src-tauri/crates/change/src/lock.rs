//! One change at a time per install, across threads and processes.
//!
//! An `flock` on `<state_dir>/change.lock`: it belongs to the open file, so a second thread is kept out like a second
//! process, and a killed process gives it back by dying. The file itself stays; its presence means nothing.

use std::fs::File;
use std::path::Path;

use rustix::fs::{FlockOperation, Mode, OFlags};
use rustix::io::Errno;

use crate::ChangeError;

pub(crate) const LOCK_FILE: &str = "change.lock";

/// Held until dropped.
#[derive(Debug)]
pub(crate) struct Lock(File);

impl Drop for Lock {
    fn drop(&mut self) {
        // Said aloud, because a process that another thread is just starting holds a copy of the file until it has started.
        let _ = rustix::fs::flock(&self.0, FlockOperation::Unlock);
    }
}

impl Lock {
    /// # Errors
    /// [`ChangeError::Busy`] where another change holds it.
    pub(crate) fn take(state_dir: &Path) -> Result<Lock, ChangeError> {
        let path = state_dir.join(LOCK_FILE);
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let fd = rustix::fs::open(&path, flags, Mode::from_raw_mode(0o600))
            .map_err(|e| ChangeError::io(&path, "lock", e))?;
        match try_lock(&fd) {
            Ok(true) => Ok(Lock(File::from(fd))),
            Ok(false) => Err(ChangeError::Busy),
            Err(errno) => Err(ChangeError::io(&path, "lock", errno)),
        }
    }
}

/// Takes the lock of an open file without waiting; `false` where somebody else holds it.
pub(crate) fn try_lock(file: impl std::os::fd::AsFd) -> rustix::io::Result<bool> {
    match rustix::fs::flock(file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(true),
        Err(Errno::WOULDBLOCK) => Ok(false),
        Err(errno) => Err(errno),
    }
}
