//! A message to an agent of the REST server, and the events of the answer as they arrive.
//!
//! Uses `/messages/stream`, which newer servers call deprecated: it is the one that all of them take from a client
//! that is not their own. A stream that is silent for too long, is cut, or is no stream of a Letta ends as failed, with
//! what was said until then.

use super::Rest;
use super::call::{Body, segment, within, words};
use super::shapes::RunShape;
use crate::delta::Answer;
use crate::sse::{Decoder, Frame};
use crate::talk::{Event, Events, UserMessage};
use crate::trouble::Trouble;
use futures_util::stream;
use reqwest::header::CONTENT_TYPE;
use reqwest::{Method, Response};
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::time::Duration;

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
            response,
            decoder: Decoder::default(),
            answer: Answer::new(self.door.password().cloned()),
            ready: VecDeque::new(),
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
    response: Response,
    decoder: Decoder,
    answer: Answer,
    ready: VecDeque<Event>,
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
                return None;
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
            let end = self.answer.end();
            self.ready.push_back(end);
        }
    }
}
