//! The index of plugins at an address: read only where the operator set one (`plugin_index` of the system settings), within bounds,
//! and kept in the app's own folder with when it was read. Away from the network, what was read last is known, with its age.

use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::{Client, NoProxy, Proxy, Url, redirect};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::index::{LARGEST, Offer, of_strangers};
use super::kept;
use crate::blocking::blocking;
use crate::open::Open;
use crate::plan::lock;
use crate::settings::Snapshot;
use crate::{ApiError, ApiResult, stamps};

/// The setting that names it.
const SETTING: &str = "plugin_index";
/// From the first byte asked for to the last one read.
const WAIT: Duration = Duration::from_secs(8);
/// What was read is good for this long.
const GOOD_FOR: time::Duration = time::Duration::minutes(10);
/// Where it could not be read, it is not tried again sooner.
const PAUSE: Duration = Duration::from_secs(60);
const HOPS: usize = 3;

/// What was read last.
#[derive(Debug, Serialize, Deserialize)]
struct Read {
    url: String,
    at: String,
    body: String,
}

fn file(open: &Open) -> PathBuf {
    kept::dir(open).join("index.json")
}

/// The address that is set; `None` where nobody set one.
fn address(open: &Open) -> Option<String> {
    let snap = Snapshot::of(open).ok()?;
    let view = snap.view(snap.find("system-settings").ok()?, None);
    let (value, _) = view.effective(view.field(SETTING)?)?;
    value.as_str().map(str::trim).filter(|url| !url.is_empty()).map(str::to_owned)
}

fn last(open: &Open, url: &str) -> Option<(Read, OffsetDateTime)> {
    let read = crate::files::read::<Read>(&file(open)).ok()??;
    let at = OffsetDateTime::parse(&read.at, &time::format_description::well_known::Rfc3339).ok()?;
    (read.url == url).then_some((read, at))
}

/// Whether this is https, or http on this computer, without a password.
pub(super) fn may_be_read(url: &str) -> bool {
    Url::parse(url).is_ok_and(|url| is_safe(&url) && url.username().is_empty() && url.password().is_none())
}

fn is_safe(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let here = host == "localhost" || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
    url.scheme() == "https" || url.scheme() == "http" && here
}

/// What was read of the index at the address, with how old it is; nothing is asked for.
pub(super) fn known(open: &Open) -> Vec<Offer> {
    let Some(url) = address(open) else { return Vec::new() };
    let Some((read, at)) = last(open, &url) else { return Vec::new() };
    let host = Url::parse(&url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default();
    let now = open.env().now();
    let by = match (lock(&open.plugins.index_failed).is_some(), now - at) {
        (false, _) => format!("the index at {host}"),
        (true, age) => format!("the index at {host}, read {} ago; it cannot be reached now", age_words(age)),
    };
    of_strangers(read.body.as_bytes(), &by).unwrap_or_default()
}

fn age_words(age: time::Duration) -> String {
    let (one, many, n) = match age.whole_minutes().max(0) {
        minutes @ 0..120 => ("minute", "minutes", minutes),
        minutes @ 120..2_880 => ("hour", "hours", minutes / 60),
        minutes => ("day", "days", minutes / 1_440),
    };
    crate::words::count(usize::try_from(n).unwrap_or(0), one, many)
}

/// Reads the index at the address again, where one is set and what was read of it is old.
///
/// # Errors
/// `index_unreachable`; what was read before is still known.
pub(super) async fn refresh(open: &Arc<Open>) -> ApiResult<()> {
    let at = open.clone();
    let wanted = blocking(move || {
        let Some(url) = address(&at) else { return Ok(None) };
        let fresh = last(&at, &url).is_some_and(|(_, read)| at.env().now() - read < GOOD_FOR);
        Ok(Some(url).filter(|_| !fresh))
    })
    .await?;
    let Some(url) = wanted else { return Ok(()) };
    let failed = lock(&open.plugins.index_failed).clone();
    if let Some((_, error)) = failed.filter(|(when, _)| when.elapsed() < PAUSE) {
        return Err(error);
    }
    let fetched = tokio::time::timeout(WAIT, get(open, &url)).await;
    let fetched = fetched.unwrap_or_else(|_| Err(format!("it took longer than {} s", WAIT.as_secs())));
    let result = match fetched {
        Ok(body) => {
            let (at, read) = (open.clone(), Read { url, at: stamps::rfc3339(open.env().now()), body });
            blocking(move || crate::files::write(&file(&at), &read)).await
        }
        Err(why) => Err(ApiError::refused(
            "index_unreachable",
            format!("The index of plugins that is set could not be read: {why}."),
            "Check the address in the system settings (`plugin_index`), and the connection. A folder, an archive or a git address can be chosen meanwhile.",
        )),
    };
    *lock(&open.plugins.index_failed) = result.as_ref().err().map(|error| (Instant::now(), error.clone()));
    result
}

async fn get(open: &Open, url: &str) -> Result<String, String> {
    if !may_be_read(url) {
        return Err("its address has to begin with https://, or with http:// on this computer, and holds no password"
            .to_owned());
    }
    let mut answer = client(open)?.get(url).send().await.map_err(|error| in_words(&error))?;
    if !answer.status().is_success() {
        return Err(format!("it answered {}", answer.status().as_u16()));
    }
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|error| in_words(&error))? {
        if body.len() + chunk.len() > LARGEST {
            return Err(format!("it is larger than {} MiB", LARGEST >> 20));
        }
        body.extend_from_slice(&chunk);
    }
    let text = String::from_utf8(body).map_err(|_| "it is no text".to_owned())?;
    if of_strangers(text.as_bytes(), "").is_none() {
        return Err("it is no list of plugins".to_owned());
    }
    Ok(text)
}

/// A client that goes where the operator's proxy says, and nowhere that is not encrypted.
fn client(open: &Open) -> Result<Client, String> {
    let hops = redirect::Policy::custom(|attempt| {
        if attempt.previous().len() > HOPS || !is_safe(attempt.url()) { attempt.stop() } else { attempt.follow() }
    });
    let mut builder = Client::builder()
        .no_proxy()
        .referer(false)
        .redirect(hops)
        .user_agent(concat!("sanctum-configurator/", env!("CARGO_PKG_VERSION")));
    let said = |names: [&str; 2]| {
        let inherited = &open.env().inherited;
        inherited.iter().find(|(name, _)| names.contains(&name.as_str())).map(|(_, value)| value.clone())
    };
    if let Some(proxy) = said(["HTTPS_PROXY", "https_proxy"]).or_else(|| said(["ALL_PROXY", "all_proxy"])) {
        let never = said(["NO_PROXY", "no_proxy"]).and_then(|list| NoProxy::from_string(&list));
        let proxy = Proxy::https(proxy).map_err(|_| "the address of the proxy cannot be used".to_owned())?;
        builder = builder.proxy(proxy.no_proxy(never));
    }
    builder.build().map_err(|_| "the system's certificates could not be loaded".to_owned())
}

/// Why, without the address: it may hold more than is to be shown.
fn in_words(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        "it did not answer in time".to_owned()
    } else if error.is_connect() {
        "no connection to it could be made".to_owned()
    } else {
        "its answer ended before its end".to_owned()
    }
}
