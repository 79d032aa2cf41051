//! The way out of a damaged registry: a new file with every row that can be read, the damaged one kept beside it.
//!
//! Works on a copy, and puts the new file in place by one rename at the end, so a crash half-way leaves what there was.

use std::{
    collections::{BTreeMap, HashMap},
    fs,
    path::{Path, PathBuf},
};

use rusqlite::{Connection, OpenFlags, params_from_iter, types::Value};
use time::OffsetDateTime;

use crate::{
    LATEST, RegistryError, Result, backup, header,
    header::with_suffix,
    lists,
    pages::{Found, Pages},
    registry, schema,
    stamp::file_stamp,
    web_chat_entries,
};

/// What a recovery did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recovered {
    /// The damaged file, as it was: `registry.db.damaged-<stamp>`.
    pub kept: PathBuf,
    /// Rows saved, by table.
    pub rows: BTreeMap<String, u32>,
    /// What could not be saved or needs a look, one sentence each; empty when all is there.
    pub findings: Vec<String>,
}

/// Read models: left empty here, made again from the rest.
const DERIVED: &[&str] = &[
    "cards",
    "agent_search",
    "list_totals",
    "list_anchors",
    "web_chat_search",
    "web_chat_search_data",
    "web_chat_search_idx",
    "web_chat_search_docsize",
    "web_chat_search_config",
];

/// Salvages the registry at `path` into a new file in its place. Nobody may have it open.
///
/// Errors: the file cannot be read or the new one not written; then nothing was moved.
pub fn recover_copy(path: &Path, now: OffsetDateTime) -> Result<Recovered> {
    let mut findings = Vec::new();
    let bytes = merged_bytes(path, &mut findings)?;
    let version = Some(i64::from(u32::from_be_bytes([
        bytes.get(60).copied().unwrap_or(0),
        bytes.get(61).copied().unwrap_or(0),
        bytes.get(62).copied().unwrap_or(0),
        bytes.get(63).copied().unwrap_or(0),
    ])))
    .filter(|v| (1..=LATEST).contains(v))
    .unwrap_or(LATEST);

    let fresh = backup::free_name(path, &format!(".recovered-{}", file_stamp(now)));
    let filled = fill(&fresh, &bytes, version, &mut findings);
    let rows = match filled {
        Ok(rows) => rows,
        Err(error) => {
            remove_with_sides(&fresh);
            return Err(error);
        }
    };
    let kept = backup::free_name(path, &format!(".damaged-{}", file_stamp(now)));
    put_in_place(path, &fresh, &kept)?;
    Ok(Recovered { kept, rows, findings })
}

/// Moves `fresh` to `path`; what was there is `kept`, its log beside it.
pub(crate) fn put_in_place(path: &Path, fresh: &Path, kept: &Path) -> Result<()> {
    if path.exists() && fs::hard_link(path, kept).is_err() {
        fs::copy(path, kept).map_err(RegistryError::io(kept, "copy"))?;
    }
    // The log must be gone before the new file stands: SQLite would replay it over it.
    for side in ["-wal", "-shm"] {
        let from = with_suffix(path, side);
        if from.exists() {
            fs::rename(&from, with_suffix(kept, side)).map_err(RegistryError::io(&from, "rename"))?;
        }
    }
    fs::rename(fresh, path).map_err(RegistryError::io(path, "rename"))?;
    if let Some(folder) = path.parent().filter(|p| !p.as_os_str().is_empty()) {
        fs::File::open(folder).and_then(|f| f.sync_all()).map_err(RegistryError::io(folder, "sync"))?;
    }
    Ok(())
}

/// The file's bytes with its log merged, from a copy whose header is mended where it must be.
fn merged_bytes(path: &Path, findings: &mut Vec<String>) -> Result<Vec<u8>> {
    let mut bytes = fs::read(path).map_err(RegistryError::io(path, "read"))?;
    const MENDED: &str = "The file's header was damaged and has been rebuilt.";
    let mended = header::mend(&mut bytes);
    let log = with_suffix(path, "-wal");
    if !fs::metadata(&log).is_ok_and(|m| m.len() > 0) {
        findings.extend(mended.then(|| MENDED.to_owned()));
        return Ok(bytes);
    }
    let copy = backup::free_name(path, ".recovering");
    registry::create_private(&copy)?;
    let merged = (|| {
        fs::write(&copy, &bytes).map_err(RegistryError::io(&copy, "write"))?;
        let log_copy = with_suffix(&copy, "-wal");
        registry::create_private(&log_copy)?;
        fs::copy(&log, &log_copy).map_err(RegistryError::io(&log, "copy"))?;
        let c = registry::connect(&copy, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        let busy: i64 = c.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |r| r.get(0))?;
        drop(c);
        if busy != 0 {
            return Err(RegistryError::Locked);
        }
        fs::read(&copy).map_err(RegistryError::io(&copy, "read"))
    })();
    remove_with_sides(&copy);
    match merged {
        // A young file's header stands in the log alone, so only what the merge left is judged.
        Ok(mut merged) => {
            findings.extend(header::mend(&mut merged).then(|| MENDED.to_owned()));
            Ok(merged)
        }
        Err(error) => {
            findings.push(format!("The latest changes, in the log, could not be read: {error}"));
            Ok(bytes)
        }
    }
}

/// Makes the new file: schema of the old one's version, its rows, then brought up to date.
fn fill(fresh: &Path, bytes: &[u8], version: i64, findings: &mut Vec<String>) -> Result<BTreeMap<String, u32>> {
    registry::create_private(fresh)?;
    let mut c = registry::connect(fresh, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    schema::migrate_to(&mut c, version)?;
    c.pragma_update(None, "foreign_keys", false)?;
    let tables = tables(&c)?;
    let mut found = read_all(&c, bytes, &tables, findings)?;
    keep_identity(bytes, &mut found, findings);

    let tx = c.transaction()?;
    let triggers: Vec<(String, String)> = tx
        .prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")?
        .query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    for (name, _) in &triggers {
        tx.execute_batch(&format!("DROP TRIGGER \"{name}\""))?;
    }
    let mut saved = BTreeMap::new();
    for table in &tables {
        let rows = found.remove(&table.name).unwrap_or_default();
        saved.insert(table.name.clone(), insert(&tx, table, rows, findings)?);
    }
    for (_, sql) in &triggers {
        tx.execute_batch(sql)?;
    }
    if version >= 4 {
        lists::rebuild(&tx)?;
    }
    if version >= 6 {
        web_chat_entries::rebuild(&tx)?;
    }
    tx.commit()?;
    schema::migrate_to(&mut c, LATEST)?;
    lists::refresh(&c)?;
    let dangling: i64 = c.query_row("SELECT count(*) FROM pragma_foreign_key_check", [], |r| r.get(0))?;
    if dangling > 0 {
        findings.push(format!("{dangling} saved rows point to rows that are lost; they are kept as they are."));
    }
    registry::check(&c)?;
    drop(c);
    fs::File::open(fresh).and_then(|f| f.sync_all()).map_err(RegistryError::io(fresh, "write"))?;
    Ok(saved)
}

struct Table {
    name: String,
    /// Root page in a file made at this version in one go, for when the old file's schema cannot be read.
    root: u32,
    columns: Vec<String>,
    kinds: Vec<String>,
    /// Column that is the rowid, if one is.
    rowid: Option<usize>,
}

fn tables(c: &Connection) -> Result<Vec<Table>> {
    let named: Vec<(String, u32)> = c
        .prepare(
            "SELECT name, rootpage FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY rowid",
        )?
        .query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    let mut tables = Vec::new();
    for (name, root) in named.into_iter().filter(|(name, _)| !DERIVED.contains(&name.as_str())) {
        let info: Vec<(String, String, i64)> = c
            .prepare("SELECT name, type, pk FROM pragma_table_info(?1) ORDER BY cid")?
            .query_map([&name], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))?
            .collect::<rusqlite::Result<_>>()?;
        let keys = info.iter().filter(|(_, _, pk)| *pk > 0).count();
        let rowid = info.iter().position(|(_, kind, pk)| keys == 1 && *pk == 1 && kind == "INTEGER");
        let (columns, kinds) = info.into_iter().map(|(name, kind, _)| (name, kind)).unzip();
        tables.push(Table { name, root, columns, kinds, rowid });
    }
    Ok(tables)
}

/// Every readable row by table: by the old file's own schema, then what hangs in the air.
fn read_all(
    c: &Connection,
    bytes: &[u8],
    tables: &[Table],
    findings: &mut Vec<String>,
) -> Result<HashMap<String, Vec<Found>>> {
    let mut pages = Pages::new(bytes);
    let schema = pages.table(1);
    let mut roots: HashMap<String, u32> = HashMap::new();
    let mut indexes = Vec::new();
    for row in &schema.rows {
        if let [Value::Text(kind), Value::Text(name), _, Value::Integer(root), ..] = row.values.as_slice() {
            let Ok(root) = u32::try_from(*root) else {
                continue;
            };
            match kind.as_str() {
                "table" => drop(roots.insert(name.clone(), root)),
                "index" => indexes.push(root),
                _ => {}
            }
        }
    }
    if schema.unreadable > 0 {
        findings.push("The list of tables was damaged; tables were found by their place and form.".into());
        let mut s = c.prepare("SELECT rootpage FROM sqlite_schema WHERE type = 'index'")?;
        indexes.extend(s.query_map([], |r| r.get::<_, u32>(0))?.collect::<rusqlite::Result<Vec<_>>>()?);
    }
    pages.mark_free();
    let mut found: HashMap<String, Vec<Found>> = HashMap::new();
    let mut torn: Vec<&Table> = Vec::new();
    for table in tables {
        let walk = pages.table(roots.get(&table.name).copied().unwrap_or(table.root));
        let all = walk.rows.len();
        let rows: Vec<Found> = walk.rows.into_iter().filter(|row| table.fits(row)).collect();
        if walk.unreadable > 0 || rows.len() < all || !roots.contains_key(&table.name) {
            torn.push(table);
        }
        found.insert(table.name.clone(), rows);
    }
    if torn.is_empty() {
        return Ok(found);
    }
    for name in DERIVED {
        if let Some(root) = roots.get(*name) {
            pages.table(*root);
            pages.mark_index(*root);
        }
    }
    for root in indexes {
        pages.mark_index(root);
    }
    let mut homeless = 0u32;
    for row in pages.orphans() {
        match torn.iter().find(|t| t.fits(&row)) {
            Some(table) => found.entry(table.name.clone()).or_default().push(row),
            None => homeless += 1,
        }
    }
    for table in torn {
        let n = found.get(&table.name).map_or(0, Vec::len);
        findings.push(format!("Part of `{}` could not be read; {n} rows of it were.", table.name));
    }
    if homeless > 0 {
        findings.push(format!(
            "{homeless} rows were found that belong to no table that is missing any; they are in the kept file."
        ));
    }
    Ok(found)
}

impl Table {
    /// Whether a record can be a row of this (STRICT) table.
    fn fits(&self, row: &Found) -> bool {
        row.values.len() == self.columns.len()
            && row.values.iter().zip(&self.kinds).enumerate().all(|(i, (value, kind))| match value {
                Value::Null => true,
                _ if self.rowid == Some(i) => false,
                Value::Integer(_) => kind == "INTEGER" || kind == "REAL",
                Value::Real(_) => kind == "REAL",
                Value::Text(_) => kind == "TEXT",
                Value::Blob(_) => kind == "BLOB",
            })
    }
}

fn insert(c: &Connection, table: &Table, rows: Vec<Found>, findings: &mut Vec<String>) -> Result<u32> {
    let columns: Vec<String> = table.columns.iter().map(|n| format!("\"{n}\"")).collect();
    let marks: Vec<String> = (1..=columns.len()).map(|i| format!("?{i}")).collect();
    let sql = format!("INSERT INTO \"{}\"({}) VALUES ({})", table.name, columns.join(", "), marks.join(", "));
    let mut put = c.prepare(&sql)?;
    let mut saved = 0;
    for mut row in rows {
        if let Some(slot) = table.rowid.and_then(|i| row.values.get_mut(i)) {
            *slot = Value::Integer(row.rowid);
        }
        match put.execute(params_from_iter(row.values)).map_err(RegistryError::from) {
            Ok(_) => saved += 1,
            Err(RegistryError::Constraint { what, .. }) => {
                findings.push(format!(
                    "A row of `{}` ({}) was damaged and is only in the kept file: {what}.",
                    table.name, row.rowid
                ));
            }
            Err(other) => return Err(other),
        }
    }
    Ok(saved)
}

/// The install id names this install's secrets in the keychain: look for it in the raw bytes before giving it up.
fn keep_identity(bytes: &[u8], found: &mut HashMap<String, Vec<Found>>, findings: &mut Vec<String>) {
    let meta = found.entry("meta".into()).or_default();
    if meta.iter().any(|row| row.values.first() == Some(&Value::Text("install_id".into()))) {
        return;
    }
    const KEY: &[u8] = b"install_id";
    let id = bytes.windows(KEY.len() + 36).filter(|w| w.starts_with(KEY)).find_map(|w| {
        let text = std::str::from_utf8(w.get(KEY.len()..)?).ok()?;
        uuid::Uuid::try_parse(text).ok().map(|_| text.to_owned())
    });
    match id {
        Some(id) => meta.push(Found { rowid: 1, values: vec![Value::Text("install_id".into()), Value::Text(id)] }),
        None => findings.push("The identity of this install is lost; its secrets must be entered again.".into()),
    }
}

fn remove_with_sides(path: &Path) {
    for side in ["", "-wal", "-shm"] {
        // Only our own unfinished copy; a leftover does no harm.
        drop(fs::remove_file(with_suffix(path, side)));
    }
}
