//! Words of a module made fit to be shown: one line, no terminal codes, no control or direction characters, no secrets,
//! not too long.
//!
//! A module writes what it likes into its log, and passes on what strangers sent it. Its last line may say why it ended,
//! but it may not colour a terminal, reorder a line, fill a screen, or give a password away.

/// Most characters of a module's own words that are repeated.
pub(crate) const MOST: usize = 300;

/// What stands where a secret stood.
const COVER: &str = "•••";

/// `text` as one harmless line of at most `most` characters, an ellipsis where it was cut.
pub(crate) fn line(text: &str, most: usize) -> String {
    let mut kept = String::new();
    let mut count = 0;
    let mut gap = false;
    for c in plain(text).chars() {
        if c.is_whitespace() || c.is_control() {
            gap = !kept.is_empty();
            continue;
        }
        if steers(c) {
            continue;
        }
        if count + 2 > most {
            kept.push('…');
            return kept;
        }
        if gap {
            kept.push(' ');
            count += 1;
            gap = false;
        }
        kept.push(c);
        count += 1;
    }
    kept
}

/// `text` without the sequences that move a cursor, set colours or a window's title (ECMA-48: CSI, OSC and the like).
pub(crate) fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let kind = match c {
            '\u{1b}' => match chars.peek().copied() {
                Some(next) => {
                    chars.next();
                    next
                }
                None => break,
            },
            '\u{9b}' => '[',
            '\u{9d}' => ']',
            _ => {
                out.push(c);
                continue;
            }
        };
        match kind {
            '[' => {
                // Parameters and intermediates end with one byte from `@` to `~`.
                for next in chars.by_ref() {
                    if ('@'..='~').contains(&next) {
                        break;
                    }
                }
            }
            ']' | 'P' | 'X' | '^' | '_' => {
                while let Some(next) = chars.next() {
                    if next == '\u{7}' || next == '\u{9c}' {
                        break;
                    }
                    if next == '\u{1b}' {
                        chars.next();
                        break;
                    }
                }
            }
            _ => {}
        }
    }
    out
}

/// Takes the values of secrets out of words that a module wrote.
#[derive(Clone, Default)]
pub(crate) struct Cover(Vec<String>);

impl Cover {
    /// Each value, and each longer line of one that has several (a key in PEM form is logged line by line).
    pub(crate) fn of<'a>(values: impl Iterator<Item = &'a str>) -> Cover {
        let mut all: Vec<String> = Vec::new();
        for value in values.filter(|value| !value.is_empty()) {
            all.push(value.to_owned());
            let lines = value.lines().filter(|line| line.len() >= 8 && *line != value);
            all.extend(lines.map(str::to_owned));
        }
        // The longest first, so that one secret within another leaves no rest of it.
        all.sort_by_key(|value| std::cmp::Reverse(value.len()));
        Cover(all)
    }

    /// The module's words as one line that may be shown. Secrets go before the cut, so that no half of one stays.
    pub(crate) fn line(&self, text: &str) -> String {
        let mut text = plain(text);
        for value in &self.0 {
            if text.contains(value.as_str()) {
                text = text.replace(value.as_str(), COVER);
            }
        }
        line(&text, MOST)
    }
}

/// Marks that reorder or hide what stands around them.
fn steers(c: char) -> bool {
    matches!(u32::from(c), 0x200b..=0x200f | 0x202a..=0x202e | 0x2060..=0x206f | 0xfeff | 0xfff9..=0xfffb)
}

#[cfg(test)]
mod tests {
    use super::{Cover, MOST, line};

    #[test]
    fn terminal_codes_and_direction_marks_are_taken_out() {
        for (text, kept) in [
            ("\u{1b}[1;31mError\u{1b}[0m: no", "Error: no"),
            ("\u{1b}]0;title\u{7}text", "text"),
            ("\u{1b}]8;;http://x\u{1b}\\link", "link"),
            ("a\u{9b}2Kb", "ab"),
            ("safe\u{202e}exe.txt", "safeexe.txt"),
            ("one\r\ntwo\0three", "one two three"),
            ("cut \u{1b}", "cut"),
            ("Größe 5 日本", "Größe 5 日本"),
        ] {
            assert_eq!(line(text, 80), kept, "{text:?} on a screen");
        }
    }

    #[test]
    fn a_secret_is_covered_before_the_line_is_cut() {
        let secret = "s3cret-value-that-is-long";
        let cover = Cover::of([secret, ""].into_iter());
        let text = format!("{}{secret}", "x".repeat(MOST - 12));
        assert!(!cover.line(&text).contains("s3cret"), "not even its beginning stays");
        assert_eq!(cover.line("key=\u{1b}[31ms3cret-value-that-is-long"), "key=•••", "codes do not hide it");
    }

    #[test]
    fn a_secret_of_several_lines_is_covered_line_by_line() {
        let cover = Cover::of(["-----BEGIN-----\nabcdefghij\n-----END-----"].into_iter());
        assert_eq!(cover.line("got abcdefghij here"), "got ••• here", "a line of it counts too");
    }
}
