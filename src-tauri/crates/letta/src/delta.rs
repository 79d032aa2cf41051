//! The pieces of an answer as both servers send them (`message_type` …), and the events they become.
//!
//! Keeps what has been said so far and how it ended, so that whoever reads the connection only has to say when it
//! is over. Sources: the message schemas of the OpenAPI files, and what 0.11.7 and Letta Code 0.34.12 really send.

use crate::clean;
use crate::talk::{Event, Stop, Usage};
use crate::trouble::Trouble;
use sanctum_secrets::Secret;
use serde_json::Value;
use std::collections::HashMap;

/// Most bytes of one answer.
const MAX_ANSWER: usize = 16 << 20;

/// An answer on its way.
#[derive(Default)]
pub(crate) struct Answer {
    password: Option<Secret>,
    so_far: String,
    size: usize,
    stop: Option<Stop>,
    trouble: Option<Trouble>,
    /// The call that the pieces of a message belong to; all but the first may leave it out.
    calls: HashMap<String, String>,
}

impl Answer {
    /// Begins; the password is taken out of whatever words of the server are repeated.
    pub fn new(password: Option<Secret>) -> Answer {
        Answer { password, ..Answer::default() }
    }

    /// Takes one piece and gives back what it means.
    pub fn take(&mut self, piece: &Value) -> Vec<Event> {
        let events = self.events(piece);
        self.size += events.iter().map(weight).sum::<usize>();
        if self.size > MAX_ANSWER {
            self.fail(Trouble::TooBig { limit: MAX_ANSWER >> 20 });
            return Vec::new();
        }
        for event in &events {
            if let Event::Text { delta, .. } = event {
                self.so_far.push_str(delta);
            }
        }
        events
    }

    /// The first trouble is the one that is told.
    pub fn fail(&mut self, trouble: Trouble) {
        self.trouble.get_or_insert(trouble);
    }

    /// The connection broke; that is a failure only where the answer had not ended before.
    pub fn broken(&mut self, trouble: Trouble) {
        if self.stop.is_none() {
            self.fail(trouble);
        }
    }

    /// The answer was stopped from outside.
    pub fn cancelled(&mut self) {
        self.stop = Some(Stop::Cancelled);
    }

    /// True where nothing that comes could change the end.
    pub fn is_over(&self) -> bool {
        self.trouble.is_some()
    }

    /// The last event; an answer that was never said to be complete is not.
    pub fn end(&mut self) -> Event {
        let so_far = std::mem::take(&mut self.so_far);
        match (self.trouble.take(), self.stop.take()) {
            (Some(trouble), _) => Event::Failed { trouble, so_far },
            (None, Some(reason)) => Event::Stopped { reason },
            (None, None) => Event::Failed { trouble: Trouble::Cut, so_far },
        }
    }

    fn events(&mut self, piece: &Value) -> Vec<Event> {
        let id = || text(piece, "id").to_owned();
        match text(piece, "message_type") {
            "reasoning_message" => some(text(piece, "reasoning"), |delta| Event::Reasoning { id: id(), delta }),
            "assistant_message" => some(&content(piece).0, |delta| Event::Text { id: id(), delta }),
            "tool_call_message" | "approval_request_message" => self.calls(piece),
            "tool_return_message" => returns(piece).map(|(id, ok, text)| Event::ToolReturn { id, ok, text }).collect(),
            "usage_statistics" => vec![Event::Usage(usage(piece))],
            "stop_reason" => {
                self.stopped(text(piece, "stop_reason"));
                Vec::new()
            }
            "error_message" | "loop_error" => {
                let said = [text(piece, "message"), text(piece, "detail")];
                let said = said.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(": ");
                let detail = self.harmless(&said);
                self.fail(Trouble::Model { detail });
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    fn calls(&mut self, piece: &Value) -> Vec<Event> {
        let message = text(piece, "id");
        calls(piece)
            .map(|call| {
                let told = text(call, "tool_call_id");
                let id = match told.is_empty() {
                    true => self.calls.get(message).cloned().unwrap_or_else(|| message.to_owned()),
                    false => told.to_owned(),
                };
                self.calls.insert(message.to_owned(), id.clone());
                Event::ToolCall { id, name: text(call, "name").into(), arguments: text(call, "arguments").into() }
            })
            .collect()
    }

    /// Records why it ended.
    pub fn stopped(&mut self, reason: &str) {
        self.stop = Some(match reason {
            "end_turn" | "tool_rule" | "no_tool_call" => Stop::EndOfTurn,
            "cancelled" => Stop::Cancelled,
            "max_steps" | "max_tokens_exceeded" => Stop::Limit,
            "requires_approval" => Stop::NeedsApproval,
            "error"
            | "llm_api_error"
            | "invalid_llm_response"
            | "invalid_tool_call"
            | "insufficient_credits"
            | "context_window_overflow_in_system_prompt" => {
                self.fail(Trouble::Model { detail: format!("it stopped with `{reason}`") });
                return;
            }
            other => Stop::Other(clean::line(other, 60)),
        });
    }

    /// Words of the server, fit to be repeated.
    pub fn harmless(&self, said: &str) -> String {
        clean::detail(said, self.password.as_ref())
    }
}

/// A field's text, or nothing.
pub(crate) fn text<'a>(piece: &'a Value, name: &str) -> &'a str {
    piece.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// The text of a message and how many pictures it has; `content` is a string or a list of parts.
pub(crate) fn content(piece: &Value) -> (String, usize) {
    match piece.get("content") {
        Some(Value::String(text)) => (text.clone(), 0),
        Some(Value::Array(parts)) => {
            let of = |kind: &'static str| parts.iter().filter(move |part| text(part, "type") == kind);
            let texts: Vec<&str> = of("text").map(|part| text(part, "text")).collect();
            (texts.join(""), of("image").count())
        }
        _ => (String::new(), 0),
    }
}

/// The calls of a message: one in `tool_call`, or (0.16) one or more in `tool_calls`.
pub(crate) fn calls(piece: &Value) -> impl Iterator<Item = &Value> {
    several(piece, "tool_calls", "tool_call")
}

/// What tools gave back: call, whether it worked, text.
pub(crate) fn returns(piece: &Value) -> impl Iterator<Item = (String, bool, String)> {
    let one = piece.get("tool_return").is_some_and(Value::is_string);
    let many = piece.get("tool_returns").and_then(Value::as_array).filter(|list| !list.is_empty());
    let list = match many {
        Some(list) => list.as_slice(),
        None if one => std::slice::from_ref(piece),
        None => &[],
    };
    list.iter().map(|back| {
        let said = back.get("tool_return").unwrap_or(&Value::Null);
        let said = said.as_str().map_or_else(|| said.to_string(), str::to_owned);
        (text(back, "tool_call_id").to_owned(), text(back, "status") != "error", said)
    })
}

fn several<'a>(piece: &'a Value, many: &str, one: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
    let list = match piece.get(many) {
        Some(Value::Array(list)) if !list.is_empty() => list.as_slice(),
        Some(call @ Value::Object(_)) => std::slice::from_ref(call),
        _ => piece.get(one).filter(|call| call.is_object()).map(std::slice::from_ref).unwrap_or_default(),
    };
    list.iter()
}

fn usage(piece: &Value) -> Usage {
    let number = |name: &str| piece.get(name).and_then(Value::as_u64).unwrap_or_default();
    Usage { prompt: number("prompt_tokens"), completion: number("completion_tokens"), steps: number("step_count") }
}

fn some(delta: &str, event: impl FnOnce(String) -> Event) -> Vec<Event> {
    if delta.is_empty() { Vec::new() } else { vec![event(delta.to_owned())] }
}

fn weight(event: &Event) -> usize {
    match event {
        Event::Reasoning { delta, .. } | Event::Text { delta, .. } => delta.len(),
        Event::ToolCall { arguments, .. } => arguments.len() + 64,
        Event::ToolReturn { text, .. } => text.len() + 64,
        _ => 64,
    }
}

#[cfg(test)]
mod tests {
    use super::Answer;
    use crate::talk::{Event, Stop};
    use crate::trouble::Trouble;
    use sanctum_secrets::Secret;
    use serde_json::{Value, json};

    fn call(id: &str, name: &str, arguments: &str) -> Event {
        Event::ToolCall { id: id.into(), name: name.into(), arguments: arguments.into() }
    }

    #[test]
    fn pieces_of_a_call_find_together_and_several_calls_stay_apart() {
        let mut answer = Answer::default();
        let piece = |call: Value| json!({"message_type": "tool_call_message", "id": "m", "tool_call": call});
        let first = answer.take(&piece(json!({"name": "look", "arguments": "{", "tool_call_id": "c1"})));
        let second = answer.take(&piece(json!({"name": null, "arguments": "}", "tool_call_id": null})));
        assert_eq!((first, second), (vec![call("c1", "look", "{")], vec![call("c1", "", "}")]), "one call in pieces");
        let two = json!([
            {"name": "a", "arguments": "1", "tool_call_id": "c2"},
            {"name": "b", "arguments": "2", "tool_call_id": "c3"},
        ]);
        let both = json!({"message_type": "tool_call_message", "id": "n", "tool_call": two[0], "tool_calls": two});
        assert_eq!(answer.take(&both), vec![call("c2", "a", "1"), call("c3", "b", "2")], "and none is told twice");
    }

    #[test]
    fn returns_of_tools_say_whether_they_worked() {
        let back = |id: &str, ok, text: &str| Event::ToolReturn { id: id.into(), ok, text: text.into() };
        let one = json!({"message_type": "tool_return_message", "tool_return": "no", "status": "error",
            "tool_call_id": "c1"});
        assert_eq!(Answer::default().take(&one), vec![back("c1", false, "no")], "a failure is one");
        let many = json!({"message_type": "tool_return_message", "tool_return": "old", "status": "success",
            "tool_returns": [{"tool_return": {"x": 1}, "status": "success", "tool_call_id": "c2"}]});
        assert_eq!(Answer::default().take(&many), vec![back("c2", true, "{\"x\":1}")], "the newer form counts");
    }

    #[test]
    fn the_first_trouble_is_told_and_an_answer_without_an_end_is_cut() {
        let mut answer = Answer::new(Some(Secret::new("hunter2".into())));
        answer.take(&json!({"message_type": "assistant_message", "id": "m", "content": "so far"}));
        answer.take(&json!({"message_type": "error_message", "message": "key hunter2 is wrong"}));
        answer.take(&json!({"message_type": "stop_reason", "stop_reason": "error"}));
        let trouble = Trouble::Model { detail: "key … is wrong".into() };
        assert_eq!(answer.end(), Event::Failed { trouble, so_far: "so far".into() }, "without the password");
        let cut = Event::Failed { trouble: Trouble::Cut, so_far: String::new() };
        assert_eq!(Answer::default().end(), cut, "nothing was said to be complete");
        let mut answer = Answer::default();
        answer.stopped("end_turn");
        answer.broken(Trouble::Cut);
        assert_eq!(answer.end(), Event::Stopped { reason: Stop::EndOfTurn }, "what breaks after the end harms nothing");
    }

    #[test]
    fn pieces_of_no_meaning_are_no_events() {
        for piece in [
            json!({"message_type": "ping"}),
            json!({"message_type": "tool_call_message"}),
            json!({"message_type": "tool_return_message"}),
            json!({"message_type": "assistant_message", "content": null}),
            json!({"message_type": 7}),
            json!([]),
            json!(null),
        ] {
            assert_eq!(Answer::default().take(&piece), vec![], "{piece}");
        }
    }
}
