//! The tools of the running tool server, asked over MCP; one tried.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sanctum_mcp::{Client, Trouble, shown, shown_line};
use sanctum_plugins::profiles::GOVERNOR;
use sanctum_secrets::Secret;

use crate::app::App;
use crate::blocking::blocking;
use crate::dto::{Json, McpAnswer, McpTool, McpTools};
use crate::open::Open;
use crate::settings::{Snapshot, Sort, Target};
use crate::{Actor, ApiError, ApiResult};

/// How long the server may take to say hello and list its tools.
const WAIT: Duration = Duration::from_secs(5);
/// How long a tool may take.
const CALL: Duration = Duration::from_secs(120);

/// What a tool server listed, or why it did not.
pub(crate) struct Listed {
    pub tools: Result<Vec<sanctum_mcp::Tool>, String>,
    /// Names of all that it has, attached or not, where it says so.
    pub all: BTreeSet<String>,
}

struct Door {
    url: String,
    key: Option<Secret>,
}

/// Where the tool server answers, and its key.
fn door(open: &Open) -> ApiResult<Door> {
    let snap = Snapshot::of(open)?;
    let (target, port) = at(&snap)?;
    let key = crate::secrets::handed(open, &snap, target)
        .ok()
        .and_then(|handed| handed.into_iter().find(|(name, _)| name == "MCP_API_KEY"))
        .map(|(_, value)| value);
    Ok(Door { url: format!("http://127.0.0.1:{port}/sse"), key })
}

/// The port that it answers on.
pub(super) fn port(open: &Open) -> ApiResult<String> {
    Ok(at(&*Snapshot::of(open)?)?.1)
}

fn at(snap: &Snapshot) -> ApiResult<(&Target, String)> {
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
    Ok((target, port.ok_or_else(missing)?))
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
        let governed = tools.as_ref().is_ok_and(|tools| tools.iter().any(|tool| tool.name == GOVERNOR));
        let all = if governed { all_of(&client).await } else { None };
        client.close().await;
        Ok::<_, ApiError>((tools?, all.unwrap_or_default()))
    };
    match listed.await {
        Ok((tools, all)) => Listed { tools: Ok(tools), all },
        Err(error) => Listed { tools: Err(error.message), all: BTreeSet::new() },
    }
}

/// All tools that the running server has, attached or not; `None` where it does not run or does not say.
pub(crate) async fn available(open: &Arc<Open>) -> Option<BTreeSet<String>> {
    let client = enter(open).await.ok()?;
    let all = all_of(&client).await;
    client.close().await;
    all
}

/// Asks the governor; that changes nothing.
async fn all_of(client: &Client) -> Option<BTreeSet<String>> {
    #[derive(serde::Deserialize)]
    struct All {
        tools: BTreeSet<String>,
    }
    let answer = client.call(GOVERNOR, &serde_json::json!({ "action": "list-available" }), WAIT).await.ok()?;
    serde_json::from_str::<All>(&answer.text).ok().map(|all| all.tools)
}

/// The plugin a tool comes from; the server has one of its own.
fn plugin_of(tool: &sanctum_mcp::Tool) -> Option<&str> {
    tool.plugin_and_command().filter(|_| tool.name != GOVERNOR).map(|(plugin, _)| plugin)
}

/// Why a tool cannot be called that the server does not list, though it may have it.
async fn unlisted(open: &Arc<Open>, actor: &Actor, name: &str, has: bool) -> ApiError {
    let (at, actor, tool) = (open.clone(), actor.clone(), name.to_owned());
    let off = blocking(move || {
        let snap = Snapshot::of(&at)?;
        let smcp = super::place::tool(&at, &snap, &actor, "smcp")?;
        let governor = super::governor::of(&at, &snap, &smcp).and_then(Result::ok);
        Ok(governor.is_some_and(|governor| !governor.mode.offers(&tool)))
    });
    let given = shown_line(name);
    let refuse = |why: String, todo: String| ApiError::refused("tool_unknown_there", why, todo);
    match given.split_once("__").filter(|_| has) {
        None => refuse(format!("The tool server lists no `{given}`."), "Read the list again.".to_owned()),
        Some((plugin, _)) if off.await.unwrap_or(false) => refuse(
            format!("`{given}` is switched off."),
            format!(
                "Switch it on on the page of `{plugin}`, or with `sanctumctl plugins tool smcp:{plugin} {given} --on`; it counts from SMCP's next start."
            ),
        ),
        Some(_) => refuse(
            format!(
                "`{given}` is not offered now: SMCP runs since before it was switched on, or an agent detached it."
            ),
            "Start SMCP again.".to_owned(),
        ),
    }
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
                plugin: plugin_of(&tool).map(shown_line),
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
        let Some(tool) = tools.iter().find(|tool| tool.name == name) else {
            let has = all_of(&client).await.is_some_and(|all| all.contains(name));
            client.close().await;
            return Err(unlisted(&open, actor, name, has).await);
        };
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
            // SMCP does not call it an error where somebody detached the tool meanwhile.
            is_error: answer.is_error || answer.code().is_some(),
            text: answer.note.iter().fold(answer.text.clone(), |text, note| format!("{text}\n{note}")),
            structured: answer.structured.map(Json),
            took_ms: took(began),
        })
    }
}

impl App {
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
