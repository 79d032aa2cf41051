//! One connection to a tool server: who it is, what tools it has, calling one.
//!
//! Every question has a time limit. Dropping a question tells the server that it is not wanted any more; dropping the client
//! closes the connection and ends the program it started.

use crate::answer::Answer;
use crate::link::{Link, Why, rejected};
use crate::process::Running;
use crate::sse::{self, Address};
use crate::stdio;
use crate::text::{shown, shown_line};
use crate::tool::{MAX_LIST, MAX_TOOLS, Tool, size};
use crate::trouble::{Trouble, mib};
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, ClientCapabilities, ClientConfig, ClientRequest, Implementation,
    ListToolsRequest, PaginatedRequestParams, ServerResult,
};
use rmcp::service::{
    ClientInitializeError, Peer, PeerRequestOptions, RoleClient, RunningService, ServiceError, serve_client,
};
use sanctum_secrets::Secret;
use serde_json::Value;
use std::path::Path;
use std::time::{Duration, Instant};

/// Most pages of a list of tools.
const MAX_PAGES: usize = 500;
/// Largest arguments that are sent, in bytes.
const MAX_ARGUMENTS: usize = 4 << 20;
/// How long saying goodbye may take.
const GOODBYE: Duration = Duration::from_secs(3);

/// Who answers there, in its own words, fit to be shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Server {
    /// `sanctum-letta-mcp` for SMCP.
    pub name: String,
    pub version: String,
    /// The version of MCP that both speak.
    pub protocol: String,
}

/// A connection.
pub struct Client {
    running: RunningService<RoleClient, ClientConfig>,
    process: Option<Running>,
    why: Why,
    key: Option<Secret>,
    server: Server,
    wait: Duration,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").field("server", &self.server).finish_non_exhaustive()
    }
}

impl Client {
    /// Connects to a server on this computer that speaks HTTP+SSE; `url` as `http://127.0.0.1:8000/sse`. `wait` is the longest
    /// that connecting may take, and each question but a call.
    ///
    /// # Errors
    /// Where there is none, it is none, it is on another computer, it refuses the key or gives no answer in time.
    pub async fn sse(url: &str, key: Option<Secret>, wait: Duration) -> Result<Client, Trouble> {
        Client::over_sse(&Address::read(url, false, key.is_some())?, key, wait).await
    }

    /// The same on any computer. A key goes to another one over https only.
    ///
    /// # Errors
    /// As [`Client::sse`].
    pub async fn sse_anywhere(url: &str, key: Option<Secret>, wait: Duration) -> Result<Client, Trouble> {
        Client::over_sse(&Address::read(url, true, key.is_some())?, key, wait).await
    }

    /// Starts a program that speaks MCP over its input and output, with exactly these variables, in this folder. It ends with
    /// the client, and with it everybody in its group.
    ///
    /// # Errors
    /// Where it cannot be started, ends, or gives no answer in time; it has ended by then.
    pub async fn stdio(
        program: &Path,
        args: &[String],
        env: &[(String, String)],
        cwd: &Path,
        wait: Duration,
    ) -> Result<Client, Trouble> {
        let (link, running) = stdio::open(program, args, env, cwd)?;
        let greeted = tokio::time::timeout(wait, Client::greet(link, None, wait)).await;
        match greeted.unwrap_or(Err(Trouble::Late { allowed: wait })) {
            Ok(client) => Ok(Client { process: Some(running), ..client }),
            Err(trouble) => {
                running.end().await;
                Err(trouble)
            }
        }
    }

    async fn over_sse(address: &Address, key: Option<Secret>, wait: Duration) -> Result<Client, Trouble> {
        let connected = async {
            let link = sse::open(address, key.as_ref(), wait).await?;
            Client::greet(link, key.clone(), wait).await
        };
        tokio::time::timeout(wait, connected).await.map_err(|_| Trouble::Late { allowed: wait })?
    }

    async fn greet(link: Link, key: Option<Secret>, wait: Duration) -> Result<Client, Trouble> {
        let why = link.why.clone();
        let me = Implementation::new("sanctum-configurator", env!("CARGO_PKG_VERSION"));
        let config = ClientConfig::new(ClientCapabilities::default(), me);
        let greeted = serve_client(config, link).await;
        let running = greeted.map_err(|error| not_greeted(&error, &why, key.as_ref()))?;
        let server = match running.peer().peer_info() {
            Some(info) => Server {
                name: info.server_info.as_ref().map(|who| shown_line(&who.name)).unwrap_or_default(),
                version: info.server_info.as_ref().map(|who| shown_line(&who.version)).unwrap_or_default(),
                protocol: shown_line(&info.protocol_version.to_string()),
            },
            None => Server::default(),
        };
        Ok(Client { running, process: None, why, key, server, wait })
    }

    /// Who answers there.
    pub fn server(&self) -> &Server {
        &self.server
    }

    /// All tools it has now, in its order.
    ///
    /// # Errors
    /// Where it does not answer in time, and where there are more than [`MAX_TOOLS`] tools or [`MAX_LIST`] bytes of them.
    pub async fn tools(&self) -> Result<Vec<Tool>, Trouble> {
        let listed = tokio::time::timeout(self.wait, self.pages());
        listed.await.map_err(|_| Trouble::Late { allowed: self.wait })?
    }

    async fn pages(&self) -> Result<Vec<Tool>, Trouble> {
        let mut tools = Vec::new();
        let mut bytes = 0;
        let mut cursor = None;
        for _ in 0..MAX_PAGES {
            let (page, next) = self.page(cursor.take()).await?;
            for tool in page {
                bytes += tool.bytes();
                if bytes > MAX_LIST {
                    return Err(Trouble::TooLarge { what: "a list of tools", limit: mib(MAX_LIST) });
                }
                tools.push(tool);
            }
            if tools.len() > MAX_TOOLS {
                return Err(Trouble::TooLarge { what: "a list of tools", limit: format!("{MAX_TOOLS} tools") });
            }
            match next {
                Some(next) => cursor = Some(next),
                None => return Ok(tools),
            }
        }
        Err(Trouble::TooLarge { what: "a list of tools", limit: format!("{MAX_PAGES} pages") })
    }

    async fn page(&self, cursor: Option<String>) -> Result<(Vec<Tool>, Option<String>), Trouble> {
        let params = cursor.map(|cursor| PaginatedRequestParams::default().with_cursor(Some(cursor)));
        let request = ListToolsRequest { params, ..Default::default() };
        match self.asked(ClientRequest::ListToolsRequest(request)).await? {
            ServerResult::ListToolsResult(page) => {
                let read = page.tools.into_iter().filter_map(|tool| {
                    let schema = Value::Object(std::sync::Arc::unwrap_or_clone(tool.input_schema));
                    Tool::of(&tool.name, tool.description.as_deref().unwrap_or_default(), Some(schema))
                });
                Ok((read.collect(), page.next_cursor))
            }
            ServerResult::CustomResult(page) => {
                let tools = page.0.get("tools").and_then(Value::as_array);
                let tools = tools.ok_or_else(|| strange("its list of tools is no list"))?;
                let next = page.0.get("nextCursor").and_then(Value::as_str).map(str::to_owned);
                Ok((tools.iter().filter_map(Tool::of_value).collect(), next))
            }
            _ => Err(strange("its list of tools is no list")),
        }
    }

    /// Calls a tool and waits for its answer at most so long. Nothing is ever sent twice.
    ///
    /// # Errors
    /// Where there is no answer; [`Trouble::may_have_acted`] says whether the tool may have acted. A tool that fails gives an
    /// answer: [`Answer::is_error`].
    pub async fn call(&self, name: &str, arguments: &Value, wait: Duration) -> Result<Answer, Trouble> {
        let arguments = match arguments {
            Value::Object(map) => map.clone(),
            Value::Null => serde_json::Map::new(),
            _ => return Err(Trouble::Arguments { why: "the arguments are not a set of names and values" }),
        };
        if size(&Value::Object(arguments.clone())) > MAX_ARGUMENTS {
            return Err(Trouble::Arguments { why: "the arguments are larger than 4 MiB" });
        }
        let began = Instant::now();
        let params = CallToolRequestParams::new(name.to_owned()).with_arguments(arguments);
        // Dropped when the time is up, which tells the server.
        let called = tokio::time::timeout(wait, self.running.peer().call_tool_once(params)).await;
        let answered = called.map_err(|_| Trouble::Late { allowed: wait })?;
        match answered.map_err(|error| self.trouble(error))? {
            CallToolResponse::Complete(result) => Ok(Answer::of(result, began.elapsed())),
            _ => Err(strange("it wants more than the arguments, which this app does not give")),
        }
    }

    async fn asked(&self, request: ClientRequest) -> Result<ServerResult, Trouble> {
        let peer: &Peer<RoleClient> = self.running.peer();
        let handle = peer.send_request_with_option(request, PeerRequestOptions::with_timeout(self.wait)).await;
        let answered = match handle {
            Ok(handle) => handle.await_response().await,
            Err(error) => Err(error),
        };
        answered.map_err(|error| self.trouble(error))
    }

    fn trouble(&self, error: ServiceError) -> Trouble {
        match error {
            ServiceError::McpError(error) => rejected(&error, hushed(&error.message, self.key.as_ref())),
            ServiceError::TransportSend(error) => {
                error.error.downcast_ref::<Trouble>().cloned().unwrap_or_else(|| self.why.get())
            }
            ServiceError::TransportClosed | ServiceError::Cancelled { .. } => self.why.get(),
            ServiceError::Timeout { timeout } => Trouble::Late { allowed: timeout },
            _ => strange("its answer belongs to another question"),
        }
    }

    /// Says goodbye, and waits until the program, where one was started, has ended.
    pub async fn close(mut self) {
        // What does not end in time is ended with the client.
        let _ = self.running.close_with_timeout(GOODBYE).await;
        if let Some(process) = self.process.take() {
            process.end().await;
        }
    }
}

fn not_greeted(error: &ClientInitializeError, why: &Why, key: Option<&Secret>) -> Trouble {
    match error {
        ClientInitializeError::TransportError { error, .. } => {
            error.error.downcast_ref::<Trouble>().cloned().unwrap_or_else(|| why.get())
        }
        ClientInitializeError::JsonRpcError(error) => rejected(error, hushed(&error.message, key)),
        ClientInitializeError::ConnectionClosed(_) | ClientInitializeError::Cancelled => why.get(),
        _ => Trouble::NotMcp { what: "it does not answer the greeting of MCP".into() },
    }
}

/// A server's own words, without the key wherever it repeats it.
fn hushed(text: &str, key: Option<&Secret>) -> String {
    match key.map(Secret::expose).filter(|key| !key.is_empty()) {
        Some(key) => shown_line(&shown(text).replace(key, "…")),
        None => shown_line(text),
    }
}

fn strange(what: &str) -> Trouble {
    Trouble::Strange { what: what.to_owned() }
}
