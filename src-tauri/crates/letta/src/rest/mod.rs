//! The adapter for the V1 REST server, 0.11.7 to 0.16.8 (`facts/modules.md` 3.4 and the OpenAPI files).
//!
//! Two ways of asking are kept apart by version: `old` is what came before 0.12. What they share is asked in the
//! form that both take. Calls go straight from here to the server, never through a proxy or the webview.

mod agents;
pub(crate) mod call;
pub(crate) mod history;
mod memory;
mod pages;
pub(crate) mod send;
pub(crate) mod shapes;
mod tool_servers;

use crate::agent::{
    Agent, AgentChange, Block, BlockChange, Context, Models, NewAgent, NewBlock, ServerTool, Tool, ToolServer,
};
use crate::clean;
use crate::outcome::Flavour;
use crate::server::{Features, Patience, Server, Who};
use crate::talk::{Events, Page, UserMessage};
use crate::target::Target;
use crate::trouble::Trouble;
use crate::wire::Broken;
use async_trait::async_trait;
use call::Door;
use sanctum_secrets::Secret;
use shapes::HealthShape;
use std::time::Instant;

/// A connection to a REST server. Keeps the address and the password, and no state of the server's.
#[derive(Clone)]
pub(crate) struct Rest {
    door: Door,
    /// Before 0.12: no `order`, no `include`, whole model entries where an agent is made.
    old: bool,
}

impl Rest {
    pub async fn new(
        target: Target,
        password: Option<Secret>,
        patience: Patience,
        version: Option<&str>,
    ) -> Result<Rest, Broken> {
        let old = version.is_some_and(is_old);
        Ok(Rest { door: Door::new(target, password, patience).await?, old })
    }
}

fn is_old(version: &str) -> bool {
    let mut numbers = version.split('.').map(|part| part.parse::<u32>().unwrap_or(u32::MAX));
    matches!((numbers.next(), numbers.next()), (Some(0), Some(minor)) if minor < 12)
}

#[async_trait]
impl Server for Rest {
    fn features(&self) -> Features {
        Features {
            blocks: true,
            tools: true,
            context: true,
            transfer: true,
            images: true,
            cancel: true,
            embedding: true,
            broca: true,
        }
    }

    async fn who(&self) -> Result<Who, Trouble> {
        let started = Instant::now();
        let health: HealthShape = self.door.get("/v1/health/", None).await?;
        let version = Some(clean::line(&health.version, 40));
        Ok(Who { flavour: Flavour::Server, version, latency: started.elapsed() })
    }

    async fn models(&self) -> Result<Models, Trouble> {
        self.read_models().await
    }

    async fn agents(&self) -> Result<Vec<Agent>, Trouble> {
        self.read_agents().await
    }

    async fn agent(&self, id: &str) -> Result<Agent, Trouble> {
        self.read_agent(id).await
    }

    async fn create(&self, new: &NewAgent) -> Result<Agent, Trouble> {
        self.make_agent(new).await
    }

    async fn update(&self, id: &str, change: &AgentChange) -> Result<Agent, Trouble> {
        self.change_agent(id, change).await
    }

    async fn delete(&self, id: &str) -> Result<(), Trouble> {
        self.delete_agent(id).await
    }

    async fn blocks(&self, id: &str) -> Result<Vec<Block>, Trouble> {
        self.read_blocks(id).await
    }

    async fn set_block(&self, id: &str, label: &str, change: &BlockChange) -> Result<Block, Trouble> {
        self.change_block(id, label, change).await
    }

    async fn add_block(&self, id: &str, new: &NewBlock) -> Result<Block, Trouble> {
        self.new_block(id, new).await
    }

    async fn attach_block(&self, id: &str, block: &str) -> Result<(), Trouble> {
        self.connect_block(id, block, "attach").await
    }

    async fn remove_block(&self, id: &str, label: &str) -> Result<Block, Trouble> {
        self.drop_block(id, label).await
    }

    async fn tools(&self, id: &str) -> Result<Vec<Tool>, Trouble> {
        self.read_tools(Some(id)).await
    }

    async fn all_tools(&self) -> Result<Vec<Tool>, Trouble> {
        self.read_tools(None).await
    }

    async fn tool_servers(&self) -> Result<Option<Vec<ToolServer>>, Trouble> {
        self.read_tool_servers().await
    }

    async fn tools_of_server(&self, id: &str) -> Result<Vec<ServerTool>, Trouble> {
        self.read_tools_of_server(id).await
    }

    async fn refresh_tool_server(&self, id: &str) -> Result<(), Trouble> {
        self.read_tool_server_anew(id).await
    }

    async fn attach_tool(&self, id: &str, tool: &str) -> Result<(), Trouble> {
        self.connect_tool(id, tool, "attach").await
    }

    async fn detach_tool(&self, id: &str, tool: &str) -> Result<(), Trouble> {
        self.connect_tool(id, tool, "detach").await
    }

    async fn context(&self, id: &str) -> Result<Context, Trouble> {
        self.read_context(id).await
    }

    async fn export(&self, id: &str) -> Result<Vec<u8>, Trouble> {
        self.export_agent(id).await
    }

    async fn import(&self, file: Vec<u8>) -> Result<String, Trouble> {
        self.import_agent(file).await
    }

    async fn messages(&self, id: &str, before: Option<&str>, limit: u32) -> Result<Page, Trouble> {
        self.read_messages(id, before, limit).await
    }

    async fn send(&self, id: &str, message: UserMessage) -> Result<Events, Trouble> {
        self.send_message(id, message).await
    }

    async fn cancel(&self, id: &str) -> Result<bool, Trouble> {
        self.cancel_runs(id).await
    }
}

#[cfg(test)]
mod tests {
    use super::is_old;

    #[test]
    fn versions_are_told_apart_by_number() {
        for (version, old) in [("0.11.7", true), ("0.9.1", true), ("0.12.0", false), ("0.16.8", false), ("1.0", false)]
        {
            assert_eq!(is_old(version), old, "{version}");
        }
        assert!(!is_old("nightly"), "an unknown one is taken for a current one");
    }
}
