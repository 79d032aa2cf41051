//! Pages of a transcript: a range of its one order, with everything needed to show it.

use sanctum_registry::{
    RegistryError,
    rusqlite::Connection,
    web_chat_entries::{self as entries, EntryRow, What},
    web_chat_images as images,
    web_chat_messages::{self as messages, ChatMessage},
    web_chat_responses::{self as responses, ChatResponse, Part},
};
use time::OffsetDateTime;

use crate::{ChatError, Conversations};

/// Where a page lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum At {
    /// The end.
    Newest,
    /// Ends before this place.
    Before(i64),
    /// Begins after this place.
    After(i64),
    /// The place is in the middle.
    Around(i64),
    /// The first entry at this instant or later is in the middle.
    Date(OffsetDateTime),
}

/// An answer with its parts.
#[derive(Debug, Clone, PartialEq)]
pub struct Response {
    pub row: ChatResponse,
    pub parts: Vec<Part>,
}

/// One thing that was said, and its place.
#[derive(Debug, Clone, PartialEq)]
pub enum Entry {
    Message {
        seq: i64,
        message: ChatMessage,
        /// What the pictures that went with it are called.
        pictures: Vec<String>,
    },
    Response {
        seq: i64,
        response: Response,
    },
}

impl Entry {
    /// Its place.
    pub fn seq(&self) -> i64 {
        match self {
            Entry::Message { seq, .. } | Entry::Response { seq, .. } => *seq,
        }
    }
}

/// A stretch of a transcript, in order.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    pub entries: Vec<Entry>,
    /// Whether there is more before the first, and after the last.
    pub before: bool,
    pub after: bool,
}

pub(crate) fn load(c: &Connection, row: EntryRow) -> Result<Option<Entry>, RegistryError> {
    Ok(match row.what {
        What::Message(id) => match messages::get(c, id)? {
            Some(message) => Some(Entry::Message { seq: row.seq, message, pictures: images::names(c, id)? }),
            None => None,
        },
        What::Response(id) => response(c, id)?.map(|response| Entry::Response { seq: row.seq, response }),
    })
}

/// An answer; one without parts came as plain text, which is its one part.
pub(crate) fn response(c: &Connection, id: i64) -> Result<Option<Response>, RegistryError> {
    let Some(row) = responses::get(c, id)? else {
        return Ok(None);
    };
    let mut parts = responses::parts(c, id)?;
    if parts.is_empty() && !row.response.is_empty() {
        let payload = serde_json::json!({ "text": row.response });
        parts.push(Part { kind: "text".into(), part: String::new(), payload });
    }
    Ok(Some(Response { row, parts }))
}

impl Conversations {
    /// A page of up to `limit` entries.
    pub fn page(&self, session_id: &str, at: At, limit: u32) -> Result<Page, ChatError> {
        self.registry.read(|c| {
            let middle = |seq: i64| -> Result<Vec<EntryRow>, RegistryError> {
                let mut rows = entries::before(c, session_id, seq, limit / 2)?;
                let after = limit.saturating_sub(u32::try_from(rows.len()).unwrap_or(limit));
                rows.extend(entries::after(c, session_id, seq - 1, after)?);
                // At the end there are fewer after it: the page is filled from before.
                let missing = limit.saturating_sub(u32::try_from(rows.len()).unwrap_or(limit));
                if let (Some(first), true) = (rows.first().map(|r| r.seq), missing > 0) {
                    let mut more = entries::before(c, session_id, first, missing)?;
                    more.extend(rows);
                    rows = more;
                }
                Ok(rows)
            };
            let rows = match at {
                At::Newest => entries::before(c, session_id, i64::MAX, limit)?,
                At::Before(seq) => entries::before(c, session_id, seq, limit)?,
                At::After(seq) => entries::after(c, session_id, seq, limit)?,
                At::Around(seq) => middle(seq)?,
                At::Date(date) => match entries::at(c, session_id, date)? {
                    Some(seq) => middle(seq)?,
                    None => Vec::new(),
                },
            };
            let (before, after) = match (rows.first(), rows.last()) {
                (Some(first), Some(last)) => (
                    !entries::before(c, session_id, first.seq, 1)?.is_empty(),
                    !entries::after(c, session_id, last.seq, 1)?.is_empty(),
                ),
                _ => (false, false),
            };
            let mut page = Page { entries: Vec::with_capacity(rows.len()), before, after };
            for row in rows {
                page.entries.extend(load(c, row)?);
            }
            Ok(page)
        })
    }

    /// One answer with its parts.
    pub fn response(&self, id: i64) -> Result<Option<Response>, ChatError> {
        Ok(self.registry.read(|c| response(c, id))?)
    }
}
