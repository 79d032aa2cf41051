//! Small servers on the loopback, each answering its own way, that remember what they were asked.

use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A running server.
pub struct Server {
    pub port: u16,
    pub requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Answers each request with the bytes that `answer` gives for its head.
    pub async fn new(answer: impl Fn(&str) -> Vec<u8> + Send + Sync + 'static) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (log, answer) = (requests.clone(), Arc::new(answer));
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let (log, answer) = (log.clone(), answer.clone());
                tokio::spawn(async move { talk(socket, &log, answer.as_ref()).await });
            }
        });
        Server { port, requests }
    }

    /// Accepts and never says a word.
    pub async fn silent() -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            let mut held = Vec::new();
            while let Ok((socket, _)) = listener.accept().await {
                held.push(socket);
            }
        });
        Server { port, requests: Arc::default() }
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub fn seen(&self) -> String {
        self.requests.lock().unwrap().join("\n")
    }
}

async fn talk(mut socket: TcpStream, log: &Mutex<Vec<String>>, answer: &(dyn Fn(&str) -> Vec<u8> + Send + Sync)) {
    let mut head = Vec::new();
    let mut byte = [0u8; 1];
    while !head.ends_with(b"\r\n\r\n") && head.len() < 16 * 1024 {
        match socket.read(&mut byte).await {
            Ok(1) => head.push(byte[0]),
            _ => break,
        }
        // A TLS greeting has no blank line: answer it at once.
        if head.len() == 5 && head[0] == 0x16 {
            break;
        }
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let bytes = answer(&head);
    log.lock().unwrap().push(head);
    // The client may have heard enough.
    let _ = socket.write_all(&bytes).await;
    let _ = socket.shutdown().await;
}

/// An HTTP answer.
pub fn reply(status: &str, headers: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n{headers}\r\n{body}", body.len())
        .into_bytes()
}

pub fn json(body: &str) -> Vec<u8> {
    reply("200 OK", "Content-Type: application/json\r\n", body)
}

pub fn missing() -> Vec<u8> {
    reply("404 Not Found", "Server: nginx\r\nContent-Type: text/html\r\n", "<h1>no</h1>")
}

/// A Letta of version 0.11.7; with a password, only that one is let in.
pub fn letta(password: Option<&'static str>) -> impl Fn(&str) -> Vec<u8> + Send + Sync + 'static {
    move |head| {
        let line = head.lines().next().unwrap_or_default();
        let path = line.split(' ').nth(1).unwrap_or_default();
        let bearer = head.lines().find_map(|l| l.strip_prefix("authorization: Bearer "));
        match path.split('?').next() {
            Some("/v1/health/") => json(r#"{"version":"0.11.7","status":"ok"}"#),
            Some("/v1/agents/") if password.is_none() || bearer == password => json("[]"),
            Some("/v1/agents/") => {
                reply("401 Unauthorized", "Content-Type: application/json\r\n", r#"{"detail":"Unauthorized"}"#)
            }
            _ => missing(),
        }
    }
}
