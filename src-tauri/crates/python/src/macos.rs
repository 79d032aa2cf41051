//! macOS: where uv lies, and where pip keeps settings.

use std::path::{Path, PathBuf};

/// Folders that may hold `uv`, beyond those in `PATH` and below the home.
pub(crate) fn uv_places() -> Vec<PathBuf> {
    ["/opt/homebrew/bin", "/usr/local/bin", "/opt/local/bin"].map(PathBuf::from).into()
}

/// Files in which pip keeps settings for everybody and for this person.
pub(crate) fn pip_settings(home: &Path) -> Vec<PathBuf> {
    vec![
        PathBuf::from("/Library/Application Support/pip/pip.conf"),
        home.join("Library/Application Support/pip/pip.conf"),
        home.join(".pip/pip.conf"),
        home.join(".config/pip/pip.conf"),
    ]
}
