//! Writing what the survey took, into a fresh folder that nobody else sees yet.
//!
//! Folders first, files next, links last: so no file is ever written through a link. Modes are 0755 and 0644 and nothing else.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

use crate::entries::{Entries, Kind};
use crate::error::shown;
use crate::survey::{Item, Survey};
use crate::tally::Tally;
use crate::{FetchError, Limits, World, name, platform};

/// Progress is told for every so many files.
const STEP: usize = 5_000;

/// Reads the source once more and writes it to `tree`; whatever differs from the survey ends it.
pub(crate) fn all(
    entries: &mut dyn Entries,
    survey: &Survey,
    tree: &Path,
    limits: &Limits,
    world: &World<'_>,
) -> Result<(), FetchError> {
    folder(tree)?;
    for path in &survey.folders {
        folder(&tree.join(path))?;
    }
    let mut tally = Tally::new(limits, entries.packed());
    let left_out = entries.left_out();
    let mut written = 0;
    entries.each(&mut |raw, content| {
        let path = name::clean(raw.name, limits)?;
        if (world.cancelled)() {
            return Err(FetchError::Cancelled);
        }
        if left_out.part(&path).is_some() || !matches!(raw.kind, Kind::File) {
            return Ok(());
        }
        let Some(place) = survey.place(&path) else {
            return Ok(());
        };
        let item = survey.files.get(place).ok_or_else(|| FetchError::Changed { name: shown(&path) })?;
        let to = tree.join(place);
        let mut file = create(&to)?;
        let mut hasher = blake3::Hasher::new();
        let size = tally.pass(&path, content, world.cancelled, &mut |bytes| {
            hasher.update(bytes);
            file.write_all(bytes).map_err(|e| FetchError::io(&to, "write", e))
        })?;
        if size != item.size || hasher.finalize() != item.hash {
            return Err(FetchError::Changed { name: shown(&path) });
        }
        finish(&file, item).map_err(|e| FetchError::io(&to, "write", e))?;
        written += 1;
        if written % STEP == 0 {
            (world.line)(&format!("{written} of {} files", survey.file_count()));
        }
        Ok(())
    })?;
    if written != survey.file_count() {
        return Err(FetchError::Changed { name: "its list of files".to_owned() });
    }
    for (path, target) in &survey.links {
        let to = tree.join(path);
        std::os::unix::fs::symlink(target, &to).map_err(|e| FetchError::io(&to, "make the link", e))?;
    }
    Ok(())
}

fn folder(path: &Path) -> Result<(), FetchError> {
    let made = DirBuilder::new().mode(0o755).create(path);
    // Whatever the umask is.
    made.and_then(|()| fs::set_permissions(path, Permissions::from_mode(0o755)))
        .map_err(|e| FetchError::io(path, "make the folder", e))
}

pub(crate) fn create(path: &Path) -> Result<File, FetchError> {
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    file.map_err(|e| FetchError::io(path, "make the file", e))
}

fn finish(file: &File, item: &Item) -> std::io::Result<()> {
    file.set_permissions(Permissions::from_mode(if item.executable { 0o755 } else { 0o644 }))?;
    platform::written(file)
}
