//! `tools`: the cards of the grid.

use std::process::ExitCode;

use sanctum_api::{Actor, ApiError, App, dto};

use crate::args::Tools;
use crate::console::{Console, Done};
use crate::output;

pub async fn run(console: &Console, words: Tools) -> Done {
    let actor = console.actor().await?;
    console.app.refresh().await?;
    let Tools::List { tab, query, window } = words;
    let page = match tab {
        Some(tab) => {
            let page = console.app.tools_list(&actor, &tab, &query, window.offset, window.limit).await?;
            dto::Page { items: page.items, total: page.total }
        }
        None => all_tabs(&console.app, &actor, &query, window.offset, window.limit).await?,
    };
    output::show(console.json, &page, |page| {
        output::table(
            &page
                .items
                .iter()
                .map(|c| vec![c.tab.clone(), c.name.clone(), c.title.clone(), output::status(&c.status)])
                .collect::<Vec<_>>(),
        )
    })?;
    Ok(ExitCode::SUCCESS)
}

/// The tabs one after the other, as one list.
async fn all_tabs(
    app: &App,
    actor: &Actor,
    query: &str,
    offset: u32,
    limit: u32,
) -> Result<dto::Page<dto::ToolCard>, ApiError> {
    let (mut items, mut total, mut skip) = (Vec::new(), 0, offset);
    for tab in app.tools_tabs(actor).await? {
        let wanted = limit.saturating_sub(u32::try_from(items.len()).unwrap_or(u32::MAX));
        let page = app.tools_list(actor, &tab.id, query, skip, wanted).await?;
        skip = skip.saturating_sub(page.total);
        total += page.total;
        items.extend(page.items);
    }
    Ok(dto::Page { items, total })
}
