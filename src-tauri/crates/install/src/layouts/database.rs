//! Agent names out of a database that is not ours to touch: opened so that SQLite creates nothing beside it.

use super::FoundAgent;
use super::rules::Draft;
use crate::discovery::Note;
use crate::manifest::repair_double_encoding;
use sanctum_registry::rusqlite::{Connection, OpenFlags, types::ValueRef};
use std::fmt::Write as _;
use std::fs::File;
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

struct Row {
    key: Option<String>,
    name: Option<String>,
    letta: Option<String>,
}

/// Gives the draft's agents the names a database has for them, and says what was odd about it.
pub(super) fn name_agents(path: &Path, shown: &str, draft: &mut Draft) {
    let note = |message: String, hint: &str| Note { path: shown.to_owned(), message, hint: hint.to_owned() };
    let rows = match read(path) {
        Ok(rows) => rows,
        Err(why) => {
            draft.findings.push(note(
                format!("this database could not be read: {why}"),
                "Nothing was changed; names are taken from the folders.",
            ));
            return;
        }
    };
    if size(&beside(path, "-wal")) > 0 {
        draft.findings.push(note(
            "this database is in use or was not closed; its newest rows were left unread".to_owned(),
            "Stop the program that uses it and scan again to see them.",
        ));
    }
    draft.evidence.push(match rows.len() {
        1 => format!("`{shown}` names 1 agent"),
        many => format!("`{shown}` names {many} agents"),
    });
    for row in rows {
        let Some(mut name) = row.name.filter(|name| !name.trim().is_empty()) else {
            continue;
        };
        if let Some(fixed) = repair_double_encoding(&name) {
            draft.findings.push(note(
                format!("the label `{name}` was encoded twice; shown as `{fixed}`"),
                "The repaired text is used when this install is adopted.",
            ));
            name = fixed;
        }
        if let Some(agent) = draft.agents.iter_mut().find(|agent| is_row_of(agent, &row.key, &row.letta, &name)) {
            agent.name = name;
            agent.letta_uid = agent.letta_uid.take().or(row.letta.filter(|letta| !letta.starts_with("unlinked:")));
        }
    }
}

fn is_row_of(agent: &FoundAgent, key: &Option<String>, letta: &Option<String>, name: &str) -> bool {
    let is = |value: &Option<String>| {
        value.as_deref().is_some_and(|v| v == agent.uid || v.strip_prefix("agent-") == Some(&agent.uid))
    };
    letta.is_some() && *letta == agent.letta_uid
        || is(key)
        || is(letta)
        || name.to_lowercase().replace(' ', "-") == agent.uid
}

/// SQLite would create `-shm` beside a database in WAL mode even when it only reads, so such a file is opened as
/// immutable: what lies in an open `-wal` is then not seen. With an unfinished rollback journal it is not opened at all.
fn read(path: &Path) -> Result<Vec<Row>, String> {
    let mut head = [0_u8; 20];
    File::open(path)
        .and_then(|mut file| file.read_exact(&mut head))
        .map_err(|_| "it is too short to be a database".to_owned())?;
    if !head.starts_with(b"SQLite format 3\0") {
        return Err("it is not a SQLite database".to_owned());
    }
    if size(&beside(path, "-journal")) > 0 {
        return Err("a change to it was cut off and has yet to be rolled back".to_owned());
    }
    let immutable = u8::from(head.get(18) == Some(&2));
    let mut uri = String::from("file:");
    for byte in path.as_os_str().as_bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'/' | b'.' | b'_' | b'-' => uri.push(char::from(*byte)),
            byte => {
                let _ = write!(uri, "%{byte:02X}");
            }
        }
    }
    let _ = write!(uri, "?mode=ro&immutable={immutable}");
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    query(&uri, flags).map_err(|error| error.to_string())
}

fn query(uri: &str, flags: OpenFlags) -> sanctum_registry::rusqlite::Result<Vec<Row>> {
    let db = Connection::open_with_flags(uri, flags)?;
    db.busy_timeout(std::time::Duration::from_millis(200))?;
    let columns: Vec<String> = db
        .prepare("SELECT name FROM pragma_table_info('agents')")?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let column =
        |wanted: &[&'static str]| wanted.iter().find(|w| columns.iter().any(|c| c == *w)).map_or("NULL", |c| *c);
    let sql = format!(
        "SELECT {}, {}, {} FROM agents LIMIT 1000",
        column(&["uid", "id"]),
        column(&["name"]),
        column(&["letta_uid"])
    );
    if columns.is_empty() {
        return Ok(Vec::new());
    }
    let text = |value: ValueRef<'_>| match value {
        ValueRef::Text(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
        _ => None,
    };
    let mut statement = db.prepare(&sql)?;
    let mut rows = statement.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(Row { key: text(row.get_ref(0)?), name: text(row.get_ref(1)?), letta: text(row.get_ref(2)?) });
    }
    Ok(found)
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

fn size(path: &Path) -> u64 {
    std::fs::symlink_metadata(path).map_or(0, |meta| meta.len())
}
