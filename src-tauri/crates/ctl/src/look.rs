//! `scan` and `doctor`: looking at installs. Read-only.

use std::process::ExitCode;

use sanctum_api::dto;

use crate::args::Window;
use crate::console::{Console, Done};
use crate::output;

pub async fn scan(console: &Console, paths: Vec<String>, window: Window) -> Done {
    let report = console.app.scan(paths).await?;
    output::show(console.json, &output::cut(report.candidates, window), |page| {
        if page.items.is_empty() {
            return "No Sanctum was found.".to_owned();
        }
        page.items
            .iter()
            .map(|c| {
                let lines: Vec<String> = c.evidence.iter().map(|line| format!("    {line}\n")).collect();
                let odd: Vec<String> = c.findings.iter().map(|f| format!("  ! {}\n", f.message)).collect();
                format!(
                    "{}  layout {} ({}), {} % sure\n{}{}",
                    c.path,
                    c.layout,
                    c.layout_name,
                    c.confidence,
                    lines.concat(),
                    odd.concat()
                )
            })
            .collect()
    })?;
    Ok(ExitCode::SUCCESS)
}

pub async fn doctor(console: &Console, window: Window) -> Done {
    let actor = console.actor().await?;
    let findings = console.app.doctor(&actor).await?;
    let bad = findings.iter().any(|f| f.level != dto::FindingLevel::Info);
    output::show(console.json, &output::cut(findings, window), |page| {
        if page.items.is_empty() {
            return "Nothing is wrong.".to_owned();
        }
        page.items
            .iter()
            .map(|f| format!("{:?}  {}  {}\n       {}\n", f.level, f.path.as_deref().unwrap_or("-"), f.message, f.hint))
            .collect()
    })?;
    Ok(if bad { ExitCode::from(1) } else { ExitCode::SUCCESS })
}
