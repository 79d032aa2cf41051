//! macOS: where it keeps application data, where Pythons are installed, its `/usr/bin/python3` stub, its login items.
//!
//! The stub opens the "install command line developer tools" dialog when run before the tools are there, so it is
//! never run until `xcode-select -p` has succeeded (`facts/setup-wizard.md`, step 3).

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::host::{Host, LoginItem, one_line};
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

    fn login_items(&self, home: &Path, _xdg_config_home: Option<&Path>) -> PathBuf {
        home.join("Library/LaunchAgents")
    }

    fn login_item(&self, program: &Path) -> Option<LoginItem> {
        // XML 1.0 has no way to write these two, not even escaped.
        let text = one_line(program).filter(|text| !text.contains(['\u{fffe}', '\u{ffff}']))?;
        let bytes = LAUNCH_AGENT.replace("{label}", LABEL).replace("{program}", &escape(text)).into_bytes();
        Some(LoginItem { file_name: format!("{LABEL}.plist"), bytes })
    }
}

const LABEL: &str = "org.sanctum.configurator";

/// `launchd.plist(5)`: started once at login, in the person's graphical session only, as an app and not as a job in the
/// background.
const LAUNCH_AGENT: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
	<key>Label</key>
	<string>{label}</string>
	<key>ProgramArguments</key>
	<array>
		<string>{program}</string>
	</array>
	<key>RunAtLoad</key>
	<true/>
	<key>LimitLoadToSessionType</key>
	<string>Aqua</string>
	<key>ProcessType</key>
	<string>Interactive</string>
</dict>
</plist>
"#;

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
