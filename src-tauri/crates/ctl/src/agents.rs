//! `agents`: the Primes.

use std::path::Path;
use std::process::ExitCode;

use sanctum_api::{Actor, PortPolicy, dto};

use crate::args::{Agents, Edit, Make, Memory, New, Way};
use crate::console::{Console, Done};
use crate::output;

pub async fn run(console: &Console, words: Agents) -> Done {
    let actor = console.actor().await?;
    match words {
        Agents::List { query, window } => {
            console.app.refresh().await?;
            let page = console.app.agents_list(&actor, &query, window.offset, window.limit).await?;
            output::show(console.json, &page, |page| {
                output::table(
                    &page
                        .items
                        .iter()
                        .map(|a| vec![a.uid.clone(), a.name.clone(), output::status(&a.status)])
                        .collect::<Vec<_>>(),
                )
            })?;
            Ok(ExitCode::SUCCESS)
        }
        Agents::Show { uid } => {
            console.app.refresh().await?;
            let detail = console.app.agent_get(&actor, &uid).await?;
            output::show(console.json, &detail, |d| {
                let mut rows = vec![
                    vec!["Name".to_owned(), d.agent.name.clone()],
                    vec!["Status".to_owned(), output::status(&d.agent.status)],
                ];
                rows.extend(d.facts.iter().map(|f| vec![f.name.clone(), f.value.clone()]));
                rows.extend(d.agent.modules.iter().map(|m| {
                    let port = m.port.map(|p| format!(" on {p}")).unwrap_or_default();
                    vec![format!("{}{port}", m.title), output::status(&m.status)]
                }));
                output::table(&rows)
            })?;
            Ok(ExitCode::SUCCESS)
        }
        Agents::Add { name, uid, description, modules, move_ports, confirm } => {
            let draft = dto::AgentDraft { name, uid, description, modules };
            let policy = if move_ports { PortPolicy::Move } else { PortPolicy::Refuse };
            let plan = console.app.agent_add_plan_with(&actor, &draft, policy).await?;
            console.change(&actor, confirm, &plan).await
        }
        Agents::Create(new) => {
            let (draft, confirm) = (draft(&new), new.confirm);
            let plan = console.with_store(async || console.app.agent_create_plan(&actor, &draft).await).await?;
            console.change(&actor, confirm, &plan).await
        }
        Agents::Make(Make { uid, model, embedding, persona, human, confirm }) => {
            let side = dto::LettaSide::Create { model, embedding, persona, human };
            let plan = console.with_store(async || console.app.agent_make_plan(&actor, &uid, &side).await).await?;
            console.change(&actor, confirm, &plan).await
        }
        Agents::Link { uid, letta_id, confirm } => {
            let plan = match &letta_id {
                Some(id) => console.with_store(async || console.app.agent_link_plan(&actor, &uid, id).await).await?,
                None => console.app.agent_unlink_plan(&actor, &uid).await?,
            };
            console.change(&actor, confirm, &plan).await
        }
        Agents::Edit(words) => {
            let (edit, uid, confirm) = (edit(&words), words.uid, words.confirm);
            let plan = console.with_store(async || console.app.agent_edit_plan(&actor, &uid, &edit).await).await?;
            console.change(&actor, confirm, &plan).await
        }
        Agents::Clone { uid, name, confirm } => {
            let plan = console.with_store(async || console.app.agent_clone_plan(&actor, &uid, &name).await).await?;
            console.change(&actor, confirm, &plan).await
        }
        Agents::Archive { uid, back, confirm } => {
            let plan = console.app.agent_archive_plan(&actor, &uid, !back).await?;
            console.change(&actor, confirm, &plan).await
        }
        Agents::Export { uid, file } => {
            let path = full(&file);
            let size = console.with_store(async || console.app.agent_export_to(&actor, &uid, &path).await).await?;
            output::show(console.json, &serde_json::json!({ "file": path, "kib": size }), |_| {
                format!("{path}: {size} KiB. It may hold whatever the agent was told.\n")
            })?;
            Ok(ExitCode::SUCCESS)
        }
        Agents::Import { file, name, confirm } => {
            let path = full(&file);
            let plan = console.with_store(async || console.app.agent_import_plan(&actor, &path, &name).await).await?;
            console.change(&actor, confirm, &plan).await
        }
        Agents::Memory(words) => memory(console, &actor, words).await,
        Agents::Remove { uid, confirm } => {
            let plan = console.app.agent_remove_plan(&actor, &uid).await?;
            console.change(&actor, confirm, &plan).await
        }
    }
}

/// The app has no folder of its own to start from.
fn full(file: &Path) -> String {
    std::path::absolute(file).unwrap_or_else(|_| file.to_owned()).display().to_string()
}

fn draft(new: &New) -> dto::NewAgentDraft {
    let letta = match (&new.letta_id, &new.model) {
        (Some(id), _) => dto::LettaSide::Link { id: id.clone() },
        (None, Some(model)) => dto::LettaSide::Create {
            model: model.clone(),
            embedding: new.embedding.clone(),
            persona: new.persona.clone(),
            human: new.human.clone(),
        },
        (None, None) => dto::LettaSide::None,
    };
    dto::NewAgentDraft {
        name: new.name.clone(),
        uid: new.uid.clone(),
        description: new.description.clone(),
        modules: new.modules.clone(),
        color: new.color,
        avatar: new.avatar.clone(),
        letta,
    }
}

fn edit(words: &Edit) -> dto::AgentEdit {
    let roles = words.roles.clone();
    dto::AgentEdit {
        name: words.name.clone(),
        description: words.description.clone(),
        color: words.color,
        avatar: words.avatar.clone(),
        model: words.model.clone(),
        system: words.system.clone(),
        tags: words.tags.clone(),
        visible_to_users: None,
        visible_to_roles: roles.map(|roles| if roles == ["all"] { Vec::new() } else { roles }),
        way: words.way.map(|way| match way {
            Way::Letta => dto::ChatWay::Letta,
            Way::Broca => dto::ChatWay::Broca,
            Way::Echo => dto::ChatWay::Echo,
        }),
    }
}

async fn memory(console: &Console, actor: &Actor, words: Memory) -> Done {
    let app = &console.app;
    let Some(label) = words.label else {
        let mind = console.with_store(async || app.agent_mind(actor, &words.uid).await).await?;
        output::show(console.json, &mind, |mind| {
            let block = |block: &dto::MemoryBlock| {
                let locked = if block.read_only { ", the agent may not change it" } else { "" };
                let text: Vec<String> =
                    block.value.lines().map(|line| format!("  {}", output::visible(line))).collect();
                format!("{} ({} of {} characters{locked})\n{}\n", block.label, block.used, block.limit, text.join("\n"))
            };
            mind.blocks.iter().map(block).collect()
        })?;
        return Ok(ExitCode::SUCCESS);
    };
    let plan = if words.detach {
        console.with_store(async || app.agent_block_remove_plan(actor, &words.uid, &label).await).await?
    } else {
        let value = match words.value {
            Some(text) if text == "-" => Some(crate::chat::from_stdin()?),
            given => given,
        };
        let edit =
            dto::BlockEdit { value, limit: words.limit, description: words.description, read_only: words.read_only };
        console.with_store(async || app.agent_block_plan(actor, &words.uid, &label, &edit).await).await?
    };
    console.change(actor, words.confirm, &plan).await
}
