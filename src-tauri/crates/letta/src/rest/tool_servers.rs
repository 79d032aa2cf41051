//! The tool servers that Letta keeps in a list, and what it knows of their tools until it reads them anew.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::Value;

use super::Rest;
use super::call::{Body, segment};
use crate::agent::{ServerTool, ToolServer};
use crate::trouble::Trouble;

/// An argument that Letta adds to tools by itself.
const ITS_OWN: &str = "request_heartbeat";

#[derive(Deserialize)]
struct ToolServerShape {
    id: String,
    #[serde(default)]
    server_name: String,
    /// Those that are started by Letta have none.
    server_url: Option<String>,
}

#[derive(Deserialize)]
struct ServerToolShape {
    name: Option<String>,
    description: Option<String>,
    json_schema: Option<Value>,
}

impl From<ServerToolShape> for ServerTool {
    fn from(shape: ServerToolShape) -> ServerTool {
        let parameters = shape.json_schema.as_ref().and_then(|schema| schema.get("parameters"));
        let properties = parameters.and_then(|parameters| parameters.get("properties")).and_then(Value::as_object);
        let arguments: Option<BTreeSet<String>> =
            properties.map(|all| all.keys().filter(|name| *name != ITS_OWN).cloned().collect());
        ServerTool { name: shape.name.unwrap_or_default(), description: shape.description, arguments }
    }
}

impl Rest {
    pub(super) async fn read_tool_servers(&self) -> Result<Option<Vec<ToolServer>>, Trouble> {
        let servers: Vec<ToolServerShape> = match self.door.get("/v1/mcp-servers/", None).await {
            // 0.11.7 has no such list: it asks a tool server each time.
            Err(Trouble::Missing { .. }) => return Ok(None),
            servers => servers?,
        };
        let one = |shape: ToolServerShape| ToolServer { id: shape.id, name: shape.server_name, url: shape.server_url };
        Ok(Some(servers.into_iter().map(one).collect()))
    }

    pub(super) async fn read_tools_of_server(&self, id: &str) -> Result<Vec<ServerTool>, Trouble> {
        let path = format!("/v1/mcp-servers/{}/tools", segment(id)?);
        let tools: Vec<ServerToolShape> = self.door.get(&path, None).await?;
        Ok(tools.into_iter().map(ServerTool::from).collect())
    }

    pub(super) async fn read_tool_server_anew(&self, id: &str) -> Result<(), Trouble> {
        let path = format!("/v1/mcp-servers/{}/refresh", segment(id)?);
        self.door.tell(reqwest::Method::PATCH, &path, Body::Nothing).await
    }
}
