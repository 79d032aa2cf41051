//! Words of strangers made fit to be shown: no terminal codes, no control characters, no marks that turn or hide what stands around them.
//!
//! Whoever runs a server, writes a log or names a plugin writes what they like, and passes on what others sent them. It may inform, but it
//! may not colour a terminal, reorder a line or fill a screen.

use std::iter::Peekable;
use std::str::Chars;

/// `text` as one harmless line of at most `most` characters, an ellipsis where it was cut.
#[must_use]
pub fn line(text: &str, most: usize) -> String {
    // What is far behind the cut need not be cleaned.
    let end = text.char_indices().nth(most.saturating_mul(20)).map_or(text.len(), |(at, _)| at);
    let (mut kept, mut count, mut gap) = (String::new(), 0, false);
    for c in plain(&text[..end]).chars() {
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
        if std::mem::take(&mut gap) {
            kept.push(' ');
            count += 1;
        }
        kept.push(c);
        count += 1;
    }
    if end < text.len() {
        kept.push('…');
    }
    kept
}

/// `text` as it may be shown over several lines: line ends and tabs stay.
#[must_use]
pub fn block(text: &str) -> String {
    let plain = plain(text);
    let mut out = String::with_capacity(plain.len());
    let mut chars = plain.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
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

/// `text` as one line in which everything that would steer a screen or hide is written out, as `⟨U+202E⟩`: for whoever has to see
/// what is really there. Tabs stay; cut at `most` characters, with an ellipsis.
#[must_use]
pub fn spelled(text: &str, most: usize) -> String {
    let mut out = String::new();
    for (n, c) in text.chars().enumerate() {
        if n == most {
            out.push('…');
            break;
        }
        if c != '\t' && (c.is_control() || steers(c)) {
            out.push_str(&format!("⟨U+{:04X}⟩", u32::from(c)));
        } else {
            out.push(c);
        }
    }
    out
}

/// `text` without the sequences that move a cursor, set colours or a window's title (ECMA-48: CSI, OSC and the like). A title or link
/// without an end takes its line only.
#[must_use]
pub fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\u{1b}' => skip_code(&mut chars),
            '\u{9b}' => skip_sequence(&mut chars),
            '\u{90}' | '\u{98}' | '\u{9d}' | '\u{9e}' | '\u{9f}' => skip_string(&mut chars),
            _ => out.push(c),
        }
    }
    out
}

/// Marks that reorder or hide what stands around them.
#[must_use]
pub fn steers(c: char) -> bool {
    matches!(
        u32::from(c),
        0xad | 0x61c | 0x180e | 0x200b..=0x200f | 0x2028..=0x202e | 0x2060..=0x206f | 0xfeff | 0xfff9..=0xfffb | 0xe0000..=0xe007f
    )
}

/// Those of [`steers`] that nobody writes on purpose: for places that show the words of people, where joiners hold the letters of some
/// scripts and the parts of one emoji together.
#[must_use]
pub fn hides(c: char) -> bool {
    steers(c) && !matches!(c, '\u{200c}' | '\u{200d}')
}

/// The rest of a terminal code after its escape character.
fn skip_code(chars: &mut Peekable<Chars<'_>>) {
    match chars.peek() {
        Some('[') => {
            chars.next();
            skip_sequence(chars);
        }
        Some(']' | 'P' | 'X' | '^' | '_') => {
            chars.next();
            skip_string(chars);
        }
        Some('(' | ')' | '#' | '%') => {
            chars.next();
            chars.next();
        }
        // Save, restore, reset and the like. What else follows is more likely a word that the escape was put before.
        Some('0'..='Z' | '\\' | 'c') => {
            chars.next();
        }
        _ => {}
    }
}

/// Parameters and intermediates end with one byte from `@` to `~`.
fn skip_sequence(chars: &mut Peekable<Chars<'_>>) {
    while chars.next_if(|c| ('\u{20}'..='\u{3f}').contains(c)).is_some() {}
    chars.next_if(|c| ('\u{40}'..='\u{7e}').contains(c));
}

/// Titles, links and the like run until a bell or the string terminator.
fn skip_string(chars: &mut Peekable<Chars<'_>>) {
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

#[cfg(test)]
mod tests {
    use super::{block, hides, line, spelled, steers};

    #[test]
    fn a_plain_text_stays_as_it_is() {
        let text = "Größe 5\n\t日本 {\"a\": [1]}";
        assert_eq!(block(text), text, "nothing in it needs care");
        assert_eq!(line("Agent not found", 40), "Agent not found", "nor in a line");
        assert_eq!(line("Größe 5 日本", 40), "Größe 5 日本", "nor in other scripts");
        assert_eq!(line("<b>bold</b>", 40), "<b>bold</b>", "HTML is text, and whoever shows it shows text");
    }

    #[test]
    fn codes_and_marks_are_taken_out_of_a_line() {
        for (text, kept) in [
            ("\u{1b}[1;31mError\u{1b}[0m: no", "Error: no"),
            ("\u{1b}]0;title\u{7}text", "text"),
            ("\u{9d}0;title\u{9c}text", "text"),
            ("\u{1b}]8;;http://x\u{1b}\\link", "link"),
            ("a\u{9b}2Kb", "ab"),
            ("safe\u{202e}exe.txt", "safeexe.txt"),
            ("one\r\ntwo\0three", "one two three"),
            ("  \n padded \t ", "padded"),
            ("in\u{200b}visible\u{feff}", "invisible"),
            ("soft\u{ad}hyphen", "softhyphen"),
            ("\u{1b}7saved\u{1b}8 \u{1b}creset", "saved reset"),
            ("it \u{1b}broke", "it broke"),
            ("cut \u{1b}", "cut"),
        ] {
            assert_eq!(line(text, 80), kept, "{text:?} on a screen");
        }
    }

    #[test]
    fn of_several_lines_the_ends_stay() {
        for (text, kept) in [
            ("a\u{1b}[31;1mred\u{1b}[0m", "ared"),
            ("\u{9b}2Jgone", "gone"),
            ("\u{1b}]8;;http://x\u{1b}\\link\u{1b}]8;;\u{1b}\\", "link"),
            ("\u{1b}]no end\nnext", "\nnext"),
            ("one\r\ntwo\rthree\0", "one\ntwo\nthree"),
            ("in\u{200b}visible\u{feff}", "invisible"),
            ("\u{1b}", ""),
        ] {
            assert_eq!(block(text), kept, "{text:?} on a screen");
        }
    }

    #[test]
    fn what_would_steer_or_hide_can_be_spelled_out() {
        assert_eq!(
            spelled("a\u{1b}[2Jb\u{202e}c\u{200b}", 80),
            "a⟨U+001B⟩[2Jb⟨U+202E⟩c⟨U+200B⟩",
            "nothing is taken out"
        );
        assert_eq!(spelled("\tGröße <b>", 80), "\tGröße <b>", "plain text stays as it is");
        assert_eq!(spelled("abcdef", 3), "abc…", "a long line is cut, and it shows");
    }

    #[test]
    fn what_turns_or_hides_is_one_list_and_people_may_join_what_they_write() {
        for c in "\u{ad}\u{61c}\u{180e}\u{200b}\u{200e}\u{200f}\u{2028}\u{2029}\u{202a}\u{202e}\u{2060}\u{2066}\u{2069}\u{206f}\u{feff}\u{fff9}\u{e0041}".chars() {
            assert!(steers(c) && hides(c), "U+{:04X} stands in no text that is shown", u32::from(c));
        }
        for c in ['\u{200c}', '\u{200d}'] {
            assert!(steers(c) && !hides(c), "U+{:04X} may be meant", u32::from(c));
        }
        assert!(!"Größe ✓ 日本 👩 é\t".chars().any(steers), "what is seen is left alone");
    }

    #[test]
    fn a_long_line_is_cut_by_characters_and_says_so() {
        for text in ["é".repeat(10_000), "é ".repeat(10_000), format!("{}é", "\u{200b}".repeat(1_000_000))] {
            let cut = line(&text, 300);
            assert!(cut.chars().count() <= 300 && cut.ends_with('…'), "cut, and it shows: {cut}");
        }
        assert_eq!(line(&"é".repeat(10_000), 300).chars().count(), 300, "at the limit");
    }
}
