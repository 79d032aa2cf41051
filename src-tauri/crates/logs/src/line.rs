//! One line taken apart: time, level, the part that speaks, and what it says, in the formats that the real modules write.
//!
//! A line that shows neither time nor level is no head: it belongs to the line above ([`crate::entry`]).

use std::ops::Range;

use serde_json::{Map, Value};

use crate::stamp::{Stamp, Stamps};

/// How grave a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    Debug,
    Info,
    Warn,
    Error,
}

/// The start of a line that has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    pub at: Option<Stamp>,
    pub level: Option<Level>,
    /// Where the name of the part that speaks stands; empty where there is none.
    pub part: Range<usize>,
    /// Where the text begins.
    pub text: usize,
}

/// Longest name of a part.
const PART: usize = 80;
/// Longer JSON is not taken apart.
const LONGEST_JSON: usize = 64 * 1024;

/// The head of a cleaned line; `None` where it has neither time nor level.
pub fn head(stamps: &mut Stamps, line: &[u8]) -> Option<Head> {
    let first = *line.first()?;
    match first {
        b'0'..=b'9' => iso(stamps, line, 0).or_else(|| access(stamps, line)),
        b'[' => bracketed(stamps, line),
        b'{' => json(line).map(|json| Head { at: json.at(stamps), level: json.level, part: 0..0, text: 0 }),
        b'<' => {
            let after = line.iter().take(6).position(|b| *b == b'>')? + 1;
            syslog(stamps, line, after).or_else(|| iso(stamps, line, after))
        }
        b'A'..=b'Z' => levelled(line).or_else(|| syslog(stamps, line, 0)),
        // An IPv6 address of a web server.
        b':' | b'a'..=b'f' => access(stamps, line),
        _ => None,
    }
}

/// `2026-11-25 14:29:40,003 - name - LEVEL - text`, and everything else that begins with such a time.
fn iso(stamps: &mut Stamps, line: &[u8], from: usize) -> Option<Head> {
    let (at, took) = stamps.iso(&line[from..])?;
    let mut head = Head { at: Some(at), level: None, part: 0..0, text: from + took };
    head.text = after_separators(line, head.text);
    words(line, &mut head);
    Some(head)
}

/// `[time] [🔵 INFO] module: text` of Broca, `[time] [pid] [INFO] text` of gunicorn, `[INFO] text`.
fn bracketed(stamps: &mut Stamps, line: &[u8]) -> Option<Head> {
    let timed = stamps.iso(&line[1..]).or_else(|| stamps.common(&line[1..]));
    let mut head = Head { at: None, level: None, part: 0..0, text: 0 };
    if let Some((at, took)) = timed {
        head.at = Some(at);
        let end = line[1 + took..].iter().take(8).position(|b| *b == b']')?;
        head.text = after_separators(line, 1 + took + end + 1);
    }
    words(line, &mut head);
    (head.at.is_some() || head.level.is_some()).then_some(head)
}

/// Level and part, as far as they stand at `head.text`; moves it on behind them.
fn words(line: &[u8], head: &mut Head) {
    for _ in 0..4 {
        let rest = &line[head.text..];
        if rest.first() == Some(&b'[') {
            let Some(end) = rest.iter().take(PART).position(|b| *b == b']') else { return };
            let inner = &rest[1..end];
            match level_in(inner) {
                Some(level) if head.level.is_none() => head.level = Some(level),
                _ if !inner.is_empty() && inner.iter().all(u8::is_ascii_digit) => {}
                _ if head.part.is_empty() && is_part(inner) => head.part = head.text + 1..head.text + end,
                _ => return,
            }
            head.text = after_separators(line, head.text + end + 1);
            continue;
        }
        // A colon inside of a name is part of it: `sanctum::logs`.
        let ends = |at: &usize| match rest[*at] {
            b' ' | b'|' | b'\t' => true,
            b':' => matches!(rest.get(at + 1), None | Some(b' ' | b'\t')),
            _ => false,
        };
        let end = (0..rest.len().min(PART)).find(ends).unwrap_or(rest.len());
        let (word, after) = (&rest[..end], &rest[end..]);
        if head.level.is_none()
            && let Some(level) = level_of(word)
        {
            head.level = Some(level);
            head.text = after_separators(line, head.text + end);
            continue;
        }
        // A name is told by what follows it: ` - `, `: `, ` | `, or a level.
        let named = after.starts_with(b" - ") || after.starts_with(b": ") || after.starts_with(b" | ");
        if head.part.is_empty() && is_part(word) && (named || next_is_level(after)) {
            head.part = head.text..head.text + end;
            head.text = after_separators(line, head.text + end);
            continue;
        }
        // loguru's `module:function:line - text`.
        let dash = rest.windows(3).take(PART).position(|three| three == b" - ");
        if let Some(dash) = dash.filter(|at| head.part.is_empty() && head.level.is_some() && is_part(&rest[..*at])) {
            head.part = head.text..head.text + dash;
            head.text += dash + 3;
        }
        return;
    }
}

fn next_is_level(after: &[u8]) -> bool {
    let after = after.trim_ascii_start();
    let end = after.iter().take(12).position(|b| matches!(b, b' ' | b':')).unwrap_or(0);
    level_of(&after[..end]).is_some()
}

/// `INFO:     text` of uvicorn, `WARNING:root:text` of python, `ERROR text`.
fn levelled(line: &[u8]) -> Option<Head> {
    let end = line.iter().take(12).position(|b| !b.is_ascii_uppercase())?;
    let level = level_of(&line[..end])?;
    let mut head = Head { at: None, level: Some(level), part: 0..0, text: end };
    match line[end] {
        b':' => {
            let rest = &line[end + 1..];
            let colon = rest.iter().take(PART).position(|b| *b == b':' || *b == b' ');
            if let Some(at) = colon.filter(|at| rest[*at] == b':' && is_part(&rest[..*at])) {
                head.part = end + 1..end + 1 + at;
                head.text = end + 2 + at;
            } else {
                head.text = end + 1;
            }
        }
        b' ' | b'\t' => {}
        _ => return None,
    }
    let spaces = line[head.text..].iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
    head.text += spaces;
    Some(head)
}

/// `127.0.0.1 - - [25/Nov/2026 14:29:40] "GET / HTTP/1.1" 200 -`. An answer of 500 and above is an error.
fn access(stamps: &mut Stamps, line: &[u8]) -> Option<Head> {
    let space = line.iter().take(46).position(|b| *b == b' ')?;
    if !line[..space].iter().all(|b| b.is_ascii_hexdigit() || matches!(b, b'.' | b':')) {
        return None;
    }
    let open = line.iter().skip(space).take(80).position(|b| *b == b'[')? + space;
    let (at, _) = stamps.common(&line[open + 1..])?;
    let status = line.iter().rposition(|b| *b == b'"').and_then(|quote| line.get(quote + 2));
    let level = if status == Some(&b'5') { Level::Error } else { Level::Info };
    Some(Head { at: Some(at), level: Some(level), part: 0..0, text: 0 })
}

/// `Nov 25 14:29:40 host tag[pid]: text`.
fn syslog(stamps: &mut Stamps, line: &[u8], from: usize) -> Option<Head> {
    let (at, took) = stamps.syslog(line.get(from..)?)?;
    let mut head = Head { at: Some(at), level: None, part: 0..0, text: after_separators(line, from + took) };
    let host = line[head.text..].iter().take(PART).position(|b| *b == b' ');
    if let Some(host) = host {
        let tag = head.text + host + 1;
        if let Some(colon) = line[tag..].iter().take(PART).position(|b| *b == b':') {
            let end = line[tag..tag + colon].iter().position(|b| *b == b'[').unwrap_or(colon);
            if is_part(&line[tag..tag + end]) {
                head.part = tag..tag + end;
                head.text = after_separators(line, tag + colon);
            }
        }
    }
    let rest = &line[head.text..];
    let end = rest.iter().take(12).position(|b| !b.is_ascii_uppercase()).unwrap_or(0);
    head.level = level_of(&rest[..end]);
    Some(head)
}

/// A JSON line with a time or a level.
pub struct Json {
    time: Option<Value>,
    pub level: Option<Level>,
    pub part: Option<String>,
    /// The message, and what else was said, as JSON.
    pub text: String,
}

impl Json {
    pub fn at(&self, stamps: &mut Stamps) -> Option<Stamp> {
        match self.time.as_ref()? {
            Value::String(text) => stamps.iso(text.as_bytes()).map(|(at, _)| at),
            Value::Number(number) => Stamps::number(number.as_f64()?),
            _ => None,
        }
    }
}

pub fn json(line: &[u8]) -> Option<Json> {
    if line.len() > LONGEST_JSON || line.first() != Some(&b'{') {
        return None;
    }
    let mut map: Map<String, Value> = serde_json::from_slice(line).ok()?;
    let mut take = |names: &[&str]| names.iter().find_map(|name| map.shift_remove(*name));
    let time = take(&["ts", "time", "timestamp", "@timestamp", "asctime", "t"]);
    let level = take(&["level", "levelname", "severity", "lvl"]);
    let said = take(&["msg", "message", "event"]);
    let part = take(&["logger", "name", "target", "module"]);
    if time.is_none() && level.is_none() {
        return None;
    }
    let words = |value: Value| match value {
        Value::String(text) => text,
        other => other.to_string(),
    };
    let level = level.and_then(|level| match &level {
        Value::String(text) => level_of(text.to_ascii_uppercase().as_bytes()),
        // Numbers of pino and bunyan.
        Value::Number(number) => number.as_u64().map(|n| match n {
            0..=29 => Level::Debug,
            30..=39 => Level::Info,
            40..=49 => Level::Warn,
            _ => Level::Error,
        }),
        _ => None,
    });
    let mut text = said.map(words).unwrap_or_default();
    if !map.is_empty() {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(&Value::Object(map).to_string());
    }
    Some(Json { time, level, part: part.map(words).filter(|part| !part.is_empty()), text })
}

/// The level that a word in capitals means.
fn level_of(word: &[u8]) -> Option<Level> {
    Some(match word {
        b"TRACE" | b"DEBUG" => Level::Debug,
        b"INFO" | b"NOTICE" | b"SUCCESS" | b"LOG" => Level::Info,
        b"WARN" | b"WARNING" => Level::Warn,
        b"ERROR" | b"ERR" | b"CRITICAL" | b"FATAL" | b"SEVERE" | b"ALERT" | b"EMERG" | b"PANIC" => Level::Error,
        _ => return None,
    })
}

/// The level in brackets: the last word, behind whatever picture stands before it.
fn level_in(inner: &[u8]) -> Option<Level> {
    let word = inner.trim_ascii();
    let start = word.iter().rposition(|b| !b.is_ascii_alphabetic()).map_or(0, |at| at + 1);
    let word = &word[start..];
    // Four to eight letters: nothing else can be one.
    if word.len() > 8 { None } else { level_of(&word.to_ascii_uppercase()) }
}

/// A name as loggers have it: `broca.queue`, `uvicorn.access`, `sanctum::logs`.
fn is_part(word: &[u8]) -> bool {
    let odd = |b: &u8| !(b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-' | b':' | b'<' | b'>' | b'/'));
    word.first().is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_' || *b == b'<')
        && word.len() <= PART
        && !word.iter().any(odd)
}

/// Behind spaces and one `-`, `|` or `:`.
fn after_separators(line: &[u8], from: usize) -> usize {
    let blank = |at: usize| at + line[at..].iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
    let at = blank(from);
    match line.get(at..) {
        Some([b'-' | b'|' | b':', b' ' | b'\t', ..]) => blank(at + 1),
        Some([b'-' | b'|' | b':']) => at + 1,
        _ => at,
    }
}
