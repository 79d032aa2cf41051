//! The HTTP+SSE transport of 2024: one stream of events comes from the server, and each message goes out by a POST to the
//! address that its first event names.
//!
//! That address must be of the same server, no redirect is followed and no proxy used, so that the key goes nowhere else. The
//! key travels in a header that shows itself in no log.

use crate::incoming::{Incoming, MAX_MESSAGE};
use crate::link::{Link, Out, Task, Why};
use crate::stream::{Decoder, Frame};
use crate::text::shown_line;
use crate::trouble::{Trouble, mib};
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{Client, Response, StatusCode, Url, redirect};
use sanctum_secrets::Secret;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;

/// Most bytes before the first event is complete.
const MAX_FIRST: usize = 16 * 1024;
/// Messages that may wait to be taken.
const WAITING: usize = 16;

/// Where a server is, checked.
#[derive(Debug, Clone)]
pub(crate) struct Address {
    url: Url,
}

impl Address {
    /// Reads one. Loopback only, unless `anywhere`; a key goes to another computer only encrypted.
    pub fn read(text: &str, anywhere: bool, key: bool) -> Result<Address, Trouble> {
        let bad = |why: &str| Trouble::Address { why: why.to_owned() };
        let mut url = Url::parse(text.trim()).map_err(|_| bad("it is no address"))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(bad("it does not begin with http:// or https://"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(bad("a name or password does not belong in it"));
        }
        let host = url.host_str().ok_or_else(|| bad("it names no computer"))?;
        let here = is_here(host);
        if !here && !anywhere {
            return Err(bad("it is on another computer"));
        }
        if !here && key && url.scheme() == "http" {
            return Err(bad("the key would travel unencrypted to another computer"));
        }
        if url.path() == "/" {
            url.set_path("/sse");
        }
        url.set_fragment(None);
        Ok(Address { url })
    }

    fn at(&self) -> String {
        let host = self.url.host_str().unwrap_or_default();
        let port = self.url.port_or_known_default().unwrap_or_default();
        shown_line(&format!("{host}:{port}"))
    }
}

fn is_here(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// Where messages are posted.
pub(crate) struct Post {
    client: Client,
    url: Url,
    /// Longest that one POST may take.
    wait: Duration,
}

impl Post {
    pub async fn send(&self, message: Vec<u8>) -> Result<(), Trouble> {
        let request = self
            .client
            .post(self.url.clone())
            .header(CONTENT_TYPE, "application/json")
            .timeout(self.wait)
            .body(message);
        let response = request.send().await.map_err(|error| match error.is_timeout() {
            true => Trouble::Late { allowed: self.wait },
            // It was there a moment ago.
            false => Trouble::Ended { said: String::new() },
        })?;
        match response.status() {
            status if status.is_success() => Ok(()),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Err(Trouble::Key),
            status if status.is_redirection() => Err(Trouble::Elsewhere),
            // It does not know the session any more.
            StatusCode::NOT_FOUND | StatusCode::GONE => Err(Trouble::Ended { said: String::new() }),
            StatusCode::PAYLOAD_TOO_LARGE => {
                Err(Trouble::Arguments { why: "they are larger than the tool server takes" })
            }
            status => Err(Trouble::Strange { what: format!("it answered a message with HTTP {}", status.as_u16()) }),
        }
    }
}

/// Opens the stream and waits for its first event. The caller limits the time.
pub(crate) async fn open(address: &Address, key: Option<&Secret>, wait: Duration) -> Result<Link, Trouble> {
    let client = client(key)?;
    let request = client.get(address.url.clone()).header(ACCEPT, "text/event-stream");
    let response = request.send().await.map_err(|error| not_there(&error, address))?;
    let mut response = checked(response, address)?;
    let mut decoder = Decoder::new(MAX_MESSAGE);
    let mut incoming_bytes = 0;
    let mut frames = loop {
        let chunk = response.chunk().await.map_err(|_| no_stream("its stream of events broke off"))?;
        let chunk = chunk.ok_or_else(|| no_stream("its stream of events ended before it began"))?;
        incoming_bytes += chunk.len();
        let frames = decoder.feed(&chunk).map_err(|_| no_stream("its first event has no end"))?;
        if !frames.is_empty() {
            break frames.into_iter();
        }
        if incoming_bytes > MAX_FIRST {
            return Err(no_stream("its first event has no end"));
        }
    };
    let first = frames.next().filter(|frame| frame.event == "endpoint" && frame.data.len() <= MAX_FIRST);
    let first = first.ok_or_else(|| no_stream("its stream of events does not say where messages go"))?;
    let url = std::str::from_utf8(&first.data).ok().and_then(|place| address.url.join(place.trim()).ok());
    let url = url.ok_or_else(|| no_stream("the place that it names for messages is no address"))?;
    if url.origin() != address.url.origin() {
        return Err(Trouble::Elsewhere);
    }
    let (to, incoming) = mpsc::channel(WAITING);
    let why = Why::default();
    let reader = read(response, decoder, frames.collect(), Incoming::new(to), why.clone());
    Ok(Link { incoming, out: Out::Post(Arc::new(Post { client, url, wait })), why, tasks: vec![Task::of(reader)] })
}

async fn read(mut response: Response, mut decoder: Decoder, early: Vec<Frame>, mut incoming: Incoming, why: Why) {
    let mut frames = early;
    let reason = 'stream: loop {
        for frame in std::mem::take(&mut frames) {
            // The standard's name for an event without one.
            if (frame.event.is_empty() || frame.event == "message")
                && let Err(trouble) = incoming.take(&frame.data).await
            {
                break 'stream trouble;
            }
        }
        let Ok(Some(chunk)) = response.chunk().await else { break Trouble::Ended { said: String::new() } };
        if let Err(trouble) = incoming.came(chunk.len()) {
            break trouble;
        }
        match decoder.feed(&chunk) {
            Ok(found) => frames = found,
            Err(_) => break Trouble::TooLarge { what: "a message", limit: mib(MAX_MESSAGE) },
        }
    };
    why.set(reason);
}

fn client(key: Option<&Secret>) -> Result<Client, Trouble> {
    let mut headers = HeaderMap::new();
    if let Some(key) = key.filter(|key| !key.is_empty()) {
        let mut value = HeaderValue::try_from(format!("Bearer {}", key.expose()))
            .map_err(|_| Trouble::Address { why: "the key holds a character that no HTTP header can carry".into() })?;
        value.set_sensitive(true);
        headers.insert(AUTHORIZATION, value);
    }
    // Whatever a file of names says, this name is this computer.
    let here = [IpAddr::from(Ipv4Addr::LOCALHOST), IpAddr::from(Ipv6Addr::LOCALHOST)].map(|ip| SocketAddr::new(ip, 0));
    let built = Client::builder()
        .no_proxy()
        .referer(false)
        .redirect(redirect::Policy::none())
        // A connection that the server is about to close would lose a question, and none is ever sent twice.
        .pool_max_idle_per_host(0)
        .resolve_to_addrs("localhost", &here)
        .default_headers(headers)
        .user_agent(concat!("sanctum-configurator/", env!("CARGO_PKG_VERSION")))
        .build();
    built.map_err(|_| Trouble::Address { why: "the system's certificates could not be loaded".into() })
}

fn checked(response: Response, address: &Address) -> Result<Response, Trouble> {
    let status = response.status();
    match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => return Err(Trouble::Key),
        _ if status.is_redirection() => return Err(Trouble::Elsewhere),
        StatusCode::OK => {}
        _ => {
            return Err(no_stream(&format!(
                "{} has no {} (HTTP {})",
                address.at(),
                shown_line(address.url.path()),
                status.as_u16()
            )));
        }
    }
    let kind = response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or("something");
    if kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("text/event-stream")) {
        Ok(response)
    } else {
        Err(no_stream(&format!("it sends {} instead of a stream of events", shown_line(kind))))
    }
}

fn no_stream(what: &str) -> Trouble {
    Trouble::NotMcp { what: what.to_owned() }
}

fn not_there(error: &reqwest::Error, address: &Address) -> Trouble {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    let mut refused = false;
    while let Some(at) = cause {
        let io = at.downcast_ref::<std::io::Error>();
        refused |= io.is_some_and(|io| io.kind() == std::io::ErrorKind::ConnectionRefused);
        cause = at.source();
    }
    if refused || (error.is_connect() && address.url.scheme() == "http") {
        Trouble::Nobody { at: address.at() }
    } else if error.is_connect() {
        no_stream("no encrypted connection to it could be made")
    } else {
        no_stream("it does not speak HTTP")
    }
}

#[cfg(test)]
mod tests {
    use super::Address;
    use crate::trouble::Trouble;

    #[test]
    fn an_address_of_this_computer_is_taken() {
        for (text, url) in [
            ("http://127.0.0.1:8000/sse", "http://127.0.0.1:8000/sse"),
            ("http://localhost:8000", "http://localhost:8000/sse"),
            ("http://[::1]:8000/", "http://[::1]:8000/sse"),
        ] {
            assert_eq!(Address::read(text, false, true).unwrap().url.as_str(), url, "{text} is here");
        }
    }

    #[test]
    fn other_addresses_are_refused_with_the_reason() {
        for (text, why) in [
            ("8000", "no address"),
            ("ftp://127.0.0.1/", "http://"),
            ("http://me:hunter2@127.0.0.1:8000/sse", "password"),
            ("http://192.0.2.7:8000/sse", "another computer"),
            ("http://127.0.0.1.example.org/sse", "another computer"),
            ("http://localhost.example.org/sse", "another computer"),
        ] {
            let Err(Trouble::Address { why: said }) = Address::read(text, false, false) else {
                panic!("{text} was taken")
            };
            assert!(said.contains(why) && !said.contains("hunter2"), "{text}: {said}");
        }
        assert!(Address::read("http://192.0.2.7/sse", true, false).is_ok(), "another computer may be allowed");
        assert!(Address::read("http://192.0.2.7/sse", true, true).is_err(), "but no key goes there in the clear");
        assert!(Address::read("https://192.0.2.7/sse", true, true).is_ok(), "only encrypted");
    }
}
