//! Line differences for plan sheets, with a few lines around each change and a cap on the whole.

use std::time::Duration;

use similar::{ChangeTag, TextDiff};

use crate::dto::{DiffKind, DiffLine};

const AROUND: usize = 2;
/// Longer differences are cut; the plan says how many lines were left out.
pub(crate) const MOST_LINES: usize = 120;
const LONGEST_LINE: usize = 400;

/// Comparing is given up after this long and says the rest as one change; texts may be made to keep us busy.
const PATIENCE: Duration = Duration::from_secs(1);

/// The difference as a person reads it, and how many lines were left out.
pub(crate) fn lines(before: Option<&[u8]>, after: Option<&[u8]>) -> (Vec<DiffLine>, u32) {
    let (Some(before), Some(after)) = (text(before), text(after)) else {
        return (Vec::new(), 0);
    };
    between(&before, &after, MOST_LINES, visible)
}

/// The difference of two texts in at most so many lines, each made fit to be shown by `shown`, and how many were left out.
pub(crate) fn between(before: &str, after: &str, most: usize, shown: fn(&str) -> String) -> (Vec<DiffLine>, u32) {
    let diff = TextDiff::configure().timeout(PATIENCE).diff_lines(before, after);
    let mut lines = Vec::new();
    let mut left_out = 0;
    for group in diff.grouped_ops(AROUND) {
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            if lines.len() == most {
                left_out += 1;
                continue;
            }
            let (kind, index) = match change.tag() {
                ChangeTag::Equal => (DiffKind::Ctx, change.new_index()),
                ChangeTag::Insert => (DiffKind::Add, change.new_index()),
                ChangeTag::Delete => (DiffKind::Del, change.old_index()),
            };
            let number = u32::try_from(index.unwrap_or(0) + 1).unwrap_or(u32::MAX);
            lines.push(DiffLine { kind, number, text: shown(change.value().trim_end_matches(['\n', '\r'])) });
        }
    }
    (lines, left_out)
}

/// Text, or nothing where it is not text at all. An absent side is an empty one.
fn text(side: Option<&[u8]>) -> Option<String> {
    match side {
        None => Some(String::new()),
        Some(bytes) if bytes.contains(&0) => None,
        Some(bytes) => std::str::from_utf8(bytes).ok().map(str::to_owned),
    }
}

/// Control characters and marks that turn or hide are shown, not obeyed; very long lines are cut.
pub(crate) fn visible(line: &str) -> String {
    line.chars()
        .take(LONGEST_LINE)
        .map(|c| match c {
            '\t' => '\t',
            c if c.is_control() || sanctum_foreign::hides(c) => '\u{fffd}',
            c => c,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_line_shows_both_sides_and_its_surroundings() {
        let (diff, left_out) = lines(Some(b"a\nb\nc\nd\ne\nf\n"), Some(b"a\nb\nc\nX\ne\nf\n"));
        let kinds: Vec<_> = diff.iter().map(|l| (l.kind, l.number, l.text.as_str())).collect();
        assert_eq!(
            kinds,
            [
                (DiffKind::Ctx, 2, "b"),
                (DiffKind::Ctx, 3, "c"),
                (DiffKind::Del, 4, "d"),
                (DiffKind::Add, 4, "X"),
                (DiffKind::Ctx, 5, "e"),
                (DiffKind::Ctx, 6, "f"),
            ],
            "two lines stand around the change"
        );
        assert_eq!(left_out, 0, "nothing was left out of a short one");
    }

    #[test]
    fn long_differences_are_cut_and_say_so() {
        let after: String = (0..500).map(|i| format!("{i}\n")).collect();
        let (diff, left_out) = lines(None, Some(after.as_bytes()));
        assert_eq!((diff.len(), left_out), (120, 380), "every line is either shown or counted");
    }

    #[test]
    fn bytes_that_are_not_text_have_no_lines_and_control_characters_are_shown() {
        assert!(lines(None, Some(&[0, 159, 146])).0.is_empty(), "a binary file is not drawn as text");
        assert_eq!(lines(None, Some(b"a\x1b[31m")).0[0].text, "a\u{fffd}[31m", "an escape sequence is not obeyed");
        assert_eq!(visible("a\u{202e}b\u{200b}c\u{2066}"), "a\u{fffd}b\u{fffd}c\u{fffd}", "nor what turns or hides");
    }
}
