//! How a message that this app delivers reaches its agent: over Letta, or the built-in echo.

use std::sync::{Arc, Weak};

use async_trait::async_trait;
use futures_util::{StreamExt as _, future};
use sanctum_chat::{Delta, Deltas, Echo, Outgoing, SendError, Sender, Taken};
use sanctum_letta::{Event, Flavour, Image, Server, Stop, Trouble, UserMessage};
use sanctum_registry::agents::{self, AgentRow};

use super::Chats;
use crate::agents::Profile;
use crate::blocking::blocking;
use crate::dto::{ChatWay, StatusWord};
use crate::letta;
use crate::open::Open;
use crate::plan::lock;

/// So many pages of an agent's history are looked through for a message that may have arrived.
const PAGES: usize = 3;

pub(super) struct Ways {
    open: Weak<Open>,
    chats: Weak<Chats>,
    echo: Echo,
}

/// An agent, and the server that has it.
struct There {
    id: String,
    server: Arc<dyn Server>,
    open: Arc<Open>,
}

impl Ways {
    pub fn new(open: Weak<Open>, chats: Weak<Chats>) -> Self {
        Self { open, chats, echo: Echo::default() }
    }

    async fn row(&self, outgoing: &Outgoing) -> Result<(Arc<Open>, AgentRow), SendError> {
        let gone =
            || SendError::Refused("The agent of this conversation is not there any more. Nothing was sent.".into());
        let open = self.open.upgrade().ok_or_else(|| SendError::Away("The Sanctum is being closed.".into()))?;
        let (at, id) = (open.clone(), outgoing.agent_id.ok_or_else(gone)?);
        let row = blocking(move || Ok(at.registry().read(|c| agents::get(c, id))?)).await;
        let row = row.map_err(|error| SendError::Away(error.message))?.ok_or_else(gone)?;
        Ok((open, row))
    }

    /// Whatever keeps the server from being connected: the message did not go out, and waits.
    async fn there(&self, open: Arc<Open>, row: &AgentRow) -> Result<There, SendError> {
        let id = row.letta().map(str::to_owned).ok_or_else(|| {
            SendError::Refused(format!(
                "{} is not linked to an agent in Letta. Nothing was sent. Link it on its page, then send this again.",
                row.title()
            ))
        })?;
        let server = letta::of(&open).await.map_err(|error| {
            let words = format!("{} {}", error.message, error.hint);
            if error.code == "letta_unset" { SendError::Refused(words) } else { SendError::Away(words) }
        })?;
        Ok(There { id, server, open })
    }

    async fn pictures(&self, message_id: i64) -> Result<Vec<Image>, SendError> {
        let Some(chats) = self.chats.upgrade() else { return Ok(Vec::new()) };
        let found = blocking(move || chats.conversations.pictures(message_id).map_err(|e| super::refusal(&e))).await;
        let found = found.map_err(|error| SendError::Away(error.message))?;
        Ok(found.into_iter().map(|image| Image { media_type: image.media_type, data: image.data }).collect())
    }
}

#[async_trait]
impl Sender for Ways {
    async fn send(&self, outgoing: &Outgoing) -> Result<Deltas, SendError> {
        let (open, row) = self.row(outgoing).await?;
        if Profile::of(&row).way == ChatWay::Echo {
            return self.echo.send(outgoing).await;
        }
        let there = self.there(open, &row).await?;
        let images = self.pictures(outgoing.message_id).await?;
        let message = UserMessage { text: outgoing.text.clone(), images, mark: Some(outgoing.key.clone()) };
        match there.server.send(&there.id, message).await {
            Ok(events) => {
                if let Some(chats) = self.chats.upgrade() {
                    let product = lock(&chats.product).clone().unwrap_or_else(|| "Letta".to_owned());
                    chats.note_server(StatusWord::Healthy, &format!("{product} took the last message"));
                }
                let deltas = events.filter_map(|event| future::ready(delta(event)));
                Ok(deltas.boxed())
            }
            Err(trouble) => {
                let words = format!("{} {}", trouble.sentence(), trouble.hint());
                Err(match trouble {
                    Trouble::Unreachable { .. } | Trouble::Password => {
                        letta::forget(&there.open).await;
                        SendError::Away(words)
                    }
                    Trouble::Late | Trouble::Cut => SendError::Unsure(words),
                    _ => SendError::Refused(words),
                })
            }
        }
    }

    async fn taken(&self, outgoing: &Outgoing) -> Taken {
        let Ok((open, row)) = self.row(outgoing).await else { return Taken::Unknown };
        if Profile::of(&row).way == ChatWay::Echo {
            return self.echo.taken(outgoing).await;
        }
        let Ok(there) = self.there(open, &row).await else { return Taken::Unknown };
        // Only the REST server keeps the mark that tells one message from another.
        if !there.server.who().await.is_ok_and(|who| who.flavour == Flavour::Server) {
            return Taken::Unknown;
        }
        let mut before: Option<String> = None;
        for _ in 0..PAGES {
            let Ok(page) = there.server.messages(&there.id, before.as_deref(), 100).await else {
                return Taken::Unknown;
            };
            if page.messages.iter().any(|message| message.mark.as_deref() == Some(outgoing.key.as_str())) {
                return Taken::Yes;
            }
            match page.before {
                Some(next) if !page.messages.is_empty() => before = Some(next),
                _ => break,
            }
        }
        Taken::No
    }

    async fn cancel(&self, outgoing: &Outgoing) {
        let Ok((open, row)) = self.row(outgoing).await else { return };
        if Profile::of(&row).way == ChatWay::Echo {
            return;
        }
        if let Ok(there) = self.there(open, &row).await {
            // Nobody waits for the answer any more, whether the server heard that or not.
            let _heard = there.server.cancel(&there.id).await;
        }
    }
}

/// An event of Letta as a piece of an answer; `None` for what is not shown.
fn delta(event: Event) -> Option<Result<Delta, SendError>> {
    let said = |text: &str| Some(Ok(Delta::Error { text: text.to_owned() }));
    match event {
        Event::Reasoning { id, delta } => Some(Ok(Delta::Reasoning { part: id, text: delta })),
        Event::Text { id, delta } => Some(Ok(Delta::Text { part: id, text: delta })),
        Event::ToolCall { id, name, arguments } => Some(Ok(Delta::ToolCall { part: id, name, arguments })),
        Event::ToolReturn { id, ok, text } => Some(Ok(Delta::ToolReturn { part: id, ok, text })),
        Event::Usage(_) | Event::Stopped { reason: Stop::EndOfTurn } => None,
        Event::Stopped { reason: Stop::Cancelled } => said("The answer was stopped at the server."),
        Event::Stopped { reason: Stop::Limit } => said("The agent took as many steps as it may, and stopped there."),
        Event::Stopped { reason: Stop::NeedsApproval } => {
            said("The agent waits for somebody to allow a tool. That can be done in Letta’s own tools, not here.")
        }
        Event::Stopped { reason: Stop::Other(word) } => {
            Some(Ok(Delta::Error { text: format!("The agent stopped: {word}.") }))
        }
        Event::Failed { trouble, .. } => {
            Some(Err(SendError::Broken(format!("{} {}", trouble.sentence(), trouble.hint()))))
        }
    }
}
