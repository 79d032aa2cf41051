//! One agent's Letta side, read now: memory, tools, context.

use sanctum_letta::{Block, Tool, Trouble};

use super::connection::of;
use super::convert::{count, features, trouble};
use super::lists::beside;
use crate::app::App;
use crate::blocking::blocking;
use crate::dto::{AgentMind, AgentTool, ContextUse, MemoryBlock};
use crate::{Actor, ApiResult, agents};

impl App {
    /// Memory, tools and context of an agent. For whoever may see the agent and may change it.
    ///
    /// # Errors
    /// `agent_unknown`, `not_allowed`, and as [`App::letta_models`].
    pub async fn agent_mind(&self, actor: &Actor, uid: &str) -> ApiResult<AgentMind> {
        actor.may_change()?;
        let open = self.opened().await?;
        let (at, who, name) = (open.clone(), actor.clone(), uid.to_owned());
        let row = blocking(move || agents::visible(&at, &who, &name)).await?;
        let server = of(&open).await?;
        let can = server.features();
        let Some(id) = row.letta().map(str::to_owned) else {
            return Ok(empty(beside(None, Some(&row)), features(can)));
        };
        let agent = match server.agent(&id).await {
            Ok(agent) => agent,
            Err(Trouble::Missing { .. }) => return Ok(empty(beside(None, Some(&row)), features(can))),
            Err(error) => return Err(trouble(&error)),
        };
        let blocks = if can.blocks { server.blocks(&id).await.map_err(|e| trouble(&e))? } else { Vec::new() };
        let tools = if can.tools { tools(&*server, &id).await.map_err(|e| trouble(&e))? } else { Vec::new() };
        // The size of the context is worth knowing, and no reason to show nothing at all.
        let context = if can.context { server.context(&id).await.ok() } else { None };
        Ok(AgentMind {
            link: beside(Some(&agent), Some(&row)),
            system: agent.system.clone(),
            blocks: blocks.into_iter().map(block).collect(),
            tools,
            context: context.map(|all| ContextUse {
                max: count(all.max),
                used: count(all.used),
                system: count(all.system),
                memory: count(all.memory),
                tools: count(all.tools),
                summary: count(all.summary),
                messages: count(all.messages),
                message_count: count(all.message_count),
            }),
            features: features(can),
        })
    }
}

fn empty(link: crate::dto::LettaAgent, features: crate::dto::LettaFeatures) -> AgentMind {
    AgentMind { link, system: String::new(), blocks: Vec::new(), tools: Vec::new(), context: None, features }
}

fn block(block: Block) -> MemoryBlock {
    MemoryBlock {
        used: count(block.value.chars().count() as u64),
        limit: count(block.limit),
        id: block.id,
        label: block.label,
        value: block.value,
        description: block.description,
        read_only: block.read_only,
    }
}

/// All tools of the server, those of the agent marked.
async fn tools(server: &dyn sanctum_letta::Server, id: &str) -> Result<Vec<AgentTool>, Trouble> {
    let (own, all) = (server.tools(id).await?, server.all_tools().await?);
    let has = |tool: &Tool| own.iter().any(|one| one.id == tool.id);
    let mut tools: Vec<AgentTool> = all.iter().map(|tool| shown(tool, has(tool))).collect();
    tools.extend(own.iter().filter(|tool| !all.iter().any(|one| one.id == tool.id)).map(|tool| shown(tool, true)));
    tools.sort_by_key(|tool| (!tool.attached, tool.name.to_lowercase()));
    Ok(tools)
}

fn shown(tool: &Tool, attached: bool) -> AgentTool {
    AgentTool {
        id: tool.id.clone(),
        name: tool.name.clone(),
        description: tool.description.clone(),
        kind: tool.kind.clone(),
        attached,
    }
}
