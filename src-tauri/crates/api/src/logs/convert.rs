//! Logs on the wire.

use sanctum_logs::{Filter, Level, Line, LogError, Seek, State};

use crate::{ApiError, dto};

pub(super) fn filter(filter: &dto::LogFilter) -> Filter {
    let level = filter.level.map(|level| match level {
        dto::LogLevel::Debug => Level::Debug,
        dto::LogLevel::Info => Level::Info,
        dto::LogLevel::Warn => Level::Warn,
        dto::LogLevel::Error => Level::Error,
    });
    Filter { level, text: filter.text.clone(), regex: filter.regex, case: filter.case }
}

fn level(level: Level) -> dto::LogLevel {
    match level {
        Level::Debug => dto::LogLevel::Debug,
        Level::Info => dto::LogLevel::Info,
        Level::Warn => dto::LogLevel::Warn,
        Level::Error => dto::LogLevel::Error,
    }
}

pub(super) fn seek(seek: dto::LogSeek) -> Seek {
    match seek {
        dto::LogSeek::NextError => Seek::NextError,
        dto::LogSeek::PreviousError => Seek::PreviousError,
        dto::LogSeek::NextMatch => Seek::NextMatch,
        dto::LogSeek::PreviousMatch => Seek::PreviousMatch,
    }
}

pub(super) fn state(state: &State) -> dto::LogState {
    dto::LogState {
        total: state.total,
        read: state.read,
        errors: state.errors,
        warnings: state.warnings,
        progress: state.progress,
        complete: state.complete,
        generation: state.generation,
    }
}

pub(super) fn line(line: Line) -> dto::LogLine {
    dto::LogLine {
        n: line.n,
        source: u32::try_from(line.source).unwrap_or(u32::MAX),
        at: line.at.map(sanctum_logs::Stamp::rfc3339).filter(|at| !at.is_empty()),
        level: line.level.map(level),
        part: line.part,
        text: line.text,
        left_out: u32::try_from(line.left_out).unwrap_or(u32::MAX),
    }
}

pub(super) fn told(error: LogError) -> ApiError {
    let message = error.to_string();
    match error {
        LogError::Pattern { .. } => {
            ApiError::refused("log_pattern", message, "Correct it, or search for the text as it is.")
        }
        LogError::PatternTooLarge => ApiError::refused("log_pattern", message, "Use a shorter or simpler one."),
        LogError::Moved => ApiError::refused("log_moved", message, "Try again."),
        LogError::Stopped => ApiError::refused("log_export_stopped", message, "Nothing was written; export again."),
        LogError::Closed => ApiError::refused("log_view_unknown", message, "Open the logs again."),
        _ => ApiError::broken("log_unreadable", "The log could not be read.", "Check that its disk is there.")
            .with_details([message]),
    }
}
