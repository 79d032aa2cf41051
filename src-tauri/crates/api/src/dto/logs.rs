//! Logs of instances, read in windows of lines.

use serde::{Deserialize, Serialize};
use specta::Type;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum LogLevel {
    Debug,
    Info,
    Warn,
    Error,
}

/// What is shown of the lines.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct LogFilter {
    /// This level and above; `None` for all, lines without a level included.
    pub level: Option<LogLevel>,
    /// Only lines with this text; empty for all.
    pub text: String,
    /// `text` is a regular expression.
    pub regex: bool,
    /// Capitals count.
    pub case: bool,
}

/// A view over the logs of one or several instances, merged by time. It lives until it is closed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct LogView {
    pub id: String,
    pub sources: Vec<LogSource>,
    pub state: LogState,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct LogSource {
    /// Address of the instance.
    pub instance: String,
    /// "Broca of Monday".
    pub title: String,
    /// Its files, oldest first, relative to the root; empty where it has written none.
    pub files: Vec<String>,
    /// Bytes of all of them.
    pub bytes: f64,
    /// Why there is nothing, or why a part is missing; `None` where all is there.
    pub note: Option<String>,
}

/// How far a view has come.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct LogState {
    /// Lines that pass the filter, as far as was read.
    pub total: u32,
    /// Lines read in all.
    pub read: u32,
    /// Of them errors and warnings.
    pub errors: u32,
    pub warnings: u32,
    /// 0 to 1: how much of the files has been read.
    pub progress: f64,
    /// All that is there was read; new lines still come.
    pub complete: bool,
    /// Goes up when lines before the end changed (a filter, a truncated or replaced file): what was paged is then old.
    pub generation: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct LogLine {
    /// Index in the view, from 0.
    pub n: u32,
    /// Index into the view's `sources`.
    pub source: u32,
    /// As the line says it, in RFC 3339; `None` where it says none.
    pub at: Option<String>,
    pub level: Option<LogLevel>,
    /// The part that speaks: `broca.queue`.
    pub part: Option<String>,
    /// The rest, without terminal codes; hostile text. At most 4,096 characters.
    pub text: String,
    /// Characters left out of a long line.
    pub left_out: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct LogPage {
    pub items: Vec<LogLine>,
    pub state: LogState,
}

/// New lines came, or a view is being read. Sent at most ten times a second.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct LogEvent {
    pub view: String,
    pub state: LogState,
    /// 0 to 1: how much of a running export of this view is written; `None` where this tells of its lines.
    pub exported: Option<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum LogSeek {
    NextError,
    PreviousError,
    NextMatch,
    PreviousMatch,
}

/// What an export left in the file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct LogExported {
    pub path: String,
    pub lines: u32,
    /// How many values were covered.
    pub covered: u32,
}
