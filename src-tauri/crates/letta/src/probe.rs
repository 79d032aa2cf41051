//! The questions, in order: is the address usable, does its name resolve, does something answer, is it a
//! Letta, does it let us in.

use crate::outcome::{Flavour, Found, Probe};
use crate::target::Target;
use crate::wire::{self, Answer, Broken};
use reqwest::Client;
use sanctum_secrets::Secret;
use serde_json::Value;
use std::time::{Duration, Instant};

/// Asks the server at `url` who it is and whether it lets us in; takes at most `timeout` in all.
///
/// Never fails: what went wrong is the [`crate::Outcome`]. The password goes to that host only, in the
/// `Authorization` header, and into no text. `facts/modules.md` 3.1 and 3.4 are the source of the routes.
pub async fn probe(url: &str, password: Option<&Secret>, timeout: Duration) -> Probe {
    let target = match Target::parse(url) {
        Ok(target) => target,
        Err(reason) => return Probe::new(Found::BadUrl { reason }, None, None),
    };
    let password = password.filter(|password| !password.is_empty());
    let mut latency = None;
    let outcome = match tokio::time::timeout(timeout, ask(&target, password, &mut latency)).await {
        Ok(outcome) => outcome,
        Err(_) => Found::Timeout,
    };
    Probe::new(outcome, Some(&target), latency)
}

/// Whether an address could be probed at all; sends nothing.
///
/// # Errors
/// [`BadUrl`] with what is wrong about it.
pub fn check_url(url: &str) -> Result<(), BadUrl> {
    Target::parse(url).map(drop).map_err(BadUrl)
}

/// Whether two addresses are of one server (scheme, host and port), so that a password for the one is none of a stranger's.
/// What is no address is of none.
pub fn same_server(one: &str, other: &str) -> bool {
    matches!((Target::parse(one), Target::parse(other)), (Ok(one), Ok(other)) if one.is_with(&other))
}

/// An address that cannot be used as it stands.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("The address of Letta cannot be used, because {0}.")]
pub struct BadUrl(String);

async fn ask(target: &Target, password: Option<&Secret>, latency: &mut Option<Duration>) -> Found {
    let client = match wire::connectable(target).await {
        Ok(client) => client,
        Err(broken) => return unanswered(broken),
    };
    let started = Instant::now();
    let health = match wire::get(&client, target.join("/v1/health/", None), None).await {
        Ok(answer) => answer,
        Err(broken) => return unanswered(broken),
    };
    *latency = Some(started.elapsed());
    if let Some(host) = &health.elsewhere {
        return Found::NotLetta { what: format!("a server that sends visitors on to `{host}`") };
    }
    match (health.status, version_of(&health)) {
        (200, Some(version)) => agents(&client, target, password, version).await,
        (401 | 403, _) => agents(&client, target, password, None).await,
        (404, _) => app_server(&client, target, &health).await,
        (500..=599, _) if health.status != 501 => {
            Found::NotLetta { what: format!("a server that fails with HTTP {}", health.status) }
        }
        _ => Found::NotLetta { what: described(&health) },
    }
}

/// The REST server: may we read its agents, and would anybody be let in?
async fn agents(client: &Client, target: &Target, password: Option<&Secret>, version: Option<String>) -> Found {
    let list = target.join("/v1/agents/", Some("limit=1"));
    let answer = match wire::get(client, list.clone(), password).await {
        Ok(answer) => answer,
        Err(broken) => return unanswered(broken),
    };
    match answer.status {
        401 | 403 if password.is_some() => Found::WrongPassword,
        401 | 403 => Found::NeedsPassword,
        200 if answer.cut || json(&answer).is_some_and(|list| list.is_array()) => {
            // An answer that was let in with a password says nothing about those who have none.
            let open = match password {
                None => Some(true),
                Some(_) => wire::get(client, list, None).await.ok().map(|answer| answer.status == 200),
            };
            Found::Healthy { version, flavour: Flavour::Server, password_needed: open.map(|open| !open) }
        }
        status @ 500..=599 => Found::Unwell { status },
        _ => Found::NotLetta { what: described(&answer) },
    }
}

/// No `/v1/health/`: Letta Code's app server, or a stranger. `/healthz` alone proves nothing, since so many
/// servers have it: it counts only together with `/readyz` and an answer to `/app-server-info`.
async fn app_server(client: &Client, target: &Target, health: &Answer) -> Found {
    let healthy = |version| Found::Healthy { version, flavour: Flavour::AppServer, password_needed: None };
    match wire::get(client, target.join("/app-server-info", None), None).await {
        Ok(info) if info.status == 200 => match json(&info) {
            Some(Value::Object(info)) => {
                let told = info.get("letta_code_version").or_else(|| info.get("version")).and_then(Value::as_str);
                healthy(told.map(|version| version.chars().filter(|c| !c.is_control()).take(40).collect()))
            }
            _ => Found::NotLetta { what: described(&info) },
        },
        Ok(info) if matches!(info.status, 401 | 403) => {
            let alive = wire::get(client, target.join("/healthz", None), None).await;
            match alive {
                Ok(answer) if answer.status == 200 => healthy(None),
                _ => Found::NotLetta { what: described(health) },
            }
        }
        Ok(_) => Found::NotLetta { what: described(health) },
        Err(broken) => unanswered(broken),
    }
}

/// What a broken attempt means for a probe.
pub(crate) fn unanswered(broken: Broken) -> Found {
    match broken {
        Broken::Dns(host) => Found::Dns { host },
        Broken::Refused => Found::Refused,
        Broken::Tls(detail) => Found::Tls { detail },
        Broken::NoHttp => Found::NotLetta { what: "something that does not speak HTTP".into() },
        Broken::Circle => Found::NotLetta { what: "a server that redirects in a circle".into() },
        Broken::Password(what) => Found::BadUrl { reason: what.into() },
    }
}

/// `Some` when this is the health answer of a Letta; the version inside if it names one.
fn version_of(answer: &Answer) -> Option<Option<String>> {
    let health = json(answer)?;
    let version = health.get("version").and_then(Value::as_str);
    (version.is_some() && health.get("status").is_some())
        .then(|| version.map(|version| version.chars().take(40).filter(|c| !c.is_control()).collect()))
}

fn json(answer: &Answer) -> Option<Value> {
    serde_json::from_slice(&answer.body).ok()
}

/// What answered, from its headers; never from its body, which a stranger wrote.
fn described(answer: &Answer) -> String {
    let page = if answer.content_type.contains("html") { "a web page" } else { "a server" };
    let name: String = answer.server.chars().filter(|c| c.is_ascii_graphic()).take(40).collect();
    match name.is_empty() {
        true => format!("{page} (HTTP {})", answer.status),
        false => format!("{page} of `{name}` (HTTP {})", answer.status),
    }
}
