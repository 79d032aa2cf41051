//! The little that a fake Letta remembers, in the shapes of its version.

use std::collections::HashMap;

use serde_json::{Value, json};

/// Agents, blocks, tools and messages.
pub struct State {
    pub old: bool,
    pub agents: Vec<Value>,
    /// Blocks by themselves; an agent's are in its `memory`.
    pub blocks: Vec<Value>,
    pub tools: Vec<Value>,
    /// Its list of tool servers, where its version keeps one.
    pub tool_servers: Vec<Value>,
    /// By the name of a tool server: the tools that it offers.
    pub offered: HashMap<String, Vec<Value>>,
    /// By the identifier of a tool server: its tools as they were when they were read.
    pub known_tools: HashMap<String, Vec<Value>>,
    /// Entries of each agent's history, oldest first: (agent, entry).
    pub messages: Vec<(String, Value)>,
    next: u32,
}

impl State {
    pub fn new(old: bool, agents: usize) -> State {
        let mut state = State {
            old,
            agents: vec![],
            blocks: vec![],
            tools: vec![],
            tool_servers: vec![],
            offered: HashMap::new(),
            known_tools: HashMap::new(),
            messages: vec![],
            next: 0,
        };
        state.tools = (0..130).map(|n| state.tool(n)).collect();
        for n in 0..agents {
            let agent = state.agent(&json!({"name": format!("other {n}"), "model": "openai-proxy/gpt-4o-mini"}));
            state.agents.push(agent);
        }
        state
    }

    /// An identifier as Letta makes them.
    pub fn id(&mut self, kind: &str) -> String {
        self.next += 1;
        format!("{kind}-{:08x}-0000-4000-8000-000000000000", self.next)
    }

    fn tool(&mut self, n: usize) -> Value {
        let source = if n < 3 { "letta_core" } else { "custom" };
        json!({"id": self.id("tool"), "name": format!("tool_{n}"), "tool_type": source, "tags": []})
    }

    /// Reads the tools of a tool server anew; false where it has no such server.
    pub fn read_tools_of(&mut self, id: &str) -> bool {
        let Some(server) = self.tool_servers.iter().find(|server| server["id"] == id).cloned() else { return false };
        let offered = self.offered.get(server["server_name"].as_str().unwrap()).cloned().unwrap_or_default();
        let tools = offered.iter().map(|tool| self.tool_of_server(tool)).collect();
        self.known_tools.insert(id.to_owned(), tools);
        true
    }

    /// As it keeps a tool that it read: with an argument of its own.
    fn tool_of_server(&mut self, tool: &Value) -> Value {
        let mut parameters = tool["inputSchema"].clone();
        parameters["properties"]["request_heartbeat"] = json!({"type": "boolean"});
        let schema = json!({"name": tool["name"], "description": tool["description"], "parameters": parameters});
        json!({"id": self.id("tool"), "name": tool["name"], "description": tool["description"], "tool_type": "external_mcp",
            "tags": ["mcp:smcp"], "json_schema": schema})
    }

    pub fn llm() -> Value {
        json!({"handle": "openai-proxy/gpt-4o-mini", "model": "gpt-4o-mini", "model_endpoint_type": "openai",
            "model_endpoint": "http://127.0.0.1:1/v1", "context_window": 32_000, "provider_name": "openai-proxy"})
    }

    pub fn embedding() -> Value {
        json!({"handle": "openai/text-embedding-3-small", "embedding_model": "text-embedding-3-small",
            "embedding_endpoint_type": "openai", "embedding_endpoint": "http://127.0.0.1:1/v1", "embedding_dim": 1536})
    }

    /// Entries of the lists of models, in the shape of the version.
    pub fn listed(&self, mut config: Value, kind: &str) -> Value {
        if !self.old {
            let name = config["handle"].as_str().unwrap().split('/').nth(1).unwrap().to_owned();
            for (field, value) in [
                ("name", name.as_str()),
                ("display_name", &name),
                ("provider_type", "openai"),
                ("provider_name", "openai"),
                ("model_type", kind),
            ] {
                config[field] = value.into();
            }
            if kind == "llm" {
                config["max_context_window"] = 128_000.into();
            }
        }
        config
    }

    pub fn agent(&mut self, new: &Value) -> Value {
        let blocks: Vec<Value> = new["memory_blocks"].as_array().cloned().unwrap_or_default();
        let blocks: Vec<Value> = blocks.iter().map(|block| self.block(block)).collect();
        let model = new["llm_config"]["handle"].as_str().or(new["model"].as_str()).unwrap_or_default();
        let mut llm = State::llm();
        llm["handle"] = model.into();
        let mut agent = json!({
            "id": self.id("agent"), "name": new["name"], "description": new["description"], "system": "You are",
            "agent_type": "memgpt_v2_agent", "llm_config": llm, "embedding_config": State::embedding(),
            "memory": {"blocks": blocks}, "tools": self.tools[..3], "sources": [],
            "tags": new["tags"].as_array().cloned().unwrap_or_default(), "created_at": "2026-01-01T00:00:00",
        });
        if !self.old {
            agent["blocks"] = agent["memory"]["blocks"].clone();
            agent["model"] = model.into();
            agent["embedding"] = "openai/text-embedding-3-small".into();
        }
        agent
    }

    pub fn block(&mut self, new: &Value) -> Value {
        let limit = new["limit"].as_u64().unwrap_or(if self.old { 20_000 } else { 100_000 });
        json!({"id": self.id("block"), "label": new["label"], "value": new["value"], "limit": limit,
            "description": new["description"], "read_only": new["read_only"] == true})
    }

    /// Two steps of a conversation; the answer's entries share an identifier.
    pub fn said(&mut self, agent: &str, message: &Value, answer: &str) -> String {
        let date = format!("2026-01-01T00:00:{:02}+00:00", self.messages.len() % 60);
        let (user, step) = (self.id("message"), self.id("message"));
        let entries = [
            json!({"id": user, "date": date, "message_type": "user_message", "content": message["content"], "otid": message["otid"]}),
            json!({"id": step, "date": date, "message_type": "reasoning_message", "reasoning": "Let me see."}),
            json!({"id": step, "date": date, "message_type": "tool_call_message",
                "tool_call": {"name": "look", "arguments": "{\"at\":1}", "tool_call_id": "call-1"}}),
            json!({"id": step, "date": date, "message_type": "assistant_message", "content": answer}),
        ];
        self.messages.extend(entries.map(|entry| (agent.to_owned(), entry)));
        step
    }
}
