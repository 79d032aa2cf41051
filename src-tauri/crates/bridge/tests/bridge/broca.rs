//! A client that behaves as Broca's web-chat plugin does, with everything that goes wrong around it: no message is lost, none
//! is answered twice.

use std::collections::{HashSet, VecDeque};

use proptest::prelude::*;
use sanctum_bridge::{Asker, Store, StoreError};

use crate::place::{Place, RULES};

/// What happens next.
#[derive(Debug, Clone)]
enum Step {
    /// The account writes to one of three conversations.
    Write(usize),
    /// Broca fetches; the answer may be lost on the way, so that nothing arrives.
    Poll { arrives: bool },
    /// Broca works on the message first in its queue and posts the answer, so often (a retry after an answer that was lost).
    Work { posts: usize },
    /// Broca's process ends; `queue` says whether its queue survived (it is in a file).
    Crash { queue: bool },
    /// Time goes by.
    Wait(i64),
    /// An answer for a session that is not there, or not its own.
    Stray,
    /// The account stops a message.
    Cancel,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (0_usize..3).prop_map(Step::Write),
        4 => any::<bool>().prop_map(|arrives| Step::Poll { arrives }),
        5 => (1_usize..4).prop_map(|posts| Step::Work { posts }),
        1 => any::<bool>().prop_map(|queue| Step::Crash { queue }),
        3 => (1_i64..100).prop_map(Step::Wait),
        1 => Just(Step::Stray),
        1 => Just(Step::Cancel),
    ]
}

/// Broca: a queue in a file, and what it has seen in memory (by session, id and time).
#[derive(Default)]
struct Broca {
    queue: VecDeque<(String, String)>,
    seen: HashSet<(String, i64, String)>,
}

impl Broca {
    fn poll(&mut self, store: &impl Store, asker: &Asker, arrives: bool) {
        let inbox = store.inbox(asker, 50, 0, None).expect("a poll is answered");
        for message in inbox.messages.into_iter().filter(|_| arrives) {
            if self.seen.insert((message.session_id.clone(), message.id, message.timestamp)) {
                self.queue.push_back((message.session_id, message.message));
            }
        }
    }

    fn work(&mut self, store: &impl Store, asker: &Asker, posts: usize, same: bool) {
        if let Some((session, text)) = self.queue.pop_front() {
            let answer = if same { "ok".to_owned() } else { format!("answer to {text}") };
            for _ in 0..posts {
                store.answer(asker, &session, &answer, None).expect("an answer is taken");
            }
        }
    }
}

fn drive(steps: &[Step], same: bool) {
    let place = Place::new();
    let (store, asker) = (place.store(), Asker { name: "athena".into(), agent_id: Some(1) });
    // Three callers: their order among each other does not matter, that within each does.
    let sessions = ["session_a", "session_b", "session_c"];
    let mut broca = Broca::default();
    let mut written = 0;
    for step in steps {
        match step {
            Step::Write(which) => {
                let posted = store.post(sessions[*which], &format!("m{written}"), Some(1), "127.0.0.1");
                posted.expect("a message is kept");
                written += 1;
            }
            Step::Poll { arrives } => broca.poll(&store, &asker, *arrives),
            Step::Work { posts } => broca.work(&store, &asker, *posts, same),
            Step::Crash { queue } => {
                broca.seen.clear();
                if !queue {
                    broca.queue.clear();
                }
            }
            Step::Wait(seconds) => place.later(*seconds),
            Step::Stray => {
                let stray = store.answer(&asker, "session_none", "x", None);
                assert!(matches!(stray, Err(StoreError::NoSession)), "no such session: {stray:?}");
            }
            Step::Cancel => {
                let id =
                    place.one("SELECT coalesce(min(id), 0) FROM web_chat_messages WHERE state IN ('queued', 'sent')");
                let stop = |c: &sanctum_registry::rusqlite::Transaction<'_>| {
                    sanctum_registry::web_chat_messages::cancelled(c, id)
                };
                place.registry.write(stop).expect("it is stopped, or there is none");
            }
        }
    }
    // In the end everything works: what was not answered must be now.
    for _ in 0..200 {
        let open = "SELECT count(*) FROM web_chat_messages WHERE state IN ('queued', 'sent')";
        if place.one(open) == 0 && broca.queue.is_empty() {
            break;
        }
        place.later(RULES.lease.whole_seconds() + 1);
        broca.seen.clear();
        broca.poll(&store, &asker, true);
        while !broca.queue.is_empty() {
            place.later(RULES.repeat.whole_seconds() + 1);
            broca.work(&store, &asker, 1, same);
        }
    }
    let count = |sql: &str| place.one(sql);
    assert_eq!(count("SELECT count(*) FROM web_chat_messages"), written, "every message is kept");
    assert_eq!(
        count("SELECT count(*) FROM web_chat_messages WHERE state NOT IN ('answered', 'cancelled')"),
        0,
        "every message that was not stopped is answered"
    );
    assert_eq!(
        count(
            "SELECT count(*) FROM web_chat_messages m WHERE state = 'answered'
             AND (SELECT count(*) FROM web_chat_responses r WHERE r.message_id = m.id) <> 1"
        ),
        0,
        "and has exactly one answer"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_message_is_lost_and_none_is_answered_twice(steps in prop::collection::vec(step(), 1..40)) {
        drive(&steps, false);
    }

    #[test]
    fn also_where_every_answer_is_the_same(steps in prop::collection::vec(step(), 1..40)) {
        drive(&steps, true);
    }
}

fn answers(place: &Place) -> Vec<(String, String)> {
    place
        .registry
        .read(|c| {
            let mut s = c.prepare(
                "SELECT m.message, r.response FROM web_chat_messages m JOIN web_chat_responses r ON r.message_id = m.id
                 ORDER BY m.id",
            )?;
            let rows = s.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?;
            Ok::<_, sanctum_registry::RegistryError>(rows.collect::<Result<_, _>>()?)
        })
        .unwrap()
}

#[test]
fn a_crash_between_fetching_and_answering_loses_nothing() {
    let place = Place::new();
    let (store, asker) = (place.store(), Asker { name: "athena".into(), agent_id: Some(1) });
    let chat = place.conversation(1).id;
    place.says(&chat, "one");
    place.says(&chat, "two");
    let first = store.inbox(&asker, 50, 0, None).unwrap();
    assert_eq!(first.messages.len(), 2, "both are fetched, and Broca ends");
    assert!(store.inbox(&asker, 50, 0, None).unwrap().messages.is_empty(), "until the lease ends they are its");
    place.later(RULES.lease.whole_seconds() + 1);
    let again = store.inbox(&asker, 50, 0, None).unwrap();
    assert_eq!(again.messages, first.messages, "then they are handed out again, the same in every field");
    assert_eq!(place.one("SELECT min(attempts) FROM web_chat_messages"), 2, "and counted");
    store.answer(&asker, &chat, "1", None).unwrap();
    store.answer(&asker, &chat, "2", None).unwrap();
    let pairs = [("one", "1"), ("two", "2")].map(|(m, r)| (m.to_owned(), r.to_owned()));
    assert_eq!(answers(&place), pairs, "each has its own answer, in order");
}

#[test]
fn a_late_answer_is_kept_once_and_a_second_one_is_not() {
    let place = Place::new();
    let (store, asker) = (place.store(), Asker { name: "athena".into(), agent_id: Some(1) });
    let chat = place.conversation(1).id;
    let id = place.says(&chat, "one");
    store.inbox(&asker, 50, 0, None).unwrap();
    place.later(RULES.lease.whole_seconds() + 1);
    store.inbox(&asker, 50, 0, None).unwrap();
    assert!(store.answer(&asker, &chat, "late", None).unwrap().fresh, "the answer to the first hand-out is kept");
    let second = store.answer(&asker, &chat, "second", None).unwrap();
    assert!(!second.fresh, "the answer to the second is not a second answer");
    assert!(!store.answer(&asker, &chat, "third", Some(id)).unwrap().fresh, "nor is one that names the message");
    assert_eq!(answers(&place), [("one".to_owned(), "late".to_owned())], "one answer");
    place.later(100);
    assert!(store.answer(&asker, &chat, "by the way", None).unwrap().fresh, "what nobody asked for is kept beside");
    assert_eq!(answers(&place).len(), 1, "as no message's answer");
}

#[test]
fn a_message_that_is_fetched_and_never_answered_fails_with_a_reason() {
    let place = Place::new();
    let (store, asker) = (place.store(), Asker { name: "athena".into(), agent_id: Some(1) });
    let chat = place.conversation(1).id;
    place.says(&chat, "one");
    for _ in 0..RULES.attempts {
        assert_eq!(store.inbox(&asker, 50, 0, None).unwrap().messages.len(), 1, "it is handed out");
        place.later(RULES.lease.whole_seconds() + 1);
    }
    assert!(store.inbox(&asker, 50, 0, None).unwrap().messages.is_empty(), "not for ever");
    let failed =
        "SELECT count(*) FROM web_chat_messages WHERE state = 'failed' AND failure = 'no_answer' AND reason <> ''";
    assert_eq!(place.one(failed), 1, "its author sees why");
    store.answer(&asker, &chat, "at last", None).unwrap();
    assert_eq!(answers(&place).len(), 1, "and an answer that comes at last is still its answer");
}
