//! The index of plugins that a team hosts: read where its address was set, kept, known offline, and not believed.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use sanctum_tests::{Ctl, Place};
use serde_json::{Value, json};

use crate::support::{at_root, done, error, json as said, put};

/// Answers every question with the same body, until it is told another or dropped.
struct Server {
    url: String,
    body: Arc<Mutex<Vec<u8>>>,
    asked: Arc<AtomicUsize>,
}

impl Server {
    fn start(body: &Value) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/plugins.json", listener.local_addr().unwrap());
        let body = Arc::new(Mutex::new(body.to_string().into_bytes()));
        let asked = Arc::new(AtomicUsize::new(0));
        let (answer, count) = (body.clone(), asked.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(stream) = stream else { return };
                let body = answer.lock().unwrap().clone();
                if body.is_empty() {
                    return;
                }
                count.fetch_add(1, Ordering::SeqCst);
                let _gone = Self::answer(stream, &body);
            }
        });
        Self { url, body, asked }
    }

    fn answer(mut stream: TcpStream, body: &[u8]) -> std::io::Result<()> {
        let mut question = [0; 4096];
        let _some = stream.read(&mut question)?;
        write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len())?;
        stream.write_all(body)
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    fn says(&self, body: &[u8]) {
        *self.body.lock().unwrap() = body.to_vec();
    }

    /// Nobody answers any more.
    fn stop(&self) {
        self.says(b"");
        let at = self.url.trim_start_matches("http://").trim_end_matches("/plugins.json");
        drop(TcpStream::connect(at));
        while TcpStream::connect(at).is_ok() {
            std::thread::yield_now();
        }
    }
}

fn entry(name: &str, source: Value) -> Value {
    json!({"name": name, "title": name, "description": "Says how it will be.", "version": "2.0.0", "kind": "smcp", "source": source})
}

fn git(url: &str) -> Value {
    json!({"kind": "git", "url": url, "rev": "v2.0.0"})
}

fn sanctum() -> Place {
    let place = Place::new().unwrap();
    Ctl::new(&place).setup(&["athena"], "smcp").unwrap();
    place
}

fn available(place: &Place) -> Value {
    said(place, &["plugins", "list", "--available"])
}

fn names(offers: &Value) -> Vec<String> {
    offers.as_array().unwrap().iter().map(|offer| offer["name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn an_index_is_read_only_where_it_was_set_and_known_when_the_server_is_gone() {
    let place = sanctum();
    put(&place.root(), "smcp/plugins/weather/cli.py", "__version__ = '1.0.0'\n");
    let server = Server::start(&json!([entry("weather", git("https://example.org/weather.git"))]));
    assert_eq!(available(&place), json!([]), "nothing is offered");
    assert_eq!(server.asked(), 0, "and nobody is asked before an address was set");

    done(&place, &["config", "set", "system-settings", "plugin_index", &server.url]);
    let offers = available(&place);
    assert_eq!(names(&offers), ["weather"], "what it names is offered: {offers:#}");
    assert_eq!(offers[0]["offered_by"], "the index at 127.0.0.1", "with who names it: {offers:#}");
    assert_eq!(offers[0]["updates"], "smcp:weather", "and what it would update: {offers:#}");
    let row = said(&place, &["plugins", "show", "smcp:weather"])["row"].clone();
    assert_eq!(row["update"], "2.0.0", "the update shows at the plugin: {row:#}");
    assert_eq!(names(&available(&place)), ["weather"], "a second look");
    assert_eq!(server.asked(), 1, "within ten minutes it is not asked again, and never for a row");

    server.stop();
    let kept = place.data_dir().join("installs");
    let file = std::fs::read_dir(kept).unwrap().next().unwrap().unwrap().path().join("plugins/index.json");
    let mut read: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    read["at"] = "2026-01-31T00:00:00Z".into();
    std::fs::write(&file, read.to_string()).unwrap();
    let offers = available(&place);
    let by = offers[0]["offered_by"].as_str().unwrap();
    assert!(
        by.starts_with("the index at 127.0.0.1, read ") && by.ends_with(" days ago; it cannot be reached now"),
        "offline it is known, with its age: {offers:#}"
    );
}

#[test]
fn a_hostile_index_offers_nothing_of_this_computer_and_breaks_nothing() {
    let place = sanctum();
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let server = Server::start(&json!([
        entry("local", json!({"kind": "folder", "path": "/etc"})),
        entry("archive", json!({"kind": "archive", "path": "~/.ssh/x.zip"})),
        entry("file", git("file:///etc")),
        entry("option", git("--upload-pack=touch /tmp/x")),
        entry("password", git("https://a:b@example.org/x.git")),
        {"name": 7},
        "nothing",
        entry("\u{1b}[31mred\u{202e}", git("https://example.org/red.git")),
    ]));
    done(&place, &["config", "set", "system-settings", "plugin_index", &server.url]);
    let offers = available(&place);
    assert_eq!(names(&offers), ["red"], "only git over https, and its words made harmless: {offers:#}");

    let large = format!("[{}]", "0,".repeat(3 << 20));
    for (body, why) in [
        (deep.as_bytes(), "depth without end"),
        (b"{\"not\": \"a list\"}", "no list"),
        (b"\xff\xfe", "no text"),
        (large.as_bytes(), "more than it may be"),
    ] {
        let other = Server::start(&Value::Null);
        other.says(body);
        done(&place, &["config", "set", "system-settings", "plugin_index", &other.url]);
        let refused = at_root(&place, &["plugins", "list", "--available", "--json"]);
        assert_eq!(error(&refused)["code"], "index_unreachable", "{why}: {refused:?}");
        assert_eq!(other.asked(), 1, "{why}: it was asked");
    }
    let with_password =
        ["config", "set", "system-settings", "plugin_index", "https://a:b@127.0.0.1/x", "--yes", "--json"];
    assert_eq!(error(&at_root(&place, &with_password))["code"], "settings_invalid", "a password is not kept there");
    for address in ["http://example.org/plugins.json", "file:///etc/passwd", "https://a@127.0.0.1/x"] {
        done(&place, &["config", "set", "system-settings", "plugin_index", address]);
        let refused = at_root(&place, &["plugins", "list", "--available", "--json"]);
        let error = error(&refused);
        assert!(error["message"].as_str().unwrap().contains("has to begin with https://"), "{address}: {error:#}");
    }
    let list = at_root(&place, &["plugins", "list", "--json"]);
    assert_eq!(list.code, 0, "the plugins that are there are listed all the same: {list:?}");
}
