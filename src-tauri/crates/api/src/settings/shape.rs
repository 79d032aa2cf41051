//! The schemas of what has settings: the manifest's, else the registry's, else the catalogue's, with what plugins ask for behind it.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, OnceLock};

use sanctum_config::schema::MAX_FIELDS;
use sanctum_config::{Schema, Validator};
use sanctum_install::catalogue::Catalogue;
use sanctum_install::discovery::Discovery;
use sanctum_registry::cards::Card;
use serde_json::{Map, Value, json};

use crate::cards::Rows;
use crate::plugins::Asked;

/// A schema, read once for all who share it.
pub(crate) struct Shape {
    pub schema: Schema,
    raw: Value,
    validator: OnceLock<(Validator, Vec<sanctum_config::Finding>)>,
    /// Which plugins read each key that is there only because of them.
    pub plugins: BTreeMap<String, Vec<String>>,
    /// What plugins ask for and have no field for, in sentences.
    pub left_out: Vec<String>,
}

impl Shape {
    pub fn new(raw: Value) -> Self {
        Self { schema: Schema::read(&raw), ..Self::unread(raw) }
    }

    fn unread(raw: Value) -> Self {
        Self {
            schema: Schema::default(),
            raw,
            validator: OnceLock::new(),
            plugins: BTreeMap::new(),
            left_out: Vec::new(),
        }
    }

    fn of_text(text: &str) -> Self {
        match serde_json::from_str::<Value>(text) {
            Ok(raw) if text.len() <= sanctum_config::schema::MAX_BYTES => Self::new(raw),
            _ => Self { schema: Schema::read_bytes(text.as_bytes()), ..Self::unread(Value::Object(Map::new())) },
        }
    }

    /// What compiles the schema as a whole; only made where a draft is checked or a form is shown.
    pub fn validator(&self) -> &(Validator, Vec<sanctum_config::Finding>) {
        self.validator.get_or_init(|| Validator::new(&self.raw))
    }

    /// Its settings by name, as they are written.
    pub fn properties(&self) -> Option<&Map<String, Value>> {
        self.raw.get("properties").and_then(Value::as_object)
    }

    /// The same with what plugins ask for; what it says itself stays as it says it, and comes first.
    fn with(&self, tool: &str, asked: &Asked) -> Self {
        let own = self.own(tool);
        let is_schema = |raw: &Map<String, Value>| {
            ["type", "$ref", "allOf", "properties", "$schema", "$defs"].iter().any(|word| raw.contains_key(*word))
        };
        let mut raw = match &self.raw {
            Value::Object(raw) if is_schema(raw) => raw.clone(),
            // A bare list of settings.
            Value::Object(raw) => Map::from_iter([("properties".to_owned(), Value::Object(raw.clone()))]),
            _ => Map::new(),
        };
        let mut properties = raw.get("properties").and_then(Value::as_object).cloned().unwrap_or_default();
        let mut required = raw.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
        let room = MAX_FIELDS.saturating_sub(self.schema.fields.len());
        let mut plugins = BTreeMap::new();
        for (variable, schema) in asked.fields.iter().filter(|(variable, _)| !own.contains(*variable)).take(room) {
            properties.insert(variable.clone(), schema.clone());
            plugins.insert(variable.clone(), asked.by.get(variable).cloned().unwrap_or_default());
            if asked.required.contains(variable) {
                required.push(json!(variable));
            }
        }
        raw.entry("type").or_insert_with(|| json!("object"));
        raw.insert("properties".to_owned(), Value::Object(properties));
        raw.insert("required".to_owned(), Value::Array(required));
        Self { plugins, left_out: asked.left_out.clone(), ..Self::new(Value::Object(raw)) }
    }

    /// Names that are the tool's own, whatever a plugin says: its settings, and what it is started with.
    fn own(&self, tool: &str) -> HashSet<String> {
        let mut own: HashSet<String> = self.properties().into_iter().flat_map(|all| all.keys().cloned()).collect();
        for field in &self.schema.fields {
            own.insert(field.key.clone());
            own.extend(field.env.iter().chain(&field.env_fallback).cloned());
        }
        if let Some(entry) = Catalogue::builtin().get(tool).and_then(|known| known.entry.as_ref()) {
            own.extend(entry.env.iter().map(|given| given.key.clone()));
            own.extend([entry.env_port.clone(), entry.python.clone()]);
        }
        own
    }
}

/// Where the schema of each card comes from; one that several have is read once.
pub(super) struct Shapes<'a> {
    rows: &'a Rows,
    manifests: HashMap<&'a str, &'a Value>,
    /// What plugins ask for, by the folder of their tool.
    asked: &'a HashMap<String, Arc<Asked>>,
    by_tool: HashMap<i64, Arc<Shape>>,
    by_name: HashMap<String, Arc<Shape>>,
    /// By the schema without plugins, which is kept with it, and what plugins ask for.
    with_plugins: HashMap<(usize, String), (Arc<Shape>, Arc<Shape>)>,
    empty: Arc<Shape>,
}

impl<'a> Shapes<'a> {
    pub fn new(rows: &'a Rows, discovery: Option<&'a Discovery>, asked: &'a HashMap<String, Arc<Asked>>) -> Self {
        let found = discovery.into_iter().flat_map(|d| d.items.iter());
        let manifests =
            found.filter_map(|f| Some((f.rel_path.as_str(), f.manifest.as_ref()?.config_schema.as_ref()?))).collect();
        Self {
            rows,
            manifests,
            asked,
            by_tool: HashMap::new(),
            by_name: HashMap::new(),
            with_plugins: HashMap::new(),
            empty: Arc::new(Shape::new(Value::Object(Map::new()))),
        }
    }

    /// The schema of an instance, with what the plugins in its folder ask for.
    pub fn of(&mut self, card: &Card, tool_id: Option<i64>) -> Arc<Shape> {
        let base = self.base(card, tool_id);
        match card.path.as_ref().and_then(|path| self.asked.get(path)).cloned() {
            Some(asked) => self.extended(base, &card.name, &asked),
            None => base,
        }
    }

    /// The schema of a tool's definition, with what the plugins of all its instances ask for: `instances` are their folders.
    pub fn of_tool(&mut self, card: &Card, tool_id: Option<i64>, instances: &[&str]) -> Arc<Shape> {
        let base = self.base(card, tool_id);
        let asked = Asked::of_all(instances.iter().filter_map(|path| self.asked.get(*path)));
        if asked.fields.is_empty() { base } else { self.extended(base, &card.name, &asked) }
    }

    fn extended(&mut self, base: Arc<Shape>, tool: &str, asked: &Asked) -> Arc<Shape> {
        let words = json!([asked.fields, asked.required, asked.by, asked.left_out]).to_string();
        let made = self.with_plugins.entry((Arc::as_ptr(&base) as usize, words));
        made.or_insert_with(|| (base.clone(), Arc::new(base.with(tool, asked)))).1.clone()
    }

    fn base(&mut self, card: &Card, tool_id: Option<i64>) -> Arc<Shape> {
        if let Some(raw) = card.path.as_deref().and_then(|path| self.manifests.get(path)) {
            return Arc::new(Shape::new((*raw).clone()));
        }
        let known = Catalogue::builtin().get(&card.name);
        // What the catalogue describes is as new as this app; a copy in the registry may be older.
        if let Some(known) = known {
            let shape = self.by_name.entry(card.name.clone());
            return shape.or_insert_with(|| Arc::new(Shape::new(known.config_schema.clone()))).clone();
        }
        let text = tool_id.and_then(|id| Some((id, self.rows.tool(id)?.config_schema.as_ref()?)));
        match text {
            Some((id, text)) => self.by_tool.entry(id).or_insert_with(|| Arc::new(Shape::of_text(text))).clone(),
            None => self.empty.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Shape;
    use crate::plugins::Asked;

    #[test]
    fn what_a_tool_says_itself_no_plugin_says_otherwise() {
        let own = json!({"type": "object", "required": ["A"], "properties": {
            "A": {"type": "integer", "title": "Ours", "x-env": "A"},
            "b": {"type": "string", "x-file": "settings.json", "x-env-fallback": "B"},
        }});
        let field = |title: &str| json!({"type": "string", "title": title, "x-secret": true});
        let mut asked = Asked { required: vec!["A".to_owned(), "C".to_owned()], ..Asked::default() };
        for name in ["A", "b", "B", "MCP_PLUGINS_DIR", "SMCP_PY", "PYTHONUNBUFFERED", "C"] {
            let mut schema = field("Theirs");
            schema["x-env"] = json!(name);
            asked.fields.insert(name.to_owned(), schema);
            asked.by.insert(name.to_owned(), vec!["evil".to_owned()]);
        }
        let shape = Shape::new(own).with("smcp", &asked);
        let named: Vec<(&str, &str)> =
            shape.schema.fields.iter().map(|field| (field.key.as_str(), field.title.as_str())).collect();
        assert_eq!(named, [("A", "Ours"), ("b", "B"), ("C", "Theirs")], "only what is nobody’s becomes a field");
        assert!(shape.schema.fields[2].required && shape.schema.fields[0].required, "what is required of each stays");
        assert_eq!(shape.plugins.keys().collect::<Vec<_>>(), ["C"], "and who reads it is known");
    }

    #[test]
    fn a_tool_without_a_schema_has_the_fields_of_its_plugins() {
        let mut asked = Asked::default();
        asked.fields.insert("C".to_owned(), json!({"type": "string", "x-env": "C"}));
        for raw in [json!({}), json!(null), json!({"type": "object"}), json!({"own": {"type": "string"}})] {
            let fields = Shape::new(raw.clone()).with("x", &asked).schema.fields;
            assert_eq!(fields.last().map(|field| field.key.as_str()), Some("C"), "beside {raw}");
            assert_eq!(fields.len(), if raw.get("own").is_some() { 2 } else { 1 }, "and what it says itself stays");
        }
    }
}
