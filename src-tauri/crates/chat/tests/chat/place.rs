//! A registry with two accounts and an agent, and a clock that stands still.

use std::sync::Arc;

use sanctum_chat::Conversations;
use sanctum_registry::{Registry, RegistryError, agents, users};
use tempfile::TempDir;
use time::{OffsetDateTime, macros::datetime};

pub const NOW: OffsetDateTime = datetime!(2026-01-02 03:04:05 UTC);

pub struct Place {
    pub dir: TempDir,
    pub registry: Arc<Registry>,
    pub chats: Conversations,
}

pub fn place() -> Place {
    let dir = tempfile::tempdir().unwrap();
    let registry = Arc::new(Registry::open(&dir.path().join("registry.db"), NOW).unwrap());
    registry
        .write(|c| {
            for (name, by) in [("rowan", None), ("eve", Some(1))] {
                let new = users::NewUser {
                    username: name.into(),
                    email: None,
                    password_hash: "$x".into(),
                    role: users::Role::Admin,
                    created_by: by,
                };
                users::create(c, new)?;
            }
            for (i, uid) in ["athena", "monday"].into_iter().enumerate() {
                let new = agents::NewAgent {
                    uid: uid.into(),
                    letta_uid: None,
                    name: None,
                    description: None,
                    path: format!("agents/agent-{uid}"),
                    agent_index: i as i64,
                    color: 1,
                    created_by: 1,
                };
                agents::insert(c, &new)?;
            }
            Ok::<_, RegistryError>(())
        })
        .unwrap();
    let clock = Arc::new(|| NOW);
    Place { dir, chats: Conversations::new(Arc::clone(&registry), clock), registry }
}

impl Place {
    pub fn one(&self, sql: &str) -> i64 {
        self.registry.read(|c| Ok::<i64, RegistryError>(c.query_row(sql, [], |r| r.get(0))?)).unwrap()
    }

    pub fn sql(&self, sql: &str) {
        self.registry.write(|c| Ok::<_, RegistryError>(c.execute_batch(sql)?)).unwrap();
    }

    /// The conversation of the first account with the first agent.
    pub fn chat(&self) -> String {
        self.chats.open_or_create(1, 1).unwrap().session.id
    }
}
