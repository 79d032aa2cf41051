//! macOS: where it keeps application data, where Pythons are installed, and its `/usr/bin/python3` stub.
//!
//! The stub opens the "install command line developer tools" dialog when run before the tools are there, so it is
//! never run until `xcode-select -p` has succeeded (`facts/setup-wizard.md`, step 3).

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::host::Host;
use crate::python::Origin;
use crate::spawn::Spawn;

/// The macOS rules. A unit type: all state is passed in.
#[derive(Debug, Clone, Copy)]
pub struct MacOs;

impl Host for MacOs {
    fn platform(&self) -> &'static str {
        "macOS"
    }

    fn trash_words(&self) -> &'static str {
        "the Trash"
    }

    fn data_dir(&self, home: &Path, _xdg_data_home: Option<&Path>) -> PathBuf {
        home.join("Library/Application Support/org.sanctum.configurator")
    }

    fn python_places(&self, home: &Path) -> Vec<(PathBuf, Origin)> {
        let mut places = vec![
            (PathBuf::from("/Library/Frameworks/Python.framework/Versions/*/bin"), Origin::PythonOrg),
            (PathBuf::from("/opt/homebrew/bin"), Origin::Homebrew),
            (PathBuf::from("/usr/local/bin"), Origin::Homebrew),
            (PathBuf::from("/opt/local/bin"), Origin::MacPorts),
            (PathBuf::from("/usr/bin"), Origin::System),
            (PathBuf::from("/opt/homebrew/Caskroom/miniconda/base/bin"), Origin::Conda),
        ];
        places.extend(crate::python::home_places(home));
        places
    }

    fn is_stub(&self, path: &Path, spawn: &dyn Spawn) -> bool {
        if !path.starts_with("/usr/bin") {
            return false;
        }
        let argv = ["/usr/bin/xcode-select".to_owned(), "-p".to_owned()];
        match spawn.run(&argv, &[], Duration::from_secs(5)) {
            Ok(out) => out.code != Some(0),
            Err(_) => true,
        }
    }
}
