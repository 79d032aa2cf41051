//! launchd: a property list for each unit, and `launchctl` in the person's own domain, `gui/<uid>`.

use std::path::{Path, PathBuf};

use super::{Init, Place, Said, Stand, State, Unit, Unwritable, argv, check, one_line};

/// The rules of launchd.
#[derive(Debug, Clone, Copy)]
pub struct Launchd;

/// Seconds between two starts; launchd takes no less than this without a word.
const THROTTLE: u32 = 10;

impl Init for Launchd {
    fn name(&self) -> &'static str {
        "launchd"
    }

    fn file_name(&self, label: &str) -> String {
        format!("{label}.plist")
    }

    fn folder(&self, home: &Path, _xdg_config_home: Option<&Path>) -> PathBuf {
        home.join("Library/LaunchAgents")
    }

    fn text(&self, unit: &Unit) -> Result<Vec<u8>, Unwritable> {
        check(unit, self.name(), fits, |_| None, |_| None)?;
        let mut out = String::from(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
             <!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n\
             <plist version=\"1.0\">\n<dict>\n",
        );
        string(&mut out, "Label", &unit.label);
        out.push_str("\t<key>ProgramArguments</key>\n\t<array>\n");
        for word in std::iter::once(unit.program.to_string_lossy().into_owned()).chain(unit.args.iter().cloned()) {
            out.push_str(&format!("\t\t<string>{}</string>\n", escaped(&word)));
        }
        out.push_str("\t</array>\n");
        string(&mut out, "WorkingDirectory", &unit.dir.to_string_lossy());
        if !unit.env.is_empty() {
            out.push_str("\t<key>EnvironmentVariables</key>\n\t<dict>\n");
            for (key, value) in &unit.env {
                let (key, value) = (escaped(key), escaped(value));
                out.push_str(&format!("\t\t<key>{key}</key>\n\t\t<string>{value}</string>\n"));
            }
            out.push_str("\t</dict>\n");
        }
        flag(&mut out, "RunAtLoad", unit.at_login);
        if unit.restart {
            // `SuccessfulExit` would start it at login whatever `RunAtLoad` says; `Crashed` does not.
            let (key, value) = if unit.at_login { ("SuccessfulExit", false) } else { ("Crashed", true) };
            out.push_str("\t<key>KeepAlive</key>\n\t<dict>\n\t");
            flag(&mut out, key, value);
            out.push_str("\t</dict>\n");
        }
        number(&mut out, "ThrottleInterval", THROTTLE);
        string(&mut out, "ProcessType", "Background");
        number(&mut out, "ExitTimeOut", unit.grace_s.saturating_add(5));
        number(&mut out, "Umask", 0o077);
        string(&mut out, "StandardOutPath", &unit.out.to_string_lossy());
        string(&mut out, "StandardErrorPath", &unit.err.to_string_lossy());
        out.push_str("</dict>\n</plist>\n");
        Ok(out.into_bytes())
    }

    fn runs_in(&self, text: &str) -> Option<PathBuf> {
        let (_, rest) = text.split_once("<key>WorkingDirectory</key>")?;
        let (dir, _) = rest.trim_start().strip_prefix("<string>")?.split_once("</string>")?;
        Some(PathBuf::from(unescaped(dir)))
    }

    fn rereads(&self) -> bool {
        false
    }

    fn load(&self, place: &Place) -> Vec<Vec<String>> {
        bootstrap(place)
    }

    fn start(&self, place: &Place, stand: Stand) -> Vec<Vec<String>> {
        let mut commands = if stand == Stand::NotLoaded { bootstrap(place) } else { Vec::new() };
        commands.push(argv(&["launchctl", "kickstart", &target(place)]));
        commands
    }

    fn stop(&self, place: &Place) -> Vec<String> {
        // A job that is only told to end could be started again by launchd itself; one that is taken out is not. Its file
        // stays, so that it is back at the next login.
        argv(&["launchctl", "bootout", &target(place)])
    }

    fn unload(&self, place: &Place) -> Vec<Vec<String>> {
        vec![self.stop(place)]
    }

    fn forget(&self) -> Vec<Vec<String>> {
        Vec::new()
    }

    fn ask(&self, place: &Place) -> Vec<String> {
        argv(&["launchctl", "print", &target(place)])
    }

    fn read(&self, said: &Said) -> State {
        let bare = |stand, words: &str| State { stand, pid: None, exit: None, restarts: None, words: words.to_owned() };
        match said.code {
            Some(0) => printed(&said.out),
            Some(113 | 3) => bare(Stand::NotLoaded, "launchd does not know it"),
            Some(112 | 125) => bare(Stand::NoSession, NO_SESSION),
            _ => bare(Stand::Unclear, &format!("launchd said {}", quoted(said))),
        }
    }

    fn refused(&self, argv: &[String], said: &Said) -> Option<String> {
        let verb = argv.get(1).map_or("", String::as_str);
        let what = match (said.code, verb) {
            (Some(0), _) => return None,
            // Not there, or on its way out.
            (Some(3 | 36 | 113), "bootout") => return None,
            // Loaded already.
            (Some(37), "bootstrap") => return None,
            (Some(5), "bootstrap") => {
                "launchd could not load it (error 5). Its file may be damaged, or it is loaded already: stop it, then try again"
            }
            (Some(112 | 125), _) => NO_SESSION,
            (Some(119), _) => "launchd has it switched off. Allow it in System Settings, General, Login Items",
            (Some(113), _) => "launchd does not know it. Its file may be gone; choose again how it is run",
            _ => return Some(format!("`launchctl {verb}` said {}.", quoted(said))),
        };
        Some(format!("{what}."))
    }
}

const NO_SESSION: &str =
    "you are not signed in at the screen of this Mac, where launchd runs it (error 125). Sign in there";

fn target(place: &Place) -> String {
    format!("gui/{}/{}", place.uid, place.label)
}

fn bootstrap(place: &Place) -> Vec<Vec<String>> {
    let (domain, file) = (format!("gui/{}", place.uid), place.file.to_string_lossy().into_owned());
    vec![argv(&["launchctl", "enable", &target(place)]), argv(&["launchctl", "bootstrap", &domain, &file])]
}

/// What `launchctl print` says of a service. Its form is for people; only these lines are read, at its first level.
fn printed(text: &str) -> State {
    let line = |key: &str| {
        let first_level = text.lines().filter_map(|line| line.strip_prefix('\t'));
        first_level
            .filter_map(|line| line.split_once(" = "))
            .find(|(name, _)| *name == key)
            .map(|(_, value)| value.trim())
    };
    let pid = line("pid").and_then(|text| text.parse().ok());
    let exit = line("last exit code").and_then(|text| text.split([':', ' ']).next()?.parse().ok());
    let runs: Option<u32> = line("runs").and_then(|text| text.parse().ok());
    let ended = exit.map(|code| format!(", ended last with code {code}")).unwrap_or_default();
    let (stand, words) = match (line("state"), pid) {
        (Some("running"), Some(pid)) => (Stand::Running, format!("launchd runs it as process {pid}")),
        (Some("running"), None) => (Stand::Starting, "launchd starts it".to_owned()),
        (Some("spawn scheduled" | "spawning"), _) => (Stand::Waiting, format!("launchd starts it in a moment{ended}")),
        (Some("not running" | "waiting" | "exited"), _) if exit.is_some_and(|code| code != 0) => {
            (Stand::Failed, format!("launchd does not run it{ended}"))
        }
        (Some("not running" | "waiting" | "exited"), _) => (Stand::Stopped, "launchd does not run it".to_owned()),
        (other, _) => {
            let said = crate::clean::line(other.unwrap_or("nothing of its state"), 80);
            (Stand::Unclear, format!("launchd said {said}"))
        }
    };
    State { stand, pid, exit, restarts: runs.map(|runs| runs.saturating_sub(1)), words }
}

fn quoted(said: &Said) -> String {
    let text = if said.err.trim().is_empty() { &said.out } else { &said.err };
    let code = said.code.map_or("no code".to_owned(), |code| format!("error {code}"));
    format!("“{}” ({code})", crate::clean::line(text, 160))
}

/// What XML 1.0 has no way to write, escaped or not.
fn fits(text: &str) -> Option<&'static str> {
    one_line(text).or_else(|| {
        text.contains(['\u{fffe}', '\u{ffff}']).then_some("it holds a character that a property list cannot carry")
    })
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            c => out.push(c),
        }
    }
    out
}

/// What [`escaped`] was given.
fn unescaped(text: &str) -> String {
    let marks = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&")];
    marks.iter().fold(text.to_owned(), |text, (mark, c)| text.replace(mark, c))
}

fn string(out: &mut String, key: &str, value: &str) {
    out.push_str(&format!("\t<key>{key}</key>\n\t<string>{}</string>\n", escaped(value)));
}

fn number(out: &mut String, key: &str, value: u32) {
    out.push_str(&format!("\t<key>{key}</key>\n\t<integer>{value}</integer>\n"));
}

fn flag(out: &mut String, key: &str, value: bool) {
    out.push_str(&format!("\t<key>{key}</key>\n\t<{value}/>\n"));
}
