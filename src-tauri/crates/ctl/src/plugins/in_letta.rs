//! `plugins refresh`: Letta reads the tool server's tools anew; and after a change, that it has not yet.

use std::process::ExitCode;

use sanctum_api::{Actor, dto};

use crate::args::Confirm;
use crate::console::{Console, Done};
use crate::output::{self, visible};

const TODO: &str = "`sanctumctl plugins refresh` has it read them anew.";

pub async fn run(console: &Console, actor: &Actor, check: bool) -> Done {
    if check {
        let has = console.app.mcp_letta_tools(actor).await?;
        output::show(console.json, &has, |has| match has.stale {
            Some(true) => format!("{} {TODO}", visible(&has.words)),
            _ => visible(&has.words),
        })?;
        return Ok(if has.stale == Some(false) { ExitCode::SUCCESS } else { ExitCode::from(1) });
    }
    let words = console.app.mcp_refresh_letta(actor).await?;
    output::show(console.json, &words, |words| visible(words))?;
    Ok(ExitCode::SUCCESS)
}

/// As [`Console::change`]; then it is said where Letta still has the tools from before. It is not told to read them by itself, for that
/// changes Letta.
pub async fn change(console: &Console, actor: &Actor, confirm: Confirm, plan: &dto::Plan) -> Done {
    let only_shown = confirm.plan;
    let code = console.change(actor, confirm, plan).await?;
    if !only_shown
        && !console.json
        && let Ok(dto::LettaTools { stale: Some(true), words }) = console.app.mcp_letta_tools(actor).await
    {
        eprintln!("{} {TODO}", visible(&words));
    }
    Ok(code)
}
