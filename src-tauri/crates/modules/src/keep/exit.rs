//! What an end means, in words. A code alone tells a person nothing, and some modules' codes tell nothing at all.

use std::time::Duration;

use rustix::process::Signal;

use crate::recipe::Exits;

/// How a process ended, as far as its parent is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    Code(i32),
    Signal(i32),
    /// It was not our child.
    Unknown,
}

/// All that is known about an end.
#[derive(Debug)]
pub(crate) struct Facts<'a> {
    pub exit: Exit,
    pub lasted: Duration,
    /// The fatal error that it reported in its log.
    pub reported: Option<&'a str>,
    /// The last line of its log that looks like a reason.
    pub line: Option<&'a str>,
    /// The system killed processes for want of memory while it ran.
    pub memory: bool,
    pub exits: Exits,
    /// Somebody asked for it.
    pub asked: bool,
}

impl Facts<'_> {
    /// Whether this end is one that restarting is for.
    pub fn failed(&self) -> bool {
        self.reported.is_some() || self.exit != Exit::Code(0) || self.exits == Exits::ZeroToo
    }

    pub fn words(&self) -> String {
        let after = format!("after {}", span(self.lasted));
        let end = match self.exit {
            Exit::Code(0) if self.reported.is_some() => {
                format!("It ended with code 0 {after}, although it reported a fatal error")
            }
            Exit::Code(0) if self.exits == Exits::ZeroToo && !self.asked => {
                format!("It ended with code 0 {after}; nobody asked it to, and this module ends with 0 on errors too")
            }
            Exit::Code(0) if self.asked => format!("It ended with code 0 {after}"),
            Exit::Code(0) => format!("It ended by itself with code 0 {after}"),
            Exit::Code(126) => format!("It ended with code 126 {after}: a program that it starts may not be run"),
            Exit::Code(127) => format!("It ended with code 127 {after}: a program that it starts was not found"),
            Exit::Code(code) => match code.checked_sub(128).and_then(signal_name) {
                Some(name) => format!("It ended with code {code} {after}, as programs do that {name} ended"),
                None => format!("It ended with code {code} {after}"),
            },
            Exit::Signal(number) => {
                let name = signal_name(number).map_or_else(|| format!("signal {number}"), str::to_owned);
                let why = match () {
                    () if number == Signal::KILL.as_raw() && self.memory => {
                        "; the system had run out of memory and was killing processes"
                    }
                    () if !self.asked => "; nobody asked the keeper for it",
                    () => "",
                };
                format!("It was ended by {name} {after}{why}")
            }
            Exit::Unknown => {
                let after = format!("{} after it was taken over", span(self.lasted));
                format!("It ended {after}; how is not known, because this keeper did not start it")
            }
        };
        let detail = self.reported.or(self.line).filter(|_| self.failed() && !(self.asked && self.reported.is_none()));
        let detail = detail.map(bare);
        match detail {
            // What ended it from outside is not what it happened to write before.
            Some(detail) if self.reported.is_none() && matches!(self.exit, Exit::Signal(_)) => {
                format!("{end}; its log said last: {detail}")
            }
            Some(detail) => format!("{end}: {detail}"),
            None => format!("{end}."),
        }
    }
}

/// A line of a log from behind its stamp and level on: when it ended is said already, and that it is an error too.
fn bare(line: &str) -> &str {
    const LEVELS: [&str; 5] = ["INFO", "WARN", "ERROR", "CRITICAL", "DEBUG"];
    let mut rest = line.trim();
    while let Some((inner, after)) = rest.strip_prefix('[').and_then(|rest| rest.split_once("] ")) {
        let stamp = inner.starts_with(|c: char| c.is_ascii_digit()) && inner.contains(':');
        if (!stamp && !LEVELS.iter().any(|level| inner.contains(level))) || after.trim().is_empty() {
            break;
        }
        rest = after.trim_start();
    }
    rest
}

fn signal_name(number: i32) -> Option<&'static str> {
    let names = [
        (Signal::HUP, "SIGHUP"),
        (Signal::INT, "SIGINT"),
        (Signal::QUIT, "SIGQUIT"),
        (Signal::ILL, "SIGILL (an instruction that this processor does not have)"),
        (Signal::TRAP, "SIGTRAP"),
        (Signal::ABORT, "SIGABRT (it gave up by itself)"),
        (Signal::BUS, "SIGBUS (a memory error of its own)"),
        (Signal::FPE, "SIGFPE"),
        (Signal::KILL, "SIGKILL"),
        (Signal::USR1, "SIGUSR1"),
        (Signal::SEGV, "SIGSEGV (a memory error of its own)"),
        (Signal::USR2, "SIGUSR2"),
        (Signal::PIPE, "SIGPIPE"),
        (Signal::ALARM, "SIGALRM"),
        (Signal::TERM, "SIGTERM"),
        (Signal::XCPU, "SIGXCPU (its limit of processor time)"),
        (Signal::XFSZ, "SIGXFSZ (its limit of file size)"),
        (Signal::SYS, "SIGSYS (a system call that it may not make)"),
    ];
    names.into_iter().find(|(signal, _)| signal.as_raw() == number).map(|(_, name)| name)
}

/// A length of time as a person says it.
pub(crate) fn span(time: Duration) -> String {
    match time.as_secs() {
        0 => "less than a second".to_owned(),
        s if s < 120 => format!("{s} s"),
        s if s < 2 * 3600 => format!("{} min", s / 60),
        s if s < 48 * 3600 => format!("{} h", s / 3600),
        s => format!("{} days", s / 86_400),
    }
}

/// The line of a log's end that says most likely why: the last that names an error, else the last.
pub(crate) fn telling(lines: &[String]) -> Option<&str> {
    const MARKS: [&str; 11] = [
        "error",
        "exception",
        "fatal",
        "critical",
        "panic",
        "failed",
        "cannot",
        "could not",
        "refused",
        "denied",
        "no such",
    ];
    let full = || lines.iter().rev().map(|line| line.trim()).filter(|line| !line.is_empty());
    let marked = full().find(|line| {
        let low = line.to_ascii_lowercase();
        !low.starts_with("traceback") && MARKS.iter().any(|mark| low.contains(mark))
    });
    marked.or_else(|| full().next())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Exit, Facts, telling};
    use crate::recipe::Exits;

    fn facts(exit: Exit) -> Facts<'static> {
        let lasted = Duration::from_secs(3);
        Facts { exit, lasted, reported: None, line: None, memory: false, exits: Exits::Honest, asked: false }
    }

    #[test]
    fn an_end_is_told_in_words() {
        let line = Some("ModuleNotFoundError: No module named 'aiogram'");
        for (facts, words, failed) in [
            (
                Facts { line, ..facts(Exit::Code(1)) },
                "It ended with code 1 after 3 s: ModuleNotFoundError: No module named 'aiogram'",
                true,
            ),
            (facts(Exit::Code(0)), "It ended by itself with code 0 after 3 s.", false),
            (
                Facts { reported: Some("Fatal error: no agent"), exits: Exits::ZeroToo, ..facts(Exit::Code(0)) },
                "It ended with code 0 after 3 s, although it reported a fatal error: Fatal error: no agent",
                true,
            ),
            (
                Facts {
                    reported: Some("[2026-11-29 07:54:23] [❌ ERROR] __main__: ❌ Fatal error: AGENT_ID is not set"),
                    ..facts(Exit::Code(0))
                },
                "It ended with code 0 after 3 s, although it reported a fatal error: __main__: ❌ Fatal error: AGENT_ID is not set",
                true,
            ),
            (
                Facts { line: Some("[Errno 98] error while attempting to bind"), ..facts(Exit::Code(1)) },
                "It ended with code 1 after 3 s: [Errno 98] error while attempting to bind",
                true,
            ),
            (
                Facts { exits: Exits::ZeroToo, ..facts(Exit::Code(0)) },
                "It ended with code 0 after 3 s; nobody asked it to, and this module ends with 0 on errors too.",
                true,
            ),
            (facts(Exit::Code(127)), "It ended with code 127 after 3 s: a program that it starts was not found.", true),
            (facts(Exit::Code(137)), "It ended with code 137 after 3 s, as programs do that SIGKILL ended.", true),
            (facts(Exit::Signal(9)), "It was ended by SIGKILL after 3 s; nobody asked the keeper for it.", true),
            (
                Facts { line: Some("INFO: 200 OK"), ..facts(Exit::Signal(9)) },
                "It was ended by SIGKILL after 3 s; nobody asked the keeper for it; its log said last: INFO: 200 OK",
                true,
            ),
            (
                Facts { memory: true, ..facts(Exit::Signal(9)) },
                "It was ended by SIGKILL after 3 s; the system had run out of memory and was killing processes.",
                true,
            ),
        ] {
            assert_eq!(facts.words(), words, "the words of {facts:?}");
            assert_eq!(facts.failed(), failed, "whether it failed: {facts:?}");
        }
    }

    #[test]
    fn the_line_that_names_the_error_is_the_reason() {
        let log = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>();
        let trace = log(&["Traceback (most recent call last):", "  File \"main.py\"", "ImportError: no", "", "bye"]);
        assert_eq!(telling(&trace), Some("ImportError: no"), "not the farewell after it");
        assert_eq!(telling(&log(&["one", "two", " "])), Some("two"), "without an error, the last thing it said");
        assert_eq!(telling(&[]), None, "nothing was said");
    }
}
