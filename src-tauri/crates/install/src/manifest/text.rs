//! Text that came from outside, made fit to be shown: names of files escaped, labels that were encoded twice repaired.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::os::unix::ffi::OsStrExt;

use sanctum_foreign::steers;

/// A file name as a person may read it: invalid UTF-8 as `\xNN`, control and text-direction characters as `\u{…}`.
/// Different names stay different; the result holds no newline.
pub fn escape_name(name: &OsStr) -> String {
    let mut out = String::with_capacity(name.len());
    for chunk in name.as_bytes().utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '\n' => out.push_str("\\n"),
                '\r' => out.push_str("\\r"),
                '\t' => out.push_str("\\t"),
                '\\' => out.push_str("\\\\"),
                c if c.is_control() || steers(c) => {
                    let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
                }
                c => out.push(c),
            }
        }
        for byte in chunk.invalid() {
            let _ = write!(out, "\\x{byte:02x}");
        }
    }
    out
}

/// The text a label had before it was read as Windows-1252 and encoded again (`âš™ï¸` for ⚙️), if that is what happened.
/// Labels imported from old databases carry this (`facts/layouts.md`). `None` when the text is fine as it is.
pub fn repair_double_encoding(text: &str) -> Option<String> {
    if text.is_ascii() {
        return None;
    }
    let mut bytes = Vec::with_capacity(text.len());
    for c in text.chars() {
        bytes.push(cp1252(c)?);
    }
    let fixed = match String::from_utf8(bytes) {
        Ok(fixed) => fixed,
        Err(error) => {
            // An invisible last byte is often lost on the way: EF B8 (8F) is the emoji variation selector.
            let at = error.utf8_error().valid_up_to();
            let bytes = error.into_bytes();
            if bytes.get(at..) != Some(&[0xEF, 0xB8]) {
                return None;
            }
            let mut head = String::from_utf8(bytes.get(..at)?.to_vec()).ok()?;
            head.push('\u{fe0f}');
            head
        }
    };
    (fixed != text && !fixed.is_empty()).then_some(fixed)
}

/// The byte of a character in Windows-1252; the five unassigned bytes stand for themselves.
fn cp1252(c: char) -> Option<u8> {
    const HIGH: [(char, u8); 27] = [
        ('€', 0x80),
        ('‚', 0x82),
        ('ƒ', 0x83),
        ('„', 0x84),
        ('…', 0x85),
        ('†', 0x86),
        ('‡', 0x87),
        ('ˆ', 0x88),
        ('‰', 0x89),
        ('Š', 0x8A),
        ('‹', 0x8B),
        ('Œ', 0x8C),
        ('Ž', 0x8E),
        ('‘', 0x91),
        ('’', 0x92),
        ('“', 0x93),
        ('”', 0x94),
        ('•', 0x95),
        ('–', 0x96),
        ('—', 0x97),
        ('˜', 0x98),
        ('™', 0x99),
        ('š', 0x9A),
        ('›', 0x9B),
        ('œ', 0x9C),
        ('ž', 0x9E),
        ('Ÿ', 0x9F),
    ];
    if u32::from(c) <= 0xFF {
        return u8::try_from(u32::from(c)).ok();
    }
    HIGH.iter().find(|(high, _)| *high == c).map(|(_, byte)| *byte)
}

/// A value cut to a length fit for a sentence, on one line.
pub(super) fn short(text: &str) -> String {
    let mut out: String = text.chars().take(60).flat_map(char::escape_debug).collect();
    if text.chars().count() > 60 {
        out.push('…');
    }
    out
}
