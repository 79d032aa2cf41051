//! Words of a module made fit to be shown: what crate `foreign` makes of any stranger's, and no secrets.
//!
//! A module writes what it likes into its log, and passes on what strangers sent it. Its last line may say why it ended,
//! but it may not give a password away.

pub(crate) use sanctum_foreign::{line, plain};

/// Most characters of a module's own words that are repeated.
pub(crate) const MOST: usize = 300;

/// What stands where a secret stood.
const COVER: &str = "•••";

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

#[cfg(test)]
mod tests {
    use super::{Cover, MOST};

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
