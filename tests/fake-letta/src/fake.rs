//! A Letta of a given version that holds every request against that version's specification before it answers.

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use crate::http::{Reply, Request, Served, detail, json as answered, reply, serve_at};
use crate::spec::{Operation, Spec};
use crate::state::State;

/// A running fake.
pub struct Fake {
    pub port: u16,
    /// What was wrong with requests. A test that ends well looks that there is nothing.
    pub faults: Arc<Mutex<Vec<String>>>,
    pub requests: Arc<Mutex<Vec<Request>>>,
    judge: Arc<Judge>,
    served: Mutex<Served>,
}

impl Fake {
    /// Starts one that has `agents` already and, with a password, lets in only who knows it.
    pub async fn new(version: &'static str, agents: usize, password: Option<&'static str>) -> Fake {
        let (faults, requests) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Mutex::new(Vec::new())));
        let old = version == "0.11.7";
        let state = Mutex::new(State::new(old, agents));
        let pace = Mutex::new(Duration::ZERO);
        let judge =
            Arc::new(Judge { spec: Spec::of(version), version, password, state, pace, answered: Mutex::default() });
        let served = begin(0, &judge, &faults, &requests).await;
        Fake { port: served.port, faults, requests, judge, served: Mutex::new(served) }
    }

    /// Dies: nothing listens any more, and what was being answered breaks off.
    pub fn die(&self) {
        self.served.lock().unwrap().stop.cancel();
    }

    /// Listens again where it did, with what it remembers.
    pub async fn come_back(&self) {
        let served = begin(self.port, &self.judge, &self.faults, &self.requests).await;
        *self.served.lock().unwrap() = served;
    }

    /// Waits so long between two pieces of an answer from now on.
    pub fn slow(&self, pause: Duration) {
        *self.judge.pace.lock().unwrap() = pause;
    }

    /// An agent of this name is there; its identifier.
    pub fn agent(&self, name: &str) -> String {
        let mut state = self.judge.state.lock().unwrap();
        let agent = state.agent(&json!({"name": name, "model": "openai-proxy/gpt-4o-mini"}));
        let id = agent["id"].as_str().unwrap().to_owned();
        state.agents.push(agent);
        id
    }

    /// A tool server of this name is registered at it.
    pub fn tool_server(&self, name: &str) {
        self.tool_server_at(name, "http://127.0.0.1:1/sse", &[]);
    }

    /// A tool server of this name and address is registered at it, whose tools it read when that offered these.
    pub fn tool_server_at(&self, name: &str, url: &str, tools: &[Value]) {
        let mut state = self.judge.state.lock().unwrap();
        let id = state.id("mcp_server");
        let server = json!({"id": id, "server_name": name, "mcp_server_type": "sse", "server_url": url});
        state.tool_servers.push(server);
        state.offered.insert(name.to_owned(), tools.to_vec());
        state.read_tools_of(&id);
    }

    /// The tool server of this name offers these tools from now on (name, description and schema as MCP has them). It learns that
    /// when it is told to read them.
    pub fn offers(&self, name: &str, tools: &[Value]) {
        self.judge.state.lock().unwrap().offered.insert(name.to_owned(), tools.to_vec());
    }

    /// How often it was told to read a tool server anew.
    pub fn refreshed(&self) -> usize {
        self.requests.lock().unwrap().iter().filter(|asked| asked.path.ends_with("/refresh")).count()
    }

    /// When it began to answer each message.
    pub fn answered(&self) -> Vec<SystemTime> {
        self.judge.answered.lock().unwrap().clone()
    }

    /// Names of the agents that are there.
    pub fn agents(&self) -> Vec<String> {
        let state = self.judge.state.lock().unwrap();
        state.agents.iter().map(|agent| agent["name"].as_str().unwrap_or_default().to_owned()).collect()
    }

    /// What people said to an agent, in order.
    pub fn said(&self, agent: &str) -> Vec<String> {
        let state = self.judge.state.lock().unwrap();
        let mine = state.messages.iter().filter(|(of, entry)| of == agent && entry["message_type"] == "user_message");
        mine.map(|(_, entry)| entry["content"].as_str().unwrap_or("(a picture)").to_owned()).collect()
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

async fn begin(
    port: u16,
    judge: &Arc<Judge>,
    faults: &Arc<Mutex<Vec<String>>>,
    requests: &Arc<Mutex<Vec<Request>>>,
) -> Served {
    let (judge, found, seen) = (judge.clone(), faults.clone(), requests.clone());
    serve_at(port, move |request| {
        seen.lock().unwrap().push(request.clone());
        let (reply, faults) = judge.answer(&request);
        let about = format!("{} {}?{}", request.method, request.path, request.query);
        found.lock().unwrap().extend(faults.into_iter().map(|fault| format!("{about}: {fault}")));
        reply
    })
    .await
}

struct Judge {
    spec: Spec,
    version: &'static str,
    password: Option<&'static str>,
    state: Mutex<State>,
    pace: Mutex<Duration>,
    answered: Mutex<Vec<SystemTime>>,
}

impl Judge {
    fn answer(&self, request: &Request) -> (Reply, Vec<String>) {
        let mut faults: Vec<String> = ["origin", "referer", "cookie"]
            .into_iter()
            .filter(|name| request.header(name).is_some())
            .map(|name| format!("a client of this kind sends no `{name}`"))
            .collect();
        let Some(operation) = self.spec.operation(&request.method, &request.path) else {
            // The probe asks there to tell the two kinds of Letta apart.
            if request.path != "/app-server-info" {
                faults.push("this version has no such operation".into());
            }
            return (detail(404, "Not Found"), faults);
        };
        let wanted = self.password.filter(|_| operation.path != "/v1/health/").map(|key| format!("Bearer {key}"));
        if wanted.is_some() && request.header("authorization") != wanted.as_deref() {
            return (detail(401, "Unauthorized"), faults);
        }
        let kind = request.header("content-type").unwrap_or_default();
        faults.extend(self.spec.faults(&operation, &request.query, kind, &request.body));
        let body = serde_json::from_slice(&request.body).unwrap_or_default();
        let mut state = self.state.lock().unwrap();
        let reply = match self.act(&mut state, request, &operation, &body) {
            Ok(Acted::Body(body)) => {
                self.spec.must_answer(&operation, &body);
                answered(&body)
            }
            Ok(Acted::Other(reply)) => reply,
            Err((status, words)) => detail(status, &words),
        };
        (reply, faults)
    }

    fn act(&self, state: &mut State, request: &Request, operation: &Operation<'_>, body: &Value) -> Done {
        let first = operation.values.first().map(String::as_str).unwrap_or_default();
        let second = operation.values.get(1).map(String::as_str).unwrap_or_default();
        let method = request.method.as_str();
        let whole = |value: Value| Ok(Acted::Body(value));
        match (method, operation.path.as_str()) {
            ("GET", "/v1/health/") => whole(json!({"version": self.version, "status": "ok"})),
            ("GET", "/v1/models/") => whole(json!([state.listed(State::llm(), "llm")])),
            ("GET", "/v1/models/embedding") => whole(json!([state.listed(State::embedding(), "embedding")])),
            ("GET", "/v1/agents/") => whole(paged(&state.agents, request, 50)),
            ("POST", "/v1/agents/") => {
                if state.old && body["model"].as_str().is_some_and(|model| model.starts_with("openai-proxy/")) {
                    return Err((500, "Provider openai-proxy is not supported".into()));
                }
                let agent = state.agent(body);
                state.agents.push(agent.clone());
                whole(agent)
            }
            ("GET", "/v1/tools/") => whole(paged(&state.tools, request, 50)),
            ("GET", "/v1/runs/") => whole(json!([])),
            ("GET", "/v1/mcp-servers/") => whole(state.tool_servers.clone().into()),
            ("PATCH", "/v1/mcp-servers/{mcp_server_id}/refresh") => {
                if state.read_tools_of(first) {
                    return whole(json!({"added": [], "updated": [], "deleted": []}));
                }
                Err((404, format!("MCP server {first} not found")))
            }
            ("GET", "/v1/mcp-servers/{mcp_server_id}/tools") => match state.known_tools.get(first) {
                Some(tools) => whole(tools.clone().into()),
                None => Err((404, format!("MCP server {first} not found"))),
            },
            ("POST", "/v1/blocks/") => {
                let block = state.block(body);
                state.blocks.push(block.clone());
                whole(block)
            }
            ("DELETE", "/v1/blocks/{block_id}") => {
                state.blocks.retain(|block| block["id"] != first);
                whole(json!({}))
            }
            ("POST", "/v1/agents/import") => import(state, &request.body),
            _ => self.of_agent(state, request, operation, body, (first, second)),
        }
    }

    fn of_agent(
        &self,
        state: &mut State,
        request: &Request,
        at: &Operation<'_>,
        body: &Value,
        ids: (&str, &str),
    ) -> Done {
        let place = state.agents.iter().position(|agent| agent["id"] == ids.0);
        let place = place.ok_or_else(|| (404, format!("Agent with ID {} not found", ids.0)))?;
        let old = state.old;
        let (blocks, tools) = (state.blocks.clone(), state.tools.clone());
        let agent = &mut state.agents[place];
        let mine = agent["memory"]["blocks"].as_array().cloned().unwrap_or_default();
        match (request.method.as_str(), at.path.trim_start_matches("/v1/agents/{agent_id}")) {
            ("GET", "") => Ok(Acted::Body(agent.clone())),
            ("PATCH", "") => {
                for (field, value) in body.as_object().unwrap() {
                    agent[field] = value.clone();
                }
                Ok(Acted::Body(agent.clone()))
            }
            ("DELETE", "") => {
                state.agents.remove(place);
                Ok(Acted::Body(json!({"message": "deleted"})))
            }
            ("GET", "/export") => {
                let file = json!({"agents": [agent.clone()]}).to_string();
                Ok(Acted::Other(reply(200, "application/json", file)))
            }
            ("GET", "/context") => Ok(Acted::Body(json!({
                "context_window_size_max": 32_000, "context_window_size_current": 1_500, "num_messages": 3,
                "num_archival_memory": 0, "num_recall_memory": 3, "num_tokens_external_memory_summary": 0,
                "external_memory_summary": "", "num_tokens_system": 800, "system_prompt": agent["system"],
                "num_tokens_core_memory": 200, "core_memory": "", "num_tokens_summary_memory": 0,
                "num_tokens_functions_definitions": 300, "functions_definitions": [], "num_tokens_messages": 200,
                "messages": [],
            }))),
            ("GET", "/core-memory/blocks") if old => Ok(Acted::Body(json!(mine))),
            ("GET", "/core-memory/blocks") => Ok(Acted::Body(paged(&mine, request, 10))),
            ("PATCH", "/core-memory/blocks/{block_label}") => {
                let known = mine.iter().position(|block| block["label"] == ids.1).ok_or((404, "no block".into()))?;
                let mut block = mine[known].clone();
                for (field, value) in body.as_object().unwrap() {
                    block[field] = value.clone();
                }
                let length = block["value"].as_str().unwrap().chars().count() as u64;
                if length > block["limit"].as_u64().unwrap() {
                    return Err((400, format!("Value length ({length}) exceeds the limit")));
                }
                agent["memory"]["blocks"][known] = block.clone();
                Ok(Acted::Body(block))
            }
            ("PATCH", "/core-memory/blocks/attach/{block_id}") => {
                let block = blocks.iter().find(|block| block["id"] == ids.1).ok_or((404, "no block".into()))?;
                if mine.iter().any(|known| known["label"] == block["label"]) {
                    return Err((409, "A unique constraint was violated for Agent.".into()));
                }
                agent["memory"]["blocks"].as_array_mut().unwrap().push(block.clone());
                Ok(Acted::Body(agent.clone()))
            }
            ("PATCH", "/core-memory/blocks/detach/{block_id}") => {
                agent["memory"]["blocks"].as_array_mut().unwrap().retain(|block| block["id"] != ids.1);
                Ok(Acted::Body(agent.clone()))
            }
            ("GET", "/tools") if old => Ok(Acted::Body(agent["tools"].clone())),
            ("GET", "/tools") => Ok(Acted::Body(paged(agent["tools"].as_array().unwrap(), request, 10))),
            ("PATCH", "/tools/attach/{tool_id}") => {
                let tool = tools.iter().find(|tool| tool["id"] == ids.1).ok_or((404, "no tool".into()))?;
                agent["tools"].as_array_mut().unwrap().push(tool.clone());
                Ok(Acted::Body(agent.clone()))
            }
            ("PATCH", "/tools/detach/{tool_id}") => {
                agent["tools"].as_array_mut().unwrap().retain(|tool| tool["id"] != ids.1);
                Ok(Acted::Body(agent.clone()))
            }
            ("GET", "/messages") => Ok(Acted::Body(history(state, request, ids.0))),
            ("POST", "/messages/stream") => Ok(Acted::Other(self.stream(state, body, ids.0))),
            (method, path) => panic!("the fake server does not know {method} {path} yet"),
        }
    }

    /// An answer word by word, every piece cut once more in its middle.
    fn stream(&self, state: &mut State, body: &Value, agent: &str) -> Reply {
        let message = &body["messages"][0];
        let said = message["content"].as_str().map_or_else(|| "a picture".into(), str::to_owned);
        let answer = format!("You said: {said}");
        let id = state.said(agent, message, &answer);
        let date = "2026-01-01T00:00:00+00:00";
        let delta = |name: Value, arguments: &str| {
            let call = json!({"name": name, "arguments": arguments, "tool_call_id": "call-1"});
            json!({"id": id, "date": date, "message_type": "tool_call_message", "tool_call": call})
        };
        let mut events = vec![
            json!({"id": id, "date": date, "message_type": "reasoning_message", "reasoning": "Let me "}),
            json!({"id": id, "date": date, "message_type": "reasoning_message", "reasoning": "see."}),
            json!({"id": id, "date": date, "message_type": "ping"}),
            delta(json!("look"), "{\"at\""),
            delta(Value::Null, ":1}"),
            json!({"id": id, "date": date, "message_type": "tool_return_message", "tool_return": "a hall",
                "status": "success", "tool_call_id": "call-1"}),
        ];
        let words = answer.split_inclusive(' ');
        events.extend(
            words.map(|word| json!({"id": id, "date": date, "message_type": "assistant_message", "content": word})),
        );
        let known = if state.old { "LettaMessageUnion" } else { "LettaStreamingResponse" };
        events.iter().filter(|event| event["message_type"] != "ping").for_each(|event| self.spec.must_be(known, event));
        let (stop, usage) = (
            json!({"message_type": "stop_reason", "stop_reason": "end_turn"}),
            json!({"message_type": "usage_statistics", "prompt_tokens": 100, "completion_tokens": 10, "step_count": 2}),
        );
        self.spec.must_be("LettaStopReason", &stop);
        self.spec.must_be("LettaUsageStatistics", &usage);
        let lines = events.iter().chain([&stop, &usage]).map(|event| format!("data: {event}\n\n"));
        let text = format!("{}data: [DONE]\n\n", lines.collect::<String>());
        self.answered.lock().unwrap().push(SystemTime::now());
        let pieces = text.as_bytes().chunks(37).map(<[u8]>::to_vec).collect();
        Reply::Stream { pieces, cut: false, pause: *self.pace.lock().unwrap() }
    }
}

enum Acted {
    Body(Value),
    Other(Reply),
}

type Done = Result<Acted, (u16, String)>;

fn asked<'a>(request: &'a Request, name: &str) -> Option<&'a str> {
    request.query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
}

/// Oldest first. A cursor is rounded down to the second, as 0.11.7 on SQLite does it: the page begins anew.
fn paged(list: &[Value], request: &Request, limit: usize) -> Value {
    let limit = asked(request, "limit").map_or(limit, |limit| limit.parse().unwrap());
    let after = asked(request, "after").and_then(|after| list.iter().position(|entry| entry["id"] == after));
    let same_second = list.first().is_some_and(|entry| entry["created_at"].is_string());
    let start = after.filter(|_| !same_second).map_or(0, |place| place + 1);
    list.iter().skip(start).take(limit).cloned().collect()
}

/// The newest steps: oldest entry first in 0.11.7, newest first where `order=desc` is asked for.
fn history(state: &State, request: &Request, agent: &str) -> Value {
    let mine: Vec<&Value> = state.messages.iter().filter(|(of, _)| of == agent).map(|(_, entry)| entry).collect();
    let mut steps: Vec<&str> = mine.iter().map(|entry| entry["id"].as_str().unwrap()).collect();
    steps.dedup();
    let end = asked(request, "before").and_then(|before| steps.iter().position(|id| *id == before));
    let end = end.unwrap_or(steps.len());
    let limit: usize = asked(request, "limit").unwrap().parse().unwrap();
    let wanted = &steps[end.saturating_sub(limit)..end];
    let entries = mine.into_iter().filter(|entry| wanted.contains(&entry["id"].as_str().unwrap())).cloned();
    match asked(request, "order") {
        Some("desc") => entries.rev().collect(),
        _ => entries.collect(),
    }
}

fn import(state: &mut State, form: &[u8]) -> Done {
    let form = String::from_utf8_lossy(form);
    for field in ["append_copy_suffix", "override_existing_tools"] {
        let told = form.split_once(&format!("name=\"{field}\"\r\n\r\n")).map(|(_, rest)| rest.starts_with("false"));
        assert_eq!(told, Some(true), "an import changes no name and no tool: {form}");
    }
    let start = form.find("{\"agents\"").ok_or((400, "Corrupted agent file format.".into()))?;
    let file: Value = serde_json::Deserializer::from_str(&form[start..]).into_iter().next().unwrap().unwrap();
    let mut copy = file["agents"][0].clone();
    copy["id"] = state.id("agent").into();
    let id = copy["id"].clone();
    state.agents.push(copy);
    Ok(Acted::Body(json!({"agent_ids": [id]})))
}
