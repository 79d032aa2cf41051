//! Texts of tools and servers made fit to be shown: no terminal codes, no control or direction characters, not too long.

/// Most characters of a line that is shown.
const LONGEST_LINE: usize = 300;

/// `text` as it may be shown over several lines: line ends and tabs stay, terminal codes and what steers a screen or the
/// order of letters goes.
#[must_use]
pub fn shown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\u{1b}' => skip_code(&mut chars),
            '\u{9b}' => skip_sequence(&mut chars),
            '\r' => {
                if chars.peek() != Some(&'\n') {
                    out.push('\n');
                }
            }
            '\n' | '\t' => out.push(c),
            _ if c.is_control() || steers(c) => {}
            _ => out.push(c),
        }
    }
    out
}

/// `text` as one line of at most 300 characters, an ellipsis where it was cut.
#[must_use]
pub fn shown_line(text: &str) -> String {
    // What is cut away needs no care.
    let start: String = text.chars().take(LONGEST_LINE * 20).collect();
    let words: Vec<String> = shown(&start).split_whitespace().map(str::to_owned).collect();
    let line = words.join(" ");
    if line.chars().count() <= LONGEST_LINE {
        return line;
    }
    line.chars().take(LONGEST_LINE - 1).chain(['…']).collect()
}

/// At most `most` bytes of `text`, cut between characters; whether it was cut.
pub(crate) fn cut(text: &mut String, most: usize) -> bool {
    if text.len() <= most {
        return false;
    }
    let end = (0..=most).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    text.truncate(end);
    true
}

/// The rest of a terminal code after its escape character.
fn skip_code(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) {
    match chars.peek() {
        Some('[') => {
            chars.next();
            skip_sequence(chars);
        }
        // Titles, links and the like run until a bell or the string terminator; one without an end takes its line only.
        Some(']' | 'P' | 'X' | '^' | '_') => {
            while let Some(c) = chars.next_if(|c| *c != '\n') {
                match c {
                    '\u{7}' | '\u{9c}' => return,
                    '\u{1b}' => {
                        chars.next_if_eq(&'\\');
                        return;
                    }
                    _ => {}
                }
            }
        }
        Some('(' | ')' | '#' | '%') => {
            chars.next();
            chars.next();
        }
        Some(c) if c.is_ascii_graphic() => {
            chars.next();
        }
        _ => {}
    }
}

fn skip_sequence(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) {
    while chars.next_if(|c| ('\u{20}'..='\u{3f}').contains(c)).is_some() {}
    chars.next_if(|c| ('\u{40}'..='\u{7e}').contains(c));
}

/// Marks that reorder or hide what stands around them.
fn steers(c: char) -> bool {
    matches!(u32::from(c), 0xad | 0x61c | 0x180e | 0x200b..=0x200f | 0x2028..=0x202e | 0x2060..=0x206f | 0xfeff | 0xfff9..=0xfffb | 0xe0000..=0xe007f)
}

#[cfg(test)]
mod tests {
    use super::{cut, shown, shown_line};

    #[test]
    fn a_plain_text_stays_as_it_is() {
        let text = "Größe 5\n\t日本 {\"a\": [1]}";
        assert_eq!(shown(text), text, "nothing in it needs care");
    }

    #[test]
    fn what_could_mislead_is_taken_out() {
        for (text, kept) in [
            ("a\u{1b}[31;1mred\u{1b}[0m", "ared"),
            ("\u{9b}2Jgone", "gone"),
            ("\u{1b}]0;title\u{7}text", "text"),
            ("\u{1b}]8;;http://x\u{1b}\\link\u{1b}]8;;\u{1b}\\", "link"),
            ("\u{1b}]no end\nnext", "\nnext"),
            ("one\r\ntwo\rthree\0", "one\ntwo\nthree"),
            ("safe\u{202e}exe.txt", "safeexe.txt"),
            ("in\u{200b}visible\u{feff}", "invisible"),
            ("\u{1b}", ""),
        ] {
            assert_eq!(shown(text), kept, "{text:?} on a screen");
        }
    }

    #[test]
    fn a_line_is_one_line_and_short() {
        assert_eq!(shown_line("  a\r\n b\t\u{1b}[1mc "), "a b c", "whatever was between the words");
        let long = shown_line(&"é".repeat(1_000_000));
        assert_eq!((long.chars().count(), long.ends_with('…')), (300, true), "cut, and it shows");
    }

    #[test]
    fn a_text_is_cut_between_characters() {
        let mut text = "ééé".to_owned();
        assert!(cut(&mut text, 3), "it is longer than three bytes");
        assert_eq!(text, "é", "the second one would need a fourth");
    }
}
