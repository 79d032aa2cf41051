//! Linux: where application data lives, where Pythons are installed, and its login items (the XDG autostart and Desktop
//! Entry specifications). It has no stub interpreters.

use std::path::{Path, PathBuf};

use crate::host::{Host, LoginItem, one_line};
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

    fn login_items(&self, home: &Path, xdg_config_home: Option<&Path>) -> PathBuf {
        xdg_config_home
            .filter(|p| p.is_absolute())
            .map_or_else(|| home.join(".config"), Path::to_path_buf)
            .join("autostart")
    }

    fn login_item(&self, program: &Path) -> Option<LoginItem> {
        // The Desktop Entry Specification forbids `=` in the path of an executable.
        let text = one_line(program).filter(|text| !text.contains('='))?;
        let (exec, try_exec) = (value(&argument(text)), value(text));
        let entry = format!(
            "[Desktop Entry]\nType=Application\nName=Sanctum Configurator\n\
             Comment=Opens the app; modules stay as they are.\nExec={exec}\nTryExec={try_exec}\nTerminal=false\n"
        );
        Some(LoginItem { file_name: "org.sanctum.configurator.desktop".to_owned(), bytes: entry.into_bytes() })
    }
}

/// One argument of an `Exec` key, always quoted. A `%` is doubled, since it starts a field code within quotes too.
fn argument(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '`' | '$' | '\\' => out.extend(['\\', c]),
            '%' => out.push_str("%%"),
            _ => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A value of type string. Blanks at its end are spelled, since readers trim them.
fn value(text: &str) -> String {
    let end = text.trim_end_matches(' ').len();
    text[..end].replace('\\', r"\\") + &r"\s".repeat(text.len() - end)
}
