//! What was found about a plugin: how bad it is, in words, and what to do.

use crate::text::shown;

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Worth knowing; nothing needs doing.
    Note,
    /// It works, and not as its author may think.
    Warning,
    /// Its tool does not load it, or it must not be loaded.
    Error,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Finding {
    pub level: Level,
    /// Stable: `name_rule`, `broca_abstract`, …
    pub code: String,
    /// What was found. Fit to be shown.
    pub words: String,
    /// What to do; empty where nothing needs doing.
    pub todo: String,
    /// File it is about, with its line where there is one: `cli.py:14`. Fit to be shown.
    pub place: Option<String>,
}

impl Finding {
    pub(crate) fn new(level: Level, code: &str, words: impl Into<String>, todo: impl Into<String>) -> Finding {
        Finding { level, code: code.to_owned(), words: words.into(), todo: todo.into(), place: None }
    }

    pub(crate) fn note(code: &str, words: impl Into<String>, todo: impl Into<String>) -> Finding {
        Finding::new(Level::Note, code, words, todo)
    }

    pub(crate) fn warning(code: &str, words: impl Into<String>, todo: impl Into<String>) -> Finding {
        Finding::new(Level::Warning, code, words, todo)
    }

    pub(crate) fn error(code: &str, words: impl Into<String>, todo: impl Into<String>) -> Finding {
        Finding::new(Level::Error, code, words, todo)
    }

    pub(crate) fn at(self, place: impl AsRef<str>) -> Finding {
        Finding { place: Some(shown(place.as_ref())), ..self }
    }
}
