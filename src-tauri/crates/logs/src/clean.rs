//! What a module wrote, made safe to look at: terminal codes and control characters out, lossy UTF-8, direction marks visible.

use std::borrow::Cow;

const ESC: u8 = 0x1b;

/// Whether a line can be read as it stands: no control characters but tabs.
fn plain(line: &[u8]) -> bool {
    // Without a branch in the loop, so that it is done many bytes at a time.
    !line.iter().fold(false, |odd, b| odd | ((*b < 0x20) & (*b != b'\t')) | (*b == 0x7f))
}

/// The bytes without terminal codes, control characters and the line's end.
#[must_use]
pub fn bytes(line: &[u8]) -> Cow<'_, [u8]> {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    if plain(line) { Cow::Borrowed(line) } else { Cow::Owned(stripped(line)) }
}

fn stripped(line: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(line.len());
    let mut at = 0;
    while let Some(byte) = line.get(at) {
        at += 1;
        match byte {
            &ESC => at += code(&line[at..]),
            b'\t' | 0x20..=0x7e | 0x80.. => out.push(*byte),
            // A progress bar writes over itself; its states are kept apart.
            b'\r' => out.push(b' '),
            _ => {}
        }
    }
    out
}

/// Length of a terminal code after its escape.
fn code(text: &[u8]) -> usize {
    match text.first() {
        Some(b'[') => {
            let body = text[1..].iter().take_while(|b| (0x20..=0x3f).contains(*b)).count();
            // A code that is cut off ends where it stops to look like one.
            1 + body + usize::from(text.get(1 + body).is_some_and(|b| (0x40..=0x7e).contains(b)))
        }
        // A title or a link: up to BEL or ESC \; one without an end takes nothing but its first character.
        Some(b']' | b'P' | b'_' | b'^' | b'X') => {
            let end = text.windows(2).position(|pair| pair[0] == 0x07 || pair == [ESC, b'\\']);
            match end {
                Some(end) if text[end] == 0x07 => end + 1,
                Some(end) => end + 2,
                None if text.last() == Some(&0x07) => text.len(),
                None => 1,
            }
        }
        Some(b'(' | b')' | b'#' | b'%') => text.len().min(2),
        Some(0x30..=0x7e) => 1,
        _ => 0,
    }
}

/// Cleaned bytes as text, at most `most` characters; the second number is how many characters were left out.
#[must_use]
pub fn text(bytes: &[u8], most: usize) -> (String, usize) {
    let whole = String::from_utf8_lossy(bytes);
    let mut out = String::with_capacity(whole.len().min(most * 2));
    let (mut kept, mut left) = (0, 0);
    for c in whole.chars() {
        if kept >= most {
            left += 1;
            continue;
        }
        kept += 1;
        match c {
            // Marks that turn the order of what follows, or that nobody sees: shown by their number.
            c if sanctum_foreign::hides(c) => out.push_str(&format!("⟨U+{:04X}⟩", c as u32)),
            '\t' => out.push('\t'),
            c if c.is_control() => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    (out, left)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(line: &[u8]) -> String {
        text(&bytes(line), 4096).0
    }

    #[test]
    fn hostile_bytes_become_text_that_moves_nothing() {
        let cases: &[(&[u8], &str, &str)] = &[
            (b"\x1b[31mred\x1b[0m\r\n", "red", "colours and CR LF go"),
            (b"\x1b]0;a title\x07told", "told", "a title of the terminal goes"),
            (b"\x1b]8;;https://x.invalid\x1b\\link\x1b]8;;\x1b\\", "link", "a link of the terminal goes"),
            (b"a\x00b\x08c\x7f", "abc", "NUL, backspace and delete go"),
            (b"10%\r20%\r30%", "10% 20% 30%", "a progress bar's states are apart"),
            (b"caf\xe9 \xff", "caf\u{fffd} \u{fffd}", "what is not UTF-8 is marked"),
            ("user\u{202e}gpj.exe".as_bytes(), "user⟨U+202E⟩gpj.exe", "what turns the order of letters is visible"),
            ("a\u{e0041}b\u{ad}c".as_bytes(), "a⟨U+E0041⟩b⟨U+00AD⟩c", "and so is what nobody would see"),
            ("👩\u{200d}💻".as_bytes(), "👩\u{200d}💻", "what holds one sign together stays"),
            ("x\u{9b}31my".as_bytes(), "x\u{fffd}31my", "the one-character form of a code is marked"),
            (b"\x1b[31", "", "a code that was cut off goes"),
            (b"\x1b]never ended", "never ended", "a title without an end does not swallow the line"),
            (b"a\tb", "a\tb", "tabs stay"),
        ];
        for (line, want, why) in cases {
            assert_eq!(shown(line), *want, "{why}");
        }
        assert_eq!(text("äöü".as_bytes(), 2), ("äö".to_owned(), 1), "a cut line says how many characters are missing");
    }
}
