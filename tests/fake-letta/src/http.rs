//! An HTTP server small enough to misbehave on purpose: it can cut, split, stall and lie.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Request {
    pub method: String,
    /// The path, without the query.
    pub path: String,
    pub query: String,
    /// All header lines, names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// What goes back.
pub enum Reply {
    /// Exactly these bytes, then the end of the connection.
    Raw(Vec<u8>),
    /// A stream of these pieces, each flushed by itself, with a pause after each; without its proper end where `cut`.
    Stream { pieces: Vec<Vec<u8>>, cut: bool, pause: Duration },
    /// These bytes, then silence until the client leaves.
    Silence(Vec<u8>),
}

/// An answer with a body.
pub fn reply(status: u16, kind: &str, body: impl Into<Vec<u8>>) -> Reply {
    let body = body.into();
    let head = format!(
        "HTTP/1.1 {status} X\r\ncontent-type: {kind}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    Reply::Raw([head.into_bytes(), body].concat())
}

pub fn json(body: &serde_json::Value) -> Reply {
    reply(200, "application/json", body.to_string())
}

/// A refusal in the form of Letta.
pub fn detail(status: u16, words: &str) -> Reply {
    reply(status, "application/json", serde_json::json!({"detail": words}).to_string())
}

/// Listens on a free port and answers every request with what `answer` gives; the port comes back.
pub async fn serve(answer: impl Fn(Request) -> Reply + Send + Sync + 'static) -> u16 {
    serve_at(0, answer).await.port
}

/// Where something listens, and its end.
pub struct Served {
    pub port: u16,
    pub stop: CancellationToken,
}

/// The same on a port of one's choice, until it is stopped; then open connections break off.
pub async fn serve_at(port: u16, answer: impl Fn(Request) -> Reply + Send + Sync + 'static) -> Served {
    let listener = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (answer, stop) = (Arc::new(answer), CancellationToken::new());
    let ended = stop.clone();
    tokio::spawn(ended.clone().run_until_cancelled_owned(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let answer = answer.clone();
            tokio::spawn(ended.clone().run_until_cancelled_owned(async move { talk(socket, answer.as_ref()).await }));
        }
    }));
    Served { port, stop }
}

async fn talk(mut socket: TcpStream, answer: &(dyn Fn(Request) -> Reply + Send + Sync)) -> Option<()> {
    let request = read(&mut socket).await?;
    match answer(request) {
        Reply::Raw(bytes) => socket.write_all(&bytes).await.ok()?,
        Reply::Stream { pieces, cut, pause } => {
            let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
            socket.write_all(head.as_bytes()).await.ok()?;
            for piece in pieces {
                let chunk = [format!("{:x}\r\n", piece.len()).as_bytes(), &piece, b"\r\n"].concat();
                socket.write_all(&chunk).await.ok()?;
                socket.flush().await.ok()?;
                if pause.is_zero() {
                    tokio::task::yield_now().await;
                } else {
                    tokio::time::sleep(pause).await;
                }
            }
            if !cut {
                socket.write_all(b"0\r\n\r\n").await.ok()?;
            }
        }
        Reply::Silence(bytes) => {
            socket.write_all(&bytes).await.ok()?;
            let mut rest = [0; 64];
            while socket.read(&mut rest).await.ok()? > 0 {}
        }
    }
    socket.shutdown().await.ok()
}

async fn read(socket: &mut TcpStream) -> Option<Request> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end + 4;
        }
        let mut more = [0; 4096];
        let count = socket.read(&mut more).await.ok().filter(|count| *count > 0)?;
        bytes.extend_from_slice(&more[..count]);
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut lines = head.lines();
    let mut first = lines.next()?.split(' ');
    let (method, target) = (first.next()?.to_owned(), first.next()?.to_owned());
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let (path, query) = (path.to_owned(), query.to_owned());
    let mut request = Request { method, path, query, headers, body: bytes[end..].to_vec() };
    let length = request.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    while request.body.len() < length {
        let mut more = [0; 4096];
        let count = socket.read(&mut more).await.ok().filter(|count| *count > 0)?;
        request.body.extend_from_slice(&more[..count]);
    }
    // Chunked bodies (a form) have no length: they end with an empty chunk.
    if request.header("transfer-encoding").is_some() {
        while !request.body.ends_with(b"\r\n0\r\n\r\n") {
            let mut more = [0; 4096];
            let count = socket.read(&mut more).await.ok().filter(|count| *count > 0)?;
            request.body.extend_from_slice(&more[..count]);
        }
    }
    Some(request)
}
