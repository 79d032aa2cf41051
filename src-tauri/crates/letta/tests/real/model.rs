//! A model endpoint of OpenAI's kind that repeats what it was told, so that a whole Letta can be tried offline.

use serde_json::{Map, Value, json};

use crate::support::http::{Reply, Request, detail, json as answered, serve};

/// What makes it stop in the middle of its answer and say no more.
pub const HOLD: &str = "one two three four five six seven eight nine ten, and hold";

/// Whether this is the beginning of an answer that was held.
pub fn held(said: &str) -> bool {
    !said.is_empty() && format!("You said: {HOLD}").starts_with(said)
}

/// Starts it; the port comes back.
pub async fn start() -> u16 {
    serve(|request| match (request.method.as_str(), request.path.as_str()) {
        ("GET", "/v1/models") => answered(&json!({"object": "list", "data": [model("gpt-4o-mini"), model("other")]})),
        ("POST", "/v1/embeddings") => answered(&embeddings(&body(&request))),
        ("POST", "/v1/chat/completions") => completion(&body(&request)),
        _ => detail(404, "not here"),
    })
    .await
}

fn body(request: &Request) -> Value {
    serde_json::from_slice(&request.body).unwrap_or_default()
}

fn model(id: &str) -> Value {
    json!({"id": id, "object": "model", "created": 0, "owned_by": "test", "context_length": 32_000})
}

fn embeddings(body: &Value) -> Value {
    let count = body["input"].as_array().map_or(1, Vec::len);
    let one = |index: usize| json!({"object": "embedding", "index": index, "embedding": vec![0.01; 1536]});
    let data: Vec<Value> = (0..count).map(one).collect();
    json!({"object": "list", "model": body["model"], "data": data, "usage": {"prompt_tokens": 1, "total_tokens": 1}})
}

/// What the last user said; Letta may have wrapped it in JSON of its own.
fn last_said(body: &Value) -> String {
    let messages = body["messages"].as_array().cloned().unwrap_or_default();
    let last = messages.iter().rev().find(|message| message["role"] == "user").cloned().unwrap_or_default();
    let said = match &last["content"] {
        Value::Array(parts) => parts.iter().filter_map(|part| part["text"].as_str()).collect(),
        content => content.as_str().unwrap_or_default().to_owned(),
    };
    match serde_json::from_str::<Value>(&said) {
        Ok(Value::Object(own)) => own.get("message").and_then(Value::as_str).unwrap_or(&said).to_owned(),
        _ => said,
    }
}

/// Speaks through `send_message` where there is such a tool (0.11.7), plainly where there is none.
fn completion(body: &Value) -> Reply {
    let said = format!("You said: {}", last_said(body));
    let tools = body["tools"].as_array().cloned().unwrap_or_default();
    let send = tools.iter().map(|tool| &tool["function"]).find(|function| function["name"] == "send_message");
    let arguments = send.map(|function| arguments(function, &said).to_string());
    let streamed = body["stream"] == true;
    let usage = json!({"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110});
    let head = |object: &str| json!({"id": "chatcmpl-1", "object": object, "created": 1, "model": body["model"]});
    let call = |arguments: &str| {
        json!({"index": 0, "id": "call_1", "type": "function",
        "function": {"name": "send_message", "arguments": arguments}})
    };
    let finish = if arguments.is_some() { "tool_calls" } else { "stop" };
    if !streamed {
        let message = match &arguments {
            Some(arguments) => json!({"role": "assistant", "content": null, "tool_calls": [call(arguments)]}),
            None => json!({"role": "assistant", "content": said}),
        };
        let mut whole = head("chat.completion");
        whole["choices"] = json!([{"index": 0, "message": message, "finish_reason": finish}]);
        whole["usage"] = usage;
        return answered(&whole);
    }
    let mut deltas = vec![json!({"role": "assistant"})];
    match &arguments {
        Some(arguments) => {
            deltas.push(json!({"tool_calls": [call("")]}));
            let letters: Vec<char> = arguments.chars().collect();
            let pieces = letters.chunks(5).map(|piece| piece.iter().collect::<String>());
            deltas.extend(pieces.map(|piece| json!({"tool_calls": [{"index": 0, "function": {"arguments": piece}}]})));
        }
        None => deltas.extend(said.split_inclusive(' ').map(|word| json!({"content": word}))),
    }
    let chunk = |delta: Value, finish: Value| {
        let mut chunk = head("chat.completion.chunk");
        chunk["choices"] = json!([{"index": 0, "delta": delta, "finish_reason": finish}]);
        chunk
    };
    let mut chunks: Vec<Value> = deltas.into_iter().map(|delta| chunk(delta, Value::Null)).collect();
    let event = |chunk: &Value| format!("data: {chunk}\n\n");
    if said.ends_with(HOLD) && send.is_some() {
        let begun: String = chunks[..chunks.len() - 3].iter().map(event).collect();
        return Reply::Silence(
            format!("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n{begun}").into_bytes(),
        );
    }
    chunks.push(chunk(json!({}), finish.into()));
    let mut last = head("chat.completion.chunk");
    last["choices"] = json!([]);
    last["usage"] = usage;
    chunks.push(last);
    let mut pieces: Vec<Vec<u8>> = chunks.iter().map(|chunk| event(chunk).into_bytes()).collect();
    pieces.push(b"data: [DONE]\n\n".to_vec());
    Reply::Stream { pieces, cut: false, pause: std::time::Duration::ZERO }
}

/// The arguments of `send_message` in the order of its schema, which begins with what the agent thinks.
fn arguments(function: &Value, said: &str) -> Value {
    let mut given = Map::new();
    let known = function["parameters"]["properties"].as_object().cloned().unwrap_or_default();
    for name in known.keys().filter(|name| *name != "message" && *name != "request_heartbeat") {
        given.insert(name.clone(), "Let me see.".into());
    }
    given.insert("message".into(), said.into());
    if known.contains_key("request_heartbeat") {
        given.insert("request_heartbeat".into(), false.into());
    }
    given.into()
}
