//! What a module's log says of it, for modules that offer nothing else: whether it is up, and whether it reaches what it
//! works with.
//!
//! Only the end of the log is read, and the last line that says something decides. A line's age comes from the time at
//! its beginning; that time is local and has no zone, so the zone is taken from when the file itself was written last.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use time::{Date, Duration, Month, OffsetDateTime, PrimitiveDateTime, Time};

use super::shown;

/// How much of the end of a log is read.
pub const WINDOW: u64 = 64 * 1024;
const QUOTED: usize = 160;

/// What to look for. Patterns are texts that a line holds; `*` in one stands for anything between.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LogProbe {
    /// It is up.
    pub ready: Option<String>,
    /// It reached what it works with.
    pub connected: Vec<String>,
    /// It did not, or it failed.
    pub trouble: Vec<String>,
    /// A new run began; what stands before is of another one.
    pub begins: Option<String>,
}

/// A line that said something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its text as it may be shown.
    pub text: String,
    /// When it was written, where it or a line before it says so.
    pub at: Option<OffsetDateTime>,
}

/// Whether it reaches what it works with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// The last line about it says so.
    Connected(Line),
    /// The last line about it is of trouble.
    Trouble(Line),
}

/// What the end of a log says; `None` where it does not.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LogSays {
    /// The last line that says that it is up.
    pub ready: Option<Line>,
    /// Whether it reaches what it works with.
    pub reach: Option<Reach>,
}

impl LogSays {
    /// The line that decides, in a clause: “its log says “…”, 4 s ago”.
    pub fn words(&self, now: OffsetDateTime) -> String {
        let line = match (&self.reach, &self.ready) {
            (Some(Reach::Connected(line) | Reach::Trouble(line)), _) | (None, Some(line)) => line,
            (None, None) => return "its log does not say how it does".to_owned(),
        };
        let age = line.at.map(|at| format!(", {} ago", ago(now - at))).unwrap_or_default();
        format!("its log says “{}”{age}", line.text)
    }

    /// True where trouble was the last that was said.
    pub fn in_trouble(&self) -> bool {
        matches!(self.reach, Some(Reach::Trouble(_)))
    }

    /// With what was known from an earlier look of the same run, where the end of the log no longer reaches it.
    #[must_use]
    pub fn or(self, before: &LogSays) -> LogSays {
        LogSays {
            ready: self.ready.or_else(|| before.ready.clone()),
            reach: self.reach.or_else(|| before.reach.clone()),
        }
    }
}

/// Looks at the end of `files`, the newest first: a log that was just rotated goes on in the one before. Lines before
/// `since`, the start of the run, do not count where their age is known.
///
/// # Errors
/// What the system says where the newest file cannot be read; one that is not there says nothing and is no error.
pub fn look(probe: &LogProbe, files: &[&Path], since: Option<OffsetDateTime>) -> io::Result<LogSays> {
    let mut parts = Vec::new();
    let mut left = WINDOW;
    for (n, path) in files.iter().enumerate() {
        if left == 0 {
            break;
        }
        match end_of(path, left) {
            Ok(Some(end)) => {
                left = left.saturating_sub(end.text.len() as u64);
                parts.push(end);
            }
            Ok(None) => {}
            Err(error) if n == 0 => return Err(error),
            Err(_) => break,
        }
    }
    let mut says = LogSays::default();
    for part in parts.iter().rev() {
        part.read(probe, since, &mut says);
    }
    Ok(says)
}

struct End {
    text: String,
    written: Option<OffsetDateTime>,
}

fn end_of(path: &Path, most: u64) -> io::Result<Option<End>> {
    let about = match std::fs::metadata(path) {
        Ok(about) => about,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    // A pipe in its place would wait for ever.
    if !about.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a file"));
    }
    let mut file = File::open(path)?;
    let about = file.metadata()?;
    let from = about.len().saturating_sub(most);
    file.seek(SeekFrom::Start(from))?;
    let mut bytes = Vec::new();
    file.take(most).read_to_end(&mut bytes)?;
    let mut text = String::from_utf8_lossy(&bytes).into_owned();
    if from > 0 {
        // The line that the window cuts in two.
        text = text.find('\n').map(|at| text.split_off(at + 1)).unwrap_or_default();
    }
    Ok(Some(End { text, written: about.modified().ok().map(OffsetDateTime::from) }))
}

impl End {
    fn read(&self, probe: &LogProbe, since: Option<OffsetDateTime>, says: &mut LogSays) {
        let zone = self.zone();
        let mut at = None;
        for raw in self.text.lines() {
            let line = shown(raw, 4 * QUOTED);
            if let Some(local) = stamp(&line) {
                at = zone.map(|zone| local.assume_utc() - zone);
            }
            if probe.begins.as_ref().is_some_and(|begins| holds(&line, begins)) {
                *says = LogSays::default();
                continue;
            }
            // A second of grace: the stamps of a log are whole seconds.
            if at.zip(since).is_some_and(|(at, since)| at + Duration::SECOND < since) {
                continue;
            }
            let found = || Line { text: shown(&veiled(&line), QUOTED), at };
            if probe.trouble.iter().any(|pattern| holds(&line, pattern)) {
                says.reach = Some(Reach::Trouble(found()));
            } else if probe.connected.iter().any(|pattern| holds(&line, pattern)) {
                says.reach = Some(Reach::Connected(found()));
            } else if probe.ready.as_ref().is_some_and(|pattern| holds(&line, pattern)) {
                says.ready = Some(found());
                // It came up after what troubled it before.
                if says.in_trouble() {
                    says.reach = None;
                }
            }
        }
    }

    /// How far the times in this log are from UTC: its last line was written when the file was, give or take a little.
    fn zone(&self) -> Option<Duration> {
        let last = self.text.lines().rev().find_map(|line| stamp(&shown(line, 2 * QUOTED)))?;
        let away = (last.assume_utc() - self.written?).whole_seconds();
        // Zones differ by quarters of an hour. What was written long after its last time says nothing about the zone.
        let quarter = (away as f64 / 900.0).round() as i64;
        ((away - quarter * 900).abs() <= 120 && quarter.abs() <= 14 * 4).then(|| Duration::seconds(quarter * 900))
    }
}

/// True where `line` holds the parts of `pattern` one after the other.
pub fn holds(line: &str, pattern: &str) -> bool {
    let mut rest = line;
    pattern.split('*').all(|part| match rest.find(part) {
        Some(at) => {
            rest = &rest[at + part.len()..];
            true
        }
        None => false,
    })
}

/// The line without what may be a key: the path of an address elsewhere (Telegram's holds the token of the bot), and any
/// long word of letters and digits.
#[must_use]
pub fn veiled(line: &str) -> String {
    let words: Vec<String> = line.split(' ').map(|word| veiled_word(&address(word))).collect();
    words.join(" ")
}

fn address(word: &str) -> String {
    let Some(begin) = word.find("://").map(|at| at + 3) else { return word.to_owned() };
    let end = word[begin..].find(['/', '?', '#']).map_or(word.len(), |at| begin + at);
    let host = word[begin..end].rsplit('@').next().unwrap_or_default();
    let here = ["127.0.0.1", "localhost", "[::1]"].iter().any(|own| host.starts_with(own));
    let path = if here { &word[end..word[end..].find('?').map_or(word.len(), |at| end + at)] } else { "" };
    format!("{}{host}{path}", &word[..begin])
}

fn veiled_word(word: &str) -> String {
    let mut out = String::new();
    let part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    for run in word.split_inclusive(|c| !part(c)) {
        let bare = run.trim_end_matches(|c| !part(c));
        let mixed = bare.bytes().any(|b| b.is_ascii_digit()) && bare.bytes().any(|b| b.is_ascii_alphabetic());
        let key = mixed && bare.len() >= 20;
        out.push_str(if key { "•••" } else { bare });
        out.push_str(&run[bare.len()..]);
    }
    out
}

/// The time a line begins with: `[2026-01-31 23:59:59]`, with or without the bracket, with a blank or a `T` between.
fn stamp(line: &str) -> Option<PrimitiveDateTime> {
    let line = line.trim_start_matches('[');
    let number = |from: usize, to: usize| line.get(from..to)?.parse::<u32>().ok();
    let mark = |at: usize, marks: &[u8]| line.as_bytes().get(at).is_some_and(|b| marks.contains(b));
    if !(mark(4, b"-/") && mark(7, b"-/") && mark(10, b" T") && mark(13, b":") && mark(16, b":")) {
        return None;
    }
    let month = Month::try_from(u8::try_from(number(5, 7)?).ok()?).ok()?;
    let date = Date::from_calendar_date(i32::try_from(number(0, 4)?).ok()?, month, u8::try_from(number(8, 10)?).ok()?);
    let part = |from, to| u8::try_from(number(from, to)?).ok();
    let time = Time::from_hms(part(11, 13)?, part(14, 16)?, part(17, 19)?);
    Some(PrimitiveDateTime::new(date.ok()?, time.ok()?))
}

fn ago(age: Duration) -> String {
    let seconds = age.whole_seconds().max(0);
    match seconds {
        0..=119 => format!("{seconds} s"),
        120..=7199 => format!("{} min", seconds / 60),
        7200..=172_799 => format!("{} h", seconds / 3600),
        _ => format!("{} days", seconds / 86_400),
    }
}
