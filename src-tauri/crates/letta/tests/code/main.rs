//! The client against a real App Server of Letta Code: `make test-letta` installs it and names it in `LETTA_CODE`.
//!
//! The server gets a home of its own, no account, and the model that repeats what it is told. It ends by itself when
//! this test, its parent, ends.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "../real/model.rs"]
#[expect(dead_code, reason = "no answer is held here")]
mod model;
#[path = "../support/mod.rs"]
#[expect(dead_code, reason = "its answers are those of the model, and the suite is for REST servers")]
mod support;

use sanctum_letta::{AgentChange, Event, Flavour, NewAgent, Outcome, Part, Stop, UserMessage, connect, probe};
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};
use support::suite::answer;
use tokio::process::Command;

fn letta(home: &Path) -> Command {
    let program = std::env::var("LETTA_CODE").expect("`make test-letta` names the program in LETTA_CODE");
    let mut command = Command::new(program);
    command.env("HOME", home).env("LETTA_DISABLE_TELEMETRY", "1").env("DO_NOT_TRACK", "1");
    command.current_dir(home).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
    command
}

#[tokio::test(flavor = "multi_thread")]
async fn a_real_app_server_is_talked_to() {
    let home = tempfile::tempdir().unwrap();
    let base = format!("http://127.0.0.1:{}/v1", model::start().await);
    for arguments in [
        ["backend", "local", "", "", "", ""],
        ["connect", "openai-compatible", "--base-url", base.as_str(), "--api-key", "sk-of-a-test"],
    ] {
        let given = arguments.iter().filter(|argument| !argument.is_empty());
        let ended = letta(home.path()).args(given).status().await.unwrap();
        assert!(ended.success(), "`letta {}` prepares it", arguments.join(" "));
    }
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let address = format!("ws://127.0.0.1:{port}");
    let mut child = letta(home.path()).args(["server", "--listen", &address]).spawn().unwrap();
    let started = Instant::now();
    loop {
        let found = probe(&format!("http://127.0.0.1:{port}"), None, Duration::from_secs(5)).await;
        if found.outcome == Outcome::Healthy {
            break;
        }
        assert!(started.elapsed() < Duration::from_secs(60), "the server does not come up: {found:?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let server = connect(&format!("{address}/ws"), None, Duration::from_secs(30)).await.unwrap();
    let who = server.who().await.unwrap();
    assert!(who.flavour == Flavour::AppServer && who.version.is_some(), "it says who it is: {who:?}");
    let models = server.models().await.unwrap();
    let model = models.llm.iter().find(|model| model.handle.ends_with("/gpt-4o-mini")).expect("the model is listed");
    assert_eq!(server.agents().await.unwrap(), vec![], "a new home has no agents");
    let new = NewAgent {
        name: "athena".into(),
        persona: "I am Athena.".into(),
        model: model.handle.clone(),
        ..NewAgent::default()
    };
    let id = server.create(&new).await.unwrap().id;
    let change = AgentChange { name: Some("pallas".into()), ..AgentChange::default() };
    assert_eq!(server.update(&id, &change).await.unwrap().name, "pallas", "an agent can be renamed");
    assert_eq!(server.agents().await.unwrap().len(), 1, "it is in the list");
    for text in ["first: héllo 日本", "second"] {
        let message = UserMessage { text: text.into(), mark: Some(format!("mark {text}")), ..UserMessage::default() };
        let (said, end) = answer(server.send(&id, message).await.unwrap()).await;
        assert_eq!(end, Event::Stopped { reason: Stop::EndOfTurn }, "the answer ends well: {said}");
        assert!(said.contains(text), "the model saw the message, and its text arrived whole: {said:?}");
    }
    let mut page = server.messages(&id, None, 2).await.unwrap();
    let mut all = page.messages.clone();
    while let Some(before) = page.before {
        page = server.messages(&id, Some(&before), 2).await.unwrap();
        all.splice(0..0, page.messages.clone());
    }
    let said = all.iter().filter_map(|message| match &message.part {
        Part::User { text, .. } => Some((text.as_str(), message.mark.as_deref().unwrap_or_default())),
        _ => None,
    });
    let sent = [("first: héllo 日本", "mark first: héllo 日本"), ("second", "mark second")];
    assert_eq!(said.collect::<Vec<_>>(), sent, "the history has each once, in order, and no notes of the server");
    assert!(!server.cancel(&id).await.unwrap(), "nothing is under way any more");
    server.delete(&id).await.unwrap();
    assert!(server.agent(&id).await.is_err(), "a deleted agent is gone");
    child.kill().await.unwrap();
}
