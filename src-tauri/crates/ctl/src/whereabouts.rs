//! `secrets status` and `secrets where-used`: what the store says about secrets, for one address or all of them.

use std::process::ExitCode;

use sanctum_api::{Actor, ApiError, dto};
use serde::Serialize;
use serde_json::json;

use crate::console::{Console, Done};
use crate::output;
use crate::place::{self, Place};

/// Hits are asked for in pages of this many.
const PAGE: u32 = 200;

/// One secret, with the address it belongs to.
#[derive(Serialize)]
struct Row {
    address: String,
    #[serde(flatten)]
    status: dto::SecretStatus,
}

pub async fn status(console: &Console, actor: &Actor, address: Option<&str>) -> Done {
    let targets = match address {
        Some(address) => vec![(address.to_owned(), place::target(console, actor, address).await?.0)],
        None => everywhere(console, actor).await?,
    };
    let mut items = Vec::new();
    for (address, target) in targets {
        let found = console.app.secrets_status(actor, &target).await?;
        items.extend(found.into_iter().map(|status| Row { address: address.clone(), status }));
    }
    let bad =
        items.iter().any(|row| matches!(row.status.status.word, dto::StatusWord::Degraded | dto::StatusWord::Unknown));
    let page = dto::Page { total: u32::try_from(items.len()).unwrap_or(u32::MAX), items };
    output::show(console.json, &page, |page| output::table(&page.items.iter().map(row).collect::<Vec<_>>()))?;
    Ok(if bad { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

fn row(row: &Row) -> Vec<String> {
    let status = &row.status;
    let said = [status.changed_by.clone(), status.changed_at.clone()].into_iter().flatten().collect::<Vec<_>>();
    let why = match status.status.word {
        dto::StatusWord::Healthy | dto::StatusWord::Off => String::new(),
        _ => status.status.reason.clone(),
    };
    vec![row.address.clone(), status.id.clone(), status.words.clone(), said.join(", "), why]
}

/// Everything that has secrets, each once.
async fn everywhere(console: &Console, actor: &Actor) -> Result<Vec<(String, String)>, ApiError> {
    let (mut targets, mut offset) = (Vec::<(String, String)>::new(), 0);
    loop {
        let hits = console.app.settings_search(actor, "@secret", offset, PAGE).await?;
        offset += PAGE;
        for hit in hits.items {
            if !targets.iter().any(|(_, target)| *target == hit.target) {
                targets.push((hit.address, hit.target));
            }
        }
        if offset >= hits.total {
            return Ok(targets);
        }
    }
}

pub async fn used(console: &Console, actor: &Actor, address: &str, key: &str) -> Done {
    let place = Place::find(console, actor, address, key).await?;
    let all = console.app.secrets_status(actor, &place.target).await?;
    let found = all.into_iter().find(|status| status.id == place.id).ok_or_else(|| {
        ApiError::refused(
            "setting_no_secret",
            format!("{} is not a secret.", place.row.title),
            "`config explain` says which level sets it and where it stands.",
        )
    })?;
    let out = json!({ "reference": found.reference, "level": found.level, "used_by": found.used_by });
    output::show(console.json, &out, |_| match found.used_by.as_slice() {
        [] => format!("Nothing is handed {}: {}.", place.row.title, found.words.to_lowercase()),
        some => some.join("\n"),
    })?;
    Ok(ExitCode::SUCCESS)
}
