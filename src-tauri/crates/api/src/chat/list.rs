//! The chat list, and what is known about one conversation.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use sanctum_chat::{At, Summary};
use sanctum_registry::agents::{self, AgentRow};

use super::{Chats, refusal, shown, with_agent};
use crate::agents::{Profile, status};
use crate::app::App;
use crate::blocking::blocking;
use crate::dto::{ChatRow, ChatState, ChatWay, EntryState, Status, StatusWord};
use crate::open::Open;
use crate::plan::lock;
use crate::{Actor, ApiResult, cards, letta};

/// What is known about the server is measured again when it is older than this.
const STALE: time::Duration = time::Duration::seconds(30);
/// A conversation that is opened does not wait longer for the server than this.
const GLANCE: Duration = Duration::from_secs(5);

impl App {
    /// The chat list: agents that the actor may see and that are not put aside, the one with news first.
    ///
    /// # Errors
    /// What the registry says.
    pub async fn chats_list(&self, actor: &Actor) -> ApiResult<Vec<ChatRow>> {
        let open = self.opened().await?;
        let (who, chats) = (actor.clone(), super::of(&open));
        let rows = blocking(move || {
            *lock(&chats.listener) = Some(who.user_id);
            let viewer = cards::viewer(&who);
            let (agents, _) = open.registry().read(|c| agents::page(c, "", &viewer, 0, u32::MAX))?;
            let found = chats.conversations.list(who.user_id).map_err(|error| refusal(&error))?;
            let mut by_agent: HashMap<i64, Summary> =
                found.into_iter().filter_map(|one| Some((one.session.agent_id?, one))).collect();
            let shown = agents.into_iter().filter(|agent| agent.is_active);
            Ok(shown.map(|agent| row(&open, &agent, by_agent.remove(&agent.id).as_ref())).collect::<Vec<_>>())
        });
        let mut rows = rows.await?;
        rows.sort_by(|a, b| b.last_at.cmp(&a.last_at).then_with(|| a.name.to_lowercase().cmp(&b.name.to_lowercase())));
        Ok(rows)
    }

    /// One conversation, begun where there is none. What waits in it is delivered.
    ///
    /// # Errors
    /// `agent_unknown`.
    pub async fn chat_open(&self, actor: &Actor, uid: &str) -> ApiResult<ChatState> {
        let open = self.opened().await?;
        let chats = super::of(&open);
        let linked = {
            let (at, chats) = (open.clone(), chats.clone());
            with_agent(at, actor, uid, move |_, _, _, row| {
                Ok(Profile::of(&row).way == ChatWay::Letta && row.letta().is_some() && chats.server_is_stale())
            })
            .await?
        };
        if linked {
            let (at, chats) = (open.clone(), chats.clone());
            // A glance; a server that takes longer is told about when it answers.
            let asked = tokio::spawn(async move { chats.ask_server(&at).await });
            let _late = tokio::time::timeout(Duration::from_millis(150), asked).await;
        }
        let again = chats.clone();
        let (state, waits) =
            with_agent(open, actor, uid, |open, chats, who, row| state(open, chats, who, &row)).await?;
        if let Some(session) = waits {
            again.go(&session);
        }
        Ok(state)
    }
}

fn row(open: &Open, agent: &AgentRow, found: Option<&Summary>) -> ChatRow {
    let profile = Profile::of(agent);
    let last = found.and_then(|one| one.latest.as_ref()).map(shown::entry);
    let in_hand = found.map_or(0, |one| one.in_hand);
    ChatRow {
        uid: agent.uid.clone(),
        name: agent.title().to_owned(),
        color: u32::try_from(agent.color).unwrap_or(1),
        avatar: profile.avatar,
        status: status(open, &agent.uid),
        way: profile.way,
        unread: found.map_or(0, |one| one.unread),
        waiting: found.map_or(0, |one| one.waiting.saturating_sub(one.in_hand)),
        answering: in_hand > 0 || last.as_ref().is_some_and(|entry| entry.state == EntryState::Streaming),
        last: last.as_ref().and_then(shown::line),
        last_at: last.map(|entry| entry.at),
    }
}

/// And the conversation in which something waits that this app delivers.
fn state(
    open: &Arc<Open>,
    chats: &Arc<Chats>,
    who: &Actor,
    agent: &AgentRow,
) -> ApiResult<(ChatState, Option<String>)> {
    let told = |error: sanctum_chat::ChatError| refusal(&error);
    let opened = chats.conversations(who, agent)?;
    let id = &opened.session.id;
    let (total, unread_from) = chats.conversations.extent(id, who.user_id).map_err(told)?;
    let found = chats.conversations.list(who.user_id).map_err(told)?;
    let row = row(open, agent, found.iter().find(|one| one.session.id == *id));
    let day = |at: At| -> ApiResult<Option<String>> {
        let page = chats.conversations.page(id, at, 1).map_err(told)?;
        Ok(page.entries.first().map(|entry| shown::entry(entry).at.chars().take(10).collect()))
    };
    let state = ChatState {
        server: chats.reached(agent, row.way),
        why_not: why_not(open, who, agent, row.way)?,
        images: row.way == ChatWay::Letta && chats.pictures.load(Ordering::Relaxed),
        total,
        unread_from: unread_from.map(shown::place),
        first_day: day(At::After(0))?,
        last_day: day(At::Newest)?,
        row,
    };
    let waits = state.row.waiting > 0 && state.row.way != ChatWay::Broca;
    Ok((state, waits.then(|| id.clone())))
}

/// Why nothing can be said to an agent now, in words that tell what to do.
pub(super) fn why_not(open: &Open, who: &Actor, agent: &AgentRow, way: ChatWay) -> ApiResult<Option<String>> {
    if who.role == "viewer" {
        return Ok(Some(format!("{} is signed in as viewer and may read, not write.", who.name)));
    }
    if way != ChatWay::Letta {
        return Ok(None);
    }
    if agent.letta().is_none() {
        return Ok(Some(format!("{} is not linked to an agent in Letta, so nobody would answer.", agent.title())));
    }
    let address = open.registry().read(|c| sanctum_registry::system_config::by_key(c, letta::ADDRESS))?;
    let unset = address.and_then(|row| row.config_value).is_none_or(|url| url.is_empty());
    Ok(unset.then(|| "No address of a Letta server is set.".to_owned()))
}

impl Chats {
    fn conversations(&self, who: &Actor, agent: &AgentRow) -> ApiResult<sanctum_chat::Opened> {
        self.conversation(who, agent)
    }

    /// How the other side was reached last.
    fn reached(&self, agent: &AgentRow, way: ChatWay) -> Status {
        let now = Some(crate::stamps::rfc3339(self.conversations.now()));
        let built = |word, reason: &str| Status {
            word,
            reason: reason.to_owned(),
            evidence: Vec::new(),
            measured_at: now.clone(),
        };
        match way {
            ChatWay::Echo => built(StatusWord::Healthy, "is built in; no model is behind it"),
            ChatWay::Broca => self.bridge.status(Some(agent.id), self.conversations.now()),
            ChatWay::Letta => {
                let known = lock(&self.server).clone();
                known.unwrap_or_else(|| Status { measured_at: None, ..built(StatusWord::Unknown, "was not asked yet") })
            }
        }
    }

    fn server_is_stale(&self) -> bool {
        let measured = lock(&self.server).as_ref().and_then(|status| status.measured_at.clone());
        let since = self.conversations.now() - STALE;
        measured.is_none_or(|at| at < crate::stamps::rfc3339(since))
    }

    /// Asks the server who it is, for the status of conversations.
    async fn ask_server(&self, open: &Arc<Open>) {
        let asked = tokio::time::timeout(GLANCE, async {
            let server = letta::of(open).await?;
            let who = server.who().await.map_err(|error| letta::trouble(&error))?;
            Ok::<_, crate::ApiError>((server.features(), who))
        });
        match asked.await {
            Ok(Ok((features, who))) => {
                self.pictures.store(features.images, Ordering::Relaxed);
                let version = who.version.map(|version| format!(" {version}")).unwrap_or_default();
                let product = format!("{}{version}", who.flavour.name());
                let took = who.latency.as_millis();
                *lock(&self.product) = Some(product.clone());
                self.note_server(StatusWord::Healthy, &format!("{product} answered in {took} ms"));
            }
            Ok(Err(error)) => {
                letta::forget(open).await;
                self.note_server(StatusWord::Off, &super::hear::clause(&error.message));
            }
            Err(_) => self.note_server(StatusWord::Unknown, "Letta did not answer within 5 seconds"),
        }
    }
}
