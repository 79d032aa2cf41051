//! A registry in a temporary folder, with an administrator (id 1) whose password is [`PASSWORD`].

use std::{path::PathBuf, sync::OnceLock};

use sanctum_registry::{
    Registry, RegistryError, Role,
    agents::{self, NewAgent},
    rusqlite::{Connection, Transaction},
    tools::{self, NewTool},
    users::{self, NewUser},
};
use tempfile::TempDir;
use time::{OffsetDateTime, macros::datetime};

pub const NOW: OffsetDateTime = datetime!(2026-01-02 03:04:05 UTC);
pub const PASSWORD: &str = "seven owls over Kyoto";

pub struct Fixture {
    pub dir: TempDir,
    pub registry: Registry,
}

pub fn hash() -> String {
    static HASH: OnceLock<String> = OnceLock::new();
    HASH.get_or_init(|| users::hash_password(PASSWORD).unwrap()).clone()
}

pub fn fixture() -> Fixture {
    let dir = tempfile::tempdir().unwrap();
    let registry = Registry::open(&dir.path().join("registry.db"), NOW).unwrap();
    let f = Fixture { dir, registry };
    f.write(|c| users::create(c, user("admin", Role::Admin, None)));
    f
}

impl Fixture {
    pub fn path(&self) -> PathBuf {
        self.dir.path().join("registry.db")
    }

    pub fn write<T>(&self, f: impl FnOnce(&Transaction<'_>) -> Result<T, RegistryError>) -> T {
        self.registry.write(f).unwrap()
    }

    pub fn read<T>(&self, f: impl FnOnce(&Connection) -> Result<T, RegistryError>) -> T {
        self.registry.read(f).unwrap()
    }

    /// Runs one statement and gives back what the registry says to it.
    pub fn sql(&self, sql: &str) -> Result<(), RegistryError> {
        self.registry.write(|c| Ok(c.execute_batch(sql)?))
    }

    pub fn one(&self, sql: &str) -> String {
        self.read(|c| {
            Ok(c.query_row(sql, [], |r| {
                r.get::<_, sanctum_registry::rusqlite::types::Value>(0).map(|v| match v {
                    sanctum_registry::rusqlite::types::Value::Null => "NULL".into(),
                    sanctum_registry::rusqlite::types::Value::Integer(n) => n.to_string(),
                    sanctum_registry::rusqlite::types::Value::Text(t) => t,
                    other => format!("{other:?}"),
                })
            })?)
        })
    }

    pub fn agent(&self, uid: &str) -> i64 {
        self.write(|c| agents::insert(c, &agent(uid, agents::next_index(c)?)))
    }

    pub fn tool(&self, slug: &str, scope: &str) -> i64 {
        self.write(|c| tools::insert(c, &tool(slug, scope)))
    }
}

pub fn user(name: &str, role: Role, created_by: Option<i64>) -> NewUser {
    NewUser { username: name.into(), email: None, password_hash: hash(), role, created_by }
}

pub fn agent(uid: &str, index: i64) -> NewAgent {
    NewAgent {
        uid: uid.into(),
        letta_uid: None,
        name: Some(uid.to_uppercase()),
        description: None,
        path: format!("agents/agent-{uid}"),
        agent_index: index,
        color: 1,
        created_by: 1,
    }
}

pub fn tool(slug: &str, scope: &str) -> NewTool {
    NewTool {
        slug: slug.into(),
        name: slug.into(),
        description: None,
        emoji: None,
        icon: None,
        category: None,
        module_scope: scope.into(),
        config_schema: None,
        version: None,
        path: None,
        created_by: 1,
    }
}
