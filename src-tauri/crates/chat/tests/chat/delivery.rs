//! The pump: in order, once, written down before it is shown, through servers that go away and processes that die.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use futures_util::{StreamExt as _, stream};
use sanctum_chat::{
    Delta, Deltas, Echo, Event, MessageState, Outgoing, Pace, Pump, ResponseStatus, Route, SendError, Sender, Stop,
    Taken,
};
use tokio::sync::mpsc;

use crate::place::{Place, place};

/// What a server does with the next message.
enum Script {
    Answer(Vec<&'static str>),
    Fail(SendError),
    Cut(Vec<&'static str>),
    /// Says this and then nothing more.
    Hang(&'static str),
    /// Never says whether it took it.
    Silent,
}

struct Scripted {
    script: Mutex<VecDeque<Script>>,
    taken: Taken,
    got: Mutex<Vec<String>>,
    cancelled: Mutex<u32>,
}

impl Scripted {
    fn new(script: Vec<Script>, taken: Taken) -> Arc<Scripted> {
        Arc::new(Scripted {
            script: Mutex::new(script.into()),
            taken,
            got: Mutex::default(),
            cancelled: Mutex::default(),
        })
    }
}

fn texts(words: Vec<&'static str>) -> Vec<Result<Delta, SendError>> {
    words.into_iter().map(|text| Ok(Delta::Text { part: "1".into(), text: text.into() })).collect()
}

#[async_trait]
impl Sender for Scripted {
    async fn send(&self, outgoing: &Outgoing) -> Result<Deltas, SendError> {
        let next = self.script.lock().unwrap().pop_front().unwrap_or(Script::Answer(vec!["ok"]));
        if !matches!(next, Script::Fail(SendError::Away(_))) {
            self.got.lock().unwrap().push(outgoing.text.clone());
        }
        match next {
            Script::Answer(words) => Ok(stream::iter(texts(words)).boxed()),
            Script::Fail(error) => Err(error),
            Script::Cut(words) => {
                let mut all = texts(words);
                all.push(Err(SendError::Broken("The server ended.".into())));
                Ok(stream::iter(all).boxed())
            }
            Script::Hang(word) => Ok(stream::iter(texts(vec![word])).chain(stream::pending()).boxed()),
            Script::Silent => std::future::pending().await,
        }
    }

    async fn taken(&self, _: &Outgoing) -> Taken {
        self.taken
    }

    async fn cancel(&self, _: &Outgoing) {
        *self.cancelled.lock().unwrap() += 1;
    }
}

fn pump(p: &Place, sender: Arc<dyn Sender>, owner: &str) -> (Arc<Pump>, mpsc::UnboundedReceiver<Event>) {
    let (tell, events) = mpsc::unbounded_channel();
    let told = move |event| drop(tell.send(event));
    (Arc::new(Pump::new(p.chats.clone(), sender, owner, Pace::default(), told)), events)
}

fn state(p: &Place, id: i64) -> (MessageState, Option<String>) {
    let message = p.chats.message(id).unwrap().unwrap();
    (message.state, message.failure)
}

fn all(events: &mut mpsc::UnboundedReceiver<Event>) -> Vec<Event> {
    std::iter::from_fn(|| events.try_recv().ok()).collect()
}

#[tokio::test(start_paused = true)]
async fn what_waits_goes_in_order_once_and_comes_back_in_parts() {
    let p = place();
    let chat = p.chat();
    for n in 0..5 {
        p.chats.append(&chat, &format!("m{n}"), Route::Direct, &format!("k{n}")).unwrap();
    }
    p.chats.append(&chat, "for broca", Route::Bridge, "kb").unwrap();
    let away = || Script::Fail(SendError::Away("Nobody answers there.".into()));
    let sender = Scripted::new(vec![away(), away(), Script::Answer(vec!["a", "b", "c"])], Taken::Unknown);
    let (pump, mut events) = pump(&p, sender.clone(), "a");
    pump.drain(&chat, &Stop::new()).await.expect("everything goes");
    assert_eq!(*sender.got.lock().unwrap(), ["m0", "m1", "m2", "m3", "m4"], "in order, each once, Broca's not");
    assert_eq!(
        p.one("SELECT count(*) FROM web_chat_messages WHERE state = 'answered' AND attempts = 1"),
        5,
        "answered"
    );
    let told = all(&mut events);
    let waits: Vec<u64> = told
        .iter()
        .filter_map(|e| match e {
            Event::Away { again_in, .. } => Some(again_in.as_secs()),
            _ => None,
        })
        .collect();
    assert_eq!(waits, [1, 2], "a server that is away is waited for, longer each time");
    let response = p.chats.response(1).unwrap().unwrap();
    assert_eq!((response.row.response.as_str(), response.parts.len()), ("abc", 1), "pieces of one part are one part");
    pump.drain(&chat, &Stop::new()).await.unwrap();
    assert_eq!(sender.got.lock().unwrap().len(), 5, "nothing goes twice");
}

#[tokio::test(start_paused = true)]
async fn a_thousand_tokens_are_few_commits_and_what_is_shown_is_there() {
    let p = place();
    let chat = p.chat();
    let text = "word ".repeat(1000);
    p.chats.append(&chat, &text, Route::Direct, "k").unwrap();
    let (tell, mut events) = mpsc::unbounded_channel();
    let chats = p.chats.clone();
    let told = move |event: Event| {
        if let Event::Parts { response_id, deltas, .. } = &event {
            let kept = chats.response(*response_id).unwrap().unwrap().parts[0].payload["text"].as_str().unwrap().len();
            tell.send((deltas.len(), kept)).unwrap();
        }
    };
    let sender = Arc::new(Echo { pause: Duration::from_millis(2) });
    Pump::new(p.chats.clone(), sender, "a", Pace::default(), told).drain(&chat, &Stop::new()).await.unwrap();
    let batches: Vec<(usize, usize)> = std::iter::from_fn(|| events.try_recv().ok()).collect();
    assert_eq!(batches[0].0, 1, "the first word is shown at once");
    assert!(batches.len() < 200, "the rest in batches: {}", batches.len());
    let mut shown = 0;
    for (count, kept) in batches {
        shown += count * "word ".len();
        assert!(kept >= shown, "what was shown, {shown} bytes, is kept: {kept}");
    }
    assert_eq!(p.chats.response(1).unwrap().unwrap().row.response, text, "and all of it in the end");
}

#[tokio::test(start_paused = true)]
async fn stopped_refused_and_broken_off_are_told_apart_and_can_be_sent_again() {
    let p = place();
    let chat = p.chat();
    let ids: Vec<i64> = (0..4)
        .map(|n| p.chats.append(&chat, &format!("m{n}"), Route::Direct, &format!("k{n}")).unwrap().0.id)
        .collect();
    let refused = Script::Fail(SendError::Refused("The agent is not there.".into()));
    let unsure = Script::Fail(SendError::Unsure("No answer in time.".into()));
    let script = vec![Script::Hang("half"), refused, Script::Cut(vec!["some"]), unsure];
    let sender = Scripted::new(script, Taken::Unknown);
    let (pump, mut events) = pump(&p, sender.clone(), "a");
    let stop = Arc::new(Stop::new());
    let (running, chat_id, handle) = (Arc::clone(&pump), chat.clone(), Arc::clone(&stop));
    let task = tokio::spawn(async move { running.drain(&chat_id, &handle).await });
    while let Some(event) = events.recv().await {
        if matches!(event, Event::Parts { .. }) {
            break;
        }
    }
    stop.answer();
    task.await.unwrap().expect("the rest goes on");
    assert_eq!(state(&p, ids[0]), (MessageState::Cancelled, None), "stopped by its author");
    assert_eq!(*sender.cancelled.lock().unwrap(), 1, "and the server was told");
    let half = p.chats.response(1).unwrap().unwrap().row;
    assert_eq!((half.response.as_str(), half.status), ("half", ResponseStatus::Cancelled), "what came is kept");
    for (id, failure) in [(ids[1], "refused"), (ids[2], "interrupted"), (ids[3], "unsure")] {
        assert_eq!(state(&p, id), (MessageState::Failed, Some(failure.into())), "told apart");
    }
    for id in &ids {
        p.chats.resend(*id, Route::Direct).unwrap();
    }
    pump.drain(&chat, &Stop::new()).await.unwrap();
    assert!(ids.iter().all(|id| state(&p, *id).0 == MessageState::Answered), "sent again, all are answered");
}

/// Runs until the pump has done this much, then ends it as a crash would: the task is dropped where it stands.
async fn crash(p: &Place, chat: &str, script: Script, until: impl Fn(&Event) -> bool) {
    let (pump, mut events) = pump(p, Scripted::new(vec![script], Taken::Unknown), "dead");
    let id = chat.to_owned();
    let task = tokio::spawn(async move { pump.drain(&id, &Stop::new()).await });
    while let Some(event) = events.recv().await {
        if until(&event) {
            break;
        }
    }
    task.abort();
    assert!(task.await.is_err(), "it ended in the middle");
}

#[tokio::test(start_paused = true)]
async fn after_a_crash_it_is_known_what_went_out() {
    for (taken, expected) in [
        (Taken::Unknown, (MessageState::Failed, Some("unsure".to_owned()))),
        (Taken::Yes, (MessageState::Failed, Some("interrupted".to_owned()))),
        (Taken::No, (MessageState::Answered, None)),
    ] {
        let p = place();
        let chat = p.chat();
        let id = p.chats.append(&chat, "m", Route::Direct, "k").unwrap().0.id;
        crash(&p, &chat, Script::Silent, |e| matches!(e, Event::Sending { .. })).await;
        assert_eq!(state(&p, id).0, MessageState::Queued, "it was about to go out");
        assert_eq!(
            p.chats.recover(&|_| false).unwrap().waiting,
            std::slice::from_ref(&chat),
            "and is found at the next start"
        );
        let sender = Scripted::new(vec![], taken);
        let (pump, _events) = pump(&p, sender.clone(), "b");
        pump.drain(&chat, &Stop::new()).await.unwrap();
        assert_eq!(state(&p, id), expected, "the server says {taken:?}");
        assert_eq!(sender.got.lock().unwrap().len(), usize::from(taken == Taken::No), "sent again only then");
    }
}

#[tokio::test(start_paused = true)]
async fn after_a_crash_what_was_shown_is_there_and_a_living_process_is_left_alone() {
    let p = place();
    let chat = p.chat();
    let id = p.chats.append(&chat, "m", Route::Direct, "k").unwrap().0.id;
    crash(&p, &chat, Script::Hang("half an answer"), |e| matches!(e, Event::Parts { .. })).await;
    p.chats.recover(&|owner| owner == "dead").unwrap();
    assert_eq!(state(&p, id).0, MessageState::Sent, "what a living process does is its own");
    assert_eq!(p.chats.recover(&|_| false).unwrap().interrupted, [id], "what a dead one did is settled");
    let half = p.chats.response(1).unwrap().unwrap();
    assert_eq!(half.row.status, ResponseStatus::Interrupted, "the answer broke off");
    assert_eq!(half.row.response, "half an answer", "what was shown is there");
    assert_eq!(state(&p, id), (MessageState::Failed, Some("interrupted".into())), "and its message says so");
    assert!(p.chats.recover(&|_| false).unwrap().interrupted.is_empty(), "settled once");
}

#[tokio::test(start_paused = true)]
async fn an_app_that_ends_leaves_what_waits_and_keeps_what_came() {
    let p = place();
    let chat = p.chat();
    let first = p.chats.append(&chat, "m0", Route::Direct, "k0").unwrap().0.id;
    let second = p.chats.append(&chat, "m1", Route::Direct, "k1").unwrap().0.id;
    let (pump, mut events) = pump(&p, Scripted::new(vec![Script::Hang("half")], Taken::Unknown), "a");
    let stop = Arc::new(Stop::new());
    let (running, id, handle) = (Arc::clone(&pump), chat.clone(), Arc::clone(&stop));
    let task = tokio::spawn(async move { running.drain(&id, &handle).await });
    while let Some(event) = events.recv().await {
        if matches!(event, Event::Parts { .. }) {
            break;
        }
    }
    stop.leave();
    task.await.unwrap().unwrap();
    assert_eq!(state(&p, first), (MessageState::Failed, Some("interrupted".into())), "the answer was left");
    assert_eq!(state(&p, second), (MessageState::Queued, None), "the next one waits for the next start");
}
