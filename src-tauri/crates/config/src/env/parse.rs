//! Cutting a `.env` file into pieces that hold all its bytes.
//!
//! A piece is one physical line, or several when a quoted value runs over lines. Its grammar is python-dotenv's,
//! which the modules use, narrowed to keys that bash accepts too. A line that starts a quote which never ends in a
//! readable way is one unreadable piece, and reading goes on with the next line.

use super::{Entry, Quoting};

pub(super) const BOM: &[u8] = b"\xEF\xBB\xBF";

const NOT_UTF8: &str = "it is not UTF-8 text";
const NO_ASSIGNMENT: &str = "it is not of the form KEY=value";
const BAD_NAME: &str = "its name is not letters, digits and `_`";
const OPEN_QUOTE: &str = "its quote is never closed";
const AFTER_QUOTE: &str = "something follows the closing quote";

/// Some consecutive bytes of the file.
#[derive(Clone)]
pub(super) struct Piece {
    pub raw: Vec<u8>,
    /// 1-based line of its first byte.
    pub line: usize,
    pub kind: Kind,
}

#[derive(Clone)]
pub(super) enum Kind {
    /// Blank or a comment.
    Quiet,
    Unreadable(&'static str),
    Entry(Box<Assignment>),
}

/// An entry and where its parts are in the piece.
#[derive(Clone)]
pub(super) struct Assignment {
    pub entry: Entry,
    /// End of the key; what lies between it and `value_end` is `=`, blanks and the spelled value.
    pub key_end: usize,
    pub value_end: usize,
}

impl Piece {
    pub fn entry(&self) -> Option<&Entry> {
        match &self.kind {
            Kind::Entry(assignment) => Some(&assignment.entry),
            _ => None,
        }
    }

    pub fn is_for(&self, key: &str) -> bool {
        self.entry().is_some_and(|entry| entry.key == key)
    }

    /// Whether it is the bare name (`A`, `export A`): to dotenv the key then has no value, whatever stands above.
    pub fn unsets(&self, key: &str) -> bool {
        let Ok(line) = std::str::from_utf8(&self.raw) else {
            return false;
        };
        let name = line.split('#').next().unwrap_or_default().trim();
        let bare = name.strip_prefix("export").filter(|rest| rest.starts_with(char::is_whitespace));
        matches!(self.kind, Kind::Unreadable(_)) && bare.unwrap_or(name).trim() == key
    }

    /// Whether a reader may take its quote for open. To dotenv a backslash guards every quote behind it, so such a
    /// value reaches as far as the next quote in the file.
    pub fn has_open_quote(&self) -> bool {
        match &self.kind {
            Kind::Unreadable(reason) => *reason == OPEN_QUOTE || opens_quote(&self.raw),
            Kind::Entry(assignment) => {
                assignment.entry.quoting != Quoting::Bare && self.raw[..assignment.value_end - 1].ends_with(b"\\")
            }
            Kind::Quiet => false,
        }
    }
}

/// Whether a line that we cannot read has a value whose quote, to dotenv, is not closed on it.
fn opens_quote(line: &[u8]) -> bool {
    let Some(equals) = line.iter().position(|byte| *byte == b'=') else {
        return false;
    };
    let value = line[equals + 1..].trim_ascii_start();
    let Some((mark @ (b'\'' | b'"'), body)) = value.split_first() else {
        return false;
    };
    let closes = |at: usize| body[at] == *mark && (at == 0 || body[at - 1] != b'\\');
    !(0..body.len()).any(closes)
}

/// Cuts `bytes` into pieces; their `raw` joined is `bytes`.
pub(super) fn pieces(bytes: &[u8]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = bytes;
    let mut line = 1;
    while !rest.is_empty() {
        let skip = if line == 1 && rest.starts_with(BOM) { BOM.len() } else { 0 };
        let (kind, length) = read(&rest[skip..], line);
        let (raw, after) = rest.split_at(skip + length);
        let kind = shift(kind, skip);
        pieces.push(Piece { raw: raw.to_vec(), line, kind });
        line += raw.iter().filter(|&&b| b == b'\n').count();
        rest = after;
    }
    pieces
}

fn shift(kind: Kind, by: usize) -> Kind {
    match kind {
        Kind::Entry(mut assignment) => {
            assignment.key_end += by;
            assignment.value_end += by;
            Kind::Entry(assignment)
        }
        other => other,
    }
}

/// Reads the piece at the start of `text`: its kind and its length with the line end.
fn read(text: &[u8], line: usize) -> (Kind, usize) {
    let line_len = text.iter().position(|&b| b == b'\n').map_or(text.len(), |at| at + 1);
    let content = trim_line_end(&text[..line_len]);
    let start = blanks(content);
    if start == content.len() || content[start] == b'#' {
        return (Kind::Quiet, line_len);
    }
    match assignment(text, line_len, content, start, line) {
        Ok((assignment, length)) => (Kind::Entry(Box::new(assignment)), length),
        Err(reason) => (Kind::Unreadable(reason), line_len),
    }
}

fn assignment(
    text: &[u8],
    line_len: usize,
    content: &[u8],
    start: usize,
    line: usize,
) -> Result<(Assignment, usize), &'static str> {
    let mut key_start = start;
    let word = name(&content[key_start..]);
    let after_word = key_start + word;
    let gap = blanks(&content[after_word..]);
    let exported = &content[key_start..after_word] == b"export" && gap > 0;
    if exported {
        key_start = after_word + gap;
    }
    let key_end = key_start + name(&content[key_start..]);
    let equals = key_end + blanks(&content[key_end..]);
    if content.get(equals) != Some(&b'=') {
        return Err(if content.contains(&b'=') { BAD_NAME } else { NO_ASSIGNMENT });
    }
    if key_end == key_start || content[key_start].is_ascii_digit() {
        return Err(BAD_NAME);
    }
    let value_start = equals + 1 + blanks(&content[equals + 1..]);
    let spaced = equals != key_end || value_start != equals + 1;
    let (value, quoting, value_end, length, doubt) = match content.get(value_start) {
        Some(b'\'') => quoted(text, value_start, b'\'', line_len)?,
        Some(b'"') => quoted(text, value_start, b'"', line_len)?,
        _ => bare(content, equals + 1, value_start, line_len)?,
    };
    let blank_value = value_end <= value_start;
    let ambiguous = if equals != key_end || (spaced && !blank_value) {
        Some("blanks around `=` are no assignment to a shell")
    } else {
        doubt
    };
    let key = String::from_utf8_lossy(&content[key_start..key_end]).into_owned();
    let entry = Entry { key, value, line, quoting, exported, ambiguous };
    Ok((Assignment { entry, key_end, value_end }, length))
}

type Value = (String, Quoting, usize, usize, Option<&'static str>);

fn bare(content: &[u8], after_equals: usize, start: usize, line_len: usize) -> Result<Value, &'static str> {
    let whole = &content[start..];
    let comment_at = (1..whole.len()).find(|&i| whole[i] == b'#' && is_blank(whole[i - 1]));
    let mut end = comment_at.unwrap_or(whole.len());
    while end > 0 && is_blank(whole[end - 1]) {
        end -= 1;
    }
    let value = std::str::from_utf8(&whole[..end]).map_err(|_| NOT_UTF8)?;
    // dotenv takes the note for the value. A person meant a note, so a new value is put before it.
    let note = value.starts_with('#') && start > after_equals;
    let doubt = if note {
        Some("the note after `=` is the value to the module; a shell reads an empty one")
    } else {
        value
            .contains(|c: char| c.is_whitespace() || c.is_control() || "$`\\'\";&|<>()~*?[]{}!^".contains(c))
            .then_some("it needs quotes: a shell would not take it as it is written")
    };
    let value_end = if value.is_empty() || note { after_equals } else { start + end };
    Ok((value.to_owned(), Quoting::Bare, value_end, line_len, doubt))
}

fn quoted(text: &[u8], open: usize, mark: u8, line_len: usize) -> Result<Value, &'static str> {
    let body = &text[open + 1..];
    let mut problem = OPEN_QUOTE;
    for close in closings(body, mark, line_len.saturating_sub(open + 1)) {
        let end = open + 1 + close + 1;
        let tail_len = text[end..].iter().position(|&b| b == b'\n').map_or(text.len() - end, |at| at + 1);
        let tail = trim_line_end(&text[end..end + tail_len]);
        let gap = blanks(tail);
        if gap < tail.len() && tail[gap] != b'#' {
            // A quote that runs over lines and ends badly swallows those lines for other readers: as bad as an open one.
            problem = if close < line_len.saturating_sub(open + 1) { AFTER_QUOTE } else { OPEN_QUOTE };
            continue;
        }
        let inside = std::str::from_utf8(&body[..close]).map_err(|_| NOT_UTF8)?.replace("\r\n", "\n");
        let quoting = if mark == b'\'' { Quoting::Single } else { Quoting::Double };
        let glued = gap == 0 && !tail.is_empty();
        let doubt = if glued {
            Some("a `#` right after the closing quote is part of the value to a shell")
        } else {
            doubt(&inside, mark)
        };
        return Ok((unescape(&inside, mark), quoting, end, end + tail_len, doubt));
    }
    Err(problem)
}

/// Where the quote may close, best guess first. In double quotes a backslash guards the next character. In
/// single quotes it does so for dotenv but not for bash: dotenv's reading is tried first, within the line only.
fn closings(body: &[u8], mark: u8, in_line: usize) -> Vec<usize> {
    let mut guarded = None;
    let mut at = 0;
    while at < body.len() {
        match body[at] {
            b'\\' => at += 1,
            b if b == mark => {
                guarded = Some(at);
                break;
            }
            _ => {}
        }
        at += 1;
        if mark == b'\'' && at >= in_line {
            break;
        }
    }
    let plain = if mark == b'\'' { body.iter().position(|&b| b == mark) } else { None };
    let mut all: Vec<usize> = guarded.into_iter().chain(plain).collect();
    all.dedup();
    all
}

fn unescape(text: &str, mark: u8) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some(e) if e == '\\' || e == '\'' => out.push(e),
            Some('"') if mark == b'"' => out.push('"'),
            Some('n') if mark == b'"' => out.push('\n'),
            Some('r') if mark == b'"' => out.push('\r'),
            Some('t') if mark == b'"' => out.push('\t'),
            Some('a') if mark == b'"' => out.push('\u{7}'),
            Some('b') if mark == b'"' => out.push('\u{8}'),
            Some('f') if mark == b'"' => out.push('\u{c}'),
            Some('v') if mark == b'"' => out.push('\u{b}'),
            Some(other) => out.extend(['\\', other]),
            None => out.push('\\'),
        }
    }
    out
}

fn doubt(inside: &str, mark: u8) -> Option<&'static str> {
    if inside.contains('\\') {
        Some("readers take the backslash in it differently")
    } else if inside.contains("${") || (mark == b'"' && inside.contains(['$', '`'])) {
        Some("some readers replace the `$` or backtick in it")
    } else if inside.contains('\r') {
        Some("readers change the carriage return in it")
    } else {
        None
    }
}

/// Length of the name (`[A-Za-z0-9_]*`) at the start.
fn name(text: &[u8]) -> usize {
    text.iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count()
}

fn blanks(text: &[u8]) -> usize {
    text.iter().take_while(|b| is_blank(**b)).count()
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | 0x0b | 0x0c)
}

/// Without the blanks on either side.
pub(super) fn trim_blanks(text: &[u8]) -> &[u8] {
    let text = &text[blanks(text)..];
    let end = text.iter().rposition(|byte| !is_blank(*byte)).map_or(0, |at| at + 1);
    &text[..end]
}

fn trim_line_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}
