//! The actions, from a request that was let in to the data of its answer.

use axum::http::{Method, StatusCode};
use sanctum_registry::stamp;
use serde_json::{Map, Value, json};
use time::OffsetDateTime;

use crate::{
    Asker, MESSAGE_LIMIT, Store, StoreError,
    answer::Refusal,
    fields,
    guard::{admin, needed},
    keys::Key,
};

/// One request, read.
pub(crate) struct Call {
    pub(crate) method: Method,
    pub(crate) action: String,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    pub(crate) key: Option<Key>,
    pub(crate) address: String,
    /// The agent of a caller without a key, where there is only one.
    pub(crate) only_agent: Option<i64>,
    /// It is Broca's own plugin that calls.
    pub(crate) by_plugin: bool,
}

impl Call {
    fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    fn body(&self) -> Result<Map<String, Value>, Refusal> {
        match serde_json::from_slice(&self.body) {
            Ok(Value::Object(fields)) if !fields.is_empty() => Ok(fields),
            _ => Err(Refusal::bad("Invalid JSON")),
        }
    }

    fn only(&self, method: &Method) -> Result<(), Refusal> {
        if self.method == *method {
            return Ok(());
        }
        Err(Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "method", "Method not allowed"))
    }

    fn page(&self) -> Result<(u32, u32), Refusal> {
        let limit = fields::count(self.query("limit"), "limit", 50, 100)?;
        let offset = fields::count(self.query("offset"), "offset", 0, u32::MAX)?;
        Ok((limit, offset))
    }
}

fn asker(key: Key) -> Asker {
    Asker { name: key.name, agent_id: key.agent_id }
}

fn pagination(total: u32, limit: u32, offset: u32) -> Value {
    let more = u64::from(offset) + u64::from(limit) < u64::from(total);
    json!({ "total": total, "limit": limit, "offset": offset, "has_more": more })
}

/// Does what a request asks for.
pub(crate) fn run(store: &dyn Store, call: &Call) -> Result<Value, Refusal> {
    match call.action.as_str() {
        "messages" => messages(store, call),
        "inbox" => inbox(store, call),
        "outbox" => outbox(store, call),
        "responses" => responses(store, call),
        "sessions" => sessions(store, call),
        "config" => config(store, call),
        "cleanup" => sweep(store, call, false),
        "clear_data" => sweep(store, call, true),
        "cleanup_logs" => {
            call.only(&Method::POST)?;
            admin(call.key.clone())?;
            Ok(json!({ "cleaned_count": 0, "message": "This bridge keeps no log files" }))
        }
        _ => Err(Refusal::bad("Invalid action")),
    }
}

fn messages(store: &dyn Store, call: &Call) -> Result<Value, Refusal> {
    call.only(&Method::POST)?;
    let body = call.body()?;
    let (session, message) = (fields::text(&body, "session_id")?, fields::text(&body, "message")?);
    let session = fields::session_id(session)?;
    if message.chars().count() > MESSAGE_LIMIT {
        return Err(Refusal::bad("Invalid message"));
    }
    let agent = call.key.as_ref().map_or(call.only_agent, |key| key.agent_id.or(call.only_agent));
    let posted = store.post(session, message, agent, &call.address)?;
    Ok(json!({
        "message_id": posted.message_id, "session_id": session, "timestamp": posted.timestamp, "uid": posted.uid,
        "is_new_user": posted.new_session,
    }))
}

fn inbox(store: &dyn Store, call: &Call) -> Result<Value, Refusal> {
    call.only(&Method::GET)?;
    let key = needed(call.key.clone())?;
    let (limit, offset) = call.page()?;
    let since = fields::since(call.query("since"))?;
    // Broca's plugin asks for one message to see whether anybody is there, and throws away what comes.
    let handed = if call.by_plugin && limit == 1 { 0 } else { limit };
    let found = store.inbox(&asker(key), handed, offset, since)?;
    let messages: Vec<Value> = found
        .messages
        .into_iter()
        .map(|m| {
            json!({ "id": m.id, "session_id": m.session_id, "message": m.message, "timestamp": m.timestamp, "uid": m.uid })
        })
        .collect();
    Ok(json!({ "messages": messages, "pagination": pagination(found.total, limit, offset) }))
}

fn outbox(store: &dyn Store, call: &Call) -> Result<Value, Refusal> {
    call.only(&Method::POST)?;
    let key = needed(call.key.clone())?;
    let body = call.body()?;
    let (session, text) = (fields::text(&body, "session_id")?, fields::text(&body, "response")?);
    let session = fields::session_id(session)?;
    let taken = store.answer(&asker(key), session, text, fields::message_id(&body)?)?;
    Ok(json!({ "response_id": taken.response_id, "session_id": session, "timestamp": taken.timestamp }))
}

fn responses(store: &dyn Store, call: &Call) -> Result<Value, Refusal> {
    call.only(&Method::GET)?;
    let session = fields::session_id(call.query("session_id").unwrap_or_default())?;
    let since = fields::since(call.query("since"))?;
    let time = |t: Option<OffsetDateTime>| t.map(stamp);
    let responses: Vec<Value> = store
        .responses(session, since)?
        .into_iter()
        .map(|r| {
            json!({ "id": r.id, "response": r.response, "timestamp": time(r.timestamp), "message_id": r.message_id })
        })
        .collect();
    Ok(json!({ "session_id": session, "responses": responses }))
}

fn sessions(store: &dyn Store, call: &Call) -> Result<Value, Refusal> {
    call.only(&Method::GET)?;
    let key = admin(call.key.clone())?;
    let (limit, offset) = call.page()?;
    let active = call.query("active").is_none_or(|active| active == "true" || active == "1");
    let (found, total) = store.sessions(&asker(key), limit, offset, active)?;
    let sessions: Vec<Value> = found
        .into_iter()
        .map(|s| {
            json!({
                "id": s.session.id, "session_id": s.session.id, "uid": s.session.uid,
                "created_at": s.session.created_at.map(stamp), "last_active": s.session.last_active.map(stamp),
                "ip_address": s.session.ip_address, "message_count": s.messages, "response_count": s.responses,
            })
        })
        .collect();
    Ok(json!({ "sessions": sessions, "pagination": pagination(total, limit, offset) }))
}

/// Settings are read here and changed in the app, where a change can be read before and taken back after.
fn config(store: &dyn Store, call: &Call) -> Result<Value, Refusal> {
    admin(call.key.clone())?;
    if call.method == Method::GET {
        return Ok(Value::Object(store.config()));
    }
    call.only(&Method::POST)?;
    let (wanted, have) = (call.body()?, store.config());
    match wanted.iter().find(|(name, value)| have.get(*name) != Some(*value)) {
        None => Ok(Value::Object(have)),
        Some(_) => {
            Err(StoreError::Refused("Settings of the bridge are changed in the app. Nothing was changed".into()).into())
        }
    }
}

fn sweep(store: &dyn Store, call: &Call, all: bool) -> Result<Value, Refusal> {
    call.only(&Method::POST)?;
    let key = admin(call.key.clone())?;
    let swept = store.sweep(&asker(key), all)?;
    Ok(json!({
        "cleaned_count": swept.sessions, "sessions": swept.sessions, "messages": swept.messages,
        "responses": swept.responses, "message": format!("Cleaned up {} inactive sessions", swept.sessions),
    }))
}
