//! One answer of an agent at the App Server: a message in, the frames of its turn out as events.
//!
//! The agent of Letta Code has the tools of its host (a shell, an editor) unless told otherwise. A chat from here
//! grants none: the message allows no tool, and a request to use one is refused.

use super::AppServer;
use super::socket::{Listener, words};
use crate::delta::{Answer, text};
use crate::rest::send::parts;
use crate::talk::{Event, Events, UserMessage};
use crate::trouble::Trouble;
use futures_util::stream;
use serde_json::{Value, json};
use std::collections::VecDeque;
use tokio::sync::mpsc;

/// The conversation that every agent has.
pub(super) const CONVERSATION: &str = "default";

impl AppServer {
    pub(super) async fn start_turn(&self, id: &str, message: UserMessage) -> Result<Events, Trouble> {
        let (listener, frames) = Listener::new(id);
        let mut entry = json!({"role": "user", "content": parts(&message)});
        if let Some(mark) = &message.mark {
            entry["otid"] = mark.as_str().into();
        }
        let payload = json!({"kind": "create_message", "client_tool_allowlist": [], "messages": [entry]});
        let accepted =
            self.ask_and_hear("input", json!({"runtime": runtime(id), "payload": payload}), Some(listener)).await?;
        if accepted.get("accepted").and_then(Value::as_bool) != Some(true) {
            return Err(Trouble::refused(words(&accepted, self.password())));
        }
        let turn = Turn {
            frames,
            answer: Answer::new(self.password().cloned()),
            ready: VecDeque::new(),
            over: false,
            server: self.clone(),
            agent: id.to_owned(),
        };
        Ok(Box::pin(stream::unfold(turn, |mut turn| async { turn.next().await.map(|event| (event, turn)) })))
    }
}

/// Where a message goes.
pub(super) fn runtime(agent: &str) -> Value {
    json!({"agent_id": agent, "conversation_id": CONVERSATION})
}

struct Turn {
    frames: mpsc::Receiver<Value>,
    answer: Answer,
    ready: VecDeque<Event>,
    over: bool,
    server: AppServer,
    agent: String,
}

impl Turn {
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Some(event);
            }
            if self.over {
                return None;
            }
            match self.frames.recv().await {
                Some(frame) => self.take(&frame).await,
                None => self.finish(),
            }
            if self.answer.is_over() {
                self.finish();
            }
        }
    }

    async fn take(&mut self, frame: &Value) {
        match text(frame, "type") {
            "stream_delta" if frame.get("subagent_id").is_none_or(Value::is_null) => {
                let delta = frame.get("delta").unwrap_or(&Value::Null);
                // It tries again by itself after an error that does not end the turn.
                if delta.get("is_terminal") != Some(&Value::Bool(false)) {
                    let events = self.answer.take(delta);
                    self.ready.extend(events);
                }
            }
            "turn_finished" => {
                self.answer.stopped(text(frame, "stop_reason"));
                self.finish();
            }
            "control_request" => self.deny(text(frame, "request_id")).await,
            _ => {}
        }
    }

    async fn deny(&mut self, request: &str) {
        let decision = json!({"behavior": "deny", "message": "Tools of this computer are not allowed in this chat."});
        let payload = json!({"kind": "approval_response", "request_id": request, "decision": decision});
        if let Err(trouble) =
            self.server.ask("input", json!({"runtime": runtime(&self.agent), "payload": payload})).await
        {
            self.answer.fail(trouble);
        }
    }

    fn finish(&mut self) {
        if !std::mem::replace(&mut self.over, true) {
            let end = self.answer.end();
            self.ready.push_back(end);
        }
    }
}
