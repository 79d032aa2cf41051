//! The one face that both kinds of Letta show to the rest of the program, and the way to it.
//!
//! [`connect`] finds out which kind answers and gives the adapter for it. Callers look at [`Features`] before they
//! offer something, and never at the kind. An adapter keeps no state of ours: every call asks the server.

use crate::agent::{
    Agent, AgentChange, Block, BlockChange, Context, Models, NewAgent, NewBlock, ServerTool, Tool, ToolServer,
};
use crate::app_server::AppServer;
use crate::outcome::{Flavour, Found, Probe};
use crate::probe::{probe, unanswered};
use crate::rest::Rest;
use crate::talk::{Events, Page, UserMessage};
use crate::target::Target;
use crate::trouble::Trouble;
use async_trait::async_trait;
use sanctum_secrets::Secret;
use std::sync::Arc;
use std::time::Duration;

/// What an adapter can do at the server it is connected to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Features {
    /// Memory blocks can be seen and edited.
    pub blocks: bool,
    /// Tools can be listed, attached and detached.
    pub tools: bool,
    /// The use of the context can be told.
    pub context: bool,
    /// Agents can be exported and imported as `.af` files.
    pub transfer: bool,
    /// Pictures can go with a message.
    pub images: bool,
    /// An answer can be stopped at the server.
    pub cancel: bool,
    /// An agent has an embedding to choose.
    pub embedding: bool,
    /// Broca can drive agents of this server.
    pub broca: bool,
}

/// Who answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Who {
    /// Which of the two products.
    pub flavour: Flavour,
    /// The version it reports.
    pub version: Option<String>,
    /// How long the answer to this question took.
    pub latency: Duration,
}

/// How long to wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// For a whole answer.
    pub answer: Duration,
    /// For the first and each next sign of life of a streamed answer; servers send one every 30 seconds.
    pub silence: Duration,
}

impl From<Duration> for Patience {
    /// A stream may be silent for three of the server's signs of life, or four answers, whichever is longer.
    fn from(answer: Duration) -> Patience {
        Patience { answer, silence: (answer * 4).max(Duration::from_secs(90)) }
    }
}

/// Why there is no connection: the answer of the probe, in its words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.sentence)]
pub struct Refused(pub Probe);

/// A Letta that answers. Every method may end in any [`Trouble`]; [`Trouble::Unsupported`] where [`Features`] lacks it.
#[async_trait]
pub trait Server: Send + Sync {
    /// What can be offered here.
    fn features(&self) -> Features;

    /// Who answers now, and how fast.
    async fn who(&self) -> Result<Who, Trouble>;

    /// The models that can be chosen now.
    async fn models(&self) -> Result<Models, Trouble>;

    /// All agents, to the last page.
    async fn agents(&self) -> Result<Vec<Agent>, Trouble>;

    /// One agent with its system prompt.
    async fn agent(&self, id: &str) -> Result<Agent, Trouble>;

    /// Makes an agent. No `human` block unless one is given.
    async fn create(&self, new: &NewAgent) -> Result<Agent, Trouble>;

    /// Changes an agent and gives back what it is then.
    async fn update(&self, id: &str, change: &AgentChange) -> Result<Agent, Trouble>;

    /// Deletes an agent with its history. Cannot be taken back: [`Server::export`] first.
    async fn delete(&self, id: &str) -> Result<(), Trouble>;

    /// The memory blocks of an agent.
    async fn blocks(&self, id: &str) -> Result<Vec<Block>, Trouble>;

    /// Changes the block with that label.
    async fn set_block(&self, id: &str, label: &str, change: &BlockChange) -> Result<Block, Trouble>;

    /// Makes a block and attaches it; leaves nothing behind where that fails.
    async fn add_block(&self, id: &str, new: &NewBlock) -> Result<Block, Trouble>;

    /// Attaches a block that exists, for instance one that [`Server::remove_block`] gave back.
    async fn attach_block(&self, id: &str, block: &str) -> Result<(), Trouble>;

    /// Detaches the block with that label and gives it back. It stays in Letta: another agent may share it.
    async fn remove_block(&self, id: &str, label: &str) -> Result<Block, Trouble>;

    /// The tools an agent has.
    async fn tools(&self, id: &str) -> Result<Vec<Tool>, Trouble>;

    /// All tools that could be attached.
    async fn all_tools(&self) -> Result<Vec<Tool>, Trouble>;

    /// The tool servers in its list. `None` where it keeps no list of them and reads them by itself.
    async fn tool_servers(&self) -> Result<Option<Vec<ToolServer>>, Trouble> {
        Ok(None)
    }

    /// What it knows of the tools of one of them; it is not read for that.
    async fn tools_of_server(&self, _id: &str) -> Result<Vec<ServerTool>, Trouble> {
        Err(Trouble::Unsupported { what: "list of tool servers" })
    }

    /// Has it read the tools of one of them anew.
    async fn refresh_tool_server(&self, _id: &str) -> Result<(), Trouble> {
        Err(Trouble::Unsupported { what: "list of tool servers" })
    }

    /// Attaches a tool.
    async fn attach_tool(&self, id: &str, tool: &str) -> Result<(), Trouble>;

    /// Detaches a tool.
    async fn detach_tool(&self, id: &str, tool: &str) -> Result<(), Trouble>;

    /// How full the context of an agent is.
    async fn context(&self, id: &str) -> Result<Context, Trouble>;

    /// The agent as an `.af` file. It may hold whatever the agent was told, secrets of its tools among it.
    async fn export(&self, id: &str) -> Result<Vec<u8>, Trouble>;

    /// Makes an agent of an `.af` file under its own name and gives back its identifier. Tools that exist stay as
    /// they are.
    async fn import(&self, file: Vec<u8>) -> Result<String, Trouble>;

    /// A page of history: the newest, or the one before an entry (its [`Page::before`]). `limit` is in the server's own
    /// count: a page can hold fewer or more entries.
    async fn messages(&self, id: &str, before: Option<&str>, limit: u32) -> Result<Page, Trouble>;

    /// Sends a message and gives back the events of the answer.
    ///
    /// # Errors
    /// Where the server did not accept it. What goes wrong later is [`crate::Event::Failed`].
    async fn send(&self, id: &str, message: UserMessage) -> Result<Events, Trouble>;

    /// Asks the server to stop the answers of this agent that are under way; true where there were any.
    async fn cancel(&self, id: &str) -> Result<bool, Trouble>;
}

/// Connects to the Letta at `address`, whichever kind it is.
///
/// `address` is what a person types or pastes: `http(s)://host:port/path`, or the `ws(s)://…/ws` that Letta Code
/// prints. The password goes to that host only.
///
/// # Errors
/// [`Refused`] with the outcome, the sentence and the hint of [`crate::probe`].
pub async fn connect(
    address: &str,
    password: Option<&Secret>,
    patience: impl Into<Patience>,
) -> Result<Arc<dyn Server>, Refused> {
    let patience = patience.into();
    let address = as_http(address);
    let found = probe(&address, password, patience.answer).await;
    let password = password.filter(|password| !password.is_empty()).cloned();
    let Ok(target) = Target::parse(&address) else {
        return Err(Refused(found));
    };
    let Some(kind) = found.kind() else {
        return Err(Refused(found));
    };
    let opening = open(kind, target.clone(), password, patience, found.version.clone());
    let opened = tokio::time::timeout(patience.answer, opening).await.unwrap_or(Err(Found::Timeout));
    opened.map_err(|how| Refused(found.turned(how, &target)))
}

async fn open(
    kind: Flavour,
    target: Target,
    password: Option<Secret>,
    patience: Patience,
    version: Option<String>,
) -> Result<Arc<dyn Server>, Found> {
    Ok(match kind {
        Flavour::Server => {
            Arc::new(Rest::new(target, password, patience, version.as_deref()).await.map_err(unanswered)?)
        }
        Flavour::AppServer => Arc::new(AppServer::open(target, password, patience, version).await?),
    })
}

/// The same address with the scheme of HTTP and without the path of the WebSocket.
fn as_http(address: &str) -> String {
    let address = address.trim();
    let (scheme, rest) = match address.split_once("://") {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("ws") => ("http", rest),
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("wss") => ("https", rest),
        _ => return address.to_owned(),
    };
    let rest = rest.trim_end_matches('/');
    format!("{scheme}://{}", rest.strip_suffix("/ws").unwrap_or(rest))
}

#[cfg(test)]
mod tests {
    use super::{Patience, as_http};
    use std::time::Duration;

    #[test]
    fn the_address_that_letta_code_prints_can_be_pasted() {
        for (typed, used) in [
            ("ws://127.0.0.1:4500/ws", "http://127.0.0.1:4500"),
            (" WSS://host/base/ws/ ", "https://host/base"),
            ("ws://127.0.0.1:4500", "http://127.0.0.1:4500"),
            ("http://host/ws", "http://host/ws"),
            ("nonsense", "nonsense"),
        ] {
            assert_eq!(as_http(typed), used, "{typed:?} is asked there");
        }
    }

    #[test]
    fn a_stream_may_be_silent_longer_than_an_answer_may_take() {
        let patience = Patience::from(Duration::from_secs(5));
        assert_eq!(patience.silence, Duration::from_secs(90), "three signs of life of the server");
        let patience = Patience::from(Duration::from_secs(60));
        assert_eq!(patience.silence, Duration::from_secs(240), "four answers");
    }
}
