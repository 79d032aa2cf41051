//! The single durable actions. Each asks the fault hook first, each leaves either the old or the new thing at its name.
//!
//! New files and folders are made beside their place under a name of ours, given their mode, and renamed. The names
//! (`.sanctum-<change>-<step>.…`) follow from the journal, so that recovery can clear what a kill left behind.

use std::fs::File;
use std::io::Write;
use std::os::fd::{AsFd, OwnedFd};

use rustix::fs::{AtFlags, Gid, Mode, OFlags, RawMode, RenameFlags, Uid};
use rustix::io::Errno;

use super::{Base, Disk, FOLDER, LEAF, Place, bits, tree};
use crate::ChangeError;

impl Disk {
    pub(super) fn ours(&self, ending: &str) -> String {
        format!(".sanctum-{}-{}.{ending}", self.change, self.step.load(std::sync::atomic::Ordering::SeqCst))
    }

    pub(super) fn touch(&self, folder: Place) {
        if let Ok(mut touched) = self.touched.lock() {
            touched.insert(folder);
        }
    }

    /// Opens the folder above `place` to write in it. Where the folder of a named place is missing it is made, with those above
    /// it; they are not journalled and stay, because they belong to the desktop and not to the install.
    fn open_above(&self, place: &Place) -> Result<OwnedFd, ChangeError> {
        if matches!(place.base, Base::Named(_)) {
            let base = self.base(place)?;
            let missing: Vec<_> = base.ancestors().take_while(|above| above.metadata().is_err()).collect();
            for folder in missing.into_iter().rev() {
                let fail = |e: std::io::Error| ChangeError::io(folder, "make the folder", e);
                self.point("own-dir", folder, "make the folder")?;
                match rustix::fs::mkdir(folder, Mode::from_raw_mode(0o700)) {
                    Ok(()) | Err(Errno::EXIST) => {}
                    Err(errno) => return Err(fail(errno.into())),
                }
                if let Some(above) = folder.parent() {
                    File::open(above).and_then(|above| above.sync_all()).map_err(fail)?;
                }
            }
        }
        self.open_dir(&place.parent())
    }

    /// Writes a whole file: temporary file in the same folder, fsync, rename. With `replace` it takes over the owner of
    /// what it replaces where this account may; without, something that appeared meanwhile is not overwritten.
    pub(crate) fn write_file(&self, place: &Place, bytes: &[u8], mode: u32, replace: bool) -> Result<(), ChangeError> {
        let dir = self.open_above(place)?;
        let temp = self.ours("tmp");
        self.clear(&dir, place, &temp)?;
        let made = self.fill_and_rename(&dir, place, &temp, bytes, mode, replace);
        if made.as_ref().is_err_and(|e| !matches!(e, ChangeError::Died { .. })) {
            // The error counts; a temporary file that cannot be removed now is removed by the roll-back.
            let _ = rustix::fs::unlinkat(&dir, &temp, AtFlags::empty());
        }
        self.touch(place.parent());
        made
    }

    fn fill_and_rename(
        &self,
        dir: &OwnedFd,
        place: &Place,
        temp: &str,
        bytes: &[u8],
        mode: u32,
        replace: bool,
    ) -> Result<(), ChangeError> {
        let path = self.path(place);
        self.point("create", &path, "create")?;
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | LEAF;
        let fd =
            rustix::fs::openat(dir, temp, flags, Mode::from_raw_mode(0o600)).map_err(self.fail(place, "create"))?;
        let mut file = File::from(fd);
        self.point("write", &path, "write")?;
        file.write_all(bytes).map_err(|e| ChangeError::io(&path, "write", e))?;
        if replace {
            self.keep_owner(dir, place, &file);
        }
        rustix::fs::fchmod(&file, raw(mode)).map_err(self.fail(place, "set the mode of"))?;
        self.point("sync", &path, "write")?;
        file.sync_all().map_err(|e| ChangeError::io(&path, "write", e))?;
        self.point("rename", &path, "write")?;
        if replace {
            rustix::fs::renameat(dir, temp, dir, place.rel.name()).map_err(self.fail(place, "write"))
        } else {
            rename_new(dir, temp, dir, place.rel.name()).map_err(self.fail(place, "create"))
        }
    }

    /// Only an administrator may give files away, so a refusal here is no failure.
    fn keep_owner(&self, dir: &OwnedFd, place: &Place, file: &File) {
        let (Ok(old), Ok(new)) =
            (rustix::fs::statat(dir, place.rel.name(), AtFlags::SYMLINK_NOFOLLOW), rustix::fs::fstat(file))
        else {
            return;
        };
        if (old.st_uid, old.st_gid) != (new.st_uid, new.st_gid) {
            let _ = rustix::fs::fchown(file, Some(Uid::from_raw(old.st_uid)), Some(Gid::from_raw(old.st_gid)));
        }
    }

    /// Makes a folder with exactly these bits.
    pub(crate) fn make_dir(&self, place: &Place, mode: u32) -> Result<(), ChangeError> {
        let dir = self.open_above(place)?;
        let temp = self.ours("tmp");
        self.clear(&dir, place, &temp)?;
        let path = self.path(place);
        self.point("mkdir", &path, "make the folder")?;
        rustix::fs::mkdirat(&dir, &temp, Mode::from_raw_mode(0o700)).map_err(self.fail(place, "make the folder"))?;
        let made = self
            .point("mkdir-name", &path, "make the folder")
            .and_then(|()| {
                rustix::fs::chmodat(&dir, &temp, raw(mode), AtFlags::empty())
                    .map_err(self.fail(place, "set the mode of"))
            })
            .and_then(|()| {
                rename_new(&dir, &temp, &dir, place.rel.name()).map_err(self.fail(place, "make the folder"))
            });
        if made.as_ref().is_err_and(|e| !matches!(e, ChangeError::Died { .. })) {
            let _ = rustix::fs::unlinkat(&dir, &temp, AtFlags::REMOVEDIR);
        }
        self.touch(place.parent());
        made
    }

    pub(crate) fn make_link(&self, place: &Place, target: &str) -> Result<(), ChangeError> {
        let dir = self.open_dir(&place.parent())?;
        self.point("symlink", &self.path(place), "make the link")?;
        self.touch(place.parent());
        rustix::fs::symlinkat(target, &dir, place.rel.name()).map_err(self.fail(place, "make the link"))
    }

    pub(crate) fn set_mode(&self, place: &Place, mode: u32) -> Result<(), ChangeError> {
        let dir = self.open_dir(&place.parent())?;
        let stat = rustix::fs::statat(&dir, place.rel.name(), AtFlags::SYMLINK_NOFOLLOW)
            .map_err(self.fail(place, "look at"))?;
        if rustix::fs::FileType::from_raw_mode(stat.st_mode).is_symlink() {
            return Err(ChangeError::WrongKind {
                path: place.shown(&place.rel),
                is: "a symbolic link",
                needs: "a file or a folder",
            });
        }
        self.point("chmod", &self.path(place), "set the mode of")?;
        self.touch(place.parent());
        rustix::fs::chmodat(&dir, place.rel.name(), raw(mode), AtFlags::empty())
            .map_err(self.fail(place, "set the mode of"))
    }

    /// Removes a file or link, never a folder.
    pub(crate) fn remove_file(&self, place: &Place) -> Result<(), ChangeError> {
        let dir = self.open_dir(&place.parent())?;
        self.point("unlink", &self.path(place), "remove")?;
        self.touch(place.parent());
        rustix::fs::unlinkat(&dir, place.rel.name(), AtFlags::empty()).map_err(self.fail(place, "remove"))
    }

    /// Removes an empty folder; one that holds something stays, with `ENOTEMPTY`.
    pub(crate) fn remove_dir(&self, place: &Place) -> Result<(), ChangeError> {
        let dir = self.open_dir(&place.parent())?;
        self.point("rmdir", &self.path(place), "remove the folder")?;
        self.touch(place.parent());
        rustix::fs::unlinkat(&dir, place.rel.name(), AtFlags::REMOVEDIR).map_err(self.fail(place, "remove the folder"))
    }

    /// Clears what an earlier attempt of this very step left under one of our names.
    pub(super) fn clear(&self, dir: &OwnedFd, place: &Place, name: &str) -> Result<(), ChangeError> {
        match rustix::fs::statat(dir, name, AtFlags::SYMLINK_NOFOLLOW) {
            Err(_) => Ok(()),
            Ok(_) => {
                self.point("clear", &self.path(place), "clear a leftover beside")?;
                tree::remove(dir.as_fd(), name.as_bytes()).map_err(self.fail(place, "clear a leftover beside"))
            }
        }
    }

    /// Clears the temporary name of this step beside `place`, if its folder is there.
    pub(crate) fn clear_temp(&self, place: &Place) -> Result<(), ChangeError> {
        match self.open_dir(&place.parent()) {
            Ok(dir) => self.clear(&dir, place, &self.ours("tmp")),
            Err(_) => Ok(()),
        }
    }

    /// Makes a private folder of the engine's own (trash), with those above it. Not journalled: it is not part of the install.
    pub(crate) fn make_own_dirs(&self, place: &Place) -> Result<(), ChangeError> {
        let mut at = Place { base: place.base.clone(), rel: crate::RelPath::root() };
        for name in place.rel.as_str().split('/').filter(|n| !n.is_empty()) {
            let dir = self.open_dir(&at)?;
            at = at.join(name)?;
            if matches!(rustix::fs::statat(&dir, name, AtFlags::SYMLINK_NOFOLLOW), Err(Errno::NOENT)) {
                self.point("own-dir", &self.path(&at), "make the folder")?;
                match rustix::fs::mkdirat(&dir, name, Mode::from_raw_mode(0o700)) {
                    Ok(()) | Err(Errno::EXIST) => self.touch(at.parent()),
                    Err(errno) => {
                        return Err(ChangeError::io(&self.path(&at), "make the folder", errno));
                    }
                }
            }
        }
        Ok(())
    }

    /// Writes one of the engine's own small files (a command's marker) and syncs it.
    pub(crate) fn write_own(&self, place: &Place, bytes: &[u8]) -> Result<File, ChangeError> {
        self.make_own_dirs(&place.parent())?;
        let dir = self.open_dir(&place.parent())?;
        self.point("own-file", &self.path(place), "write")?;
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::TRUNC | LEAF;
        let fd = rustix::fs::openat(&dir, place.rel.name(), flags, Mode::from_raw_mode(0o600))
            .map_err(self.fail(place, "write"))?;
        let mut file = File::from(fd);
        let io = |e| ChangeError::io(&self.path(place), "write", e);
        file.write_all(bytes).map_err(io)?;
        file.sync_all().map_err(io)?;
        File::from(dir).sync_all().map_err(io)?;
        Ok(file)
    }

    /// Opens one of the engine's own files, `None` where it is not there.
    pub(crate) fn open_own(&self, place: &Place) -> Option<File> {
        let dir = self.open_dir(&place.parent()).ok()?;
        rustix::fs::openat(&dir, place.rel.name(), OFlags::RDWR | LEAF, Mode::empty()).ok().map(File::from)
    }

    /// Syncs every folder touched since the last time. One that a later step
    /// moved away or replaced has its parent in the list.
    pub(crate) fn sync_touched(&self) -> Result<(), ChangeError> {
        let touched = self.touched.lock().map(|mut t| std::mem::take(&mut *t)).unwrap_or_default();
        for place in touched {
            self.point("sync-folder", &self.path(&place), "sync the folder")?;
            match self.open_dir(&place) {
                Err(ChangeError::ThroughLink { .. }) => {}
                Err(error) if super::is_missing(&error) => {}
                other => File::from(other?)
                    .sync_all()
                    .map_err(|e| ChangeError::io(&self.path(&place), "sync the folder", e))?,
            }
        }
        Ok(())
    }

    /// Lets everything another program wrote beneath the root reach the disk.
    pub(crate) fn sync_all(&self) -> Result<(), ChangeError> {
        self.point("sync-all", &self.root, "sync the disk of")?;
        let root = rustix::fs::open(&self.root, FOLDER, Mode::empty())
            .map_err(|e| ChangeError::io(&self.root, "open the folder", e))?;
        sync_volume(&root).map_err(|e| ChangeError::io(&self.root, "sync the disk of", e))
    }
}

#[cfg(target_os = "linux")]
fn sync_volume(root: &OwnedFd) -> rustix::io::Result<()> {
    rustix::fs::syncfs(root)
}

#[cfg(not(target_os = "linux"))]
fn sync_volume(_root: &OwnedFd) -> rustix::io::Result<()> {
    rustix::fs::sync();
    Ok(())
}

pub(super) fn raw(mode: u32) -> Mode {
    Mode::from_raw_mode(bits(mode) as RawMode)
}

/// Renames without overwriting. Where the file system cannot do that in one call, a look comes first.
pub(super) fn rename_new(from_dir: impl AsFd, from: &str, to_dir: impl AsFd, to: &str) -> rustix::io::Result<()> {
    match rustix::fs::renameat_with(&from_dir, from, &to_dir, to, RenameFlags::NOREPLACE) {
        Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => {
            match rustix::fs::statat(&to_dir, to, AtFlags::SYMLINK_NOFOLLOW) {
                Ok(_) => Err(Errno::EXIST),
                Err(Errno::NOENT) => rustix::fs::renameat(from_dir, from, to_dir, to),
                Err(errno) => Err(errno),
            }
        }
        other => other,
    }
}
