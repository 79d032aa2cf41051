//! The app's own small files in the data folder: which install was open, the wizard's answers, the kept session's name.
//!
//! These are not the install tree, so they do not go through change sets; each is replaced as a whole (temp, fsync,
//! rename, 0600). A file that cannot be read is an error with a way out, never "empty".

use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use serde::{Serialize, de::DeserializeOwned};

use crate::{ApiError, ApiResult};

/// Reads a file of ours; `None` where there is none.
///
/// # Errors
/// `own_file_unreadable` when it is there and cannot be read or understood.
pub(crate) fn read<T: DeserializeOwned>(path: &Path) -> ApiResult<Option<T>> {
    let text = match std::fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(path, &error.to_string())),
    };
    serde_json::from_slice(&text).map(Some).map_err(|error| unreadable(path, &error.to_string()))
}

/// Replaces a file of ours.
///
/// # Errors
/// `own_file_unwritable`, with the system's own words.
pub(crate) fn write<T: Serialize>(path: &Path, value: &T) -> ApiResult<()> {
    let result = (|| -> std::io::Result<()> {
        let text = serde_json::to_vec_pretty(value)?;
        let folder = path.parent().unwrap_or(Path::new("/"));
        make_private(folder)?;
        let temp = path.with_extension(format!("tmp{}", std::process::id()));
        let mut file = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&temp)?;
        file.write_all(&text)?;
        file.sync_all()?;
        std::fs::rename(&temp, path)?;
        std::fs::File::open(folder)?.sync_all()
    })();
    result.map_err(|error| unwritable(path, &error))
}

fn unwritable(path: &Path, error: &std::io::Error) -> ApiError {
    ApiError::broken(
        "own_file_unwritable",
        format!("`{}` could not be written.", path.display()),
        "Check that the disk has room and that the folder may be written.",
    )
    .with_details([error.to_string()])
}

/// Waits until nobody else changes a file of ours; it is one's own until the answer is dropped. The lock lies beside it and stays.
///
/// # Errors
/// `own_file_unwritable`, with the system's own words.
pub(crate) fn turn(path: &Path) -> ApiResult<std::fs::File> {
    let locked = || -> std::io::Result<std::fs::File> {
        make_private(path.parent().unwrap_or(Path::new("/")))?;
        let lock = path.with_extension("lock");
        let file = std::fs::OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(lock)?;
        file.lock()?;
        Ok(file)
    };
    locked().map_err(|error| unwritable(path, &error))
}

/// Writes text to a file that the operator chose, whole or not at all.
///
/// # Errors
/// `file_unwritable`, with the system's own words.
pub(crate) fn write_text(path: &Path, text: &str) -> ApiResult<()> {
    write_bytes(path, text.as_bytes())
}

/// The same for bytes.
///
/// # Errors
/// As [`write_text`].
pub(crate) fn write_bytes(path: &Path, bytes: &[u8]) -> ApiResult<()> {
    let written = (|| -> std::io::Result<()> {
        let folder = path.parent().unwrap_or(Path::new("/"));
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        file.persist(path)?;
        Ok(())
    })();
    written.map_err(|error| {
        ApiError::refused(
            "file_unwritable",
            format!("`{}` could not be written.", path.display()),
            "Choose another place; nothing was changed.",
        )
        .with_details([error.to_string()])
    })
}

/// Forgets a file of ours; that it is not there is fine.
///
/// # Errors
/// `own_file_unwritable`.
pub(crate) fn forget(path: &Path) -> ApiResult<()> {
    match std::fs::remove_file(path) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(ApiError::broken(
            "own_file_unwritable",
            format!("`{}` could not be removed.", path.display()),
            "Remove it by hand.",
        )
        .with_details([error.to_string()])),
    }
}

/// Makes a folder that only its owner may read, with its parents.
pub(crate) fn make_private(folder: &Path) -> std::io::Result<()> {
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

fn unreadable(path: &Path, why: &str) -> ApiError {
    ApiError::broken(
        "own_file_unreadable",
        format!("`{}` cannot be read.", path.display()),
        "Move it aside and start again; it holds nothing of the Sanctum itself.",
    )
    .with_details([why.to_owned()])
}
