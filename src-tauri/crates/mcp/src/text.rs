//! Texts of tools and servers made fit to be shown: no terminal codes, no control or direction characters, not too long.

pub use sanctum_foreign::block as shown;

/// Most characters of a line that is shown.
const LONGEST_LINE: usize = 300;

/// `text` as one line of at most 300 characters, an ellipsis where it was cut.
#[must_use]
pub fn shown_line(text: &str) -> String {
    sanctum_foreign::line(text, LONGEST_LINE)
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

#[cfg(test)]
mod tests {
    use super::{cut, shown_line};

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
