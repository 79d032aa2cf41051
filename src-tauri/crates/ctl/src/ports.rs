//! `ports`: the ledger beside what listens, and moving an instance.

use std::process::ExitCode;

use sanctum_api::dto;

use crate::args::Ports;
use crate::console::{Console, Done};
use crate::output;

pub async fn run(console: &Console, words: Ports) -> Done {
    let actor = console.actor().await?;
    match words {
        Ports::List => {
            let view = console.app.ports_list(&actor).await?;
            output::show(console.json, &view, shown)?;
            Ok(ExitCode::SUCCESS)
        }
        Ports::Move { instance, to, confirm } => {
            let plan = console.app.port_move_plan(&actor, &instance, to).await?;
            console.change(&actor, confirm, &plan).await
        }
    }
}

fn shown(view: &dto::PortsView) -> String {
    let line = |row: &dto::LedgerRow| {
        let listener = row.listener.as_ref().map_or_else(
            || "–".to_owned(),
            |one| {
                let pid = one.pid.map(|pid| format!(", pid {pid}")).unwrap_or_default();
                format!(
                    "{}{pid} on {}{}",
                    one.process,
                    one.address,
                    if one.open_to_all { ", open to others" } else { "" }
                )
            },
        );
        let offer = row.offer.map(|port| format!("{port} is free")).unwrap_or_default();
        let address = row.instance.as_deref().unwrap_or("–");
        [row.port.to_string(), row.title.clone(), address.to_owned(), output::status(&row.status), listener, offer]
            .map(|cell| output::visible(&cell))
            .to_vec()
    };
    output::table(&view.rows.iter().map(line).collect::<Vec<_>>())
}
