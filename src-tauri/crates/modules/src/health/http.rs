//! One GET over loopback, by hand: bounded bytes, one deadline for everything, no redirects, no proxies.

use std::io::{Read, Write};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::{Expect, Told, connect, shown};

/// The head of an answer that is read at most.
const HEAD: usize = 16 * 1024;
/// A health answer is short; one that is longer is none.
const BODY: usize = 64 * 1024;
/// Characters of a module's words that are quoted.
const QUOTED: usize = 80;

pub(super) fn get(at: SocketAddr, path: &str, expect: &Expect, until: Instant) -> Result<Told, Told> {
    let mut answer = Talk::begin(at, path, until)?;
    let mut evidence = vec![format!("GET {} on {at}: {}", shown(path, QUOTED), answer.status)];
    answer.well(path, &evidence)?;
    let said = match expect {
        Expect::Anything => None,
        Expect::Text(text) => {
            let body = answer.body(|body| body.len() >= text.len()).map_err(|why| failed(path, why, &evidence))?;
            let body = String::from_utf8_lossy(&body).trim_start().to_owned();
            if !body.starts_with(text.as_str()) {
                let why = format!("with “{}” and not with “{}”", shown(&body, QUOTED), shown(text, QUOTED));
                return Err(failed(path, why, &evidence));
            }
            Some(format!("it says “{}”", shown(text, QUOTED)))
        }
        Expect::Json | Expect::Member { .. } => {
            answer.is(path, "json", "JSON", &evidence)?;
            let body = answer.body(|_| false).map_err(|why| failed(path, why, &evidence))?;
            json(&body, expect).map_err(|why| failed(path, why, &evidence))?
        }
    };
    evidence.extend(said);
    Ok(Told { words: format!("answered GET {}", shown(path, QUOTED)), evidence })
}

pub(super) fn events(at: SocketAddr, path: &str, first: Option<&str>, until: Instant) -> Result<Told, Told> {
    let mut answer = Talk::begin(at, path, until)?;
    let mut evidence = vec![format!("GET {} on {at}: {}", shown(path, QUOTED), answer.status)];
    answer.well(path, &evidence)?;
    answer.is(path, "text/event-stream", "a stream of events", &evidence)?;
    if let Some(first) = first {
        // A stream never ends by itself: its first event is enough.
        let body = answer.body(|body| event(body).is_some()).map_err(|why| failed(path, why, &evidence))?;
        match event(&body) {
            Some(name) if name == first => evidence.push(format!("its first event is “{}”", shown(first, QUOTED))),
            Some(name) => {
                let why = format!("with the event “{}” and not “{}”", shown(&name, QUOTED), shown(first, QUOTED));
                return Err(failed(path, why, &evidence));
            }
            None => return Err(failed(path, "with a stream that ended before its first event".to_owned(), &evidence)),
        }
    }
    Ok(Told { words: format!("answered GET {} with its stream", shown(path, QUOTED)), evidence })
}

/// The name of the first whole event of a stream; `message` where it has none. Comments are passed over.
fn event(body: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(body).replace("\r\n", "\n").replace('\r', "\n");
    let mut name = None;
    let mut data = false;
    for line in text.split_inclusive('\n') {
        let line = line.strip_suffix('\n')?;
        if line.is_empty() {
            if name.is_some() || data {
                return Some(name.unwrap_or_else(|| "message".to_owned()));
            }
        } else if let Some(rest) = line.strip_prefix("event:") {
            name = Some(rest.trim().to_owned());
        } else if line.starts_with("data") {
            data = true;
        }
    }
    None
}

fn json(body: &[u8], expect: &Expect) -> Result<Option<String>, String> {
    let value: Value = serde_json::from_slice(body)
        .map_err(|_| format!("with “{}”, which is no JSON", shown(&String::from_utf8_lossy(body), QUOTED)))?;
    let Expect::Member { name, is } = expect else { return Ok(Some("its body is JSON".to_owned())) };
    let name = name.as_str();
    let said = match value.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => return Err(format!("without `{name}`")),
    };
    match is {
        Some(is) if *is != said => Err(format!("with {name} “{}” and not “{is}”", shown(&said, QUOTED))),
        _ => Ok(Some(format!("{name} is “{}”", shown(&said, QUOTED)))),
    }
}

fn failed(path: &str, why: String, evidence: &[String]) -> Told {
    let words = format!("answered GET {} {why}", shown(path, QUOTED));
    let mut evidence = evidence.to_vec();
    evidence.push(words.clone());
    Told { words, evidence }
}

/// An answer whose head was read.
struct Talk {
    stream: std::net::TcpStream,
    until: Instant,
    /// "200 OK".
    status: String,
    kind: String,
    length: Option<usize>,
    chunked: bool,
    /// What came after the head.
    rest: Vec<u8>,
}

impl Talk {
    fn begin(at: SocketAddr, path: &str, until: Instant) -> Result<Self, Told> {
        let fit = path.starts_with('/') && path.bytes().all(|b| b.is_ascii_graphic());
        if !fit {
            return Err(Told::bare(format!("cannot be asked: “{}” is no route", shown(path, QUOTED))));
        }
        let mut stream = connect(at, until)?;
        let none =
            |why: String| Told::bare(format!("did not answer GET {} on {}: {why}", shown(path, QUOTED), at.port()));
        stream
            .set_write_timeout(Some(left(until).max(Duration::from_millis(1))))
            .map_err(|e| none(e.kind().to_string()))?;
        // In one piece: a peer may answer and close as soon as it has read something. No Origin: Letta Code refuses it.
        let request = format!("GET {path} HTTP/1.1\r\nHost: {at}\r\nAccept: */*\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).map_err(|error| none(error.kind().to_string()))?;
        let mut head = Vec::new();
        let end = loop {
            if let Some(end) = head.windows(4).position(|w| w == b"\r\n\r\n") {
                break end;
            }
            if head.len() > HEAD {
                return Err(none("its answer has no end of its head".to_owned()));
            }
            match more(&mut stream, &mut head, until) {
                Ok(0) if head.is_empty() => return Err(none("it closed the connection".to_owned())),
                Ok(0) => return Err(none(format!("it sent “{}”", shown(&String::from_utf8_lossy(&head), QUOTED)))),
                Ok(_) => {}
                Err(why) => return Err(none(why)),
            }
        };
        let rest = head.split_off(end + 4);
        let head = String::from_utf8_lossy(&head).into_owned();
        let mut lines = head.lines();
        let first = lines.next().unwrap_or_default();
        let Some((_, status)) = first.split_once(' ').filter(|(version, _)| version.starts_with("HTTP/1.")) else {
            return Err(none(format!("it sent “{}”", shown(first, QUOTED))));
        };
        let mut talk = Self {
            stream,
            until,
            status: shown(status, QUOTED),
            kind: String::new(),
            length: None,
            chunked: false,
            rest,
        };
        for (name, value) in lines.filter_map(|line| line.split_once(':')) {
            let value = value.trim();
            match name.to_ascii_lowercase().as_str() {
                "content-type" => talk.kind = value.to_ascii_lowercase(),
                "content-length" => talk.length = value.parse().ok(),
                "transfer-encoding" => talk.chunked = value.to_ascii_lowercase().ends_with("chunked"),
                _ => {}
            }
        }
        Ok(talk)
    }

    fn well(&self, path: &str, evidence: &[String]) -> Result<(), Told> {
        let code = self.status.split(' ').next().unwrap_or_default();
        match code {
            "200" => Ok(()),
            "301" | "302" | "303" | "307" | "308" => Err(failed(
                path,
                format!("with “{}”, which leads elsewhere and is not followed", self.status),
                evidence,
            )),
            _ => Err(failed(path, format!("with “{}”", self.status), evidence)),
        }
    }

    /// The type its head names holds `wanted`.
    fn is(&self, path: &str, wanted: &str, words: &str, evidence: &[String]) -> Result<(), Told> {
        if self.kind.split(';').next().is_some_and(|kind| kind.contains(wanted)) {
            return Ok(());
        }
        let kind =
            if self.kind.is_empty() { "no type".to_owned() } else { format!("“{}”", shown(&self.kind, QUOTED)) };
        Err(failed(path, format!("with {kind} and not with {words}"), evidence))
    }

    /// The body until it is `enough`, whole, or ended.
    fn body(&mut self, enough: impl Fn(&[u8]) -> bool) -> Result<Vec<u8>, String> {
        loop {
            let (plain, whole) = if self.chunked {
                unchunked(&self.rest)
            } else {
                let whole = self.length.is_some_and(|length| self.rest.len() >= length);
                (self.rest.clone(), whole)
            };
            if whole || enough(&plain) {
                return Ok(plain);
            }
            if self.rest.len() > BODY {
                return Err("with more than is read of an answer".to_owned());
            }
            match more(&mut self.stream, &mut self.rest, self.until) {
                Ok(0) => return Ok(plain),
                Ok(_) => {}
                Err(why) => return Err(format!("and then nothing more: {why}")),
            }
        }
    }
}

/// What of a chunked body is there, and whether that is all of it.
fn unchunked(mut raw: &[u8]) -> (Vec<u8>, bool) {
    let mut plain = Vec::new();
    while let Some(end) = raw.windows(2).position(|w| w == b"\r\n") {
        let size = std::str::from_utf8(&raw[..end]).ok().and_then(|line| line.split(';').next());
        let Some(size) = size.and_then(|text| usize::from_str_radix(text.trim(), 16).ok()) else { break };
        if size == 0 {
            return (plain, true);
        }
        let chunk = &raw[end + 2..];
        plain.extend_from_slice(&chunk[..size.min(chunk.len())]);
        let Some(next) = size.checked_add(2).and_then(|next| chunk.get(next..)) else { break };
        raw = next;
    }
    (plain, false)
}

fn left(until: Instant) -> Duration {
    until.saturating_duration_since(Instant::now())
}

/// Reads once more. One deadline for the whole answer: a byte now and then does not prolong it.
fn more(stream: &mut std::net::TcpStream, into: &mut Vec<u8>, until: Instant) -> Result<usize, String> {
    let late = || "no answer in time".to_owned();
    let left = left(until);
    if left.is_zero() {
        return Err(late());
    }
    stream.set_read_timeout(Some(left)).map_err(|error| error.kind().to_string())?;
    let mut buffer = [0u8; 4096];
    match stream.read(&mut buffer) {
        Ok(n) => {
            into.extend_from_slice(&buffer[..n]);
            Ok(n)
        }
        Err(error) if error.kind() == std::io::ErrorKind::Interrupted => more(stream, into, until),
        Err(error) if matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut) => {
            Err(late())
        }
        Err(error) => Err(error.kind().to_string()),
    }
}
