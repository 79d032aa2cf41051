//! What an agent's `config` column says of how it looks and how it is talked to (`agents.config`, JSON, DESIGN section 2).
//!
//! Other keys of the column belong to others and are kept as they are.

use sanctum_registry::agents::AgentRow as Stored;
use serde_json::{Map, Value};

use crate::dto::ChatWay;

/// Part of `agents.config`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Profile {
    /// A short text or emoji in place of the initial.
    pub avatar: Option<String>,
    pub way: ChatWay,
}

impl Profile {
    /// What is said, or what holds where nothing is: Letta is asked directly.
    pub fn of(row: &Stored) -> Self {
        let said = object(row);
        let text = |name: &str| said.get(name).and_then(Value::as_str);
        Self {
            avatar: text("avatar").filter(|avatar| !avatar.trim().is_empty()).map(str::to_owned),
            way: match text("chat_way") {
                Some("broca") => ChatWay::Broca,
                Some("echo") => ChatWay::Echo,
                _ => ChatWay::Letta,
            },
        }
    }

    /// The text of the column with this in it.
    pub fn within(&self, row: &Stored) -> String {
        let mut all = object(row);
        let way = match self.way {
            ChatWay::Letta => "letta",
            ChatWay::Broca => "broca",
            ChatWay::Echo => "echo",
        };
        all.insert("chat_way".to_owned(), Value::from(way));
        match &self.avatar {
            Some(avatar) => all.insert("avatar".to_owned(), Value::from(avatar.as_str())),
            None => all.remove("avatar"),
        };
        Value::Object(all).to_string()
    }
}

fn object(row: &Stored) -> Map<String, Value> {
    let parsed = row.config.as_deref().and_then(|text| serde_json::from_str(text).ok());
    if let Some(Value::Object(map)) = parsed { map } else { Map::new() }
}
