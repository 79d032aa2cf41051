//! Writing to an agent: sent, stopped, sent again, taken out.

use sanctum_chat::{ChatImage as Kept, ChatMessage, MessageState, Route};
use sanctum_registry::agents::AgentRow;

use super::list::why_not;
use super::{Chats, refusal, shown, with_agent};
use crate::agents::Profile;
use crate::app::App;
use crate::dto::{ChatEntry, ChatImage, ChatWay};
use crate::open::Open;
use crate::{Actor, ApiError, ApiResult};

/// Bytes of one picture, and how many go with a message.
pub(super) const LARGEST: usize = 5 * 1024 * 1024;
pub(super) const MOST: usize = 8;
const TYPES: [&str; 4] = ["image/png", "image/jpeg", "image/gif", "image/webp"];

impl App {
    /// Says something to an agent. It waits visibly where the other side is away.
    ///
    /// # Errors
    /// `agent_unknown`, `chat_closed` where nobody would answer or the actor may not write, `chat_empty`,
    /// `chat_too_long`, `chat_picture`.
    pub async fn chat_send(&self, actor: &Actor, uid: &str, text: &str, images: &[ChatImage]) -> ApiResult<ChatEntry> {
        let (open, text, images) = (self.opened().await?, text.to_owned(), images.to_vec());
        let again = super::of(&open);
        let (entry, session) = with_agent(open, actor, uid, move |open, chats, who, row| {
            let route = route(open, who, &row)?;
            let pictures = pictures(images, route)?;
            let id = chats.conversation(who, &row)?.session.id;
            let key = uuid::Uuid::new_v4().to_string();
            let added = chats.conversations.append_with(&id, &text, &pictures, route, &key);
            let (message, _) = added.map_err(|error| refusal(&error))?;
            chats.tell_message(&id, message.id);
            chats.changed();
            Ok((entry(chats, message.id)?, (route == Route::Direct).then_some(id)))
        })
        .await?;
        if let Some(session) = session {
            again.go_now(&session);
        }
        Ok(entry)
    }

    /// Stops the answer that is being written; what came is kept. With none, the message that the other side has.
    ///
    /// # Errors
    /// `agent_unknown`.
    pub async fn chat_stop(&self, actor: &Actor, uid: &str) -> ApiResult<()> {
        let open = self.opened().await?;
        with_agent(open, actor, uid, |_, chats, who, row| {
            let id = chats.conversation(who, &row)?.session.id;
            chats.stop_of(&id).answer();
            // Broca has it in hand: its answer is shown if it still comes, but nobody waits for it.
            let page = chats.conversations.page(&id, sanctum_chat::At::Newest, 20).map_err(|error| refusal(&error))?;
            for one in page.entries {
                if let sanctum_chat::Entry::Message { message, .. } = one
                    && message.route == Route::Bridge
                    && message.state == MessageState::Sent
                {
                    chats.conversations.cancel(message.id).map_err(|error| refusal(&error))?;
                    chats.tell_message(&id, message.id);
                }
            }
            chats.changed();
            Ok(())
        })
        .await
    }

    /// Sends a message again that failed or was stopped, the way its agent is reached now.
    ///
    /// # Errors
    /// `chat_unknown`, `chat_state`, and as [`App::chat_send`].
    pub async fn chat_retry(&self, actor: &Actor, uid: &str, message_id: u32) -> ApiResult<ChatEntry> {
        let open = self.opened().await?;
        let again = super::of(&open);
        let (entry, session) = with_agent(open, actor, uid, move |open, chats, who, row| {
            let route = route(open, who, &row)?;
            let message = own(chats, who, &row, message_id)?;
            chats.conversations.resend(message.id, route).map_err(|error| refusal(&error))?;
            chats.tell_message(&message.session_id, message.id);
            chats.changed();
            Ok((entry(chats, message.id)?, (route == Route::Direct).then_some(message.session_id)))
        })
        .await?;
        if let Some(session) = session {
            again.go_now(&session);
        }
        Ok(entry)
    }

    /// Takes a message out that was not sent yet.
    ///
    /// # Errors
    /// `chat_unknown`, `chat_state` for one that went out already.
    pub async fn chat_discard(&self, actor: &Actor, uid: &str, message_id: u32) -> ApiResult<()> {
        let open = self.opened().await?;
        with_agent(open, actor, uid, move |_, chats, who, row| {
            let message = own(chats, who, &row, message_id)?;
            if message.state != MessageState::Queued {
                return Err(ApiError::refused(
                    "chat_state",
                    "The message went out already. Nothing was changed.",
                    "Stop its answer instead.",
                ));
            }
            chats.conversations.cancel(message.id).map_err(|error| refusal(&error))?;
            chats.stop_of(&message.session_id).wake();
            chats.tell_message(&message.session_id, message.id);
            chats.changed();
            Ok(())
        })
        .await
    }
}

/// Who delivers what the actor says to an agent now.
fn route(open: &Open, who: &Actor, row: &AgentRow) -> ApiResult<Route> {
    let way = Profile::of(row).way;
    if let Some(reason) = why_not(open, who, row, way)? {
        return Err(ApiError::refused(
            "chat_closed",
            reason,
            "Link the agent on its page, or choose another way there.",
        ));
    }
    Ok(if way == ChatWay::Broca { Route::Bridge } else { Route::Direct })
}

fn pictures(images: Vec<ChatImage>, route: Route) -> ApiResult<Vec<Kept>> {
    let bad = |message: String, hint: &str| Err(ApiError::refused("chat_picture", message, hint));
    if !images.is_empty() && route == Route::Bridge {
        return bad("Broca takes no pictures. Nothing was sent.".to_owned(), "Send the text alone.");
    }
    if images.len() > MOST {
        return bad(
            format!("{} pictures are too many for one message. Nothing was sent.", images.len()),
            "Send eight at most.",
        );
    }
    for image in &images {
        if !TYPES.contains(&image.media_type.as_str()) {
            return bad(format!("`{}` is not a picture that can be sent.", image.name), "PNG, JPEG, GIF and WebP go.");
        }
        let letters = image.data.trim_end_matches('=');
        let fits = image.data.len() <= LARGEST / 3 * 4 + 4;
        if letters.is_empty() || !fits || !letters.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'+' || b == b'/')
        {
            return bad(
                format!("`{}` cannot be sent: it is empty, damaged, or larger than 5 MB.", image.name),
                "Choose a smaller one.",
            );
        }
    }
    Ok(images.into_iter().map(|i| Kept { name: i.name, media_type: i.media_type, data: i.data }).collect())
}

/// A message of the actor's own conversation with this agent.
fn own(chats: &Chats, who: &Actor, row: &AgentRow, message_id: u32) -> ApiResult<ChatMessage> {
    let id = chats.conversation(who, row)?.session.id;
    let found = chats.conversations.message(i64::from(message_id)).map_err(|error| refusal(&error))?;
    found.filter(|message| message.session_id == id).ok_or_else(|| {
        ApiError::refused(
            "chat_unknown",
            "There is no such message in this conversation.",
            "Open the conversation again.",
        )
    })
}

fn entry(chats: &Chats, message_id: i64) -> ApiResult<ChatEntry> {
    let found = chats.conversations.entry_of(message_id).map_err(|error| refusal(&error))?;
    found.as_ref().map(shown::entry).ok_or_else(|| {
        ApiError::broken("chat_failed", "The message is not where it was put.", "Open the conversation again.")
    })
}
