//! The web bridge's recipe, carried out with a stand-in that has its habits: its tables, and keys that not everybody has.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use sanctum_registry::rusqlite::Connection;
use sanctum_tests::yard::Yard;
use serde_json::Value;

use crate::support::{at_root, holding, json, put};

const BRIDGE: &str = "agents/agent-athena/web-bridge";
const ADDRESS: &str = "athena/web-bridge";

fn database(yard: &Yard) -> PathBuf {
    yard.root().join(BRIDGE).join("db/web-bridge.sqlite")
}

/// Gives it a session key of its own, as its file carries it.
fn with_a_session_key(yard: &Yard) {
    let file = format!("{BRIDGE}/config/.env");
    let said = std::fs::read_to_string(yard.root().join(&file)).unwrap();
    put(&yard.root(), &file, format!("{said}SECRET_KEY='one-of-its-own'\n"));
}

/// Code and answer of one request.
fn ask(port: u64, head: &str, body: &str) -> (u16, Value) {
    let mut stream = TcpStream::connect(("127.0.0.1", u16::try_from(port).unwrap())).unwrap();
    write!(stream, "{head}\r\nhost: 127.0.0.1\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}", body.len())
        .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.split(' ').nth(1).unwrap().parse().unwrap(), serde_json::from_str(body).unwrap())
}

/// What a start that is refused says.
fn refused_start(yard: &Yard) -> String {
    let done = at_root(yard, &["modules", "start", ADDRESS, "--json"]);
    assert_eq!(done.code, 1, "it is not started: {done:?}");
    let row = json(yard, &["modules", "status", ADDRESS])["row"].clone();
    assert_eq!(row["pid"], Value::Null, "and nothing of it runs: {row:#}");
    done.out
}

fn start(yard: &Yard) -> Value {
    let started = json(yard, &["modules", "start", ADDRESS]);
    assert_eq!(started[0]["done"], true, "it starts: {started:#}");
    let end = Instant::now() + Duration::from_secs(40);
    loop {
        let row = json(yard, &["modules", "status", ADDRESS])["row"].clone();
        if row["status"]["word"] == "Healthy" {
            return row;
        }
        assert!(Instant::now() < end, "it answers: {row:#}");
        std::thread::sleep(Duration::from_millis(200));
    }
}

#[test]
fn it_takes_messages_and_has_keys_of_its_own_which_stand_in_no_file_but_its_database() {
    let yard = Yard::new("web-bridge").unwrap();
    yard.install(ADDRESS, "web-bridge").unwrap();
    let said = refused_start(&yard);
    assert!(
        said.contains("SECRET_KEY") && said.contains("the key that everybody has"),
        "without a session key of its own it is not started, and it says how it gets one: {said}"
    );
    with_a_session_key(&yard);
    let row = start(&yard);
    assert!(
        row["status"]["evidence"].to_string().contains("success is “true”"),
        "its answer is looked into, not only its code: {row:#}"
    );
    let port = row["port"].as_u64().unwrap();
    let message = r#"{"session_id": "session_a", "message": "Good morning"}"#;
    let (code, answer) = ask(port, "POST /api/v1/?action=messages HTTP/1.1", message);
    assert_eq!((code, &answer["success"]), (200, &true.into()), "with its tables it takes the first message: {answer}");
    let inbox =
        |key: &str| ask(port, &format!("GET /api/v1/?action=inbox HTTP/1.1\r\nauthorization: Bearer {key}"), "");
    for public in ["ObeyG1ant", "FreeUkra1ne"] {
        assert_eq!(inbox(public).0, 401, "the keys that everybody has open nothing");
    }
    let key: String = Connection::open(database(&yard))
        .unwrap()
        .query_row("SELECT config_value FROM system_config WHERE config_key = 'api_key'", [], |row| row.get(0))
        .unwrap();
    let (code, answer) = inbox(&key);
    assert_eq!((code, &answer["data"]["messages"][0]), (200, &"Good morning".into()), "its own does: {answer}");
    let mut holds = holding(yard.path(), &key);
    holds.retain(|name| !name.contains("db/web-bridge.sqlite"));
    assert!(holds.is_empty(), "and no other file knows it: {holds:?}");
    json(&yard, &["modules", "stop", ADDRESS]);
}

#[test]
fn with_the_keys_that_everybody_has_it_is_not_started() {
    let yard = Yard::new("web-bridge").unwrap();
    yard.install(ADDRESS, "web-bridge").unwrap();
    with_a_session_key(&yard);
    let tables = yard.root().join(BRIDGE).join("db/init_database.sql");
    let ours = std::fs::read(&tables).unwrap();
    std::fs::remove_file(&tables).unwrap();
    let said = refused_start(&yard);
    assert!(
        said.contains("init_database.sql"),
        "what would give it keys is missing, and it is said what to do: {said}"
    );

    std::fs::write(&tables, ours).unwrap();
    start(&yard);
    let row = json(&yard, &["modules", "status", ADDRESS])["row"].clone();
    let message = r#"{"session_id": "session_a", "message": "Good morning"}"#;
    ask(row["port"].as_u64().unwrap(), "POST /api/v1/?action=messages HTTP/1.1", message);
    json(&yard, &["modules", "stop", ADDRESS]);
    for sql in [
        "UPDATE system_config SET config_value = 'FreeUkra1ne' WHERE config_key = 'admin_key'",
        "DELETE FROM system_config WHERE config_key = 'admin_key'",
        "DROP TABLE system_config",
    ] {
        Connection::open(database(&yard)).unwrap().execute_batch(sql).unwrap();
        let said = refused_start(&yard);
        assert!(said.contains("sqlite3"), "after `{sql}` it goes by a public key, and it is said what to do: {said}");
    }
}
