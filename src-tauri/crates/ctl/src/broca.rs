//! `broca`: a look inside a Prime's Broca, and two acts on its queue that can be taken back.

use std::process::ExitCode;

use sanctum_api::dto::{self, BrocaAction};

use crate::args::Broca;
use crate::console::{Console, Done};
use crate::output;

pub async fn run(console: &Console, words: Broca) -> Done {
    let actor = console.actor().await?;
    let app = &console.app;
    match words {
        Broca::Status { agent } => {
            let view = app.broca_view(&actor, &agent).await?;
            output::show(console.json, &view, |view| {
                let counts = &view.counts;
                let row = |what: &str, n: u32| vec![what.to_owned(), n.to_string()];
                let mut rows =
                    vec![vec!["database".to_owned(), view.file.clone().unwrap_or_else(|| "none".to_owned())]];
                if view.file.is_some() {
                    rows.extend([
                        row("pending", counts.pending),
                        row("processing", counts.processing),
                        row("failed", counts.failed),
                        row("completed", counts.completed),
                        row("flushed", counts.flushed),
                        row("messages", counts.messages),
                        row("people", counts.people),
                    ]);
                }
                rows.extend(view.missing.iter().map(|what| vec!["missing".to_owned(), what.clone()]));
                output::table(&rows)
            })?;
            Ok(ExitCode::SUCCESS)
        }
        Broca::Queue { agent, status, window } => {
            let page = app.broca_queue(&actor, &agent, &status, window.offset, window.limit).await?;
            output::show(console.json, &page, |page| output::table(&page.items.iter().map(line).collect::<Vec<_>>()))?;
            Ok(ExitCode::SUCCESS)
        }
        Broca::Requeue { agent, ids, confirm } => {
            let plan = app.broca_action_plan(&actor, &agent, BrocaAction::Requeue, &ids).await?;
            console.change(&actor, confirm, &plan).await
        }
        Broca::Flush { agent, ids, confirm } => {
            let plan = app.broca_action_plan(&actor, &agent, BrocaAction::Flush, &ids).await?;
            console.change(&actor, confirm, &plan).await
        }
    }
}

/// Other people's words, on one line and without what would move the cursor.
fn line(row: &dto::BrocaQueueRow) -> Vec<String> {
    let text = |text: &Option<String>| output::visible(text.as_deref().unwrap_or_default());
    let attempts = if row.attempts == 1 { "1 attempt".to_owned() } else { format!("{} attempts", row.attempts) };
    let said: String = output::visible(&row.message).chars().take(80).collect();
    vec![row.id.to_string(), output::visible(&row.status), attempts, text(&row.platform), text(&row.person), said]
}
