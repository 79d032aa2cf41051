//! The words that hold for texts: patterns are tried within their limits first, formats are taken from a list.
//!
//! What is not usable is left out and named; each function says whether all of the original is in.

use super::Walk;
use crate::check::{PATTERN_LENGTH, compile};
use crate::resolve::escape;
use crate::schema::Object;
use serde_json::{Map, Value};

/// Most patterns that are tried.
const MAX_PATTERNS: usize = 500;
/// Formats that are checked.
const CHECKED: &[&str] = &["uri", "email", "hostname", "ipv4", "ipv6", "date", "time", "date-time", "uuid"];
/// Formats that are known and say nothing about the value here.
const QUIET: &[&str] = &[
    "password",
    "port",
    "path",
    "duration",
    "regex",
    "uri-reference",
    "uri-template",
    "iri",
    "iri-reference",
    "idn-email",
    "idn-hostname",
    "json-pointer",
    "relative-json-pointer",
];

impl<'a> Walk<'a> {
    pub(super) fn pattern(&mut self, object: &Object, out: &mut Object, at: &str) -> bool {
        let Some(pattern) = object.get("pattern") else {
            return true;
        };
        let good = pattern.as_str().is_some_and(|pattern| self.is_usable(pattern, &format!("{at}/pattern")));
        if good {
            out.insert("pattern".to_owned(), pattern.clone());
        }
        good
    }

    /// Without one of its patterns, `additionalProperties` would mean names that it does not.
    pub(super) fn pattern_properties(&mut self, object: &'a Object, out: &mut Object, at: &str) -> bool {
        let Some(Value::Object(named)) = object.get("patternProperties") else {
            return true;
        };
        let at = format!("{at}/patternProperties");
        let (mut good, mut whole) = (true, true);
        let mut parts = Map::new();
        for (pattern, node) in named {
            let place = format!("{at}/{}", escape(pattern));
            if self.is_usable(pattern, &place) {
                let part = self.node(node, &place);
                whole &= part.whole;
                parts.insert(pattern.clone(), part.value);
            } else {
                good = false;
            }
        }
        if !good {
            out.shift_remove("additionalProperties");
        }
        out.insert("patternProperties".to_owned(), Value::Object(parts));
        good && whole
    }

    fn is_usable(&mut self, pattern: &str, at: &str) -> bool {
        self.patterns += 1;
        let trouble = if self.patterns > MAX_PATTERNS {
            format!("The schema has more than {MAX_PATTERNS} patterns; this one is not checked.")
        } else if pattern.len() > PATTERN_LENGTH {
            format!("The pattern is longer than {PATTERN_LENGTH} bytes; it is not checked.")
        } else if compile(pattern).is_none() {
            "The pattern is broken, too large, or looks around or back, which can take for ever; it is not checked."
                .to_owned()
        } else {
            return true;
        };
        self.found(at, trouble);
        false
    }

    pub(super) fn format(&mut self, object: &Object, out: &mut Object, at: &str) -> bool {
        let name = match object.get("format") {
            None => return true,
            Some(Value::String(name)) => name.as_str(),
            Some(_) => "",
        };
        if CHECKED.contains(&name) {
            out.insert("format".to_owned(), Value::String(name.to_owned()));
            return true;
        }
        if !QUIET.contains(&name) {
            let shown: String = name.chars().filter(|c| !c.is_control()).take(60).collect();
            let message = format!("`{shown}` is not a format this app knows; it is not checked.");
            self.found(&format!("{at}/format"), message);
        }
        false
    }
}
