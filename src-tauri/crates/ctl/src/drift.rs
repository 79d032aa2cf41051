//! `drift`: settings files that were changed outside, and settling one.

use std::process::ExitCode;

use sanctum_api::{Actor, ApiError, dto};

use crate::args::Drift;
use crate::console::{Console, Done};
use crate::{explain, output};

pub async fn run(console: &Console, words: Drift) -> Done {
    let actor = console.actor().await?;
    match words {
        Drift::List => list(console, &actor).await,
        Drift::Resolve { file, choices, ours, theirs, confirm } => {
            let all = match (ours, theirs) {
                (true, _) => Some(dto::DriftTake::Ours),
                (_, true) => Some(dto::DriftTake::Theirs),
                _ => None,
            };
            let named = choices.iter().map(|text| choice(text)).collect::<Result<Vec<_>, _>>()?;
            let choices = settled(console, &actor, &file, named, all).await?;
            let plan = console.app.drift_resolve_plan(&actor, &file, &choices).await?;
            console.change(&actor, confirm, &plan).await
        }
    }
}

async fn list(console: &Console, actor: &Actor) -> Done {
    let files = console.app.drift_list(actor).await?;
    let any = !files.is_empty();
    let page = dto::Page { total: u32::try_from(files.len()).unwrap_or(u32::MAX), items: files };
    output::show(console.json, &page, |page| {
        if page.items.is_empty() {
            return "Every file is as it was written.".to_owned();
        }
        page.items.iter().map(words).collect()
    })?;
    Ok(if any { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

fn words(file: &dto::DriftFile) -> String {
    let keys = file.keys.iter().map(|drift| format!("{}\n", explain::drift(&file.file, drift)));
    let unreadable = file.unreadable.iter().map(|why| format!("{}: {why}\n", file.file));
    keys.chain(unreadable).collect()
}

/// `KEY=ours` or `KEY=theirs`.
fn choice(text: &str) -> Result<dto::DriftChoice, ApiError> {
    let take = |word: &str| match word {
        "ours" => Some(dto::DriftTake::Ours),
        "theirs" => Some(dto::DriftTake::Theirs),
        _ => None,
    };
    let split = text.rsplit_once('=').and_then(|(key, word)| Some((key, take(word)?)));
    split.map(|(key, take)| dto::DriftChoice { key: key.to_owned(), take }).ok_or_else(|| {
        ApiError::refused(
            "drift_choice",
            format!("`{text}` is no choice."),
            "Write `KEY=ours` or `KEY=theirs`, or `--ours` or `--theirs` for all keys.",
        )
    })
}

/// A choice for every key that differs: as named, else as for all, else the side that changed it alone.
async fn settled(
    console: &Console,
    actor: &Actor,
    file: &str,
    mut named: Vec<dto::DriftChoice>,
    all: Option<dto::DriftTake>,
) -> Result<Vec<dto::DriftChoice>, ApiError> {
    let files = console.app.drift_list(actor).await?;
    let keys = files.into_iter().find(|found| found.file == file).map(|found| found.keys).unwrap_or_default();
    let mut open = Vec::new();
    for drift in keys {
        if named.iter().any(|choice| choice.key == drift.key) {
            continue;
        }
        let alone = match drift.kind {
            dto::DriftKind::Theirs => Some(dto::DriftTake::Theirs),
            dto::DriftKind::Ours => Some(dto::DriftTake::Ours),
            dto::DriftKind::Collision => None,
        };
        match all.or(alone) {
            Some(take) => named.push(dto::DriftChoice { key: drift.key, take }),
            None => open.push(explain::drift(file, &drift)),
        }
    }
    if open.is_empty() {
        return Ok(named);
    }
    Err(ApiError::refused(
        "drift_collision",
        "Some keys were changed here and in the file, to different values.",
        "Choose for each with `KEY=ours` or `KEY=theirs`, or for all with `--ours` or `--theirs`. Nothing was changed.",
    )
    .with_details(open))
}
