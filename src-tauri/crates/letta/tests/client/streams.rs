//! Answers as they arrive: whole, in pieces, cut, failed, stopped and silent.

use std::time::Duration;

use futures_util::StreamExt;
use sanctum_letta::{Event, Image, Patience, Stop, Trouble, Usage, UserMessage, connect};
use serde_json::{Value, json};

use crate::PATIENCE;
use crate::failures::{AGENT, turning};
use crate::support::http::{Reply, detail, reply};
use crate::support::suite::answer;
use sanctum_fake_letta::Fake;

fn hello() -> UserMessage {
    UserMessage { text: "hello".into(), ..UserMessage::default() }
}

fn text(delta: &str) -> Value {
    json!({"message_type": "assistant_message", "id": "m", "date": "d", "content": delta})
}

fn stop(reason: &str) -> Value {
    json!({"message_type": "stop_reason", "stop_reason": reason})
}

/// What comes of a stream of these events, with `tail` after them.
async fn came(events: &[Value], tail: &str, cut: bool) -> (String, Event) {
    let lines: String = events.iter().map(|event| format!("data: {event}\n\n")).collect();
    let bytes = format!("{lines}{tail}").into_bytes();
    let server = turning(PATIENCE, move |_| Reply::Stream {
        pieces: vec![bytes.clone()],
        cut,
        pause: std::time::Duration::ZERO,
    })
    .await;
    answer(server.send(AGENT, hello()).await.unwrap()).await
}

#[tokio::test]
async fn all_events_of_an_answer_arrive_in_order() {
    for version in ["0.11.7", "0.16.8"] {
        let fake = Fake::new(version, 1, None).await;
        let server = connect(&fake.url(), None, PATIENCE).await.unwrap();
        let id = server.agents().await.unwrap()[0].id.clone();
        let events: Vec<Event> = server.send(&id, hello()).await.unwrap().collect().await;
        let mut told = (String::new(), String::new(), String::new(), Vec::new());
        for event in &events {
            match event {
                Event::Reasoning { delta, .. } => told.0.push_str(delta),
                Event::Text { delta, .. } => told.1.push_str(delta),
                Event::ToolCall { id, name, arguments } => {
                    assert_eq!(id, "call-1", "all pieces of a call share its identifier");
                    told.2.push_str(&format!("{name}{arguments}"));
                }
                other => told.3.push(other.clone()),
            }
        }
        let (thought, said, called) = (told.0.as_str(), told.1.as_str(), told.2.as_str());
        assert_eq!((thought, said, called), ("Let me see.", "You said: hello", "look{\"at\":1}"), "{version}");
        let rest = [
            Event::ToolReturn { id: "call-1".into(), ok: true, text: "a hall".into() },
            Event::Usage(Usage { prompt: 100, completion: 10, steps: 2 }),
            Event::Stopped { reason: Stop::EndOfTurn },
        ];
        assert_eq!(told.3, rest, "{version}: and the end is the end");
        assert!(fake.faults.lock().unwrap().is_empty(), "{version}: {:?}", fake.faults.lock().unwrap());
    }
}

#[tokio::test]
async fn words_that_the_stream_left_out_are_read_from_the_history() {
    let thought = json!({"message_type": "reasoning_message", "id": "m", "date": "d", "reasoning": "hm"});
    let kept = json!([
        {"message_type": "user_message", "id": "u", "date": "2026-11-29T01:36:02+00:00", "content": "hello"},
        {"message_type": "reasoning_message", "id": "m", "date": "2026-11-29T01:36:03+00:00", "reasoning": "hm"},
        {"message_type": "assistant_message", "id": "m", "date": "2026-11-29T01:36:03+00:00", "content": "Hello."},
    ]);
    let turn = move |events: Vec<Value>, kept: Value| async move {
        let lines: String = events.iter().map(|event| format!("data: {event}\n\n")).collect();
        let server = turning(PATIENCE, move |request| match request.path.ends_with("/stream") {
            true => Reply::Stream { pieces: vec![lines.clone().into_bytes()], cut: false, pause: Duration::ZERO },
            false => reply(200, "application/json", kept.to_string()),
        })
        .await;
        answer(server.send(AGENT, hello()).await.unwrap()).await
    };
    let ended = Event::Stopped { reason: Stop::EndOfTurn };
    let (said, end) = turn(vec![thought.clone(), stop("end_turn")], kept.clone()).await;
    assert_eq!((said.as_str(), end), ("Hello.", ended.clone()), "said after all, and then it ends");
    let (said, end) = turn(vec![thought.clone(), text("Hi."), stop("end_turn")], kept.clone()).await;
    assert_eq!((said.as_str(), end), ("Hi.", ended.clone()), "nothing is told twice");
    let (said, end) = turn(vec![thought.clone(), stop("end_turn")], json!([])).await;
    assert_eq!((said.as_str(), end), ("", ended), "an agent may say nothing");
    let (said, _) = turn(vec![thought, stop("cancelled")], kept).await;
    assert_eq!(said, "", "a turn that was stopped is not looked up");
}

#[tokio::test]
async fn pictures_go_with_the_message() {
    let fake = Fake::new("0.16.8", 1, None).await;
    let server = connect(&fake.url(), None, PATIENCE).await.unwrap();
    let id = server.agents().await.unwrap()[0].id.clone();
    let image = Image { media_type: "image/png".into(), data: "iVBORw0KGgo=".into() };
    let message = UserMessage { images: vec![image], ..hello() };
    assert!(server.features().images, "it takes them");
    let (said, _) = answer(server.send(&id, message).await.unwrap()).await;
    assert!(said.contains("a picture"), "and got one: {said}");
    assert!(fake.faults.lock().unwrap().is_empty(), "in the right form: {:?}", fake.faults.lock().unwrap());
}

#[tokio::test]
async fn the_end_of_an_answer_is_what_it_was() {
    for (reason, means) in [
        ("end_turn", Stop::EndOfTurn),
        ("no_tool_call", Stop::EndOfTurn),
        ("cancelled", Stop::Cancelled),
        ("max_steps", Stop::Limit),
        ("requires_approval", Stop::NeedsApproval),
        ("new\u{1b} reason", Stop::Other("new reason".into())),
    ] {
        for (tail, cut) in [("data: [DONE]\n\n", false), ("", false), ("", true), ("data: {\"mess", true)] {
            let (said, end) = came(&[text("a"), stop(reason)], tail, cut).await;
            assert_eq!(
                (said.as_str(), end),
                ("a", Event::Stopped { reason: means.clone() }),
                "{reason} {tail:?} {cut}"
            );
        }
    }
    let (_, end) = came(&[text("a")], "event: cancelled\ndata: {\"message\": \"Job was cancelled\"}\n\n", false).await;
    assert_eq!(end, Event::Stopped { reason: Stop::Cancelled }, "0.11.7 says it in its own way");
}

#[tokio::test]
async fn an_answer_cut_in_the_middle_keeps_what_was_said() {
    for (tail, cut) in
        [("", true), ("", false), ("data: {\"message_type\": \"assis", true), ("data: [DONE]\n\n", false)]
    {
        let (said, end) = came(&[text("half "), text("an ans")], tail, cut).await;
        let expected = Event::Failed { trouble: Trouble::Cut, so_far: "half an ans".into() };
        assert_eq!((said.as_str(), end), ("half an ans", expected), "{tail:?} {cut}");
    }
}

#[tokio::test]
async fn failures_within_an_answer_are_told_with_what_was_said() {
    let model = |detail: &str| Trouble::Model { detail: detail.into() };
    let error = json!({"message_type": "error_message", "run_id": "r", "error_type": "llm_error", "message": "no credit", "detail": "402"});
    let unwell = |detail: &str| Trouble::Unwell { status: None, detail: detail.into() };
    for (event, tail, trouble) in [
        (Some(error), "", model("no credit: 402")),
        (Some(stop("llm_api_error")), "data: [DONE]\n\n", model("it stopped with `llm_api_error`")),
        (
            None,
            "event: error\ndata: {\"error\": \"it \\u001bbroke\", \"code\": \"INTERNAL_SERVER_ERROR\"}\n\n",
            unwell("it broke"),
        ),
        (None, "data: {\"error\": {\"message\": \"hunter2-canary is no key\"}}\n\n", unwell("… is no key")),
        (None, "data: garbage\n\n", Trouble::Strange { what: "an event of its stream is no JSON".into() }),
    ] {
        let events: Vec<Value> = [text("so far")].into_iter().chain(event).collect();
        let (_, end) = came(&events, tail, false).await;
        assert_eq!(end, Event::Failed { trouble, so_far: "so far".into() }, "{tail:?}");
    }
}

#[tokio::test]
async fn silence_within_an_answer_ends_it() {
    let patience = Patience { answer: PATIENCE, silence: Duration::from_millis(300) };
    let server = turning(patience, |_| {
        let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n";
        Reply::Silence(format!("{head}data: {}\n\n", text("then")).into_bytes())
    })
    .await;
    let (_, end) = answer(server.send(AGENT, hello()).await.unwrap()).await;
    assert_eq!(end, Event::Failed { trouble: Trouble::Late, so_far: "then".into() }, "with what was said");
    let server = turning(patience, |_| Reply::Silence(Vec::new())).await;
    let told = server.send(AGENT, hello()).await.map(drop).unwrap_err();
    assert_eq!(told, Trouble::Late, "so does silence before its beginning");
    assert!(!told.never_arrived(), "and the message may have arrived all the same");
}

#[tokio::test]
async fn what_has_no_end_is_not_kept() {
    let server = turning(PATIENCE, |_| Reply::Stream {
        pieces: vec![vec![b'x'; 5 << 20]],
        cut: false,
        pause: std::time::Duration::ZERO,
    })
    .await;
    let (_, end) = answer(server.send(AGENT, hello()).await.unwrap()).await;
    assert!(matches!(end, Event::Failed { trouble: Trouble::Strange { .. }, .. }), "an endless line: {end:?}");
    let piece = format!("data: {}\n\n", text(&"y".repeat(1 << 20))).into_bytes();
    let server = turning(PATIENCE, move |_| Reply::Stream {
        pieces: vec![piece.clone(); 20],
        cut: false,
        pause: std::time::Duration::ZERO,
    })
    .await;
    let (_, end) = answer(server.send(AGENT, hello()).await.unwrap()).await;
    assert!(matches!(end, Event::Failed { trouble: Trouble::TooBig { limit: 16 }, .. }), "an endless answer");
}

#[tokio::test]
async fn a_message_that_is_not_accepted_is_told_at_once() {
    for (status, words) in [(401, "Unauthorized"), (404, "no agent"), (500, "broke"), (503, "needs Redis")] {
        let server = turning(PATIENCE, move |_| detail(status, words)).await;
        assert!(server.send(AGENT, hello()).await.is_err(), "HTTP {status}");
    }
    let server = turning(PATIENCE, |_| reply(200, "text/html", "<h1>hello</h1>")).await;
    let told = server.send(AGENT, hello()).await.map(drop).unwrap_err();
    assert!(matches!(told, Trouble::Strange { .. }), "a web page is no answer: {told:?}");
}
