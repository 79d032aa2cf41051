//! A server that says over HTTP whatever a test wants.

use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// What a script may do with the stream of events.
pub struct Stream(Arc<Mutex<Option<TcpStream>>>);

impl Stream {
    /// Bytes as they are; false where nobody reads any more.
    pub fn raw(&self, bytes: &[u8]) -> bool {
        let mut stream = self.0.lock().unwrap();
        stream.as_mut().is_some_and(|stream| stream.write_all(bytes).is_ok())
    }

    pub fn event(&self, value: &Value) -> bool {
        self.raw(format!("event: message\ndata: {value}\n\n").as_bytes())
    }

    pub fn answer(&self, question: &Value, result: Value) -> bool {
        self.event(&json!({"jsonrpc": "2.0", "id": question["id"], "result": result}))
    }

    pub fn end(&self) {
        self.0.lock().unwrap().take();
    }
}

/// Answers every connection with these bytes, again and again where `endless`, and tells its address.
pub fn bytes(answer: &'static [u8], endless: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/sse", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            thread::spawn(move || {
                let _ = head(&mut BufReader::new(stream.try_clone().unwrap()));
                let mut going = stream.write_all(answer).is_ok();
                while going && !endless.is_empty() {
                    going = stream.write_all(endless).is_ok();
                }
            });
        }
    });
    url
}

/// A server whose greeting is as it should be, and whose every other answer is the script's; answers its address. The script
/// gets a question and the stream, and says the HTTP status of its POST.
pub fn server(script: impl Fn(&Value, &Stream) -> u16 + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/sse", listener.local_addr().unwrap());
    let (script, kept) = (Arc::new(script), Arc::new(Mutex::new(None)));
    thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(stream) = stream else { return };
            let (script, kept) = (Arc::clone(&script), Arc::clone(&kept));
            thread::spawn(move || connection(stream, &*script, kept));
        }
    });
    url
}

fn connection(mut stream: TcpStream, script: &dyn Fn(&Value, &Stream) -> u16, kept: Arc<Mutex<Option<TcpStream>>>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let Some((first, length)) = head(&mut reader) else { return };
    if first.starts_with("GET") {
        let begin = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\nevent: endpoint\ndata: /messages/?session_id=1\n\n";
        stream.write_all(begin.as_bytes()).unwrap();
        *kept.lock().unwrap() = Some(stream);
        return;
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let message: Value = serde_json::from_slice(&body).unwrap();
    let events = Stream(kept);
    let status = match message["method"].as_str() {
        Some("initialize") => {
            let who = json!({"name": "fake\u{1b}[31m", "version": "1"});
            events.answer(
                &message,
                json!({"protocolVersion": "2025-11-25", "capabilities": {"tools": {}}, "serverInfo": who}),
            );
            202
        }
        Some(method) if method.starts_with("notifications/") => 202,
        _ => script(&message, &events),
    };
    let _ = write!(stream, "HTTP/1.1 {status} X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
}

/// The first line of a question and the length of its body.
fn head(reader: &mut BufReader<TcpStream>) -> Option<(String, usize)> {
    let (mut first, mut length) = (String::new(), 0);
    reader.read_line(&mut first).ok()?;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|count| *count > 0)?;
        if line.trim().is_empty() {
            return Some((first, length));
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
    }
}
