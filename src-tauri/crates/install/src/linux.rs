//! Linux: where application data lives and where Pythons are installed. It has no stub interpreters.

use std::path::{Path, PathBuf};

use crate::host::Host;
use crate::python::Origin;
use crate::spawn::Spawn;

/// The Linux rules. A unit type: all state is passed in.
#[derive(Debug, Clone, Copy)]
pub struct Linux;

impl Host for Linux {
    fn platform(&self) -> &'static str {
        "Linux"
    }

    fn trash_words(&self) -> &'static str {
        "the trash"
    }

    fn data_dir(&self, home: &Path, xdg_data_home: Option<&Path>) -> PathBuf {
        // The XDG base directory specification: a relative value is to be ignored.
        xdg_data_home
            .filter(|p| p.is_absolute())
            .map_or_else(|| home.join(".local/share"), Path::to_path_buf)
            .join("org.sanctum.configurator")
    }

    fn python_places(&self, home: &Path) -> Vec<(PathBuf, Origin)> {
        let mut places = vec![
            (PathBuf::from("/usr/bin"), Origin::System),
            (PathBuf::from("/usr/local/bin"), Origin::Local),
            (PathBuf::from("/home/linuxbrew/.linuxbrew/bin"), Origin::Homebrew),
        ];
        places.extend(crate::python::home_places(home));
        places
    }

    fn is_stub(&self, _path: &Path, _spawn: &dyn Spawn) -> bool {
        false
    }
}
