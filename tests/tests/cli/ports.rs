//! Ports from a terminal: whose they are, who listens, and moving an instance with all that names its port.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::support::{ENV, at_root, done, json, made, put, read, refused};

/// A program that listens until it is dropped.
struct Listens(Child);

impl Drop for Listens {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

fn listens(port: u64) -> Listens {
    let program = "import socket,sys\ns=socket.socket(); s.setsockopt(socket.SOL_SOCKET,socket.SO_REUSEADDR,1)\n\
                   s.bind(('127.0.0.1',int(sys.argv[1]))); s.listen(); print('up',flush=True)\nwhile True: s.accept()[0].close()";
    let mut child = Command::new("python3")
        .args(["-c", program, &port.to_string()])
        .current_dir("/")
        .stdout(Stdio::piped())
        .spawn()
        .map(Listens)
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.0.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line.trim(), "up", "it listens on {port}");
    child
}

fn free() -> u64 {
    u64::from(std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port())
}

fn row(view: &Value, instance: &str) -> Value {
    let rows = view["rows"].as_array().unwrap();
    rows.iter().find(|row| row["instance"] == instance).unwrap_or_else(|| panic!("{instance} in {view}")).clone()
}

const THALAMUS: &str = "agents/agent-athena/thalamus/config/.env";

#[test]
fn a_stolen_port_is_named_and_the_module_moves_away_with_all_that_leads_to_it() {
    let place = made(&["Athena"], "broca2,thalamus");
    let port = row(&json(&place, &["ports", "list"]), "athena/thalamus")["port"].as_u64().unwrap();
    let broca = format!("{}ASK_THALAMUS_AT='http://127.0.0.1:{port}/api'\n", read(&place, ENV));
    put(&place.root(), ENV, &broca);
    let thief = listens(port);
    let stolen = row(&json(&place, &["ports", "list"]), "athena/thalamus");
    assert_eq!(stolen["status"]["word"], "Degraded", "somebody else has it: {stolen}");
    assert_eq!(stolen["listener"]["pid"], thief.0.id(), "by its process: {stolen}");
    let offer = stolen["offer"].as_u64().unwrap();
    let words = at_root(&place, &["ports", "list"]);
    assert!(words.out.contains(&format!("pid {}", thief.0.id())), "a person reads it too: {words:?}");
    assert!(words.out.contains(&format!("{offer} is free")), "and where it could go: {words:?}");

    let shown = at_root(&place, &["ports", "move", "athena/thalamus", "--plan"]);
    assert!(shown.out.contains(&format!("Move Thalamus of Athena to port {offer}")), "the next free one: {shown:?}");
    assert!(read(&place, THALAMUS).contains(&format!("PORT='{port}'")), "a plan changes nothing");
    done(&place, &["ports", "move", "athena/thalamus"]);
    let own = read(&place, THALAMUS);
    assert!(own.contains(&format!("\nPORT='{offer}'")), "its own file: {own}");
    assert!(own.contains(&format!("THALAMUS_WEB_PORT='{offer}'")), "with the one it reads: {own}");
    assert!(
        read(&place, ENV).contains(&format!("ASK_THALAMUS_AT='http://127.0.0.1:{offer}/api'")),
        "and who leads to it"
    );
    let moved = row(&json(&place, &["ports", "list"]), "athena/thalamus");
    assert_eq!(
        (moved["port"].as_u64(), &moved["status"]["word"]),
        (Some(offer), &"Ready".into()),
        "it is free: {moved}"
    );
    drop(thief);
    done(&place, &["changes", "undo"]);
    assert_eq!(read(&place, ENV), broca, "undo brings everything back");
}

#[test]
fn a_port_that_cannot_be_had_is_refused() {
    let place = made(&["Athena"], "broca2,thalamus");
    let view = json(&place, &["ports", "list"]);
    let (own, broca) =
        (row(&view, "athena/thalamus")["port"].to_string(), row(&view, "athena/broca2")["port"].to_string());
    let held = free();
    let _thief = listens(held);
    for (port, code) in [
        (own.as_str(), "nothing_to_change"),
        (broca.as_str(), "port_reserved"),
        (&held.to_string(), "port_held"),
        ("5000", "port_refused"),
        ("99999", "port_refused"),
    ] {
        refused(&at_root(&place, &["ports", "move", "athena/thalamus", "--to", port, "--yes"]), code);
    }
    refused(&at_root(&place, &["ports", "move", "nobody/thalamus", "--yes"]), "setting_target_unknown");
    refused(&at_root(&place, &["ports", "move", "athena/thalamus"]), "confirm_needed");
}
