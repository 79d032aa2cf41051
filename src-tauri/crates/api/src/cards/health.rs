//! Asking a module that listens how it does, in the one way it offers (`facts/modules.md`).

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use sanctum_install::catalogue::Health;

const WAIT: Duration = Duration::from_millis(800);
/// A health answer is short; the rest is not read.
const MOST: usize = 4096;

/// The answer in a clause, or why it is none. `None` where the module offers nothing to ask.
pub(crate) fn ask(health: &Health, at: SocketAddr) -> Option<Result<String, String>> {
    let path = health.path.as_deref().unwrap_or("/");
    match health.kind.as_str() {
        "http" => Some(http(at, path, "200")),
        "sse" => Some(http(at, path, "text/event-stream")),
        "tcp" => Some(connect(at).map(|took| format!("took a connection on {} in {} ms", at.port(), took.as_millis()))),
        _ => None,
    }
}

fn connect(at: SocketAddr) -> Result<Duration, String> {
    let began = Instant::now();
    TcpStream::connect_timeout(&at, WAIT)
        .map(|_| began.elapsed())
        .map_err(|error| format!("port {} refused the connection ({})", at.port(), error.kind()))
}

/// One GET over loopback, by hand: no client of ours follows redirects or proxies here.
fn http(at: SocketAddr, path: &str, expect: &str) -> Result<String, String> {
    let began = Instant::now();
    let head =
        request(at, path).map_err(|error| format!("did not answer GET {path} on {} ({})", at.port(), error.kind()))?;
    let first = head.lines().next().unwrap_or("").to_owned();
    let ok = first.starts_with("HTTP/1.") && first.contains(" 200") && (expect == "200" || head.contains(expect));
    if ok {
        return Ok(format!("answered GET {path} in {} ms", began.elapsed().as_millis()));
    }
    let said: String = first.chars().filter(|c| !c.is_control()).take(60).collect();
    Err(format!("answered GET {path} with “{said}”"))
}

fn request(at: SocketAddr, path: &str) -> std::io::Result<String> {
    let until = Instant::now() + WAIT;
    let mut stream = TcpStream::connect_timeout(&at, WAIT)?;
    stream.set_write_timeout(Some(WAIT))?;
    // In one piece: a peer may answer and close as soon as it has read something.
    stream.write_all(
        format!("GET {path} HTTP/1.1\r\nHost: {at}\r\nAccept: */*\r\nConnection: close\r\n\r\n").as_bytes(),
    )?;
    let mut head = Vec::new();
    let mut buffer = [0u8; 1024];
    // The end of the head is enough: an event stream never ends by itself.
    while head.len() < MOST && !head.windows(4).any(|w| w == b"\r\n\r\n") {
        // One deadline for the whole answer: a byte now and then does not prolong it.
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(std::io::ErrorKind::TimedOut.into());
        }
        stream.set_read_timeout(Some(left))?;
        match stream.read(&mut buffer)? {
            0 => break,
            n => head.extend_from_slice(&buffer[..n]),
        }
    }
    Ok(String::from_utf8_lossy(&head).into_owned())
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    fn serve(answer: &'static [u8]) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let at = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let _request = stream.read(&mut [0u8; 512]).unwrap();
            stream.write_all(answer).unwrap();
        });
        at
    }

    fn health(kind: &str, path: &str) -> Health {
        Health { kind: kind.to_owned(), path: Some(path.to_owned()), log_ready: None }
    }

    #[test]
    fn a_good_answer_is_evidence_and_a_bad_one_says_what_was_said() {
        let good = serve(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
        let said = ask(&health("http", "/health"), good).unwrap().unwrap();
        assert!(said.starts_with("answered GET /health"), "the answer names what was asked: {said}");
        let bad = serve(b"HTTP/1.1 404 Not Found\r\n\r\n");
        let why = ask(&health("http", "/health"), bad).unwrap().unwrap_err();
        assert!(why.contains("404"), "a wrong answer is quoted: {why}");
    }

    #[test]
    fn an_event_stream_is_healthy_by_its_head_alone() {
        let stream = serve(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\nevent: endpoint\r\n");
        assert!(ask(&health("sse", "/sse"), stream).unwrap().is_ok(), "the stream need not end");
        let page = serve(b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n\r\n");
        assert!(ask(&health("sse", "/sse"), page).unwrap().is_err(), "an ordinary page is not an event stream");
    }

    #[test]
    fn nobody_there_is_said_and_nothing_to_ask_is_none() {
        let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        assert!(ask(&health("tcp", ""), free).unwrap().is_err(), "a closed port is no health");
        assert!(ask(&health("none", ""), free).is_none(), "a module that offers nothing is not asked");
    }
}
