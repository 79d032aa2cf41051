//! systemd: a unit of the person's own manager for each instance, and `systemctl --user`.

use std::path::{Path, PathBuf};

use super::{Init, Place, Said, Stand, State, Unit, Unwritable, argv, check, one_line};

/// The rules of systemd.
#[derive(Debug, Clone, Copy)]
pub struct Systemd;

/// Seconds in which so many failures make systemd leave it alone.
const LIMIT: (u32, u32) = (60, 5);

impl Init for Systemd {
    fn name(&self) -> &'static str {
        "systemd"
    }

    fn file_name(&self, label: &str) -> String {
        format!("{label}.service")
    }

    fn folder(&self, home: &Path, xdg_config_home: Option<&Path>) -> PathBuf {
        let base = xdg_config_home.filter(|p| p.is_absolute()).map_or_else(|| home.join(".config"), Path::to_path_buf);
        base.join("systemd/user")
    }

    fn text(&self, unit: &Unit) -> Result<Vec<u8>, Unwritable> {
        check(unit, self.name(), one_line, plain, to_the_end)?;
        let (seconds, times) = LIMIT;
        let mut exec = word(&unit.program.to_string_lossy(), false);
        for arg in &unit.args {
            exec.push(' ');
            exec.push_str(&word(arg, true));
        }
        let mut out = format!(
            "[Unit]\nDescription={}\nStartLimitIntervalSec={seconds}\nStartLimitBurst={times}\n\n\
             [Service]\nType=simple\nExecStart={exec}\nWorkingDirectory={}\n",
            described(&unit.title),
            percent(&unit.dir.to_string_lossy()),
        );
        for (key, value) in &unit.env {
            // Nothing is put in for a `$` here.
            out.push_str(&format!("Environment={}\n", word(&format!("{key}={value}"), false)));
        }
        let restart = if unit.restart { "on-failure" } else { "no" };
        out.push_str(&format!(
            "Restart={restart}\nRestartSec=2\nKillMode=mixed\nTimeoutStopSec={}\nUMask=0077\n\
             StandardOutput=append:{}\nStandardError=append:{}\n",
            unit.grace_s.saturating_add(5),
            percent(&unit.out.to_string_lossy()),
            percent(&unit.err.to_string_lossy()),
        ));
        if unit.at_login {
            out.push_str("\n[Install]\nWantedBy=default.target\n");
        }
        Ok(out.into_bytes())
    }

    fn runs_in(&self, text: &str) -> Option<PathBuf> {
        let dir = text.lines().find_map(|line| line.strip_prefix("WorkingDirectory="))?;
        Some(PathBuf::from(dir.replace("%%", "%")))
    }

    fn rereads(&self) -> bool {
        true
    }

    fn load(&self, place: &Place) -> Vec<Vec<String>> {
        let verb = if place.at_login { "enable" } else { "disable" };
        vec![systemctl(&["daemon-reload"]), systemctl(&[verb, &self.file_name(&place.label)])]
    }

    fn start(&self, place: &Place, stand: Stand) -> Vec<Vec<String>> {
        let name = self.file_name(&place.label);
        // One that failed too often is not started before that is forgotten.
        let mut commands = if stand == Stand::Failed { vec![systemctl(&["reset-failed", &name])] } else { Vec::new() };
        if stand == Stand::NotLoaded {
            commands.push(systemctl(&["daemon-reload"]));
        }
        commands.push(systemctl(&["start", &name]));
        commands
    }

    fn stop(&self, place: &Place) -> Vec<String> {
        systemctl(&["stop", &self.file_name(&place.label)])
    }

    fn unload(&self, place: &Place) -> Vec<Vec<String>> {
        vec![self.stop(place), systemctl(&["disable", &self.file_name(&place.label)])]
    }

    fn forget(&self) -> Vec<Vec<String>> {
        vec![systemctl(&["daemon-reload"])]
    }

    fn ask(&self, place: &Place) -> Vec<String> {
        let what = "LoadState,ActiveState,SubState,MainPID,ExecMainStatus,NRestarts,Result";
        systemctl(&["show", "-p", what, &self.file_name(&place.label)])
    }

    fn read(&self, said: &Said) -> State {
        let bare = |stand, words: String| State { stand, pid: None, exit: None, restarts: None, words };
        if no_bus(said) {
            return bare(Stand::NoSession, NO_SESSION.to_owned());
        }
        if said.code != Some(0) {
            return bare(Stand::Unclear, format!("systemd said {}", quoted(said)));
        }
        shown(&said.out)
    }

    fn refused(&self, argv: &[String], said: &Said) -> Option<String> {
        let verb = argv.get(2).map_or("", String::as_str);
        let gone = said.err.contains("not loaded") || said.err.contains("does not exist");
        match said.code {
            Some(0) => None,
            _ if no_bus(said) => Some(format!("{NO_SESSION}.")),
            _ if gone && matches!(verb, "stop" | "disable" | "reset-failed") => None,
            _ if said.err.contains("not found") => {
                Some("systemd does not know it. Its file may be gone; choose again how it is run.".to_owned())
            }
            _ => Some(format!("`systemctl {verb}` said {}.", quoted(said))),
        }
    }
}

const NO_SESSION: &str = "systemd does not run for you here: there is no session of yours. Sign in at this machine, or run \
                          `loginctl enable-linger` once, so that it runs without one";

/// What asks whether the person's units run without a session, that is before the login and after the logout.
pub fn ask_linger(uid: u32) -> Vec<String> {
    argv(&["loginctl", "show-user", &uid.to_string(), "-p", "Linger"])
}

/// The answer to that; `None` where it is not known.
pub fn linger(said: &Said) -> Option<bool> {
    match said.out.trim() {
        "Linger=yes" => Some(true),
        "Linger=no" => Some(false),
        _ => None,
    }
}

/// What follows for a person where the answer is no.
pub const LINGER_OFF: &str = "It ends when you sign out, for systemd then ends everything of yours. \
                              `loginctl enable-linger` lets it go on";

fn systemctl(words: &[&str]) -> Vec<String> {
    let mut all = argv(&["systemctl", "--user"]);
    all.extend(argv(words));
    all
}

fn no_bus(said: &Said) -> bool {
    said.err.contains("Failed to connect to") && said.err.contains("bus")
        || said.err.contains("DBUS_SESSION_BUS_ADDRESS")
        || said.err.contains("Failed to get D-Bus connection")
}

fn shown(text: &str) -> State {
    let value = |key: &str| {
        text.lines()
            .filter_map(|line| line.split_once('='))
            .find(|(name, _)| *name == key)
            .map(|(_, value)| value.trim())
    };
    let number = |key: &str| value(key).and_then(|text| text.parse::<u32>().ok());
    let pid = number("MainPID").filter(|pid| *pid > 0);
    let exit = value("ExecMainStatus").and_then(|text| text.parse().ok());
    let restarts = number("NRestarts");
    let again = match restarts {
        None | Some(0) => String::new(),
        Some(1) => ", started again once".to_owned(),
        Some(n) => format!(", started again {n} times"),
    };
    let process = pid.map(|pid| format!(" as process {pid}")).unwrap_or_default();
    let result = value("Result").unwrap_or_default();
    let (stand, words) = match (value("LoadState"), value("ActiveState"), value("SubState")) {
        (Some("not-found"), ..) => (Stand::NotLoaded, "systemd does not know it".to_owned()),
        (Some("bad-setting" | "error"), ..) => {
            (Stand::Unclear, "systemd cannot read its file. Choose again how it is run".to_owned())
        }
        (_, Some("activating"), Some("auto-restart")) => {
            (Stand::Waiting, format!("it failed, and systemd starts it in a moment{again}"))
        }
        (_, Some("active" | "reloading"), _) => (Stand::Running, format!("systemd runs it{process}{again}")),
        (_, Some("activating"), _) => (Stand::Starting, "systemd starts it".to_owned()),
        (_, Some("deactivating"), _) => (Stand::Stopping, "systemd waits for it to end".to_owned()),
        (_, Some("failed"), _) if result == "start-limit-hit" => {
            (Stand::Failed, format!("it failed so often that systemd leaves it alone{again}"))
        }
        (_, Some("failed"), _) => {
            let how = match (result, exit) {
                ("timeout", _) => "it did not end in time and was killed".to_owned(),
                ("signal" | "core-dump", Some(signal)) => format!("signal {signal} ended it"),
                (_, Some(code)) => format!("it ended with code {code}"),
                _ => "it failed".to_owned(),
            };
            (Stand::Failed, format!("{how}{again}"))
        }
        (_, Some("inactive"), _) => (Stand::Stopped, "systemd does not run it".to_owned()),
        (_, other, _) => {
            let said = crate::clean::line(other.unwrap_or("nothing of its state"), 80);
            (Stand::Unclear, format!("systemd said {said}"))
        }
    };
    let exit = exit.filter(|_| pid.is_none() && stand != Stand::NotLoaded);
    State { stand, pid, exit, restarts, words }
}

fn quoted(said: &Said) -> String {
    let text = if said.err.trim().is_empty() { &said.out } else { &said.err };
    let code = said.code.map_or("no code".to_owned(), |code| format!("code {code}"));
    format!("“{}” ({code})", crate::clean::line(text, 160))
}

/// One word of a command, always quoted. A `%` is doubled everywhere; a `$` in arguments only, where it would stand for a
/// variable: in the program's own path and in `Environment=` it is itself.
fn word(text: &str, variables: bool) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '%' => out.push_str("%%"),
            '$' if variables => out.push_str("$$"),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

fn percent(text: &str) -> String {
    text.replace('%', "%%")
}

/// A title for people: what the line cannot carry is left out.
fn described(title: &str) -> String {
    percent(crate::clean::line(title, 200).trim_end_matches(['\\', ' ']))
}

/// What systemd takes in no path of a program, however it is quoted.
fn plain(program: &str) -> Option<&'static str> {
    program.contains(['\'', '"', '\\']).then_some("systemd runs no program whose path holds a quote or a backslash")
}

/// What a value cannot carry that goes to the end of its line, unquoted.
fn to_the_end(text: &str) -> Option<&'static str> {
    if text.ends_with('\\') {
        Some("it ends in a backslash")
    } else if text.ends_with(char::is_whitespace) {
        Some("it ends in a blank")
    } else {
        None
    }
}
