//! Texts of a stranger made fit to be shown: one line, no control or direction characters, not too long.
//!
//! What a server says in an error is written by whoever runs it, or by whoever it passed a message on for. It may
//! inform, but it may not break a terminal, reorder a line, fill a screen, or give a password back.

use sanctum_secrets::Secret;

/// Most characters of a server's own words that are repeated.
pub(crate) const MAX_DETAIL: usize = 300;

/// `text` as one harmless line of at most `most` characters, an ellipsis where it was cut.
pub(crate) fn line(text: &str, most: usize) -> String {
    let mut kept = String::new();
    let mut count = 0;
    let mut gap = false;
    for c in text.chars() {
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

/// The same for an error's detail, with the password taken out wherever the server repeated it.
pub(crate) fn detail(text: &str, password: Option<&Secret>) -> String {
    match password.map(Secret::expose).filter(|password| !password.is_empty()) {
        Some(password) if text.contains(password) => line(&text.replace(password, "…"), MAX_DETAIL),
        _ => line(text, MAX_DETAIL),
    }
}

/// Marks that reorder or hide what stands around them.
fn steers(c: char) -> bool {
    matches!(u32::from(c), 0x200b..=0x200f | 0x202a..=0x202e | 0x2060..=0x206f | 0xfeff | 0xfff9..=0xfffb)
}

#[cfg(test)]
mod tests {
    use super::{MAX_DETAIL, detail, line};
    use sanctum_secrets::Secret;

    #[test]
    fn a_plain_text_stays_as_it_is() {
        assert_eq!(line("Agent not found", 40), "Agent not found", "nothing in it needs care");
        assert_eq!(line("Größe 5 日本", 40), "Größe 5 日本", "nor in other scripts");
    }

    #[test]
    fn what_could_mislead_is_taken_out() {
        for (text, kept) in [
            ("a\u{1b}[31mred", "a [31mred"),
            ("one\r\ntwo\0three", "one two three"),
            ("safe\u{202e}exe.txt", "safeexe.txt"),
            ("  \n padded \t ", "padded"),
            ("in\u{200b}visible\u{feff}", "invisible"),
        ] {
            assert_eq!(line(text, 80), kept, "{text:?} on a screen");
        }
    }

    #[test]
    fn a_long_text_is_cut_and_says_so() {
        let cut = detail(&"é".repeat(10_000), None);
        assert_eq!(cut.chars().count(), MAX_DETAIL, "cut at the limit, by characters");
        assert!(cut.ends_with('…'), "and it shows: {cut}");
    }

    #[test]
    fn a_password_that_comes_back_is_not_repeated() {
        let password = Secret::new("hunter2".into());
        assert_eq!(detail("no `hunter2` here", Some(&password)), "no `…` here", "it is taken out");
        assert_eq!(
            detail("no such key", Some(&Secret::new(String::new()))),
            "no such key",
            "an empty one cuts nothing"
        );
    }
}
