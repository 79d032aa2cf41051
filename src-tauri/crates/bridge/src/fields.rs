//! The rules of the fields on the wire.

use sanctum_registry::parse_stamp;
use serde_json::{Map, Value};
use time::OffsetDateTime;

use crate::answer::Refusal;

/// The longest message, in characters.
pub const MESSAGE_LIMIT: usize = 10_000;

/// `session_` and letters, digits, underscores; 64 characters at most.
pub(crate) fn session_id(text: &str) -> Result<&str, Refusal> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Refusal::bad("Missing session_id"));
    }
    let rest = text.strip_prefix("session_").unwrap_or_default();
    let fits = !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    if fits && text.len() <= 64 { Ok(text) } else { Err(Refusal::bad("Invalid session ID")) }
}

/// A text field that must be there and hold more than white space. Given back as it came.
pub(crate) fn text<'a>(body: &'a Map<String, Value>, name: &str) -> Result<&'a str, Refusal> {
    match body.get(name) {
        None | Some(Value::Null) => Err(Refusal::bad("Missing required fields")),
        Some(Value::String(text)) if text.trim().is_empty() => Err(Refusal::bad("Missing required fields")),
        Some(Value::String(text)) => Ok(text),
        Some(_) => Err(Refusal::bad(format!("Invalid {name}"))),
    }
}

/// The number of the message an answer is for; absent, null and 0 all say that it names none. A number in quotes counts.
pub(crate) fn message_id(body: &Map<String, Value>) -> Result<Option<i64>, Refusal> {
    let number = match body.get("message_id") {
        None | Some(Value::Null) => Some(0),
        Some(Value::Number(n)) => n.as_i64(),
        Some(Value::String(s)) => s.trim().parse().ok(),
        Some(_) => None,
    };
    match number {
        Some(0) => Ok(None),
        Some(n) if n > 0 => Ok(Some(n)),
        _ => Err(Refusal::bad("Invalid message_id")),
    }
}

/// A count in the query: `usual` where there is none, and never more than `most`.
pub(crate) fn count(text: Option<&str>, name: &str, usual: u32, most: u32) -> Result<u32, Refusal> {
    match text.filter(|t| !t.is_empty()).map(str::parse::<u32>) {
        None => Ok(usual),
        Some(Ok(n)) => Ok(n.min(most)),
        Some(Err(_)) => Err(Refusal::bad(format!("Invalid {name}"))),
    }
}

/// An instant, as `YYYY-MM-DD HH:MM:SS` or as ISO with `T`, fraction and zone (UTC where it names none).
pub(crate) fn since(text: Option<&str>) -> Result<Option<OffsetDateTime>, Refusal> {
    let Some(text) = text.map(str::trim).filter(|t| !t.is_empty()) else {
        return Ok(None);
    };
    // A plus sign that was not escaped in the query arrives as a space.
    let mended = match text.rsplit_once(' ') {
        Some((at, zone)) if at.contains('T') => format!("{at}+{zone}"),
        _ => text.to_owned(),
    };
    let plain = mended.replacen('T', " ", 1);
    parse_stamp(&mended).or_else(|| parse_stamp(&plain)).map(Some).ok_or_else(|| Refusal::bad("Invalid since"))
}
