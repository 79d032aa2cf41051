//! Which lines are shown: a level, a text, a pattern.

use std::sync::Arc;

use regex::bytes::{Regex, RegexBuilder};

use crate::LogError;
use crate::line::Level;

/// What is shown of the lines.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// This level and above.
    pub level: Option<Level>,
    /// Only lines with this text; empty for all.
    pub text: String,
    /// `text` is a regular expression.
    pub regex: bool,
    /// Capitals count.
    pub case: bool,
}

/// Longest text or pattern.
const LONGEST: usize = 1000;
/// Memory of a compiled pattern.
const SIZE: usize = 1 << 20;

/// A filter that can be held against lines. Clones share it.
#[derive(Clone, Default)]
pub(crate) struct Matcher {
    pub filter: Filter,
    text: Option<Arc<Regex>>,
}

impl Matcher {
    /// # Errors
    /// [`LogError::Pattern`], with the place; [`LogError::PatternTooLarge`].
    pub fn new(filter: &Filter) -> Result<Self, LogError> {
        let text = match filter.text.as_str() {
            "" => None,
            text => Some(Arc::new(compile(text, filter.regex, filter.case)?)),
        };
        Ok(Self { filter: filter.clone(), text })
    }

    /// Everything passes.
    pub fn is_open(&self) -> bool {
        self.filter.level.is_none() && self.text.is_none()
    }

    pub fn needs_text(&self) -> bool {
        self.text.is_some()
    }

    pub fn level_passes(&self, level: Option<Level>) -> bool {
        self.filter.level.is_none_or(|least| level.is_some_and(|level| level >= least))
    }

    /// `line` is cleaned.
    pub fn passes(&self, level: Option<Level>, line: &[u8]) -> bool {
        self.level_passes(level) && self.text.as_ref().is_none_or(|text| text.is_match(line))
    }
}

fn compile(text: &str, regex: bool, case: bool) -> Result<Regex, LogError> {
    if text.chars().count() > LONGEST {
        return Err(LogError::PatternTooLarge);
    }
    let pattern = if regex { text.to_owned() } else { regex::escape(text) };
    let built = RegexBuilder::new(&pattern).case_insensitive(!case).size_limit(SIZE).dfa_size_limit(SIZE).build();
    built.map_err(|error| match error {
        regex::Error::Syntax(_) => told(&pattern),
        _ => LogError::PatternTooLarge,
    })
}

/// What is wrong with a pattern, and where.
fn told(pattern: &str) -> LogError {
    let wrong = regex_syntax::ParserBuilder::new().utf8(false).build().parse(pattern).err();
    let (place, why) = match &wrong {
        Some(regex_syntax::Error::Parse(error)) => (error.span().start.column, error.kind().to_string()),
        Some(regex_syntax::Error::Translate(error)) => (error.span().start.column, error.kind().to_string()),
        _ => (1, "it cannot be read".to_owned()),
    };
    LogError::Pattern { place, why }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matcher(text: &str, regex: bool, case: bool) -> Result<Matcher, LogError> {
        Matcher::new(&Filter { level: None, text: text.to_owned(), regex, case })
    }

    #[test]
    fn a_pattern_that_cannot_be_read_says_where() {
        let wrong = matcher("time (out", true, false).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(wrong.contains("character 6") && wrong.contains("unclosed group"), "place and reason: {wrong}");
        let large = matcher("(a{1000}){1000}", true, false);
        assert!(matches!(large, Err(LogError::PatternTooLarge)), "a pattern that would fill the memory is refused");
    }

    #[test]
    fn text_is_taken_as_it_is_and_capitals_count_only_when_asked() {
        let hit = |text, regex, case, line: &str| matcher(text, regex, case).unwrap().passes(None, line.as_bytes());
        assert!(hit("a.b(", false, false, "see A.B( here"), "signs of a pattern are text, capitals do not count");
        assert!(!hit("a.b(", false, true, "see A.B( here"), "now they do");
        assert!(hit("tim(e|ing) ?out", true, false, "TIMEOUT"), "a pattern is one when asked");
        assert!(hit("größe", false, false, "GRÖSSE GRÖßE"), "letters of all languages have capitals");
    }
}
