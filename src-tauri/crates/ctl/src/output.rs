//! Words and JSON.

use std::process::ExitCode;

use sanctum_api::{ApiError, dto};
use serde::Serialize;

use crate::args::Window;

/// Prints a result: JSON when asked for, otherwise what `text` makes of it. Names come from servers and files: none of them
/// moves the cursor.
pub fn show<T: Serialize>(json: bool, value: &T, text: impl FnOnce(&T) -> String) -> Result<(), ApiError> {
    let out = if json {
        serde_json::to_string_pretty(value).map_err(|error| {
            ApiError::broken("internal", "The result could not be written as JSON.", "")
                .with_details([error.to_string()])
        })?
    } else {
        text(value).chars().map(|c| if c.is_control() && !"\n\t".contains(c) { '\u{fffd}' } else { c }).collect()
    };
    print(&out);
    Ok(())
}

/// A reader that has gone away (`| head`) is no error.
fn print(text: &str) {
    use std::io::Write;
    let mut out = std::io::stdout().lock();
    let _closed = writeln!(out, "{}", text.trim_end()).and_then(|()| out.flush());
}

/// Prints a text as it is, to its last byte.
pub fn exactly(text: &str) {
    use std::io::Write;
    let mut out = std::io::stdout().lock();
    let _closed = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// A value on one line of a table: what would move the cursor is replaced.
pub fn visible(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

/// The rows of a list that were asked for, and how many there are.
pub fn cut<T>(items: Vec<T>, window: Window) -> dto::Page<T> {
    let total = u32::try_from(items.len()).unwrap_or(u32::MAX);
    dto::Page { items: items.into_iter().skip(window.offset as usize).take(window.limit as usize).collect(), total }
}

/// Where to go on, and with how many rows, when an answer held fewer than were wanted and there are more.
pub fn rest(have: usize, total: u32, window: Window) -> Option<(u32, u32)> {
    let have = u32::try_from(have).unwrap_or(u32::MAX);
    let missing = total.saturating_sub(window.offset).min(window.limit).saturating_sub(have);
    (missing > 0).then(|| (window.offset.saturating_add(have), missing))
}

/// An error on stderr and its exit code.
pub fn error(error: &ApiError, json: bool) -> ExitCode {
    // The shape is the same with and without --json, so that a script can always read it; a person sees the sentences
    // first.
    let _ = json;
    let shown = serde_json::json!({ "error": { "code": error.code, "message": error.message, "hint": error.hint, "details": error.details } });
    eprintln!("{shown}");
    ExitCode::from(error.exit.max(1))
}

/// Words on the command line that mean nothing.
pub fn usage(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        print(&error.to_string());
        return ExitCode::SUCCESS;
    }
    let message = error.render().to_string();
    let first = message.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned();
    let refused = ApiError::refused("usage", first, "`sanctumctl --help` lists what can be typed.").with_details(
        message.lines().skip(1).map(str::trim).filter(|l| !l.is_empty()).map(str::to_owned).collect::<Vec<_>>(),
    );
    self::error(&refused, false)
}

/// A plan for a terminal.
pub fn plan(plan: &dto::Plan) -> String {
    let mut out = format!("{}\n{}\n", plan.title, plan.summary);
    let mut group = None;
    for step in &plan.steps {
        if group != Some(&step.group) {
            out.push_str(&format!("\n{}\n", step.group));
            group = Some(&step.group);
        }
        out.push_str(&format!(
            "  {} · {}{}\n",
            step.title,
            step.target,
            if step.detail.is_empty() { String::new() } else { format!(" ({})", step.detail) }
        ));
    }
    for check in &plan.checks {
        let mark = if check.word == dto::StatusWord::Healthy { "✓" } else { "!" };
        out.push_str(&format!("\n{mark} {}", check.text));
    }
    for line in &plan.irreversible {
        out.push_str(&format!("\nCan’t be undone: {line}"));
    }
    out
}

pub fn receipt(receipt: &dto::Receipt) -> String {
    let mut out = format!(
        "{}: applied and read back, {} steps in {} ms.\nChange {}",
        receipt.title, receipt.steps, receipt.took_ms, receipt.change_id
    );
    for note in &receipt.notes {
        out.push_str(&format!("\n{note}"));
    }
    out
}

/// Columns, as wide as their widest cell.
pub fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns)
        .map(|c| rows.iter().filter_map(|r| r.get(c)).map(|t| t.chars().count()).max().unwrap_or(0))
        .collect();
    rows.iter()
        .map(|row| {
            let cells: Vec<String> =
                row.iter().enumerate().map(|(c, t)| format!("{t:<width$}", width = widths[c])).collect();
            format!("{}\n", cells.join("  ").trim_end())
        })
        .collect()
}

/// "Healthy · 42 values read".
pub fn status(status: &dto::Status) -> String {
    format!("{:?} · {}", status.word, status.reason)
}

#[cfg(test)]
mod tests {
    use super::{cut, rest};
    use crate::args::Window;

    #[test]
    fn what_is_missing_of_a_window_is_asked_for() {
        let window = Window { limit: 500, offset: 100 };
        assert_eq!(rest(200, 1000, window), Some((300, 300)), "an answer was cut short");
        assert_eq!(rest(200, 300, window), None, "there is no more");
        assert_eq!(rest(500, 1000, window), None, "there are as many as were wanted");
        assert_eq!(rest(0, 50, window), None, "the window lies behind the end");
    }

    #[test]
    fn a_window_keeps_the_total() {
        let page = cut(vec![1, 2, 3, 4], Window { limit: 2, offset: 1 });
        assert_eq!((page.items, page.total), (vec![2, 3], 4), "two of four");
        assert_eq!(cut(vec![1], Window { limit: 2, offset: 5 }).items, Vec::<i32>::new(), "none behind the end");
    }
}
