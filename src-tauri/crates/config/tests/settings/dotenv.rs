//! The grammar of python-dotenv 1.2, which the modules read their `.env` with, pinned as a reader of our own.
//!
//! Written from its documented rules and kept apart from the crate's parser, so that one can be held against the
//! other: lines end with `\n`, `\r\n` or `\r`; a backslash guards a quote; a comment needs a blank before it only
//! behind bare values. A binding that does not end its line is skipped with that line.

/// The value that counts for `key`, before any `${…}` is replaced.
pub fn value(file: &[u8], key: &str) -> Option<String> {
    let text = String::from_utf8_lossy(file).replace("\r\n", "\n").replace('\r', "\n");
    let mut rest = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let mut last = None;
    loop {
        rest = rest.trim_start();
        if rest.is_empty() {
            return last;
        }
        match binding(rest) {
            Some((name, value, after)) => {
                if name == key {
                    last = value;
                }
                rest = after;
            }
            None => rest = rest.split_once('\n').map_or("", |(_, after)| after),
        }
    }
}

fn blanks(text: &str) -> &str {
    text.trim_start_matches(|c: char| c.is_whitespace() && c != '\n')
}

/// Name, value and what follows the line; `None` for a comment or a line that cannot be read.
fn binding(text: &str) -> Option<(&str, Option<String>, &str)> {
    let text = match text.strip_prefix("export") {
        Some(after) if blanks(after).len() < after.len() => blanks(after),
        _ => text,
    };
    let end = text.find(|c: char| c == '=' || c == '#' || c.is_whitespace()).unwrap_or(text.len());
    let (name, after) = text.split_at(end);
    if name.is_empty() {
        return None;
    }
    let after = blanks(after);
    let (value, after) = match after.strip_prefix('=').map(blanks) {
        None => (None, after),
        Some(spelled) => {
            let (value, after) = match spelled.chars().next() {
                Some(mark @ ('\'' | '"')) => quoted(&spelled[1..], mark)?,
                _ => bare(spelled),
            };
            (Some(value), after)
        }
    };
    let after = blanks(after);
    let after = if after.starts_with('#') { &after[after.find('\n').unwrap_or(after.len())..] } else { after };
    match after.strip_prefix('\n') {
        Some(next) => Some((name, value, next)),
        None => after.is_empty().then_some((name, value, after)),
    }
}

/// A quote behind a backslash does not close, unless no other one does.
fn quoted(text: &str, mark: char) -> Option<(String, &str)> {
    let closes = |at: &usize| !text[..*at].ends_with('\\');
    let all: Vec<usize> = text.match_indices(mark).map(|(at, _)| at).collect();
    let close = all.iter().copied().find(closes).or_else(|| all.last().copied())?;
    let (mut value, mut chars) = (String::new(), text[..close].chars());
    while let Some(c) = chars.next() {
        let guarded = if c == '\\' { chars.next() } else { None };
        match guarded {
            None => value.push(c),
            Some(guarded @ ('\\' | '\'')) => value.push(guarded),
            Some(named) if mark == '"' && "\"abfnrtv".contains(named) => value.push(match named {
                'a' => '\u{7}',
                'b' => '\u{8}',
                'f' => '\u{c}',
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                'v' => '\u{b}',
                quote => quote,
            }),
            Some(other) => value.extend([c, other]),
        }
    }
    Some((value, &text[close + 1..]))
}

fn bare(text: &str) -> (String, &str) {
    let (line, after) = text.split_at(text.find('\n').unwrap_or(text.len()));
    let mut value = line;
    for (at, _) in line.match_indices('#') {
        if line[..at].ends_with(char::is_whitespace) {
            value = &line[..at];
            break;
        }
    }
    (value.trim_end().to_owned(), after)
}

#[test]
fn the_pinned_grammar_reads_what_is_documented() {
    for (text, expected) in [
        ("A=1", Some("1")),
        ("export A=1\r\nB=2", Some("1")),
        ("A='x # y' # z\n", Some("x # y")),
        ("A=\"x\\ty\"#z\n", Some("x\ty")),
        ("A=x#y # z", Some("x#y")),
        ("A='x\ny'\n", Some("x\ny")),
        ("A='it\\'s'", Some("it's")),
        ("A=\n", Some("")),
        ("A", None),
        ("# A=1", None),
        ("A='open\n", None),
        ("A=1\nA='x'y\n", Some("1")),
        ("A='C:\\dir\\'\n", Some("C:\\dir\\")),
        ("A='x\\'\nB='", Some("x'\nB=")),
    ] {
        assert_eq!(value(text.as_bytes(), "A").as_deref(), expected, "{text:?}");
    }
}
