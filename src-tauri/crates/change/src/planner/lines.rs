//! Planning changes to small files: patches that keep only what differs, and removals whose content the journal keeps.

use super::Planner;
use crate::patch::{self, LARGEST_PATCHED, MOST_LINES_PATCHED, Sealed};
use crate::{Action, ChangeError, FileState, RelPath};

/// Files above this size are not removed by [`Planner::remove_file`], since the journal would have to keep them.
pub const LARGEST_REMOVED: u64 = 64 * 1024;

impl Planner<'_> {
    /// Changes the lines in which an existing file differs from `after`; it keeps its mode. Neither the plan nor the journal
    /// gets to know its other lines, nor any value in `sealed`: wherever one stands in a changed line, before or after, its
    /// reference is kept instead. No step where it holds these bytes already. A file may be patched several times in one plan.
    ///
    /// # Errors
    /// [`ChangeError::Absent`] where there is no such file; [`ChangeError::WrongKind`]; [`ChangeError::BadPath`] for a file over
    /// [`LARGEST_PATCHED`] or with more than [`MOST_LINES_PATCHED`] lines.
    pub fn patch_file(
        &mut self,
        path: &str,
        after: Vec<u8>,
        sealed: &[Sealed],
        title: &str,
    ) -> Result<(), ChangeError> {
        let path = self.real(path)?;
        let before = self.there(&path, "change")?;
        let mode = before.mode();
        self.patch(path, &before, FileState::new(after, mode), sealed, title)
    }

    /// The same, but the file ends with exactly this mode.
    ///
    /// # Errors
    /// As [`Planner::patch_file`].
    pub fn patch_file_mode(
        &mut self,
        path: &str,
        after: Vec<u8>,
        mode: u32,
        sealed: &[Sealed],
        title: &str,
    ) -> Result<(), ChangeError> {
        let path = self.real(path)?;
        let before = self.there(&path, "change")?;
        self.patch(path, &before, FileState::new(after, mode), sealed, title)
    }

    fn patch(
        &mut self,
        path: RelPath,
        before: &FileState,
        after: FileState,
        sealed: &[Sealed],
        title: &str,
    ) -> Result<(), ChangeError> {
        if *before == after {
            return Ok(());
        }
        for bytes in [before.bytes(), after.bytes()] {
            let lines = bytes.iter().filter(|b| **b == b'\n').count();
            if bytes.len() as u64 > LARGEST_PATCHED || lines > MOST_LINES_PATCHED {
                return Err(ChangeError::BadPath {
                    path: path.to_string(),
                    reason: format!(
                        "only files up to {} KiB and {MOST_LINES_PATCHED} lines are changed line by line",
                        LARGEST_PATCHED / 1024
                    ),
                });
            }
        }
        let hunks = patch::make(before.bytes(), after.bytes(), sealed);
        let places = match hunks.len() {
            0 => None,
            1 => Some("one place".to_owned()),
            n => Some(format!("{n} places")),
        };
        let modes = (before.mode() != after.mode()).then(|| format!("{:04o} → {:04o}", before.mode(), after.mode()));
        let detail = places.into_iter().chain(modes).collect::<Vec<_>>().join(", ");
        let action = Action::PatchFile {
            path: path.clone(),
            before_hash: before.hash().to_owned(),
            after_hash: after.hash().to_owned(),
            before_mode: before.mode(),
            after_mode: after.mode(),
            before_len: before.bytes().len() as u64,
            after_len: after.bytes().len() as u64,
            hunks,
        };
        self.bytes.insert(path, after);
        self.push(title, &detail, action)
    }

    /// Removes a small file; the journal keeps its content, so it must hold no secret. What is larger goes to the trash.
    ///
    /// # Errors
    /// [`ChangeError::Absent`] where there is no such file; [`ChangeError::WrongKind`]; [`ChangeError::BadPath`] for a file over
    /// [`LARGEST_REMOVED`].
    pub fn remove_file(&mut self, path: &str, title: &str) -> Result<(), ChangeError> {
        let path = self.real(path)?;
        let before = self.there(&path, "remove")?;
        if before.bytes().len() as u64 > LARGEST_REMOVED {
            return Err(ChangeError::BadPath {
                path: path.to_string(),
                reason: format!("it holds more than {} KiB; move it to the trash instead", LARGEST_REMOVED / 1024),
            });
        }
        self.bytes.remove(&path);
        self.push(title, &super::size(before.bytes().len()), Action::RemoveFile { path, before })
    }

    fn there(&self, path: &RelPath, action: &'static str) -> Result<FileState, ChangeError> {
        self.pre_image(path)?.ok_or_else(|| ChangeError::Absent { path: path.to_string(), action })
    }
}
