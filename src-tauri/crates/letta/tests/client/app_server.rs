//! The client and Letta Code's App Server: the door, the questions, a turn, and everything that can break.

use std::time::Duration;

use sanctum_letta::{
    AgentChange, BlockChange, Event, Flavour, NewAgent, Outcome, Part, Patience, Stop, Trouble, UserMessage, connect,
};
use sanctum_secrets::Secret;
use serde_json::json;

use crate::sockets::{AGENT, Socket, of_turn, piece, usual};
use crate::support::suite::answer;
use crate::{PASSWORD, PATIENCE};

fn hello() -> UserMessage {
    UserMessage { text: "hello".into(), mark: Some("mark-1".into()), ..UserMessage::default() }
}

#[tokio::test]
async fn agents_and_models_are_those_of_the_server() {
    let fake = Socket::new(None, usual).await;
    let server = connect(&fake.url(), None, PATIENCE).await.unwrap();
    let who = server.who().await.unwrap();
    assert_eq!((who.flavour, who.version.as_deref()), (Flavour::AppServer, Some("0.34.12")), "it says who it is");
    let models = server.models().await.unwrap();
    assert_eq!(models.llm[0].handle, "openai-compatible/gpt-4o-mini", "its models are listed");
    assert!(models.embedding.is_empty() && !server.features().embedding, "it has no embeddings, and says so");
    let agents = server.agents().await.unwrap();
    assert_eq!((agents.len(), agents[0].name.as_str()), (1, "athena"), "its agents are listed");
    let new = NewAgent { name: "beta".into(), model: models.llm[0].handle.clone(), ..NewAgent::default() };
    assert_eq!(server.create(&new).await.unwrap().name, "beta", "one can be made");
    let change = AgentChange { name: Some("gamma".into()), ..AgentChange::default() };
    assert_eq!(server.update(AGENT, &change).await.unwrap().name, "gamma", "and changed");
    server.delete(AGENT).await.unwrap();
    let missing = server.agent("agent-local-none").await.unwrap_err();
    assert!(matches!(missing, Trouble::Missing { .. }), "one that is not there is told: {missing:?}");
    let refused = server.delete("agent-local-none").await.unwrap_err();
    assert!(matches!(refused, Trouble::Rejected { .. }), "and not deleted: {refused:?}");
    let frames = fake.frames.lock().unwrap();
    let create = frames.iter().find(|frame| frame["type"] == "agent_create").unwrap();
    assert_eq!(create["body"]["memory_blocks"][0]["label"], "persona", "with its persona: {create}");
    assert!(create["body"]["memory_blocks"][1].is_null(), "and no `human` block: {create}");
}

#[tokio::test]
async fn a_turn_is_told_as_it_happens_and_grants_no_tool() {
    let fake = Socket::new(Some(PASSWORD), usual).await;
    let server = connect(&fake.url(), Some(&Secret::new(PASSWORD.into())), PATIENCE).await.unwrap();
    for _ in 0..2 {
        let (said, end) = answer(server.send(AGENT, hello()).await.unwrap()).await;
        assert_eq!(
            (said.as_str(), end),
            ("Hello", Event::Stopped { reason: Stop::EndOfTurn }),
            "its own words, all of them"
        );
    }
    assert!(!server.cancel(AGENT).await.unwrap(), "nothing is under way any more");
    let page = server.messages(AGENT, None, 2).await.unwrap();
    let user = Part::User { text: "hello".into(), images: 0 };
    assert_eq!(
        (page.messages[0].part.clone(), page.messages[0].mark.as_deref()),
        (user, Some("mark-1")),
        "oldest first"
    );
    assert_eq!(page.messages[1].part, Part::Assistant { text: "Hi".into() }, "then the answer");
    let earlier = server.messages(AGENT, page.before.as_deref(), 2).await.unwrap();
    assert_eq!((page.before.as_deref(), earlier.before), (Some("ui-1"), None), "until the history begins");
    let frames = fake.frames.lock().unwrap();
    let input = frames.iter().find(|frame| frame["type"] == "input").unwrap();
    assert_eq!(input["payload"]["client_tool_allowlist"], json!([]), "a chat from here allows no tool of the host");
    assert_eq!(*fake.opened.lock().unwrap(), 1, "all over one connection");
}

#[tokio::test]
async fn what_it_does_not_have_is_not_offered() {
    let fake = Socket::new(None, usual).await;
    let server = connect(&fake.url(), None, PATIENCE).await.unwrap();
    let features = server.features();
    assert!(features.cancel && !features.blocks && !features.transfer && !features.broca, "{features:?}");
    let before = fake.frames.lock().unwrap().len();
    for told in [
        server.blocks(AGENT).await.map(drop),
        server.set_block(AGENT, "persona", &BlockChange::default()).await.map(drop),
        server.remove_block(AGENT, "persona").await.map(drop),
        server.all_tools().await.map(drop),
        server.attach_tool(AGENT, "tool-1").await,
        server.context(AGENT).await.map(drop),
        server.export(AGENT).await.map(drop),
        server.import(b"{}".to_vec()).await.map(drop),
    ] {
        assert!(matches!(told, Err(Trouble::Unsupported { .. })), "it is said, not tried: {told:?}");
    }
    assert_eq!(fake.frames.lock().unwrap().len(), before, "nothing was sent for it");
}

#[tokio::test]
async fn its_door_is_tried_with_the_password() {
    let fake = Socket::new(Some(PASSWORD), usual).await;
    for (password, outcome) in [(None, Outcome::NeedsPassword), (Some("canary-wrong"), Outcome::WrongPassword)] {
        let password = password.map(|password| Secret::new(password.to_owned()));
        let refused = connect(&fake.url(), password.as_ref(), PATIENCE).await.map(drop).unwrap_err();
        assert_eq!(refused.0.outcome, outcome, "{refused:?}");
        assert!(!format!("{refused:?}").contains("canary"), "no text holds the password");
    }
    assert_eq!(*fake.opened.lock().unwrap(), 0, "nobody was let in");
}

#[tokio::test]
async fn a_turn_that_breaks_keeps_what_was_said() {
    let half = || piece(json!({"id": "m", "message_type": "assistant_message", "content": "half"}));
    type Ends = fn() -> (Vec<serde_json::Value>, bool);
    let ends: [(Ends, Trouble); 3] = [
        (|| (vec![], true), Trouble::Cut),
        (
            || (vec![piece(json!({"message_type": "loop_error", "message": "no model", "is_terminal": true}))], false),
            Trouble::Model { detail: "no model".into() },
        ),
        (
            || (vec![of_turn("turn_finished", json!({"stop_reason": "error", "error": "x"}))], false),
            Trouble::Model { detail: "it stopped with `error`".into() },
        ),
    ];
    for (end, trouble) in ends {
        let fake = Socket::new(None, move |frame| {
            let accepted = json!({"type": "input_accepted", "request_id": frame["request_id"], "accepted": true});
            let (frames, hang_up) = end();
            ([accepted, half()].into_iter().chain(frames).collect(), hang_up)
        })
        .await;
        let server = connect(&fake.url(), None, PATIENCE).await.unwrap();
        let (_, last) = answer(server.send(AGENT, hello()).await.unwrap()).await;
        assert_eq!(last, Event::Failed { trouble, so_far: "half".into() }, "the end of it");
    }
}

#[tokio::test]
async fn a_tool_that_asks_is_refused() {
    let fake = Socket::new(None, |frame| match frame["payload"]["kind"].as_str() {
        Some("create_message") => {
            let asks = json!({"type": "control_request", "request_id": "ask-1", "agent_id": AGENT,
                "request": {"subtype": "can_use_tool", "tool_name": "Bash"}});
            (vec![json!({"type": "input_accepted", "request_id": frame["request_id"], "accepted": true}), asks], false)
        }
        _ => {
            let done = of_turn("turn_finished", json!({"stop_reason": "end_turn"}));
            (vec![json!({"type": "input_accepted", "request_id": frame["request_id"], "accepted": true}), done], false)
        }
    })
    .await;
    let server = connect(&fake.url(), None, PATIENCE).await.unwrap();
    let (_, end) = answer(server.send(AGENT, hello()).await.unwrap()).await;
    assert_eq!(end, Event::Stopped { reason: Stop::EndOfTurn }, "the turn goes on without it");
    let frames = fake.frames.lock().unwrap();
    assert_eq!(frames[1]["payload"]["decision"]["behavior"], "deny", "it was refused: {}", frames[1]);
    assert_eq!(frames[1]["payload"]["request_id"], "ask-1", "and the refusal names what it refuses");
}

#[tokio::test]
async fn silence_garbage_and_refusals_end_a_question() {
    let patience = Patience { answer: Duration::from_secs(2), silence: Duration::from_secs(10) };
    let silent = Socket::new(None, |_| (vec![], false)).await;
    let server = connect(&silent.url(), None, patience).await.unwrap();
    assert_eq!(server.models().await.unwrap_err(), Trouble::Late, "a question nobody answers");
    let other = Socket::new(None, |_| (vec![json!({"type": "x", "request_id": "someone else's"})], false)).await;
    let server = connect(&other.url(), None, patience).await.unwrap();
    assert_eq!(server.models().await.unwrap_err(), Trouble::Late, "an answer to another question is none to this");
    let no = Socket::new(None, |frame| {
        (vec![json!({"type": "input_accepted", "request_id": frame["request_id"], "accepted": false, "error": "busy"})], false)
    })
    .await;
    let server = connect(&no.url(), None, PATIENCE).await.unwrap();
    let refused = server.send(AGENT, hello()).await.map(drop).unwrap_err();
    assert!(matches!(&refused, Trouble::Rejected { detail, .. } if detail == "busy"), "not accepted: {refused:?}");
}

#[tokio::test]
async fn a_connection_that_ended_is_opened_again() {
    let fake = Socket::new(None, |frame| {
        let (frames, _) = usual(frame);
        (frames, frame["type"] == "list_models")
    })
    .await;
    let server = connect(&fake.url(), None, PATIENCE).await.unwrap();
    server.models().await.unwrap();
    // The server has hung up; whether the next question still goes out on the old connection is a matter of timing.
    let again = server.agents().await;
    assert!(matches!(again, Ok(_) | Err(Trouble::Cut)), "it is told, or done: {again:?}");
    assert_eq!(server.agents().await.map(|agents| agents.len()), Ok(1), "and the one after that is answered");
    assert_eq!(*fake.opened.lock().unwrap(), 2, "over a second connection");
}
