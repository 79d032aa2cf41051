//! A plan is shown and nothing happens, or it is confirmed and applied.

use std::io::{BufRead, IsTerminal, Write};
use std::process::ExitCode;

use sanctum_api::{ApiError, dto};

use crate::args::Confirm;
use crate::output;

/// What the operator wants done with a plan.
pub enum Word {
    /// It was only to be shown.
    ShowOnly(ExitCode),
    Apply,
}

/// Shows the plan where needed and asks where a person can answer.
pub fn ask(json: bool, confirm: Confirm, plan: &dto::Plan) -> Result<Word, ApiError> {
    if confirm.plan {
        output::show(json, plan, output::plan)?;
        return Ok(Word::ShowOnly(ExitCode::SUCCESS));
    }
    if confirm.yes {
        return Ok(Word::Apply);
    }
    if !std::io::stdin().is_terminal() || !std::io::stdout().is_terminal() {
        return Err(ApiError::refused(
            "confirm_needed",
            "This changes the Sanctum, and there is no terminal to ask on. Nothing was changed.",
            "Add `--plan` to see what would be done, or `--yes` to do it.",
        ));
    }
    println!("{}\n", output::plan(plan));
    print!("{}? [y/N] ", plan.action);
    let mut answer = String::new();
    let read = std::io::stdout().flush().and_then(|()| std::io::stdin().lock().read_line(&mut answer));
    if read.is_ok() && matches!(answer.trim(), "y" | "Y" | "yes") {
        return Ok(Word::Apply);
    }
    Err(ApiError::refused("not_confirmed", "Nothing was changed.", "Run it again and answer y."))
}
