//! Table `web_chat_images`: pictures that go with a message, kept so that a message which waits has them when it goes.

use rusqlite::{Connection, params};

use crate::Result;

/// A picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChatImage {
    /// What its file was called.
    pub name: String,
    /// For instance `image/png`.
    pub media_type: String,
    /// Base64.
    pub data: String,
}

/// Puts the pictures of a message down, in order.
pub fn add(c: &Connection, message_id: i64, images: &[ChatImage]) -> Result<()> {
    let mut put = c.prepare_cached(
        "INSERT INTO web_chat_images(message_id, n, name, media_type, data) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?;
    for (n, image) in (0_i64..).zip(images) {
        put.execute(params![message_id, n, image.name, image.media_type, image.data])?;
    }
    Ok(())
}

/// The pictures of a message, in order.
pub fn of_message(c: &Connection, message_id: i64) -> Result<Vec<ChatImage>> {
    let mut s =
        c.prepare_cached("SELECT name, media_type, data FROM web_chat_images WHERE message_id = ?1 ORDER BY n")?;
    let rows =
        s.query_map([message_id], |r| Ok(ChatImage { name: r.get(0)?, media_type: r.get(1)?, data: r.get(2)? }))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// What the pictures of a message are called; their bytes are not read.
pub fn names(c: &Connection, message_id: i64) -> Result<Vec<String>> {
    let mut s = c.prepare_cached("SELECT name FROM web_chat_images WHERE message_id = ?1 ORDER BY n")?;
    Ok(s.query_map([message_id], |r| r.get(0))?.collect::<rusqlite::Result<_>>()?)
}
