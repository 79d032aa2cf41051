//! Words and JSON.

use std::process::ExitCode;

use sanctum_api::{ApiError, dto};
use serde::Serialize;

/// Prints a result: JSON when asked for, otherwise what `text` makes of it.
pub fn show<T: Serialize>(json: bool, value: &T, text: impl FnOnce(&T) -> String) -> Result<(), ApiError> {
    let out = if json {
        serde_json::to_string_pretty(value).map_err(|error| {
            ApiError::broken("internal", "The result could not be written as JSON.", "")
                .with_details([error.to_string()])
        })?
    } else {
        text(value)
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
