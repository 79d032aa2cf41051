//! The tools of the running tool server, asked over MCP; one tried; Letta told to read them anew.

use std::sync::Arc;
use std::time::{Duration, Instant};

use sanctum_mcp::{Client, Trouble, shown, shown_line};
use sanctum_secrets::Secret;

use crate::app::App;
use crate::blocking::blocking;
use crate::dto::{Json, McpAnswer, McpTool, McpTools};
use crate::open::Open;
use crate::settings::{Snapshot, Sort};
use crate::{Actor, ApiError, ApiResult};

/// How long the server may take to say hello and list its tools.
const WAIT: Duration = Duration::from_secs(5);
/// How long a tool may take.
const CALL: Duration = Duration::from_secs(120);

/// What a tool server listed, or why it did not.
pub(crate) struct Listed {
    pub tools: Result<Vec<sanctum_mcp::Tool>, String>,
}

struct Door {
    url: String,
    key: Option<Secret>,
}

/// Where the tool server answers, and its key.
fn door(open: &Open) -> ApiResult<Door> {
    let snap = Snapshot::of(open)?;
    let missing = || {
        ApiError::refused(
            "no_tool_server",
            "This Sanctum has no tool server.",
            "Install SMCP first; it is among the modules.",
        )
    };
    let target = snap.find("smcp").map_err(|_| missing())?;
    if target.sort != Sort::Instance {
        return Err(missing());
    }
    let view = snap.view(target, None);
    let said = |env: &str| {
        let field = view.fields().find(|field| field.env.as_deref() == Some(env))?;
        view.effective(field).map(|(value, _)| sanctum_config::to_env(field, &value))
    };
    let port =
        said("MCP_PORT").or_else(|| said("PORT")).or_else(|| snap.rows.port(None, "smcp").map(|p| p.to_string()));
    let port = port.ok_or_else(missing)?;
    let key = crate::secrets::handed(open, &snap, target)
        .ok()
        .and_then(|handed| handed.into_iter().find(|(name, _)| name == "MCP_API_KEY"))
        .map(|(_, value)| value);
    Ok(Door { url: format!("http://127.0.0.1:{port}/sse"), key })
}

fn refused(trouble: &Trouble) -> ApiError {
    ApiError::refused("tool_server", trouble.sentence(), trouble.advice())
}

async fn enter(open: &Arc<Open>) -> ApiResult<Client> {
    let at = open.clone();
    let door = blocking(move || door(&at)).await?;
    Client::sse(&door.url, door.key, WAIT).await.map_err(|trouble| refused(&trouble))
}

/// Lists, for rows: a server that does not run is no error.
pub(crate) async fn list(open: &Arc<Open>) -> Listed {
    let listed = async {
        let client = enter(open).await?;
        let tools = tokio::time::timeout(WAIT, client.tools()).await;
        let tools = match tools {
            Ok(tools) => tools.map_err(|trouble| refused(&trouble)),
            Err(_) => Err(ApiError::refused("tool_server", "SMCP did not list its tools in time.", "Look at its log.")),
        };
        client.close().await;
        tools
    };
    Listed { tools: listed.await.map_err(|error: ApiError| error.message) }
}

impl App {
    /// The tools of the running tool server.
    ///
    /// # Errors
    /// `not_allowed`, `no_tool_server`, `tool_server` with what it said.
    pub async fn mcp_tools(&self, actor: &Actor) -> ApiResult<McpTools> {
        actor.must_be_admin()?;
        let open = self.opened().await?;
        let began = Instant::now();
        let client = enter(&open).await?;
        let tools = client.tools().await.map_err(|trouble| refused(&trouble))?;
        let server = client.server();
        let server = shown_line(&format!("{} {}", server.name, server.version));
        client.close().await;
        let items = tools
            .into_iter()
            .map(|tool| McpTool {
                plugin: tool.plugin_and_command().map(|(plugin, _)| shown_line(plugin)),
                name: tool.name.clone(),
                description: shown(&tool.description),
                schema: Json(tool.schema),
            })
            .collect();
        Ok(McpTools { items, server, took_ms: took(began) })
    }

    /// Calls one of them.
    ///
    /// # Errors
    /// As [`App::mcp_tools`]; `tool_arguments` where they do not fit, before anything is called; `tool_call` where no answer came.
    pub async fn mcp_call(&self, actor: &Actor, name: &str, input: &Json) -> ApiResult<McpAnswer> {
        actor.may_change()?;
        let open = self.opened().await?;
        let client = enter(&open).await?;
        let tools = client.tools().await.map_err(|trouble| refused(&trouble))?;
        let tool = tools.iter().find(|tool| tool.name == name).ok_or_else(|| {
            ApiError::refused(
                "tool_unknown_there",
                format!("The tool server lists no `{}`.", shown_line(name)),
                "Read the list again.",
            )
        })?;
        let wrong = sanctum_mcp::check(&tool.schema, &input.0);
        if !wrong.is_empty() {
            return Err(ApiError::refused("tool_arguments", wrong.join(" "), "Nothing was called."));
        }
        let began = Instant::now();
        let answer = client.call(name, &input.0, CALL).await.map_err(|trouble| {
            let hint = if trouble.may_have_acted() {
                format!("{} It may have done its work all the same.", trouble.advice())
            } else {
                trouble.advice().to_string()
            };
            ApiError::refused("tool_call", trouble.sentence(), hint)
        })?;
        client.close().await;
        crate::audit::note(&open, Some(actor), "tool.called", name);
        Ok(McpAnswer {
            is_error: answer.is_error,
            text: answer.note.iter().fold(answer.text.clone(), |text, note| format!("{text}\n{note}")),
            structured: answer.structured.map(Json),
            took_ms: took(began),
        })
    }
}

impl App {
    /// Has Letta read the tool server's tools anew.
    ///
    /// # Errors
    /// `not_allowed`, and what Letta says.
    pub async fn mcp_refresh_letta(&self, actor: &Actor) -> ApiResult<String> {
        actor.may_change()?;
        let open = self.opened().await?;
        let tools = self.mcp_tools(actor).await?;
        let server = crate::letta::of(&open).await?;
        let read = server.refresh_tool_servers().await.map_err(|trouble| crate::letta::trouble(&trouble))?;
        let listed = crate::words::count(tools.items.len(), "tool", "tools");
        Ok(if read.is_empty() {
            format!("{} lists {listed}. This Letta keeps no list of tool servers to read anew.", tools.server)
        } else {
            let names: Vec<String> = read.iter().map(|name| shown_line(name)).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            format!("Letta read {} anew. {} lists {listed}.", crate::words::list(&names), tools.server)
        })
    }

    /// The plan of switching one tool of a plugin: SMCP does it by profiles, for all who use it, and not one by one.
    ///
    /// # Errors
    /// `tool_switch` always: no tool of today can do it for one plugin alone.
    pub async fn plugin_tool_plan(
        &self,
        actor: &Actor,
        id: &str,
        _tool: &str,
        _on: bool,
    ) -> ApiResult<crate::dto::Plan> {
        actor.may_change()?;
        Err(ApiError::refused(
            "tool_switch",
            format!("The tool that `{id}` belongs to cannot switch single tools of a plugin."),
            "SMCP has profiles for that, which hold for everybody who uses it: its setting SMCP_PROFILES names their file.",
        ))
    }

    /// The plan of letting a plugin out of quarantine: it is switched on again.
    ///
    /// # Errors
    /// As [`App::plugin_enable_plan`].
    pub async fn plugin_release_plan(&self, actor: &Actor, id: &str) -> ApiResult<crate::dto::Plan> {
        self.plugin_enable_plan(actor, id, true).await
    }
}

fn took(began: Instant) -> u32 {
    u32::try_from(began.elapsed().as_millis()).unwrap_or(u32::MAX)
}
