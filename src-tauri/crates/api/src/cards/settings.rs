//! A tool's effective settings, read-only: every level's say, the winner, and the file and line it stands in.

use std::path::Path;

use sanctum_config::effective::{self, Shown};
use sanctum_config::env::EnvFile;
use sanctum_config::resolve::{Layer, Level, Place};
use sanctum_config::schema::Schema;
use sanctum_install::catalogue::Catalogue;
use sanctum_registry::cards::Card;
use serde_json::{Map, Value};

use super::Rows;
use crate::dto::{self, ChainLink, SettingRow, SettingSource};
use crate::open::Open;
use crate::{ApiResult, diff};

/// A settings file larger than this is not one.
const LARGEST: u64 = 4 * 1024 * 1024;

pub(crate) struct Settings {
    pub rows: Vec<SettingRow>,
    pub foreign_keys: u32,
    pub findings: Vec<dto::Finding>,
}

/// Reads what is set for the card's tool, on every level.
pub(crate) fn read(open: &Open, rows: &Rows, card: &Card) -> ApiResult<Settings> {
    let mut findings = Vec::new();
    let schema = schema(open, rows, card);
    findings.extend(schema.findings.iter().map(|f| {
        finding(
            "schema_odd",
            dto::FindingLevel::Warn,
            f.message.clone(),
            "The setting it is about is shown as it is.",
            None,
        )
    }));
    let mut layers = registry_layers(open, rows, card)?;
    for file in files(card) {
        match env_layer(open.root(), card, &file, &schema, &mut findings) {
            Some(layer) => layers.push(layer),
            None => continue,
        }
    }
    let all = effective::rows(&schema.fields, &layers);
    let foreign_keys = u32::try_from(all.iter().filter(|row| !row.known).count()).unwrap_or(u32::MAX);
    Ok(Settings { rows: all.into_iter().map(shown).collect(), foreign_keys, findings })
}

/// The manifest's schema, else the registry's, else the catalogue's.
fn schema(open: &Open, rows: &Rows, card: &Card) -> Schema {
    let found = crate::plan::lock(&open.live).discovery.clone();
    let from_manifest = found
        .as_ref()
        .and_then(|d| d.items.iter().find(|f| Some(&f.rel_path) == card.path.as_ref()))
        .and_then(|f| f.manifest.as_ref())
        .and_then(|m| m.config_schema.clone());
    if let Some(schema) = from_manifest {
        return Schema::read(&schema);
    }
    let stored = card.tool_id.and_then(|id| rows.tool(id)).and_then(|t| t.config_schema.as_ref());
    match (stored, Catalogue::builtin().get(&card.name)) {
        (Some(text), _) => Schema::read_bytes(text.as_bytes()),
        (None, Some(known)) => Schema::read(&known.config_schema),
        (None, None) => Schema::read(&Value::Object(Map::new())),
    }
}

/// Files a module of this card reads, relative to the root.
fn files(card: &Card) -> Vec<String> {
    match (card.kind.as_str(), card.path.as_deref()) {
        ("builtin", Some(".env")) => vec![".env".to_owned()],
        ("builtin", _) | (_, None) => Vec::new(),
        (_, Some(path)) => vec![format!("{path}/config/.env"), format!("{path}/.env")],
    }
}

fn env_layer(root: &Path, card: &Card, file: &str, schema: &Schema, findings: &mut Vec<dto::Finding>) -> Option<Layer> {
    let path = root.join(file);
    let meta = path.symlink_metadata().ok()?;
    if !path.canonicalize().is_ok_and(|real| real.starts_with(root) && real.is_file()) || meta.len() > LARGEST {
        findings.push(finding(
            "settings_unreadable",
            dto::FindingLevel::Error,
            format!("`{file}` is not a file that can be read as settings."),
            "It is left as it is. Look at what lies there.",
            Some(file),
        ));
        return None;
    }
    match std::fs::read(&path) {
        Ok(bytes) => {
            let env = EnvFile::parse(&bytes);
            for bad in env.unreadable() {
                findings.push(finding(
                    "settings_line",
                    dto::FindingLevel::Warn,
                    format!("`{file}`, line {}: {}", bad.line, bad.reason),
                    "The line is kept as it is and sets nothing.",
                    Some(file),
                ));
            }
            // The root's own file sets what all modules share.
            let level = if card.kind == "builtin" { Level::System } else { Level::Instance };
            Some(effective::layer_from_env_at(level, &schema.fields, &env, file))
        }
        Err(error) => {
            findings.push(finding(
                "settings_unreadable",
                dto::FindingLevel::Error,
                format!("`{file}` cannot be read: {}.", error.kind()),
                "Check who may read it; nothing was changed.",
                Some(file),
            ));
            None
        }
    }
}

/// What the registry sets: system, agent, tool, instance (DESIGN section 2, homes).
fn registry_layers(open: &Open, rows: &Rows, card: &Card) -> ApiResult<Vec<Layer>> {
    let instance = card.instance_id.and_then(|id| rows.instances.iter().find(|i| i.id == id));
    let (agent, tool) = (instance.and_then(|i| i.agent_id), card.tool_id);
    let mut layers = open.registry().read(|c| {
        let mut layers = Vec::new();
        let keyed = |sql: &str, id: Option<i64>| -> Result<Map<String, Value>, sanctum_registry::RegistryError> {
            let mut statement = c.prepare_cached(sql)?;
            let rows = statement.query_map([id], |row| {
                let (key, value, kind, hidden): (String, Option<String>, String, bool) =
                    (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
                Ok((key, value, kind, hidden))
            })?;
            rows.map(|row| row.map(|(key, value, kind, hidden)| (key, typed(value, &kind, hidden))).map_err(Into::into))
                .collect()
        };
        let system = keyed(
            "SELECT config_key, config_value, config_type, is_encrypted FROM system_config WHERE ?1 IS NULL",
            None,
        )?;
        layers.push(in_registry(Level::System, "system_config", system));
        if agent.is_some() {
            let values = keyed(
                "SELECT config_key, config_value, config_type, is_encrypted FROM agent_configs WHERE agent_id = ?1",
                agent,
            )?;
            layers.push(in_registry(Level::Agent, "agent_configs", values));
        }
        if tool.is_some() {
            let values = keyed(
                "SELECT key, value, type, is_encrypted FROM configurations WHERE scope = 'tool' AND scope_id = ?1",
                tool,
            )?;
            layers.push(in_registry(Level::Tool, "configurations", values));
        }
        Ok::<_, sanctum_registry::RegistryError>(layers)
    })?;
    let own = instance
        .and_then(|i| i.config.as_deref())
        .and_then(|text| serde_json::from_str::<Map<String, Value>>(text).ok());
    if let Some(values) = own {
        layers.push(in_registry(Level::Instance, "tool_instances.config", values));
    }
    layers.retain(|layer| !layer.values.is_empty());
    // The address of Letta and the like belong to the app's own panel, not to every module.
    if card.kind != "builtin" {
        layers.retain(|layer| layer.level != Level::System || card.name == "letta");
    }
    Ok(layers)
}

fn in_registry(level: Level, table: &str, values: Map<String, Value>) -> Layer {
    let mut layer = Layer::new(level, format!("registry · {table}"), values);
    layer.place = Place { file: Some(format!("registry · {table}")), ..Place::default() };
    layer
}

/// A stored text in its type; a reference to a secret stays a reference.
fn typed(value: Option<String>, kind: &str, hidden: bool) -> Value {
    let Some(text) = value else { return Value::Null };
    if hidden || kind == "string" {
        return Value::String(text);
    }
    serde_json::from_str(&text).unwrap_or(Value::String(text))
}

fn shown(row: effective::SettingRow) -> SettingRow {
    let chain: Vec<ChainLink> = [Level::Default, Level::System, Level::Agent, Level::Tool, Level::Instance]
        .into_iter()
        .map(|level| {
            let said = row.chain.iter().rev().find(|said| said.level == level);
            ChainLink {
                level: wire(level),
                value: said.and_then(|said| text(&said.value)),
                source: said.map(|said| source(&said.source, &said.place)),
                wins: said.is_some() && row.chain.last().map(|last| last.level) == Some(level),
            }
        })
        .collect();
    let last = row.chain.last();
    SettingRow {
        value: text(&row.value),
        level: last.map(|said| wire(said.level)),
        source: last.map(|said| source(&said.source, &said.place)),
        description: [Some(row.description), row.dead.map(|why| format!("Nothing reads it: {why}")), row.note]
            .into_iter()
            .flatten()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(" "),
        key: row.env.unwrap_or(row.key),
        title: row.title,
        unit: row.unit,
        secret: row.secret,
        chain,
        group: row.group.unwrap_or_else(|| if row.known { "Settings" } else { "Not described by a schema" }.to_owned()),
    }
}

fn text(shown: &Shown) -> Option<String> {
    match shown {
        Shown::Value(Value::String(text)) => Some(diff::visible(text)),
        Shown::Value(other) => Some(diff::visible(&other.to_string())),
        Shown::None => Some("none".to_owned()),
        Shown::Hidden => Some("set".to_owned()),
        Shown::Unset => None,
    }
}

fn source(words: &str, place: &Place) -> SettingSource {
    SettingSource {
        file: place.file.clone().unwrap_or_else(|| words.to_owned()),
        line: place.line.and_then(|line| u32::try_from(line).ok()),
    }
}

fn wire(level: Level) -> dto::Level {
    match level {
        Level::Default => dto::Level::Default,
        Level::System => dto::Level::System,
        Level::Agent => dto::Level::Agent,
        Level::Tool => dto::Level::Tool,
        _ => dto::Level::Instance,
    }
}

fn finding(code: &str, level: dto::FindingLevel, message: String, hint: &str, path: Option<&str>) -> dto::Finding {
    dto::Finding { code: code.to_owned(), level, message, hint: hint.to_owned(), path: path.map(str::to_owned) }
}
