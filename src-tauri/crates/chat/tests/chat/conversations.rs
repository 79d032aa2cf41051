//! Opened once, paged from anywhere, searched, read, exported, cleared.

use sanctum_chat::{At, ChatError, Entry, ExportForm, MARK, MessageState, Page, Route, Scope, UNMARK};
use sanctum_registry::{Registry, recover_copy, web_chat_responses as responses};
use time::Duration;

use crate::place::{NOW, Place, place};

fn places(page: &Page) -> Vec<i64> {
    page.entries.iter().map(Entry::seq).collect()
}

/// A conversation of `n` messages, one a minute.
fn long(p: &Place, n: u32) -> String {
    let id = p.chat();
    p.sql(&format!(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {n})
         INSERT INTO web_chat_messages(session_id, message, timestamp, user_id, route)
           SELECT '{id}', 'message number ' || i, datetime('2026-01-01', '+' || i || ' minutes'), 1, 'direct' FROM n"
    ));
    id
}

#[test]
fn an_account_has_one_conversation_with_an_agent() {
    let p = place();
    let first = p.chats.open_or_create(1, 1).unwrap();
    assert_eq!(p.chats.open_or_create(1, 1).unwrap(), first, "opened again, it is the same");
    let others = [p.chats.open_or_create(1, 2).unwrap(), p.chats.open_or_create(2, 1).unwrap()];
    assert!(others.iter().all(|o| o.session.id != first.session.id), "another agent or account has another");
    let uid = first.session.uid.unwrap();
    assert!(uid.len() == 16 && uid.bytes().all(|b| b.is_ascii_hexdigit()), "the uid is 16 hex digits: {uid}");
    assert!(others.iter().all(|o| o.session.uid.as_deref() != Some(&uid)), "of its own");
    assert_eq!(p.chats.list(1).unwrap().len(), 2, "an account sees its own");
}

#[test]
fn a_message_handed_in_twice_is_one_and_an_empty_or_endless_one_is_none() {
    let p = place();
    let id = p.chat();
    let (first, new) = p.chats.append(&id, "hello", Route::Direct, "k1").unwrap();
    assert!(new && first.state == MessageState::Queued, "it waits");
    let (again, new) = p.chats.append(&id, "hello", Route::Direct, "k1").unwrap();
    assert_eq!((again.id, new), (first.id, false), "the same key is the same message");
    assert!(matches!(p.chats.append(&id, " \n", Route::Direct, "k2"), Err(ChatError::Empty)), "nothing is no message");
    let endless = p.chats.append(&id, &"é".repeat(10_001), Route::Direct, "k3");
    assert!(matches!(endless, Err(ChatError::TooLong { length: 10_001, .. })), "too much is told: {endless:?}");
    let nowhere = p.chats.append("session_none", "x", Route::Direct, "k4");
    assert!(matches!(nowhere, Err(ChatError::NotFound { .. })), "there is no such conversation");
    p.chats.cancel(first.id).unwrap();
    assert!(matches!(p.chats.cancel(first.id), Err(ChatError::WrongState { .. })), "stopped once");
    assert_eq!(p.chats.resend(first.id, Route::Bridge).unwrap().route, Route::Bridge, "sent again, another way");
    assert!(p.chats.resend(first.id, Route::Direct).is_err(), "it waits already");
}

#[test]
fn pages_meet_at_their_ends_and_around_a_date() {
    let p = place();
    let id = long(&p, 100);
    let newest = p.chats.page(&id, At::Newest, 30).unwrap();
    assert_eq!(places(&newest), (71..=100).collect::<Vec<_>>(), "the end");
    assert!(newest.before && !newest.after, "there is more before it");
    let before = p.chats.page(&id, At::Before(71), 30).unwrap();
    assert_eq!(places(&before), (41..=70).collect::<Vec<_>>(), "the page before begins where it ended");
    let first = p.chats.page(&id, At::After(0), 30).unwrap();
    assert_eq!((places(&first), first.before), ((1..=30).collect::<Vec<_>>(), false), "the beginning");
    let noon = NOW.replace_day(1).unwrap().replace_time(time::Time::MIDNIGHT) + Duration::minutes(50);
    assert_eq!(p.chats.place_at(&id, noon).unwrap(), Some(50), "a date is a place");
    let around = places(&p.chats.page(&id, At::Date(noon), 10).unwrap());
    assert_eq!(around, (45..=54).collect::<Vec<_>>(), "in the middle of its page");
    let late = p.chats.page(&id, At::Date(noon + Duration::days(9)), 10).unwrap();
    assert_eq!(places(&late), (91..=100).collect::<Vec<_>>(), "a date to come is the end, and its page is full");
    assert!(p.chats.page("session_none", At::Newest, 10).unwrap().entries.is_empty(), "no conversation, no page");
}

#[test]
fn a_page_of_a_hundred_thousand_reads_no_more_than_a_page() {
    let p = place();
    let id = long(&p, 100_000);
    let middle = NOW.replace_day(1).unwrap() + Duration::days(30);
    for at in [At::Newest, At::After(0), At::Before(50_000), At::Around(99_990), At::Date(middle)] {
        p.registry
            .read(|c| c.progress_handler(20_000, Some(|| true)).map_err(Into::into))
            .unwrap_or_else(|e: sanctum_registry::RegistryError| panic!("the guard is set: {e}"));
        let page = p.chats.page(&id, at, 100);
        p.registry
            .read(|c| {
                c.progress_handler(0, None::<fn() -> bool>).map_err(Into::<sanctum_registry::RegistryError>::into)
            })
            .unwrap();
        let page = page.unwrap_or_else(|e| panic!("{at:?} reads the conversation row by row: {e}"));
        assert_eq!(page.entries.len(), 100, "{at:?} is full");
    }
}

#[test]
fn answers_are_unread_until_they_are_read() {
    let p = place();
    let id = p.chat();
    let (message, _) = p.chats.append(&id, "hello", Route::Bridge, "k").unwrap();
    p.registry.write(|c| responses::add(c, &id, Some(message.id), "hi", NOW)).unwrap();
    p.registry.write(|c| responses::add(c, &id, None, "by the way", NOW)).unwrap();
    assert_eq!(p.chats.list(1).unwrap()[0].unread, 2, "what the agent said counts, what the account said does not");
    assert_eq!(p.chats.mark_read(&id, 1, 2).unwrap(), 1, "read up to the first answer");
    assert_eq!(p.chats.mark_read(&id, 1, 3).unwrap(), 0, "and to the end");
    assert_eq!(p.chats.mark_read(&id, 1, 0).unwrap(), 2, "marked as unread again");
    assert_eq!(p.chats.mark_read(&id, 2, 3).unwrap(), 0, "another reader has a mark of their own");
    let twice = p.registry.write(|c| responses::add(c, &id, Some(message.id), "again", NOW));
    assert!(twice.is_err(), "a message is not answered twice, whoever answers");
}

#[test]
fn words_are_found_in_both_and_whatever_is_typed_is_no_error() {
    let p = place();
    let id = p.chat();
    let (message, _) = p.chats.append(&id, "Où est le Café?", Route::Direct, "k").unwrap();
    p.registry.write(|c| responses::add(c, &id, Some(message.id), "The cafeteria is \"here\"", NOW)).unwrap();
    let other = p.chats.open_or_create(2, 1).unwrap().session.id;
    p.chats.append(&other, "café of somebody else", Route::Direct, "k").unwrap();
    let find = |query: &str| {
        let hits = p.chats.search(Scope::User(1), query, None, 10).unwrap();
        hits.into_iter().map(|h| h.seq).collect::<Vec<_>>()
    };
    assert_eq!(find("CAFE"), [2, 1], "without case and accents, by its start, the latest first, and nobody else's");
    assert_eq!(find("est caf"), [1], "every word must be there");
    let hit = p.chats.search(Scope::Session(&id), "café", None, 1).unwrap();
    assert_eq!(hit[0].snippet, format!("The {MARK}cafeteria{UNMARK} is \"here\""), "the found word is marked");
    assert_eq!(p.chats.search(Scope::Session(&id), "café", Some(2), 9).unwrap().len(), 1, "and there is a next page");
    for odd in ["", "\"", "*", "a\" OR b", "NEAR(", "text:café", "-café", "\0", "()", "é́́", "^caf"] {
        let found = p.chats.search(Scope::User(1), odd, None, 10);
        assert!(found.is_ok(), "`{odd}` is a query like any other: {found:?}");
    }
    assert_eq!(p.chats.clear(&id).unwrap(), (1, 1), "cleared");
    assert!(find("cafe").is_empty(), "nothing of it is found");
    assert!(p.chats.page(&id, At::Newest, 9).unwrap().entries.is_empty(), "or shown");
    assert_eq!(p.chats.search(Scope::User(2), "cafe", None, 9).unwrap().len(), 1, "another's is not touched");
    p.sql("INSERT INTO web_chat_search(web_chat_search) VALUES ('integrity-check')");
}

#[test]
fn an_export_holds_everything() {
    let p = place();
    let id = p.chat();
    let (message, _) = p.chats.append(&id, "run `x`", Route::Direct, "k").unwrap();
    p.registry.write(|c| responses::add(c, &id, Some(message.id), "# done", NOW)).unwrap();
    let write = |form| {
        let mut out = Vec::new();
        let count = p.chats.export(&id, form, ("Rowan", "Athena\n# x"), &mut out).unwrap();
        assert_eq!(count, 2, "both entries");
        String::from_utf8(out).unwrap()
    };
    let text = write(ExportForm::Markdown);
    assert!(text.starts_with("# Rowan with Athena # x\n"), "a name breaks no line: {text}");
    assert!(text.contains("run `x`") && text.contains("# done"), "what was said: {text}");
    let value: serde_json::Value = serde_json::from_str(&write(ExportForm::Json)).expect("the export is JSON");
    assert_eq!(value["entries"][1]["text"], "# done", "in order");
    let gone = p.chats.export("session_none", ExportForm::Json, ("a", "b"), &mut Vec::new());
    assert!(matches!(gone, Err(ChatError::NotFound { .. })), "no conversation, no file");
}

#[test]
fn a_salvage_saves_what_was_said() {
    let p = place();
    let id = p.chat();
    let (message, _) = p.chats.append(&id, "hello", Route::Direct, "k").unwrap();
    p.registry.write(|c| responses::add(c, &id, Some(message.id), "goodbye", NOW)).unwrap();
    let copy = p.dir.path().join("copy.db");
    p.registry.back_up(&copy).unwrap();
    let mut bytes = std::fs::read(&copy).unwrap();
    bytes[..4096].fill(0);
    std::fs::write(&copy, bytes).unwrap();
    let done = recover_copy(&copy, NOW).expect("what can be read is saved");
    assert_eq!((done.rows["web_chat_messages"], done.rows["web_chat_responses"]), (1, 1), "{:?}", done.findings);
    let saved = std::sync::Arc::new(Registry::open(&copy, NOW).unwrap());
    let chats = sanctum_chat::Conversations::new(saved, std::sync::Arc::new(|| NOW));
    assert_eq!(chats.page(&id, At::Newest, 9).unwrap().entries.len(), 2, "in their places");
    assert_eq!(chats.search(Scope::Session(&id), "goodbye", None, 9).unwrap().len(), 1, "and found");
}
