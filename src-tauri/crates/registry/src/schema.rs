//! The numbered migrations and the names of the tables that a change set may write.

use rusqlite::Connection;
use rusqlite_migration::{M, Migrations};

use crate::{RegistryError, Result};

/// `PRAGMA application_id` of our files: `SANC`.
pub(crate) const APPLICATION_ID: i64 = 0x5341_4E43;

const STEPS: &[M<'_>] = &[
    M::up(include_str!("../migrations/0001_spec_tables.sql")),
    M::up(include_str!("../migrations/0002_control_plane.sql")),
    M::up(include_str!("../migrations/0003_rules.sql")),
    M::up(include_str!("../migrations/0004_lists.sql")),
    M::up(include_str!("../migrations/0005_settings.sql")),
    M::up(include_str!("../migrations/0006_chat.sql")),
    M::up(include_str!("../migrations/0007_chat_images.sql")),
    M::up(include_str!("../migrations/0008_runs.sql")),
];

/// The schema version (`PRAGMA user_version`) this build writes.
pub const LATEST: i64 = STEPS.len() as i64;

/// Tables a change set may write, by name. Journal, audit, sessions, meta, secret items, what is said in chats and
/// the read models are not among them; a chat's own row is, since it comes and goes with its agent.
pub const WRITABLE: &[&str] = &[
    "users",
    "agents",
    "tools",
    "tool_instances",
    "configurations",
    "plugins",
    "system_config",
    "env_vars",
    "agent_configs",
    "web_chat_sessions",
    "ports",
    "agent_memberships",
    "user_agent_map",
    "settings_written",
    "module_runs",
];

/// Brings the database from whatever it has to `version`, in one transaction.
pub(crate) fn migrate_to(c: &mut Connection, version: i64) -> Result<()> {
    let version = usize::try_from(version).unwrap_or(0);
    Migrations::from_slice(STEPS).to_version(c, version).map_err(|error| match error {
        rusqlite_migration::Error::RusqliteError { err, .. } => RegistryError::from(err),
        other => {
            RegistryError::Invalid { what: format!("The registry's schema could not be brought up to date: {other}.") }
        }
    })
}
