//! The file on disk: reading it safely, locking it, replacing it in one step.
//!
//! This is the app's own folder, not the install tree, so it is written here and not by the change engine.

use crate::SecretError;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// Largest file that is read, in bytes.
const MAX_BYTES: u64 = 64 * 1024 * 1024;

/// Where the file is.
pub(super) struct Disk {
    dir: PathBuf,
    path: PathBuf,
}

impl Disk {
    pub fn new(data_dir: &Path) -> Disk {
        Disk { dir: data_dir.to_owned(), path: data_dir.join("secrets.json") }
    }

    pub fn damaged(&self, what: &str) -> SecretError {
        SecretError::Damaged { path: self.path.clone(), what: what.to_owned() }
    }

    /// Holds off other processes until the returned file is dropped. A reader of a folder that does not exist
    /// has nothing to lock.
    pub fn lock(&self, write: bool) -> Result<Option<File>, SecretError> {
        if write {
            fs::DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(&self.dir)
                .map_err(|error| failed("make the folder", &self.dir, &error))?;
        } else if !self.path.exists() {
            return Ok(None);
        }
        let path = self.dir.join("secrets.lock");
        let open = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(&path);
        let file = match open {
            Ok(file) => file,
            // A read-only folder can still be read; nobody writes it then.
            Err(_) if !write => return Ok(None),
            Err(error) => return Err(failed("open", &path, &error)),
        };
        let locked = if write { file.lock() } else { file.lock_shared() };
        locked.map_err(|error| failed("lock", &path, &error))?;
        Ok(Some(file))
    }

    /// The file's bytes; `None` when there is no file.
    pub fn read(&self) -> Result<Option<Vec<u8>>, SecretError> {
        let meta = match fs::metadata(&self.path) {
            Ok(meta) => meta,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed("read", &self.path, &error)),
        };
        // Anything but a plain file is not opened: a pipe would wait for ever.
        if !meta.is_file() || meta.len() > MAX_BYTES {
            return Err(self.damaged("it is not a plain file of a sensible size"));
        }
        let mut bytes = Vec::new();
        File::open(&self.path)
            .and_then(|file| file.take(MAX_BYTES).read_to_end(&mut bytes))
            .map_err(|error| failed("read", &self.path, &error))?;
        Ok(Some(bytes))
    }

    /// Puts a new file in the old one's place, durably.
    pub fn replace(&self, bytes: &[u8]) -> Result<(), SecretError> {
        let fresh = self.dir.join(format!(".secrets.json.{}.new", std::process::id()));
        let written = write_new(&fresh, bytes).and_then(|()| fs::rename(&fresh, &self.path));
        if let Err(error) = written {
            // The old file is untouched; the leftover is ours to remove and may not even exist.
            let _ = fs::remove_file(&fresh);
            return Err(failed("write", &self.path, &error));
        }
        File::open(&self.dir).and_then(|dir| dir.sync_all()).map_err(|error| failed("sync", &self.dir, &error))
    }
}

fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new().create_new(true).write(true).mode(0o600).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn failed(what: &str, path: &Path, error: &io::Error) -> SecretError {
    SecretError::Failed(format!("could not {what} {}: {error}", path.display()))
}
