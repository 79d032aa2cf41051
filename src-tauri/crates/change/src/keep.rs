//! Files that nobody asked for and nobody should lose: what is taken out of a server before it is deleted there.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::PathBuf;

use crate::{ChangeError, Engine};

impl Engine {
    /// Writes `bytes` to `<state_dir>/trash/kept/<name>`, for its owner alone, and gives back where. Nothing is overwritten.
    ///
    /// # Errors
    /// [`ChangeError::BadPath`] for a name that is more than a name; [`ChangeError::Io`].
    pub fn keep(&self, name: &str, bytes: &[u8]) -> Result<PathBuf, ChangeError> {
        let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
        if name.is_empty() || name.len() > 200 || name.starts_with('.') || !name.bytes().all(plain) {
            let reason = "what is kept is named by letters, digits, `-`, `_` and `.`".to_owned();
            return Err(ChangeError::BadPath { path: name.to_owned(), reason });
        }
        let folder = self.state_dir.join("trash").join("kept");
        let file = folder.join(name);
        let written = (|| -> std::io::Result<()> {
            DirBuilder::new().recursive(true).mode(0o700).create(&folder)?;
            let mut out = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&file)?;
            out.write_all(bytes)?;
            out.sync_all()?;
            File::open(&folder)?.sync_all()
        })();
        written.map_err(|error| ChangeError::io(&file, "write", error))?;
        Ok(file)
    }
}
