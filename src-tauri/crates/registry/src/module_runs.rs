//! Table `module_runs`: how each instance is run, by its folder. Written by plans alone.

use std::collections::HashMap;

use rusqlite::Connection;

use crate::Result;

/// How an instance is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ModuleRun {
    /// By launchd or systemd, and not by a keeper of the app.
    pub by_system: bool,
    /// It is started when the person signs in to the computer.
    pub at_login: bool,
}

/// Every row, by folder.
pub fn all(c: &Connection) -> Result<HashMap<String, ModuleRun>> {
    let mut s = c.prepare_cached("SELECT path, way, at_login FROM module_runs")?;
    let rows = s.query_map([], |r| {
        Ok((r.get::<_, String>(0)?, ModuleRun { by_system: r.get::<_, String>(1)? == "system", at_login: r.get(2)? }))
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
