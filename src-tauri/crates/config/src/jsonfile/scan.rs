//! Finding where things stand in a text that is known to be JSON.
//!
//! Only positions come from here; what the text means has been read by `serde_json` before, so nothing is checked a
//! second time. Skipping a value needs no recursion.

use std::ops::Range;

/// One `"name": value` of an object.
pub(super) struct Member {
    pub name: String,
    pub key_start: usize,
    pub key_end: usize,
    pub value: Range<usize>,
}

/// Where a pointer leads.
pub(super) enum Found {
    /// To a value: where its member (or itself) starts, its span, and its object with the member's index.
    Value { start: usize, value: Range<usize>, member: Option<(usize, usize)> },
    /// Nowhere: the object at `object` has no member named by part `rest`.
    Missing { object: usize, rest: usize },
    /// Through something at `at` that is no object.
    Blocked { at: usize },
}

pub(super) fn find(text: &str, parts: &[String]) -> Found {
    let bytes = text.as_bytes();
    let root = blanks(bytes, 0);
    let mut found = (root, root..value_end(bytes, root), None);
    for (rest, part) in parts.iter().enumerate() {
        let at = found.1.start;
        found = match bytes.get(at) {
            Some(b'{') => {
                let (mut members, _) = members(text, at);
                match members.iter().rposition(|member| member.name == *part) {
                    Some(index) => {
                        let member = members.swap_remove(index);
                        (member.key_start, member.value, Some((at, index)))
                    }
                    None => return Found::Missing { object: at, rest },
                }
            }
            Some(b'[') => match index(part).and_then(|index| entries(bytes, at).into_iter().nth(index)) {
                Some(entry) => (entry.start, entry, None),
                None => return Found::Blocked { at },
            },
            _ => return Found::Blocked { at },
        };
    }
    Found::Value { start: found.0, value: found.1, member: found.2 }
}

/// The members of the object that opens at `open`, and where it closes.
pub(super) fn members(text: &str, open: usize) -> (Vec<Member>, usize) {
    let bytes = text.as_bytes();
    let mut members = Vec::new();
    let mut at = blanks(bytes, open + 1);
    while bytes.get(at) == Some(&b'"') {
        let key_end = string_end(bytes, at);
        let start = blanks(bytes, blanks(bytes, key_end) + 1);
        let value = start..value_end(bytes, start);
        let next = blanks(bytes, value.end);
        let name = serde_json::from_str(&text[at..key_end]).unwrap_or_default();
        members.push(Member { name, key_start: at, key_end, value });
        at = if bytes.get(next) == Some(&b',') { blanks(bytes, next + 1) } else { next };
    }
    (members, at)
}

/// The entries of the list that opens at `open`.
fn entries(bytes: &[u8], open: usize) -> Vec<Range<usize>> {
    let mut entries = Vec::new();
    let mut at = blanks(bytes, open + 1);
    while at < bytes.len() && bytes[at] != b']' {
        let entry = at..value_end(bytes, at);
        let next = blanks(bytes, entry.end);
        entries.push(entry);
        at = if bytes.get(next) == Some(&b',') { blanks(bytes, next + 1) } else { next };
    }
    entries
}

/// An index as RFC 6901 spells it: no sign, no leading zero.
fn index(part: &str) -> Option<usize> {
    let plain = part.bytes().all(|byte| byte.is_ascii_digit()) && (part == "0" || !part.starts_with('0'));
    if plain { part.parse().ok() } else { None }
}

/// The first place from `at` on that is no blank.
pub(super) fn blanks(bytes: &[u8], at: usize) -> usize {
    at + bytes.get(at..).unwrap_or_default().iter().take_while(|byte| b" \t\r\n".contains(byte)).count()
}

fn string_end(bytes: &[u8], open: usize) -> usize {
    let mut at = open + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    bytes.len()
}

fn value_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start;
    let mut depth = 0_usize;
    while at < bytes.len() {
        match bytes[at] {
            b'"' => at = string_end(bytes, at),
            b'{' | b'[' => {
                depth += 1;
                at += 1;
            }
            b'}' | b']' if depth > 0 => {
                depth -= 1;
                at += 1;
            }
            b'}' | b']' | b',' | b' ' | b'\t' | b'\r' | b'\n' if depth == 0 => return at,
            _ => {
                at += 1;
                continue;
            }
        }
        if depth == 0 {
            return at;
        }
    }
    bytes.len()
}
