//! What differs between macOS and Linux, behind one trait, so that the shared logic is tested on either.
//!
//! Both implementations compile everywhere: `macos.rs` and `linux.rs` hold facts and path rules, and anything they must
//! ask the system goes through [`Spawn`](crate::spawn::Spawn). Nothing here reads the process environment.

use std::path::{Path, PathBuf};

use crate::python::Origin;
use crate::spawn::Spawn;

pub use crate::linux::Linux;
pub use crate::macos::MacOs;

/// The facts about an operating system that this crate needs.
pub trait Host: Send + Sync {
    /// The system's name as a person says it.
    fn platform(&self) -> &'static str;

    /// What the system calls the place for deleted things, for sentences such as "Move to the Trash".
    fn trash_words(&self) -> &'static str;

    /// The app's own data folder when nothing overrides it. `xdg_data_home` is the value of that variable, if set.
    fn data_dir(&self, home: &Path, xdg_data_home: Option<&Path>) -> PathBuf;

    /// Folders that may hold a `python3`, beyond those in `PATH`, with where such a Python comes from.
    /// Folders that end in `*` are expanded by the caller.
    fn python_places(&self, home: &Path) -> Vec<(PathBuf, Origin)>;

    /// True when running `path` would not run Python but pop up an installer; then it must never be run.
    fn is_stub(&self, path: &Path, spawn: &dyn Spawn) -> bool;

    /// The folder of the person's own login items. `xdg_config_home` is the value of that variable, if set.
    fn login_items(&self, home: &Path, xdg_config_home: Option<&Path>) -> PathBuf;

    /// The file that makes the system open `program` at login. `None` for a path that such a file cannot carry: one that
    /// is relative, not UTF-8, or holds characters its format has no way to write.
    fn login_item(&self, program: &Path) -> Option<LoginItem>;
}

/// A login item as it stands in [`Host::login_items`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoginItem {
    /// Its name in that folder.
    pub file_name: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// The path as text where a line of text can hold it.
pub(crate) fn one_line(program: &Path) -> Option<&str> {
    program.to_str().filter(|text| program.is_absolute() && !text.chars().any(char::is_control))
}

/// The host this program was built for.
pub fn current() -> &'static dyn Host {
    if cfg!(target_os = "macos") { &MacOs } else { &Linux }
}
