//! Pages of an agent's history, as both servers write it, put in one order.
//!
//! Says who said what and hides what Letta says to itself; keeps nothing and joins nothing across pages. What a text
//! means, and how it is shown, is not decided here.

use super::Rest;
use super::call::segment;
use crate::delta::{calls, content, returns, text};
use crate::talk::{Message, Page, Part};
use crate::trouble::Trouble;
use serde_json::Value;
use std::cmp::Ordering;

impl Rest {
    pub(super) async fn read_messages(&self, id: &str, before: Option<&str>, limit: u32) -> Result<Page, Trouble> {
        let cursor = match before {
            Some(before) => format!("&before={}", segment(before)?),
            None => String::new(),
        };
        let path = format!("/v1/agents/{}/messages", segment(id)?);
        // 0.11.7 has no order to choose: newest page, oldest entry first. Newer ones are told to begin with the newest.
        let order = if self.old { "" } else { "&order=desc" };
        // Letta counts entries that it does not show (what a tool gave back to nobody), so that a small page can come
        // out empty though there is more: it is asked for again, larger, before that is taken for the beginning.
        for limit in [limit, limit.max(ENOUGH)] {
            let entries: Vec<Value> = self.door.get(&path, Some(&format!("limit={limit}{cursor}{order}"))).await?;
            if !entries.is_empty() {
                return Ok(page(&entries, !self.old));
            }
            if limit >= ENOUGH {
                break;
            }
        }
        Ok(Page::default())
    }
}

/// Entries of a page that cannot all be hidden ones.
const ENOUGH: u32 = 50;

/// Puts a page in order: as its dates say, and where all are of the same second, as it was asked for. Entries of one
/// step share an identifier and come together. That a page is the first one shows only in an empty one before it.
pub(crate) fn page(entries: &[Value], newest_first: bool) -> Page {
    let date = |entry: Option<&Value>| entry.map(|entry| text(entry, "date").to_owned()).unwrap_or_default();
    let mut ordered: Vec<&Value> = entries.iter().collect();
    if match date(entries.first()).cmp(&date(entries.last())) {
        Ordering::Greater => true,
        Ordering::Equal => newest_first,
        Ordering::Less => false,
    } {
        ordered.reverse();
    }
    Page {
        messages: ordered.iter().flat_map(|entry| messages(entry)).collect(),
        before: ordered.first().map(|entry| text(entry, "id").to_owned()).filter(|id| !id.is_empty()),
    }
}

/// What one entry says; several calls or returns in one are several messages.
fn messages(entry: &Value) -> Vec<Message> {
    let parts: Vec<Part> = match text(entry, "message_type") {
        "user_message" => vec![said(entry)],
        "assistant_message" => vec![Part::Assistant { text: content(entry).0 }],
        "reasoning_message" => vec![Part::Reasoning { text: text(entry, "reasoning").into() }],
        "hidden_reasoning_message" => vec![Part::Reasoning { text: String::new() }],
        "system_message" => vec![Part::System { text: content(entry).0 }],
        "tool_call_message" | "approval_request_message" => calls(entry).map(called).collect(),
        // Letta hides this one beside its call, which it shows as what the agent said; not so at the edge of a page.
        "tool_return_message" if text(entry, "name") == "send_message" => Vec::new(),
        "tool_return_message" => returns(entry).map(|(call, ok, text)| Part::ToolReturn { call, ok, text }).collect(),
        kind => vec![Part::Other { kind: crate::clean::line(kind, 60) }],
    };
    let mark = entry.get("otid").and_then(Value::as_str);
    parts
        .into_iter()
        .map(|part| Message {
            id: text(entry, "id").into(),
            at: text(entry, "date").into(),
            mark: mark.filter(|_| matches!(part, Part::User { .. })).map(str::to_owned),
            part,
        })
        .collect()
}

fn called(call: &Value) -> Part {
    Part::ToolCall {
        call: text(call, "tool_call_id").into(),
        name: text(call, "name").into(),
        arguments: text(call, "arguments").into(),
    }
}

/// A user's message; what Letta itself says in the user's name (`login`, `heartbeat` …) is told apart.
fn said(entry: &Value) -> Part {
    let (said, images) = content(entry);
    let own = serde_json::from_str::<Value>(&said).ok().filter(|_| said.starts_with('{'));
    match own.as_ref().map(|own| text(own, "type")) {
        Some(kind @ ("login" | "heartbeat" | "system_alert")) => Part::Other { kind: kind.into() },
        _ => Part::User { text: said, images },
    }
}

#[cfg(test)]
mod tests {
    use super::page;
    use crate::talk::Part;
    use serde_json::json;

    fn entry(id: &str, second: u8, kind: &str) -> serde_json::Value {
        json!({"id": id, "date": format!("2026-01-01T00:00:0{second}Z"), "message_type": kind, "content": id})
    }

    fn ids(page: &crate::talk::Page) -> Vec<&str> {
        page.messages.iter().map(|message| message.id.as_str()).collect()
    }

    #[test]
    fn a_page_begins_with_its_oldest_entry_whichever_way_it_came() {
        let (one, two) = (entry("one", 1, "user_message"), entry("two", 2, "assistant_message"));
        for (entries, newest_first) in [([&one, &two], false), ([&two, &one], true), ([&one, &two], true)] {
            let entries = entries.map(Clone::clone);
            assert_eq!(ids(&page(&entries, newest_first)), ["one", "two"], "{newest_first}: the dates decide");
        }
        let same = [entry("b", 1, "user_message"), entry("a", 1, "user_message")];
        assert_eq!(ids(&page(&same, true)), ["a", "b"], "within one second what was asked for does");
        assert_eq!(page(&[], true).before, None, "an empty page is the beginning");
    }

    #[test]
    fn what_letta_says_to_itself_is_told_apart() {
        let mut login = entry("l", 1, "user_message");
        login["content"] = r#"{"type": "login", "time": "now"}"#.into();
        let mut json = entry("j", 2, "user_message");
        json["content"] = r#"{"type": "order", "of": "mine"}"#.into();
        let mut sent = entry("s", 3, "tool_return_message");
        (sent["name"], sent["tool_return"]) = ("send_message".into(), "Sent message successfully.".into());
        let page = page(&[login, json, sent], false);
        let parts: Vec<&Part> = page.messages.iter().map(|message| &message.part).collect();
        let Part::User { text, .. } = parts[1] else { panic!("JSON of a person's own is theirs: {parts:?}") };
        assert!(text.contains("mine") && parts.len() == 2, "and the return of `send_message` is not shown: {parts:?}");
        assert_eq!(parts[0], &Part::Other { kind: "login".into() }, "a login is none of a person's messages");
    }
}
