//! `registry`: the ways out when it cannot be opened. Nothing is deleted.

use std::process::ExitCode;

use sanctum_api::{ApiError, dto};

use crate::args::Registry;
use crate::console::{Console, Done};
use crate::output;

pub async fn run(console: &Console, words: Registry) -> Done {
    let sure = |yes: bool| {
        if yes {
            return Ok(());
        }
        Err(ApiError::refused(
            "confirm_needed",
            "This puts another file in the registry's place; the one that is there is kept beside it. Nothing was changed.",
            "Add `--yes` to do it.",
        ))
    };
    match words {
        Registry::Salvage { yes } => {
            sure(yes)?;
            let report = console.app.registry_salvage().await?;
            output::show(console.json, &report, |r| {
                let lost: Vec<String> = r.findings.iter().map(|line| format!("\n! {line}")).collect();
                format!(
                    "{} rows are in the new registry. The damaged file is kept as {}.{}",
                    r.rows,
                    r.kept,
                    lost.concat()
                )
            })?;
        }
        Registry::Copies => {
            let copies = console.app.registry_copies().await?;
            let page = dto::Page { total: u32::try_from(copies.len()).unwrap_or(u32::MAX), items: copies };
            output::show(console.json, &page, |page| {
                output::table(&page.items.iter().map(|c| vec![c.made.clone(), c.path.clone()]).collect::<Vec<_>>())
            })?;
        }
        Registry::Restore { copy, yes } => {
            sure(yes)?;
            console.app.registry_restore(&copy).await?;
            output::show(console.json, &serde_json::json!({ "restored": copy }), |_| {
                "The copy is in place; what was there is kept beside it.".to_owned()
            })?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
