//! Secrets in text that leaves the app: values that are known, and what looks like one.

use std::borrow::Cow;

use regex::{Captures, Regex, RegexBuilder};

/// Stands for a covered value.
pub const COVERED: &str = "••••••";
/// Shorter values are not looked for: they would cover half of the text.
const SHORTEST: usize = 4;

/// Each names what is covered `v`; what stands before it stays.
const PATTERNS: &[&str] = &[
    // A telegram bot's token.
    r"(?:^|[^0-9])(?P<v>\d{8,10}:[A-Za-z0-9_-]{35})",
    r"(?i)\b(?:bearer|basic)\s+(?P<v>[A-Za-z0-9._~+/=-]{8,})",
    // API keys that say what they are.
    r"\b(?P<v>(?:sk|pk|rk)-[A-Za-z0-9_-]{8,}|gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}|xox[abprs]-[A-Za-z0-9-]{10,}|xai-[A-Za-z0-9]{16,}|gsk_[A-Za-z0-9]{16,}|AKIA[0-9A-Z]{16}|AIza[A-Za-z0-9_-]{30,})",
    // A JSON web token.
    r"\b(?P<v>eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*)",
    // The password in an address.
    r"[a-zA-Z][a-zA-Z0-9+.-]*://[^\s/:@]*:(?P<v>[^\s/@]+)@",
    // password=…, "api_key": "…", --token …, ?access_token=…
    r#"(?i)(?:password|passwd|passphrase|secret|token|api[_-]?key|apikey|api[_-]?hash|session[_-]?string|access[_-]?key|private[_-]?key|client[_-]?key|admin[_-]?key|encryption[_-]?key|authorization|credential)["']?\s*(?:=|:|=>)\s*(?:(?:bearer|basic)\s+)?(?P<q>["'])(?P<v>[^"']{3,})"#,
    r#"(?i)(?:password|passwd|passphrase|secret|token|api[_-]?key|apikey|api[_-]?hash|session[_-]?string|access[_-]?key|private[_-]?key|client[_-]?key|admin[_-]?key|encryption[_-]?key|credential)["']?\s*(?:=|:|=>)\s*(?P<v>[^\s"'&,;)}\]]{3,})"#,
];

/// Covers secrets.
pub struct Cover {
    /// Longest first, each in the ways it may be written.
    known: Vec<String>,
    patterns: Vec<Regex>,
}

impl Cover {
    /// Covers these values, and what looks like a secret.
    #[must_use]
    pub fn new<'a>(values: impl IntoIterator<Item = &'a str>) -> Self {
        let mut known: Vec<String> = Vec::new();
        for value in values.into_iter().map(str::trim) {
            // Logs have lines, so a value of several is found line by line.
            for line in value.lines().map(str::trim).filter(|line| line.len() >= SHORTEST) {
                known.extend([line.to_owned(), in_json(line), in_address(line)]);
            }
        }
        known.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        known.dedup();
        let built = PATTERNS.iter().filter_map(|pattern| RegexBuilder::new(pattern).build().ok());
        Self { known, patterns: built.collect() }
    }

    /// The text with secrets covered, and how many.
    #[must_use]
    pub fn text<'a>(&self, text: &'a str) -> (Cow<'a, str>, u32) {
        let mut out = Cow::Borrowed(text);
        let mut count = 0;
        for value in self.known.iter().filter(|value| text.len() >= value.len()) {
            let found = out.matches(value.as_str()).count();
            if found > 0 {
                count += u32::try_from(found).unwrap_or(u32::MAX);
                out = Cow::Owned(out.replace(value.as_str(), COVERED));
            }
        }
        for pattern in &self.patterns {
            if !pattern.is_match(&out) {
                continue;
            }
            let mut covered = 0;
            let replaced = pattern.replace_all(&out, |found: &Captures<'_>| {
                let (all, Some(value)) = (found.get_match(), found.name("v")) else { return found[0].to_owned() };
                if value.as_str().contains(COVERED) || value.as_str().starts_with('•') {
                    return all.as_str().to_owned();
                }
                covered += 1;
                let (from, to) = (value.start() - all.start(), value.end() - all.start());
                format!("{}{COVERED}{}", &all.as_str()[..from], &all.as_str()[to..])
            });
            out = Cow::Owned(replaced.into_owned());
            count += covered;
        }
        (out, count)
    }
}

/// As JSON writes it between quotes.
fn in_json(value: &str) -> String {
    let quoted = serde_json::Value::from(value).to_string();
    quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default().to_owned()
}

/// As an address writes it.
fn in_address(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values_and_what_looks_like_a_secret_are_covered_and_counted() {
        let cover = Cover::new(["hunter2 \"quoted\"", "plainvalue42", "abc"]);
        let bot = format!("https://api.telegram.org/bot123456789:{}/getMe", "A".repeat(35));
        let cases: &[(&str, &str, u32)] = &[
            ("got plainvalue42, twice plainvalue42", "got ••••••, twice ••••••", 2),
            (r#"{"p":"hunter2 \"quoted\""}"#, r#"{"p":"••••••"}"#, 1),
            ("/?q=hunter2%20%22quoted%22", "/?q=••••••", 1),
            ("abc stays: it is too short", "abc stays: it is too short", 0),
            (&bot, "https://api.telegram.org/bot••••••/getMe", 1),
            ("Authorization: Bearer abcdef123456", "Authorization: Bearer ••••••", 1),
            ("key sk-proj-1234567890abc used", "key •••••• used", 1),
            ("password=hello123 next", "password=•••••• next", 1),
            (r#""api_key": "k-123 456", "n": 1"#, r#""api_key": "••••••", "n": 1"#, 1),
            ("GET /v1?access_token=aaa.bbb&x=1", "GET /v1?access_token=••••••&x=1", 1),
            ("postgresql://letta:s3cr3t@127.0.0.1/db", "postgresql://letta:••••••@127.0.0.1/db", 1),
            ("prompt_tokens: 512", "prompt_tokens: 512", 0),
            ("nothing here", "nothing here", 0),
        ];
        for (text, want, count) in cases {
            let (got, covered) = cover.text(text);
            assert_eq!((got.as_ref(), covered), (*want, *count), "of `{text}`");
        }
        assert_eq!(cover.patterns.len(), PATTERNS.len(), "all patterns can be used");
    }
}
