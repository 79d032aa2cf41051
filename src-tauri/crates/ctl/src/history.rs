//! `config history`: what was changed, from the journal.

use std::process::ExitCode;

use sanctum_api::{Actor, dto};

use crate::args::Window;
use crate::console::{Console, Done};
use crate::output;
use crate::place::{self, Place};

pub async fn list(
    console: &Console,
    actor: &Actor,
    address: Option<&str>,
    key: Option<&str>,
    since: Option<String>,
    window: Window,
) -> Done {
    let (target, id) = match (address, key) {
        (Some(address), Some(key)) => {
            let place = Place::find(console, actor, address, key).await?;
            (Some(place.target), Some(place.id))
        }
        (Some(address), None) => (Some(place::target(console, actor, address).await?.0), None),
        (None, _) => (None, None),
    };
    let since = since.map(midnight);
    let (target, id, since) = (target.as_deref(), id.as_deref(), since.as_deref());
    let mut page = console.app.settings_history(actor, target, id, since, window.offset, window.limit).await?;
    while let Some((offset, limit)) = output::rest(page.items.len(), page.total, window) {
        let more = console.app.settings_history(actor, target, id, since, offset, limit).await?.items;
        if more.is_empty() {
            break;
        }
        page.items.extend(more);
    }
    output::show(console.json, &page, |page| output::table(&page.items.iter().map(row).collect::<Vec<_>>()))?;
    Ok(ExitCode::SUCCESS)
}

/// A day begins at midnight, UTC.
fn midnight(since: String) -> String {
    if since.len() == 10 && !since.contains('T') { format!("{since}T00:00:00Z") } else { since }
}

fn row(change: &dto::SettingChange) -> Vec<String> {
    let side = |value: &Option<String>| value.clone().unwrap_or_else(|| "not set".to_owned());
    vec![
        change.change_id.clone(),
        change.at.clone(),
        change.actor.clone(),
        change.scope.clone(),
        change.key.clone(),
        format!("{} → {}", side(&change.before), side(&change.after)),
        if change.undone { "taken back".to_owned() } else { String::new() },
    ]
}
