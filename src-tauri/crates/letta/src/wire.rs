//! HTTP at its lowest: the client, one GET and what came of it, told apart by type and never by the text of an error.
//!
//! The client uses no proxy, keeps no cookies, sends no `Origin` or `Referer`, and follows redirects itself so
//! that a password never travels to another host.

use crate::target::Target;
use reqwest::header::{AUTHORIZATION, HeaderValue, LOCATION};
use reqwest::{Client, Url, redirect};
use sanctum_secrets::Secret;
use std::error::Error as StdError;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

/// Most of a body that is read, in bytes.
pub(crate) const MAX_BODY: usize = 64 * 1024;
/// Most redirects that are followed within the same host.
pub(crate) const MAX_HOPS: usize = 3;

/// A finished answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub status: u16,
    pub content_type: String,
    pub server: String,
    pub body: Vec<u8>,
    /// The body was longer than [`MAX_BODY`]; the rest was not read.
    pub cut: bool,
    /// Where it wanted to send us, when that is another host.
    pub elsewhere: Option<String>,
}

/// Why there is no answer.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Broken {
    /// The name has no address.
    Dns(String),
    Refused,
    Tls(String),
    /// Connected, but what came back is no HTTP, or the connection closed before an answer.
    NoHttp,
    /// It redirects without end.
    Circle,
    /// The password cannot be put into a request.
    Password(&'static str),
}

/// Looks the name up, so that "no such name" is told apart from "nobody there", and makes the client for it.
pub(crate) async fn connectable(target: &Target) -> Result<Client, Broken> {
    let Some(name) = target.name() else {
        return client(None);
    };
    let nowhere = || Broken::Dns(name.to_owned());
    let found = tokio::net::lookup_host((name, target.port())).await.map_err(|_| nowhere())?;
    let addresses: Vec<_> = found.collect();
    if addresses.is_empty() {
        return Err(nowhere());
    }
    client(Some((name, &addresses)))
}

/// Builds the client for one probe; `pinned` are the addresses of the name that was looked up.
fn client(pinned: Option<(&str, &[SocketAddr])>) -> Result<Client, Broken> {
    let mut builder = Client::builder()
        .no_proxy()
        .referer(false)
        .redirect(redirect::Policy::none())
        .pool_max_idle_per_host(1)
        // Shorter than uvicorn's five seconds, so that no question is put on a connection that is being closed.
        .pool_idle_timeout(Duration::from_secs(3))
        .user_agent(concat!("sanctum-configurator/", env!("CARGO_PKG_VERSION")));
    if let Some((name, addresses)) = pinned {
        builder = builder.resolve_to_addrs(name, addresses);
    }
    builder.build().map_err(|error| broken(&error))
}

/// Asks for `url`, with the password if there is one.
pub(crate) async fn get(client: &Client, url: Url, password: Option<&Secret>) -> Result<Answer, Broken> {
    let mut url = url;
    for _ in 0..=MAX_HOPS {
        let mut request = client.get(url.clone());
        if let Some(password) = password {
            request = request.header(AUTHORIZATION, bearer(password)?);
        }
        let mut response = request.send().await.map_err(|error| broken(&error))?;
        let status = response.status();
        if let Some(next) = redirected(&response, &url) {
            if next.origin() == url.origin() {
                url = next;
                continue;
            }
            let elsewhere = next.host_str().unwrap_or("another address").to_owned();
            return Ok(Answer { elsewhere: Some(elsewhere), ..empty(status.as_u16()) });
        }
        let header = |name: &str| {
            let text = response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
            text.chars().take(80).collect::<String>()
        };
        let mut answer =
            Answer { content_type: header("content-type"), server: header("server"), ..empty(status.as_u16()) };
        while let Some(chunk) = response.chunk().await.map_err(|error| broken(&error))? {
            let room = MAX_BODY - answer.body.len();
            answer.body.extend_from_slice(&chunk[..chunk.len().min(room)]);
            if chunk.len() > room {
                answer.cut = true;
                break;
            }
        }
        return Ok(answer);
    }
    Err(Broken::Circle)
}

/// The password as a header that shows itself in no log.
pub(crate) fn bearer(password: &Secret) -> Result<HeaderValue, Broken> {
    let mut value = HeaderValue::try_from(format!("Bearer {}", password.expose()))
        .map_err(|_| Broken::Password("the password holds a character that no HTTP header can carry"))?;
    value.set_sensitive(true);
    Ok(value)
}

fn empty(status: u16) -> Answer {
    Answer { status, content_type: String::new(), server: String::new(), body: Vec::new(), cut: false, elsewhere: None }
}

/// Where an answer sends the question on to, if it does.
pub(crate) fn redirected(response: &reqwest::Response, from: &Url) -> Option<Url> {
    if !response.status().is_redirection() {
        return None;
    }
    from.join(response.headers().get(LOCATION)?.to_str().ok()?).ok()
}

/// Sorts an error by what lies beneath it.
pub(crate) fn broken(error: &reqwest::Error) -> Broken {
    let handshake = error.is_connect() && error.url().is_some_and(|url| url.scheme() == "https");
    let closed = || Broken::Tls("the server ended the connection before it was encrypted".into());
    let mut cause: Option<&(dyn StdError + 'static)> = Some(error);
    while let Some(at) = cause {
        if let Some(tls) = at.downcast_ref::<rustls::Error>() {
            return Broken::Tls(tls.to_string());
        }
        if let Some(io) = at.downcast_ref::<io::Error>() {
            match io.kind() {
                io::ErrorKind::ConnectionRefused
                | io::ErrorKind::HostUnreachable
                | io::ErrorKind::NetworkUnreachable
                | io::ErrorKind::AddrNotAvailable => return Broken::Refused,
                io::ErrorKind::ConnectionReset
                | io::ErrorKind::ConnectionAborted
                | io::ErrorKind::BrokenPipe
                | io::ErrorKind::UnexpectedEof => {
                    return if handshake { closed() } else { Broken::NoHttp };
                }
                _ => {}
            }
            // `source` of an io::Error skips the error it wraps, which may be the telling one.
            if let Some(inner) = io.get_ref() {
                cause = Some(inner);
                continue;
            }
        }
        cause = at.source();
    }
    if handshake {
        closed()
    } else if error.is_connect() {
        Broken::Refused
    } else if error.is_builder() {
        Broken::Tls("the system's certificates could not be loaded".into())
    } else {
        Broken::NoHttp
    }
}
