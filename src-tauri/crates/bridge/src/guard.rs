//! Who is let in: Host and Origin of this door only, and the key of the request.

use axum::http::{HeaderMap, StatusCode, Uri, header};
use time::OffsetDateTime;

use crate::{answer::Refusal, keys::Key, serve::Shared};

/// Refuses what a page from elsewhere would send: a foreign Host (a name that was bent to loopback), or a foreign Origin.
pub(crate) fn same_place(headers: &HeaderMap, port: u16) -> Result<(), Refusal> {
    let forbidden = |what| Refusal::new(StatusCode::FORBIDDEN, "forbidden", what);
    let hosts = headers.get_all(header::HOST).iter().collect::<Vec<_>>();
    match hosts.as_slice() {
        [host] if host.to_str().is_ok_and(|h| ours(h, port)) => {}
        _ => return Err(forbidden("Invalid host")),
    }
    for origin in headers.get_all(header::ORIGIN) {
        let own = origin.to_str().ok().and_then(|o| o.strip_prefix("http://")).is_some_and(|o| ours(o, port));
        if !own {
            return Err(forbidden("Invalid origin"));
        }
    }
    if headers.get("sec-fetch-site").is_some_and(|site| site == "cross-site" || site == "same-site") {
        return Err(forbidden("Invalid origin"));
    }
    Ok(())
}

/// Whether Broca's own plugin says that it is the one that calls. No right comes with it.
pub(crate) fn by_plugin(headers: &HeaderMap) -> bool {
    headers
        .get(header::USER_AGENT)
        .and_then(|name| name.to_str().ok())
        .is_some_and(|name| name.starts_with("Broca2-WebChat-Plugin/"))
}

fn ours(authority: &str, port: u16) -> bool {
    ["127.0.0.1", "localhost", "[::1]"].iter().any(|name| {
        let rest = authority.get(..name.len()).filter(|n| n.eq_ignore_ascii_case(name)).map(|n| &authority[n.len()..]);
        rest.is_some_and(|rest| rest.strip_prefix(':').is_some_and(|p| p == port.to_string()))
    })
}

/// The text of the request's key, from `Authorization: Bearer` or `X-API-Key`.
fn offered(headers: &HeaderMap) -> Option<&str> {
    let bearer = headers.get(header::AUTHORIZATION).and_then(|v| v.to_str().ok()).and_then(|v| {
        let (scheme, key) = v.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| key.trim())
    });
    bearer.or_else(|| headers.get("x-api-key").and_then(|v| v.to_str().ok()).map(str::trim)).filter(|k| !k.is_empty())
}

/// The request's key, its call counted; `None` where it has none.
///
/// A wrong key is refused also where none is needed, and counted against its address, so that keys cannot be tried out.
pub(crate) fn key(
    shared: &Shared,
    headers: &HeaderMap,
    address: &str,
    now: OffsetDateTime,
) -> Result<Option<Key>, Refusal> {
    let Some(text) = offered(headers) else {
        return Ok(None);
    };
    match shared.keys().find(text) {
        Some(key) => {
            let name = format!("key {:?} {}", key.agent_id, key.name);
            shared.used.count(&name, shared.limits.key, now).map_err(Refusal::too_often)?;
            Ok(Some(key.clone()))
        }
        None => {
            let wrong = format!("wrong {address}");
            shared.used.count(&wrong, shared.limits.wrong_key, now).map_err(Refusal::too_often)?;
            Err(unknown())
        }
    }
}

fn unknown() -> Refusal {
    Refusal::new(StatusCode::UNAUTHORIZED, "unauthorized", "Unauthorized")
}

/// A key is needed here.
pub(crate) fn needed(key: Option<Key>) -> Result<Key, Refusal> {
    key.ok_or_else(unknown)
}

/// An admin's key is needed here.
pub(crate) fn admin(key: Option<Key>) -> Result<Key, Refusal> {
    let key = needed(key)?;
    if key.admin { Ok(key) } else { Err(Refusal::new(StatusCode::FORBIDDEN, "forbidden", "Admin key required")) }
}

/// The action: of the query (`/api/v1/?action=inbox`) or of the path (`/api/v1/inbox`).
pub(crate) fn action(uri: &Uri, query: &[(String, String)]) -> Result<String, Refusal> {
    let rest = uri.path().strip_prefix("/api/v1").unwrap_or_default().trim_matches('/');
    if !rest.is_empty() {
        return Ok(rest.to_owned());
    }
    match query.iter().find(|(name, _)| name == "action") {
        Some((_, action)) if !action.is_empty() => Ok(action.clone()),
        _ => Err(Refusal::bad("Missing action parameter")),
    }
}
