//! Reading conversations: pages, search, how far somebody has read, and a copy as a file.

use std::collections::HashMap;

use sanctum_chat::{At, ExportForm, Scope};
use sanctum_registry::agents;
use time::OffsetDateTime;
use time::macros::format_description;

use super::{refusal, shown, with_agent};
use crate::app::App;
use crate::blocking::blocking;
use crate::dto::{ChatAnchor, ChatHit, ChatPage, Page};
use crate::{Actor, ApiError, ApiResult, cards};

/// Entries of one page at most.
const MOST: u32 = 200;
/// Hits that are counted and shown at most.
const MOST_HITS: u32 = 1000;

impl App {
    /// A page of a conversation.
    ///
    /// # Errors
    /// `agent_unknown`, `chat_day` for a day that is none.
    pub async fn chat_page(&self, actor: &Actor, uid: &str, anchor: &ChatAnchor, limit: u32) -> ApiResult<ChatPage> {
        let (open, anchor) = (self.opened().await?, anchor.clone());
        with_agent(open, actor, uid, move |_, chats, who, row| {
            let id = chats.conversation(who, &row)?.session.id;
            let told = |error: sanctum_chat::ChatError| refusal(&error);
            let at = match &anchor {
                ChatAnchor::Newest => At::Newest,
                ChatAnchor::Oldest => At::After(0),
                ChatAnchor::Before { seq } => At::Before(i64::from(*seq)),
                ChatAnchor::After { seq } => At::After(i64::from(*seq)),
                ChatAnchor::Around { seq } => At::Around(i64::from(*seq)),
                ChatAnchor::Day { day } => {
                    let first = chats.conversations.place_at(&id, begin(day)?).map_err(told)?;
                    At::After(first.map_or(0, |seq| seq - 1))
                }
            };
            let page = chats.conversations.page(&id, at, limit.clamp(1, MOST)).map_err(told)?;
            Ok(ChatPage {
                entries: page.entries.iter().map(shown::entry).collect(),
                more_before: page.before,
                more_after: page.after,
            })
        })
        .await
    }

    /// Everything up to there was read.
    ///
    /// # Errors
    /// `agent_unknown`.
    pub async fn chat_read(&self, actor: &Actor, uid: &str, seq: u32) -> ApiResult<()> {
        let open = self.opened().await?;
        with_agent(open, actor, uid, move |_, chats, who, row| {
            let opened = chats.conversation(who, &row)?;
            if opened.read_to < i64::from(seq) {
                let read = chats.conversations.mark_read(&opened.session.id, who.user_id, i64::from(seq));
                read.map_err(|error| refusal(&error))?;
                if opened.unread > 0 {
                    chats.changed();
                }
            }
            Ok(())
        })
        .await
    }

    /// Searches one conversation, or all of the actor's; the latest hits first, a thousand at most.
    ///
    /// # Errors
    /// `agent_unknown`.
    pub async fn chat_search(
        &self,
        actor: &Actor,
        uid: Option<&str>,
        query: &str,
        offset: u32,
        limit: u32,
    ) -> ApiResult<Page<ChatHit>> {
        let open = self.opened().await?;
        let (who, query, uid) = (actor.clone(), query.to_owned(), uid.map(str::to_owned));
        blocking(move || {
            let chats = super::of(&open);
            let session = match &uid {
                Some(uid) => Some(chats.conversation(&who, &crate::agents::visible(&open, &who, uid)?)?.session.id),
                None => None,
            };
            let scope = session.as_deref().map_or(Scope::User(who.user_id), Scope::Session);
            let found = chats.conversations.search(scope, &query, None, MOST_HITS).map_err(|e| refusal(&e))?;
            let viewer = cards::viewer(&who);
            let (rows, _) = open.registry().read(|c| agents::page(c, "", &viewer, 0, u32::MAX))?;
            let names: HashMap<i64, (String, String)> =
                rows.into_iter().map(|row| (row.id, (row.uid.clone(), row.title().to_owned()))).collect();
            // What was said to an agent that may not be seen any more is not found any more.
            let hits: Vec<ChatHit> = found
                .iter()
                .filter_map(|hit| {
                    let (uid, name) = names.get(&hit.agent_id?)?;
                    Some(shown::hit(hit, uid.clone(), name.clone()))
                })
                .collect();
            let total = u32::try_from(hits.len()).unwrap_or(u32::MAX);
            Ok(Page { items: hits.into_iter().skip(offset as usize).take(limit as usize).collect(), total })
        })
        .await
    }

    /// A conversation as Markdown or JSON.
    ///
    /// # Errors
    /// `agent_unknown`, `chat_form`.
    pub async fn chat_export(&self, actor: &Actor, uid: &str, format: &str) -> ApiResult<String> {
        Ok(self.exported(actor, uid, format).await?.0)
    }

    /// The same, written to a file the operator chose; how many entries.
    ///
    /// # Errors
    /// As [`App::chat_export`], and `export_refused` for a place inside of what this app manages.
    pub async fn chat_export_to(&self, actor: &Actor, uid: &str, format: &str, path: &str) -> ApiResult<u32> {
        let (text, count) = self.exported(actor, uid, format).await?;
        let open = self.opened().await?;
        let path = crate::setup::expand(self.env(), path);
        blocking(move || {
            crate::settings::must_be_outside(&open, &path)?;
            crate::files::write_text(&path, &text)?;
            Ok(count)
        })
        .await
    }

    async fn exported(&self, actor: &Actor, uid: &str, format: &str) -> ApiResult<(String, u32)> {
        let form = match format {
            "markdown" | "md" => ExportForm::Markdown,
            "json" => ExportForm::Json,
            other => {
                return Err(ApiError::refused(
                    "chat_form",
                    format!("A conversation cannot be written as `{other}`."),
                    "Use `markdown` or `json`.",
                ));
            }
        };
        let open = self.opened().await?;
        with_agent(open, actor, uid, move |_, chats, who, row| {
            let id = chats.conversation(who, &row)?.session.id;
            let mut out = Vec::new();
            let names = (who.name.as_str(), row.title());
            let count = chats.conversations.export(&id, form, names, &mut out).map_err(|error| refusal(&error))?;
            Ok((String::from_utf8_lossy(&out).into_owned(), u32::try_from(count).unwrap_or(u32::MAX)))
        })
        .await
    }
}

/// The begin of a day, UTC.
fn begin(day: &str) -> ApiResult<OffsetDateTime> {
    time::Date::parse(day, format_description!("[year]-[month]-[day]"))
        .map(|date| date.midnight().assume_utc())
        .map_err(|_| ApiError::refused("chat_day", format!("`{day}` is not a day."), "Write it as in `2026-11-25`."))
}
