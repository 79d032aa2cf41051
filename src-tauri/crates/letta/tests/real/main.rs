//! The suite against a real Letta server: `make test-letta` installs it and names it in `LETTA_SERVER`.
//!
//! The server gets a home of its own, a free port of the loopback, a password, and a model that repeats what it is
//! told.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod model;
#[path = "../support/mod.rs"]
mod support;

use futures_util::StreamExt;
use sanctum_letta::{
    Event, Image, Message, NewAgent, Outcome, Part, Server, Stop, Trouble, UserMessage, connect, probe,
};
use sanctum_secrets::Secret;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};
use tokio::process::{Child, Command};

const PASSWORD: &str = "hunter2-canary";
const VERSION: &str = "0.11.7";
const OTHERS: usize = 105;

/// Starts the server; it is killed when it is dropped, by its process id.
fn start(program: &str, home: &Path, port: u16, model: u16) -> Child {
    let log = std::fs::File::create(home.join("letta.log")).unwrap();
    Command::new(program)
        .args(["server", "--host", "127.0.0.1", "--port", &port.to_string(), "--secure"])
        .env("HOME", home)
        .env("LETTA_DIR", home.join(".letta"))
        .env("LETTA_SERVER_PASSWORD", PASSWORD)
        .env("OPENAI_API_KEY", "sk-of-a-test")
        .env("OPENAI_BASE_URL", format!("http://127.0.0.1:{model}/v1"))
        .current_dir(home)
        .stdin(Stdio::null())
        .stdout(log.try_clone().unwrap())
        .stderr(log)
        .kill_on_drop(true)
        .spawn()
        .expect("the server named in LETTA_SERVER can be started")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_real_letta_does_all_that_the_fake_ones_do() {
    let program = std::env::var("LETTA_SERVER").expect("`make test-letta` names the server in LETTA_SERVER");
    let home = tempfile::tempdir().unwrap();
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut child = start(&program, home.path(), port, model::start().await);
    let (address, password) = (format!("http://127.0.0.1:{port}"), Secret::new(PASSWORD.into()));
    let started = Instant::now();
    loop {
        let found = probe(&address, Some(&password), Duration::from_secs(5)).await;
        if found.outcome == Outcome::Healthy {
            break;
        }
        let ended = child.try_wait().unwrap();
        let log = || std::fs::read_to_string(home.path().join("letta.log")).unwrap_or_default();
        assert!(ended.is_none(), "the server ended before it answered ({ended:?}):\n{}", log());
        assert!(started.elapsed() < Duration::from_secs(180), "the server does not come up: {found:?}\n{}", log());
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    println!("letta {VERSION} answers after {:.1} s", started.elapsed().as_secs_f32());
    let wrong = connect(&address, Some(&Secret::new("canary-wrong".into())), Duration::from_secs(10)).await;
    assert_eq!(wrong.map(drop).unwrap_err().0.outcome, Outcome::WrongPassword, "its door is shut to others");
    let server = connect(&address, Some(&password), Duration::from_secs(60)).await.unwrap();
    // More than a page of them, many within one second, which is where the cursor of this version is coarse.
    for number in 0..OTHERS {
        made(server.as_ref(), &format!("other {number}")).await;
    }
    support::suite::rest(server.as_ref(), VERSION, OTHERS).await;
    let none = server.context("agent-00000001-0000-4000-8000-000000000000").await.unwrap_err();
    assert!(matches!(none, Trouble::Missing { .. } | Trouble::Unwell { .. }), "no agent, no context: {none:?}");
    println!("the suite took {:.1} s with the start", started.elapsed().as_secs_f32());
    dies_in_the_middle(server.as_ref(), &mut child).await;
}

/// The picture of one pixel.
const PIXEL: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==";

/// An agent of that name; its identifier.
async fn made(server: &dyn Server, name: &str) -> String {
    let models = server.models().await.unwrap();
    let model = models.llm.iter().find(|model| model.handle.ends_with("gpt-4o-mini")).expect("the model is listed");
    let new = NewAgent {
        name: name.into(),
        persona: format!("I am {name}."),
        model: model.handle.clone(),
        embedding: Some(models.embedding[0].handle.clone()),
        ..NewAgent::default()
    };
    server.create(&new).await.unwrap().id
}

/// An answer under way can be stopped, and one that the server does not survive keeps what was said.
async fn dies_in_the_middle(server: &dyn Server, child: &mut Child) {
    let id = made(server, "monday").await;
    let image = Image { media_type: "image/png".into(), data: PIXEL.into() };
    let message = UserMessage { text: "look".into(), images: vec![image], ..UserMessage::default() };
    let (said, end) = support::suite::answer(server.send(&id, message).await.unwrap()).await;
    assert_eq!(end, Event::Stopped { reason: Stop::EndOfTurn }, "a picture is taken: {said}");
    let history = server.messages(&id, None, 20).await.unwrap().messages;
    let seen = |message: &Message| matches!(&message.part, Part::User { images: 1, text } if text == "look");
    assert!(history.iter().any(seen), "and is in the history: {history:?}");
    let message = UserMessage { text: model::HOLD.into(), ..UserMessage::default() };
    let mut events = server.send(&id, message).await.unwrap();
    let mut said = String::new();
    while said.is_empty() {
        if let Event::Text { delta, .. } = events.next().await.expect("the answer has begun") {
            said.push_str(&delta);
        }
    }
    assert!(server.cancel(&id).await.unwrap(), "an answer under way can be stopped");
    child.kill().await.unwrap();
    let (more, end) = support::suite::answer(events).await;
    said.push_str(&more);
    assert!(model::held(&said), "all that was said came: {said:?}");
    assert_eq!(end, Event::Failed { trouble: Trouble::Cut, so_far: said }, "and is kept with the end");
    let gone = server.who().await.unwrap_err();
    assert!(gone.never_arrived(), "a server that is gone got nothing of the next question: {gone:?}");
}
