//! A message to an agent of the REST server, and the events of the answer as they arrive.
//!
//! Uses `/messages/stream`, which newer servers call deprecated: it is the one that all of them take from a client
//! that is not their own. A stream that is silent for too long, is cut, or is no stream of a Letta ends as failed, with
//! what was said until then. Where 0.11.7 streams the thoughts of a step and not the words, because its model wrote the
//! words first, these are read from the history.

use super::Rest;
use super::call::{Body, segment, within, words};
use super::shapes::RunShape;
use crate::delta::Answer;
use crate::sse::{Decoder, Frame};
use crate::talk::{Event, Events, Part, Stop, UserMessage};
use crate::trouble::Trouble;
use futures_util::stream;
use reqwest::header::CONTENT_TYPE;
use reqwest::{Method, Response};
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::time::Duration;

/// Entries of the history among which the last step is.
const LATEST: u32 = 20;

impl Rest {
    pub(super) async fn send_message(&self, id: &str, message: UserMessage) -> Result<Events, Trouble> {
        let mut entry = json!({"role": "user", "content": parts(&message)});
        if let Some(mark) = &message.mark {
            entry["otid"] = mark.as_str().into();
        }
        let body = json!({"messages": [entry], "stream_tokens": true, "include_pings": true});
        let response = self.door.stream(&format!("/v1/agents/{}/messages/stream", segment(id)?), body).await?;
        let kind = response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if !kind.starts_with("text/event-stream") {
            return Err(Trouble::strange("it answers a message with something that is no stream"));
        }
        let reading = Reading {
            server: self.clone(),
            agent: id.to_owned(),
            response,
            decoder: Decoder::default(),
            answer: Answer::new(self.door.password().cloned()),
            ready: VecDeque::new(),
            said: false,
            thought: None,
            end: None,
            silence: self.door.patience.silence,
            over: false,
        };
        Ok(Box::pin(stream::unfold(reading, |mut reading| async {
            reading.next().await.map(|event| (event, reading))
        })))
    }

    /// Stops the runs of this agent only: without run ids, 0.11.7 stops those of every agent.
    pub(super) async fn cancel_runs(&self, id: &str) -> Result<bool, Trouble> {
        let query = match self.old {
            true => format!("agent_ids={}", segment(id)?),
            false => format!("agent_id={}", segment(id)?),
        };
        let runs: Vec<RunShape> = self.door.get("/v1/runs/", Some(&format!("{query}&limit=20"))).await?;
        let going = |run: &RunShape| matches!(run.status.as_str(), "created" | "running" | "pending");
        let ids: Vec<String> = runs.into_iter().filter(going).map(|run| run.id).collect();
        if ids.is_empty() {
            return Ok(false);
        }
        let path = format!("/v1/agents/{}/messages/cancel", segment(id)?);
        self.door.tell(Method::POST, &path, Body::Json(json!({"run_ids": ids}))).await.map(|()| true)
    }
}

/// The content of a message: a plain text, or parts where there are pictures.
pub(crate) fn parts(message: &UserMessage) -> Value {
    if message.images.is_empty() {
        return message.text.as_str().into();
    }
    let mut parts = Vec::new();
    if !message.text.is_empty() {
        parts.push(json!({"type": "text", "text": message.text}));
    }
    for image in &message.images {
        let source = json!({"type": "base64", "media_type": image.media_type, "data": image.data});
        parts.push(json!({"type": "image", "source": source}));
    }
    parts.into()
}

struct Reading {
    server: Rest,
    agent: String,
    response: Response,
    decoder: Decoder,
    answer: Answer,
    ready: VecDeque<Event>,
    /// Something was said to the person.
    said: bool,
    /// The step that was thought last.
    thought: Option<String>,
    /// The last event, once it is known.
    end: Option<Event>,
    silence: Duration,
    over: bool,
}

impl Reading {
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Some(event);
            }
            if self.over {
                let end = self.end.take()?;
                let Some(unsaid) = self.unsaid(&end).await else { return Some(end) };
                self.end = Some(end);
                return Some(unsaid);
            }
            let chunk = async { self.response.chunk().await.map_err(|_| Trouble::Cut) };
            match within(self.silence, chunk).await {
                Ok(Some(bytes)) => self.take(&bytes),
                Ok(None) => self.finish(),
                Err(trouble) => {
                    // A connection that breaks after the reason to stop has told all there was to tell.
                    self.answer.broken(trouble);
                    self.finish();
                }
            }
        }
    }

    fn take(&mut self, bytes: &[u8]) {
        match self.decoder.feed(bytes) {
            Ok(frames) => {
                for frame in frames {
                    self.frame(&frame);
                    if self.over {
                        return;
                    }
                }
            }
            Err(_) => self.answer.fail(Trouble::strange("an event of its stream has no end")),
        }
        if self.answer.is_over() {
            self.finish();
        }
    }

    fn frame(&mut self, frame: &Frame) {
        if frame.data == "[DONE]" {
            return self.finish();
        }
        let Ok(piece) = serde_json::from_str::<Value>(&frame.data) else {
            return self.answer.fail(Trouble::strange("an event of its stream is no JSON"));
        };
        match frame.event.as_str() {
            "cancelled" => self.answer.cancelled(),
            "error" => self.failed(&piece),
            _ if piece.get("message_type").is_none() && piece.get("error").is_some() => self.failed(&piece),
            _ => {
                let events = self.answer.take(&piece);
                for event in &events {
                    match event {
                        Event::Text { .. } => self.said = true,
                        Event::Reasoning { id, .. } => self.thought = Some(id.clone()),
                        _ => {}
                    }
                }
                self.ready.extend(events);
            }
        }
    }

    fn failed(&mut self, piece: &Value) {
        let detail = self.answer.harmless(&words(piece).unwrap_or_default());
        self.answer.fail(Trouble::Unwell { status: None, detail });
    }

    fn finish(&mut self) {
        if !std::mem::replace(&mut self.over, true) {
            self.end = Some(self.answer.end());
        }
    }

    /// The words of a turn that ended without one, as the server keeps them; `None` where there are none either.
    async fn unsaid(&mut self, end: &Event) -> Option<Event> {
        let ended = matches!(end, Event::Stopped { reason: Stop::EndOfTurn });
        let step = self.thought.take().filter(|step| ended && !self.said && !step.is_empty())?;
        let page = self.server.read_messages(&self.agent, None, LATEST).await.ok()?;
        let said =
            page.messages.into_iter().filter(|message| message.id == step).filter_map(|message| match message.part {
                Part::Assistant { text } => Some(text),
                _ => None,
            });
        let delta: String = said.collect();
        (!delta.is_empty()).then_some(Event::Text { id: step, delta })
    }
}
