//! Whether Letta has the tools that the tool server offers, and Letta told to read them anew.
//!
//! A Letta that keeps a list of tool servers keeps their tools too, as they were when it read them, and reads them again only when it
//! is told to. What it has is asked and compared; what cannot be compared (the schemas, which Letta writes in its own way) is held
//! against what was offered when it was last seen to have everything. Nobody but the operator tells it to read.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use sanctum_letta::{Server, ServerTool, ToolServer};
use sanctum_mcp::shown_line;

use super::kept::{self, Told};
use super::mcp;
use crate::app::App;
use crate::blocking::blocking;
use crate::dto::{LettaTools, McpTool, McpTools};
use crate::open::Open;
use crate::{Actor, ApiResult, words};

/// It is asked again and again, so neither of them may hold up what else is asked of Letta.
const PATIENCE: Duration = Duration::from_secs(15);

/// Names of this computer, and of the one that a container runs on.
const HERE: [&str; 5] = ["localhost", "[::1]", "0.0.0.0", "host.docker.internal", "host.containers.internal"];

/// How Letta differs from the tool server, by names of tools.
#[derive(Debug, Default, PartialEq, Eq)]
struct Differences {
    /// It does not know them.
    missing: BTreeSet<String>,
    /// It has them, and they are not offered any more.
    gone: BTreeSet<String>,
    /// It knows them with other words or arguments.
    other: BTreeSet<String>,
}

impl App {
    /// Whether Letta has the tools that the tool server offers now. Letta is asked, and not made to read anything.
    ///
    /// # Errors
    /// `not_allowed`. A tool server or a Letta that does not answer is no error: it is not known then.
    pub async fn mcp_letta_tools(&self, actor: &Actor) -> ApiResult<LettaTools> {
        actor.may_change()?;
        let open = self.opened().await?;
        let known = async {
            let (letta, server) = (address(&open).await?, crate::letta::of(&open).await?);
            let Some(servers) = servers(server.as_ref()).await? else { return Ok(keeps_no_list()) };
            let ours = ours(&open, servers).await?;
            if ours.is_empty() {
                return Ok(unknown("This tool server is not registered at this Letta."));
            }
            let tools = self.mcp_tools(actor).await?;
            let differs = differences(server.as_ref(), &ours, &tools.items).await?;
            blocking(move || judged(&open, &letta, &tools, &differs)).await
        };
        let known = tokio::time::timeout(PATIENCE, known).await;
        let late = || unknown("Letta or the tool server did not answer in time.");
        Ok(known.map_or_else(|_| late(), |known| known.unwrap_or_else(|error: crate::ApiError| unknown(error.message))))
    }

    /// Has Letta read the tool server's tools anew; what came of it, in sentences.
    ///
    /// # Errors
    /// `not_allowed`, and what Letta or the tool server says.
    pub async fn mcp_refresh_letta(&self, actor: &Actor) -> ApiResult<String> {
        actor.may_change()?;
        let open = self.opened().await?;
        let tools = self.mcp_tools(actor).await?;
        let lists = format!("{} lists {}.", tools.server, words::count(tools.items.len(), "tool", "tools"));
        let (letta, server) = (address(&open).await?, crate::letta::of(&open).await?);
        let Some(all) = servers(server.as_ref()).await? else {
            return Ok(format!("{lists} This Letta keeps no list of tool servers to read anew."));
        };
        if all.is_empty() {
            return Ok(format!("{lists} No tool server is registered at this Letta, so it read nothing."));
        }
        let ours = ours(&open, all.clone()).await?;
        // One that is reached in a way that is not known from here may be any of them.
        let chosen = if ours.is_empty() { &all } else { &ours };
        for one in chosen {
            server.refresh_tool_server(&one.id).await.map_err(|trouble| crate::letta::trouble(&trouble))?;
        }
        crate::audit::note(&open, Some(actor), "letta.tools_read", &letta);
        let names: Vec<String> = chosen.iter().map(|one| shown_line(&one.name)).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let mut said = format!("Letta read {} anew. {lists}", words::list(&names));
        if !ours.is_empty() {
            let differs = differences(server.as_ref(), &ours, &tools.items).await?;
            if let Some(differs) = sentence(&differs) {
                said.push_str(&format!(" It did not take everything: {differs}"));
            }
            let told = Told { tools: digests(&tools.items), left: differs.names() };
            blocking(move || {
                kept::change(&open, |kept| {
                    kept.letta.insert(letta, told);
                })
            })
            .await?;
        }
        self.changed(&["plugins"]);
        Ok(said)
    }
}

impl Differences {
    fn names(&self) -> BTreeSet<String> {
        let marked = |mark: &'static str, names: &BTreeSet<String>| {
            names.iter().map(|name| format!("{mark}{name}")).collect::<Vec<_>>()
        };
        [marked("+", &self.missing), marked("-", &self.gone), marked("~", &self.other)].into_iter().flatten().collect()
    }
}

fn unknown(why: impl Into<String>) -> LettaTools {
    LettaTools { stale: None, words: why.into() }
}

fn keeps_no_list() -> LettaTools {
    let words = "This Letta keeps no list of tool servers, so it has no old tools.".to_owned();
    LettaTools { stale: Some(false), words }
}

async fn address(open: &Arc<Open>) -> ApiResult<String> {
    let registry = open.registry().clone();
    let row =
        blocking(move || Ok(registry.read(|c| sanctum_registry::system_config::by_key(c, crate::letta::ADDRESS))?));
    Ok(row.await?.and_then(|row| row.config_value).unwrap_or_default())
}

async fn servers(server: &dyn Server) -> ApiResult<Option<Vec<ToolServer>>> {
    server.tool_servers().await.map_err(|trouble| crate::letta::trouble(&trouble))
}

/// Those of Letta's tool servers that are the one of this Sanctum: on its port of this computer.
async fn ours(open: &Arc<Open>, mut servers: Vec<ToolServer>) -> ApiResult<Vec<ToolServer>> {
    let at = open.clone();
    let port = blocking(move || mcp::port(&at)).await?;
    servers.retain(|server| server.url.as_deref().is_some_and(|url| is_here(url, &port)));
    Ok(servers)
}

fn is_here(url: &str, port: &str) -> bool {
    let Ok(url) = reqwest::Url::parse(url) else { return false };
    let host = url.host_str().unwrap_or_default();
    let here = HERE.contains(&host) || host.starts_with("127.");
    here && url.port_or_known_default().is_some_and(|at| at.to_string() == port)
}

async fn differences(server: &dyn Server, ours: &[ToolServer], tools: &[McpTool]) -> ApiResult<Differences> {
    let mut differs = Differences::default();
    for one in ours {
        let has = server.tools_of_server(&one.id).await.map_err(|trouble| crate::letta::trouble(&trouble))?;
        let offered = |name: &str| tools.iter().find(|tool| tool.name == name);
        let missing = tools.iter().filter(|tool| !has.iter().any(|one| one.name == tool.name));
        differs.missing.extend(missing.map(|tool| tool.name.clone()));
        for tool in has {
            match offered(&tool.name) {
                None => _ = differs.gone.insert(tool.name),
                Some(offered) if !same(&tool, offered) => _ = differs.other.insert(tool.name),
                Some(_) => {}
            }
        }
    }
    Ok(differs)
}

/// Whether Letta knows a tool as it is offered, as far as Letta keeps that in the form it was told.
fn same(known: &ServerTool, offered: &McpTool) -> bool {
    let words = known.description.as_deref().is_none_or(|words| shown_line(words) == shown_line(&offered.description));
    let takes = offered.schema.0.get("properties").and_then(serde_json::Value::as_object);
    let takes: BTreeSet<&String> = takes.into_iter().flat_map(serde_json::Map::keys).collect();
    words && known.arguments.as_ref().is_none_or(|arguments| arguments.iter().collect::<BTreeSet<_>>() == takes)
}

fn digests(tools: &[McpTool]) -> BTreeMap<String, String> {
    let digest = |tool: &McpTool| blake3::hash(format!("{}\n{}", tool.description, tool.schema.0).as_bytes());
    tools.iter().map(|tool| (tool.name.clone(), digest(tool).to_hex()[..16].to_owned())).collect()
}

/// What is said of it; what Letta is seen to have is remembered.
fn judged(open: &Open, letta: &str, tools: &McpTools, differs: &Differences) -> ApiResult<LettaTools> {
    let now = digests(&tools.items);
    let told = kept::read(open)?.letta.remove(letta);
    let of_now = told.as_ref().is_some_and(|told| told.tools == now);
    if let Some(differs_in) = sentence(differs) {
        // What it did not take when it was told this very list it does not take the next time either.
        let left = of_now && told.is_some_and(|told| told.left == differs.names());
        let words = if left { format!("It was told, and did not take everything: {differs_in}") } else { differs_in };
        return Ok(LettaTools { stale: Some(!left), words });
    }
    let changed: BTreeSet<String> = told
        .iter()
        .flat_map(|told| &told.tools)
        .filter(|(name, digest)| now.get(*name).is_some_and(|now| now != *digest))
        .map(|(name, _)| name.clone())
        .collect();
    if let Some(words) = sentence(&Differences { other: changed, ..Differences::default() }) {
        return Ok(LettaTools { stale: Some(true), words });
    }
    if !of_now {
        kept::change(open, |kept| {
            kept.letta.insert(letta.to_owned(), Told { tools: now, left: BTreeSet::new() });
        })?;
    }
    let all = words::count(tools.items.len(), "tool", "tools");
    Ok(LettaTools { stale: Some(false), words: format!("Letta has what {} offers: {all}.", tools.server) })
}

fn sentence(differs: &Differences) -> Option<String> {
    let named = |names: &BTreeSet<String>| {
        let names: Vec<String> = names.iter().map(|name| format!("`{}`", shown_line(name))).collect();
        words::list(&names.iter().map(String::as_str).collect::<Vec<_>>())
    };
    let mut parts = Vec::new();
    if !differs.missing.is_empty() {
        parts.push(format!("does not know {}", named(&differs.missing)));
    }
    if !differs.gone.is_empty() {
        parts.push(format!("still has {}", named(&differs.gone)));
    }
    if !differs.other.is_empty() {
        parts.push(format!("knows {} as it was before", named(&differs.other)));
    }
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    (!parts.is_empty()).then(|| format!("Letta {}.", words::list(&parts)))
}

#[cfg(test)]
mod tests {
    use super::is_here;

    #[test]
    fn a_tool_server_is_known_by_its_port_on_this_computer() {
        for (url, here) in [
            ("http://127.0.0.1:8000/sse", true),
            ("http://localhost:8000/sse", true),
            ("http://[::1]:8000/sse", true),
            ("http://host.docker.internal:8000/sse", true),
            ("http://127.0.0.1:8001/sse", false),
            ("http://tools.example.org:8000/sse", false),
            ("no address", false),
        ] {
            assert_eq!(is_here(url, "8000"), here, "{url}");
        }
    }
}
