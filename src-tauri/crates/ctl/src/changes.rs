//! `changes`: what was changed, and taking it back.

use std::process::ExitCode;

use sanctum_api::{Actor, ApiError, dto};

use crate::args::{Changes, Confirm};
use crate::console::{Console, Done};
use crate::output;

pub async fn run(console: &Console, words: Changes) -> Done {
    let actor = console.actor().await?;
    match words {
        Changes::List { query, window } => {
            let page = console.app.changes_list(&actor, &query, "all", window.offset, window.limit).await?;
            output::show(console.json, &page, |page| {
                output::table(
                    &page
                        .items
                        .iter()
                        .map(|c| {
                            vec![c.id.clone(), c.at.clone(), c.actor.clone(), c.title.clone(), c.state_text.clone()]
                        })
                        .collect::<Vec<_>>(),
                )
            })?;
            Ok(ExitCode::SUCCESS)
        }
        Changes::Show { id } => {
            let detail = console.app.change_get(&actor, &id).await?;
            output::show(console.json, &detail, |d| {
                let mut rows = vec![vec![d.row.title.clone(), d.row.state_text.clone()]];
                rows.extend(d.steps.iter().map(|s| vec![format!("  {}", s.title), s.target.clone()]));
                rows.extend(d.conflicts.iter().map(|c| vec![format!("! {}", c.target), c.what.clone()]));
                output::table(&rows)
            })?;
            Ok(ExitCode::SUCCESS)
        }
        Changes::Undo { id, confirm } => {
            let id = match id {
                Some(id) => id,
                None => last(console.app.changes_last_undoable(&actor).await?, "taken back")?,
            };
            take_back(console, &actor, &id, confirm).await
        }
        Changes::Redo { confirm } => {
            let id = last(console.app.changes_last_redoable(&actor).await?, "brought back")?;
            take_back(console, &actor, &id, confirm).await
        }
    }
}

fn last(row: Option<dto::ChangeRow>, what: &str) -> Result<String, ApiError> {
    row.map(|row| row.id).ok_or_else(|| {
        ApiError::refused(
            "nothing_to_undo",
            format!("There is no change that can be {what}."),
            "`sanctumctl changes list` shows what was changed.",
        )
    })
}

/// What a change wrote over may be a secret that only the store knows.
async fn take_back(console: &Console, actor: &Actor, id: &str, confirm: Confirm) -> Done {
    let plan = match console.app.change_undo_plan(actor, id).await {
        Err(error) if console.may_unlock(&error) => {
            console.unlock_if_asked().await?;
            console.app.change_undo_plan(actor, id).await?
        }
        plan => plan?,
    };
    console.change(actor, confirm, &plan).await
}
