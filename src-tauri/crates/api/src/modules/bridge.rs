//! The web bridge's tables and keys. The one from the repository starts without tables and answers its first message with an error
//! (`facts/modules.md`, finding 19), so they are laid beside its database before its first start. Where its database holds no keys it
//! takes those of the repository, which everybody has. So the tables come with keys that the database itself makes at that start:
//! they are in no plan, no journal and no file but the database. With the keys that everybody has it is not started.

use std::collections::BTreeMap;
use std::path::Path;

use sanctum_change::Planner;
use sanctum_registry::rusqlite::{Connection, OpenFlags, OptionalExtension as _};

use super::instances::Instance;
use crate::{ApiError, ApiResult, AppEnv};

/// What the catalogue calls it.
pub(super) const NAME: &str = "web-bridge";

const FILE: &str = "db/init_database.sql";

/// What its code asks for, in its own names; section 4 of the facts.
const TABLES: &str = "\
CREATE TABLE IF NOT EXISTS web_chat_sessions (
  id TEXT PRIMARY KEY,
  uid TEXT,
  created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
  last_active TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
  ip_address TEXT,
  metadata TEXT
);
CREATE TABLE IF NOT EXISTS web_chat_messages (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  session_id TEXT NOT NULL,
  message TEXT NOT NULL,
  timestamp TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
  processed INTEGER DEFAULT 0,
  broca_message_id INTEGER
);
CREATE TABLE IF NOT EXISTS web_chat_responses (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  session_id TEXT NOT NULL,
  response TEXT NOT NULL,
  timestamp TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
  message_id INTEGER
);
CREATE TABLE IF NOT EXISTS rate_limits (
  ip_address TEXT NOT NULL,
  endpoint TEXT NOT NULL,
  count INTEGER DEFAULT 0,
  window_start TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
  PRIMARY KEY (ip_address, endpoint)
);
CREATE TABLE IF NOT EXISTS system_config (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  config_key TEXT UNIQUE NOT NULL,
  config_value TEXT NOT NULL,
  description TEXT,
  created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
  updated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
  key TEXT GENERATED ALWAYS AS (config_key) VIRTUAL,
  value TEXT GENERATED ALWAYS AS (config_value) VIRTUAL
);
-- Keys of its own, made when this is run.
INSERT OR IGNORE INTO system_config (config_key, config_value) VALUES
  ('api_key', lower(hex(randomblob(24)))),
  ('admin_key', lower(hex(randomblob(24))));
";

/// Its keys with the values that everybody has.
const KEYS: [(&str, &str); 2] = [("api_key", "ObeyG1ant"), ("admin_key", "FreeUkra1ne")];
/// What its sessions are signed with unless it is told.
const SESSIONS: (&str, &str) = ("SECRET_KEY", "dev-secret-key");

/// Refuses to start it with a key that everybody has; `env` is what it is started with.
///
/// # Errors
/// `bridge_key_public`, `bridge_unreadable`.
pub(super) fn fit_to_start(
    app: &AppEnv,
    instance: &Instance,
    cwd: &Path,
    env: &BTreeMap<String, String>,
) -> ApiResult<()> {
    let address = sanctum_install::layout::quote(&instance.address).unwrap_or_else(|_| "…".to_owned());
    if env.get(SESSIONS.0).is_none_or(|said| said.is_empty() || said == SESSIONS.1) {
        return Err(public(
            instance,
            "its visitors' sessions would be signed with the key that everybody has who has its code",
            format!(
                "Give it one of its own: `openssl rand -hex 24 | sanctumctl secrets set {address} {} --stdin`.",
                SESSIONS.0
            ),
        ));
    }
    // Not told where, it takes the one in its own code.
    let database = cwd.join(env.get("DATABASE_PATH").map_or("db/web_chat_bridge.db", String::as_str));
    let shown = app.short(&database);
    let keys = match held(&database) {
        Ok(keys) => keys,
        Err(error) => {
            return Err(ApiError::refused(
                "bridge_unreadable",
                format!(
                    "{} is not started: whether its keys are its own cannot be read from {shown} ({error}).",
                    instance.named
                ),
                "Look at that file: it has to be the bridge's SQLite database.",
            ));
        }
    };
    let Some(keys) = keys else {
        let tables = database.with_file_name("init_database.sql");
        let text = std::fs::read_to_string(&tables).unwrap_or_default();
        let own = KEYS.iter().all(|(key, known)| text.contains(&format!("'{key}'")) && !text.contains(known));
        return if own {
            Ok(())
        } else {
            Err(public(
                instance,
                "nothing beside its database gives it keys of its own, so it would begin with those that everybody has",
                format!(
                    "Move {} away and install its code again: that lays tables which make them.",
                    app.short(&tables)
                ),
            ))
        };
    };
    if KEYS.iter().zip(keys).all(|((_, known), held)| held.is_some_and(|held| !held.is_empty() && held != *known)) {
        return Ok(());
    }
    Err(public(
        instance,
        "its database holds no keys of its own, so it would go by those that everybody has",
        format!(
            "Give it new ones: `sqlite3 '{}' \"INSERT OR REPLACE INTO system_config (config_key, config_value) VALUES ('api_key', lower(hex(randomblob(24)))), ('admin_key', lower(hex(randomblob(24))))\"`; Broca's WEB_CHAT_API_KEY is to be the first.",
            database.display()
        ),
    ))
}

fn public(instance: &Instance, why: &str, hint: String) -> ApiError {
    ApiError::refused("bridge_key_public", format!("{} is not started: {why}.", instance.named), hint)
}

/// Its two keys as the database holds them; nothing where it has no tables yet, so that it makes them at its start.
fn held(database: &Path) -> sanctum_registry::rusqlite::Result<Option<[Option<String>; 2]>> {
    if !database.exists() {
        return Ok(None);
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let c = Connection::open_with_flags(database, flags)?;
    let there = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'web_chat_sessions'";
    if c.query_row(there, [], |_| Ok(())).optional()?.is_none() {
        return Ok(None);
    }
    // Older tables of ours had other names for the two columns.
    let named: Option<String> = c
        .query_row(
            "SELECT name FROM pragma_table_xinfo('system_config') WHERE name IN ('config_key', 'key') ORDER BY name",
            [],
            |r| r.get(0),
        )
        .optional()?;
    let sql = match named.as_deref() {
        Some("config_key") => "SELECT config_value FROM system_config WHERE config_key = ?1",
        Some(_) => "SELECT value FROM system_config WHERE key = ?1",
        None => return Ok(Some([None, None])),
    };
    let one = |key: &str| c.query_row(sql, [key], |r| r.get::<_, Option<String>>(0)).optional().map(Option::flatten);
    Ok(Some([one(KEYS[0].0)?, one(KEYS[1].0)?]))
}

/// What a plan that lays its tables says of its keys.
pub(super) fn note(instance: &Instance) -> String {
    format!(
        "Its two keys are made at its first start and lie in its database alone. Broca is to send the first: `sqlite3 '{}' \"SELECT config_value FROM system_config WHERE config_key = 'api_key'\"` shows it, for Broca's WEB_CHAT_API_KEY.",
        instance.dir.join("db/web-bridge.sqlite").display()
    )
}

/// Writes them where nothing stands yet.
pub(super) fn tables(planner: &mut Planner<'_>, instance: &Instance) -> ApiResult<()> {
    if instance.dir.join(FILE).symlink_metadata().is_err() {
        let path = format!("{}/{FILE}", instance.path);
        planner.write_file(&path, TABLES.as_bytes().to_vec(), 0o600, "Write the tables its database begins with")?;
    }
    Ok(())
}
