//! The web bridge's tables. The one from the repository starts without them and answers its first message with an error
//! (`facts/modules.md`, finding 19), so they are laid beside its database before its first start.

use sanctum_change::Planner;

use super::instances::Instance;
use crate::ApiResult;

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
  key TEXT PRIMARY KEY,
  value TEXT,
  updated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP
);
";

/// Writes them where nothing stands yet.
pub(super) fn tables(planner: &mut Planner<'_>, instance: &Instance) -> ApiResult<()> {
    if instance.dir.join(FILE).symlink_metadata().is_err() {
        let path = format!("{}/{FILE}", instance.path);
        planner.write_file(&path, TABLES.as_bytes().to_vec(), 0o600, "Write the tables its database begins with")?;
    }
    Ok(())
}
