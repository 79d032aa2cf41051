//! `letta`: the server behind the Primes.

use std::process::ExitCode;

use sanctum_api::dto;

use crate::args::Letta;
use crate::ask;
use crate::console::{Console, Done};
use crate::output;

pub async fn run(console: &Console, words: Letta) -> Done {
    let actor = console.actor().await?;
    let app = &console.app;
    match words {
        Letta::Test => {
            // Its password may lie behind the passphrase of the secrets file.
            if app.letta_state(&actor).await?.password {
                console.unlock_if_asked().await?;
            }
            let state = app.letta_state(&actor).await?;
            output::show(console.json, &state, shown)?;
            Ok(ExitCode::from(u8::from(state.status.word != dto::StatusWord::Healthy)))
        }
        Letta::Agents => {
            let all = console.with_store(async || app.letta_agents(&actor).await).await?;
            output::show(console.json, &all, |all| {
                let line = |agent: &dto::LettaAgent| {
                    let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "–".to_owned());
                    [agent.name.clone(), text(&agent.uid), text(&agent.id), agent.words.clone()]
                        .map(|cell| output::visible(&cell))
                        .to_vec()
                };
                output::table(&all.iter().map(line).collect::<Vec<_>>())
            })?;
            Ok(ExitCode::SUCCESS)
        }
        Letta::Models => {
            let all = console.with_store(async || app.letta_models(&actor).await).await?;
            output::show(console.json, &all, |all| {
                let line = |kind: &str, model: &dto::LettaModel| {
                    let size = model.context_window.map(|size| format!("{size} tokens")).unwrap_or_default();
                    let cloud = if model.cloud { "texts go to letta.com" } else { "" };
                    vec![output::visible(&model.handle), kind.to_owned(), size, cloud.to_owned()]
                };
                let llm = all.llm.iter().map(|model| line("model", model));
                let rows: Vec<_> = llm.chain(all.embedding.iter().map(|model| line("embedding", model))).collect();
                output::table(&rows)
            })?;
            Ok(ExitCode::SUCCESS)
        }
        Letta::Address { url, password_stdin, confirm } => {
            let password = if password_stdin {
                // The passphrase of the secrets file comes first, where it stands on standard input as well.
                console.unlock_if_asked().await?;
                Some(ask::line("password")?)
            } else {
                None
            };
            let plan = app.letta_address_plan(&actor, &url, password).await?;
            console.change(&actor, confirm, &plan).await
        }
    }
}

fn shown(state: &dto::LettaState) -> String {
    let mut rows = vec![
        vec!["Address".to_owned(), if state.url.is_empty() { "not set".to_owned() } else { state.url.clone() }],
        vec!["Status".to_owned(), output::status(&state.status)],
    ];
    rows.extend(state.flavour.as_ref().map(|flavour| {
        vec!["Server".to_owned(), format!("{flavour} {}", state.version.as_deref().unwrap_or("of an unknown version"))]
    }));
    rows.push(vec!["Password".to_owned(), if state.password { "kept" } else { "none" }.to_owned()]);
    output::table(&rows)
}
