//! Linux: where uv lies, and where pip keeps settings.

use std::path::{Path, PathBuf};

/// Folders that may hold `uv`, beyond those in `PATH` and below the home.
pub(crate) fn uv_places() -> Vec<PathBuf> {
    ["/usr/local/bin", "/usr/bin", "/home/linuxbrew/.linuxbrew/bin"].map(PathBuf::from).into()
}

/// Files in which pip keeps settings for everybody and for this person.
pub(crate) fn pip_settings(home: &Path) -> Vec<PathBuf> {
    vec![
        PathBuf::from("/etc/pip.conf"),
        PathBuf::from("/etc/xdg/pip/pip.conf"),
        home.join(".pip/pip.conf"),
        home.join(".config/pip/pip.conf"),
    ]
}
