//! What the plugins of a tool can be set about, as fields of the tool's own form.
//!
//! SMCP's plugins read SMCP's environment and Broca's read Broca's (`facts/modules.md`, 1.4 and 2.4), so a variable that two of them
//! read is one field. What may be in a field at all is crate `plugins`' to say; here is how many, and under which heading.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;

use sanctum_plugins::place as lie;
use sanctum_plugins::read::{self, Kind};
use sanctum_plugins::shown;
use sanctum_registry::cards::Card;
use serde_json::{Map, Value as Json, json};

use super::place::{Tool, takes};
use crate::dto::StatusWord;
use crate::open::Open;
use crate::plan::lock;
use crate::settings::{Snapshot, said_above};
use crate::words;

/// Most fields of one plugin, and of all plugins of a tool: no form has more, whoever writes them.
const MOST_OF_ONE: usize = 100;
const MOST: usize = 600;
/// Most bytes of their schemas together; a schema has 256 KiB at most, and the tool's own comes first.
const LONGEST: usize = 128 * 1024;

/// What the plugins of one tool ask for.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Asked {
    /// JSON Schema of each field by its variable, in the order of the plugins' names.
    pub fields: Map<String, Json>,
    /// Variables that a plugin which is on cannot do without.
    pub required: Vec<String>,
    /// Names of the plugins that read each of them, also of those that are off.
    pub by: BTreeMap<String, Vec<String>>,
    /// What has no field although a plugin asks for it, in sentences.
    pub left_out: Vec<String>,
}

/// What is asked for in each tool's folder, by its path below the root; tools without plugins are left out.
pub(crate) fn asked(open: &Open, cards: &[Card]) -> HashMap<String, Arc<Asked>> {
    let mut all = HashMap::new();
    for card in cards.iter().filter(|card| card.broken.is_none() && card.kind != "plugin") {
        let (Some(path), Some(kind)) = (&card.path, takes(&card.name)) else { continue };
        let asked = of_folder(open, &open.root().join(path), kind);
        if !asked.by.is_empty() || !asked.left_out.is_empty() {
            all.insert(path.clone(), Arc::new(asked));
        }
    }
    all
}

fn of_folder(open: &Open, dir: &Path, kind: Kind) -> Asked {
    let mut draft = Draft::default();
    for placed in lie::look(dir, kind, &[]) {
        let read = lock(&open.plugins.reads).read(&placed.dir, &placed.name);
        if let Ok(plugin) = read.as_ref() {
            draft.take(&shown(&placed.name), read::fields(&plugin.settings), placed.enabled);
        }
    }
    draft.finish()
}

/// What an installed plugin's settings come to: what it cannot run without and nobody said yet, and what its tool gets because of it.
pub(super) fn weighed(snap: &Snapshot, tool: &Tool, plugin: &read::Plugin) -> Vec<(StatusWord, String)> {
    let Ok(target) = snap.find(tool.address()) else { return Vec::new() };
    let view = snap.view(target, None);
    let known = |variable: &str| view.fields().find(|field| field.env.as_deref() == Some(variable));
    let (mut missing, mut handed) = (Vec::new(), Vec::new());
    for field in read::fields(&plugin.settings) {
        let variable = field.variable.as_str();
        let is_set = known(variable).is_some_and(|field| view.chain(field).last().is_some());
        let above = !is_set && said_above(snap, target, variable);
        if above && target.shape.schema.field_by_env(variable).is_none() {
            handed.push(shown(variable));
        }
        if field.required && !is_set && !above && field.schema.get("default").is_none() {
            missing.push(shown(variable));
        }
    }
    let mut all = Vec::new();
    if !missing.is_empty() {
        let names: Vec<&str> = missing.iter().map(String::as_str).collect();
        all.push((StatusWord::Degraded, format!("It needs {}, which its page asks for", words::list(&names))));
    }
    if !handed.is_empty() {
        let names: Vec<&str> = handed.iter().map(String::as_str).collect();
        let who = &tool.instance.named;
        all.push((
            StatusWord::Degraded,
            format!("{who} gets {} because of it, as a level above says", words::list(&names)),
        ));
    }
    all
}

#[derive(Default)]
struct Draft {
    /// By variable, in the order they were met.
    fields: Vec<(read::Field, Vec<String>)>,
    at: HashMap<String, usize>,
    bytes: usize,
    left_out: Vec<String>,
}

impl Draft {
    fn take(&mut self, plugin: &str, fields: Vec<read::Field>, on: bool) {
        let (mut kept, mut left) = (0, 0);
        for mut field in fields {
            field.required &= on;
            if let Some(at) = self.at.get(&field.variable) {
                self.share(*at, plugin, field);
                continue;
            }
            let bytes = field.schema.to_string().len();
            if kept >= MOST_OF_ONE || self.fields.len() >= MOST || self.bytes + bytes > LONGEST {
                left += 1;
                continue;
            }
            (kept, self.bytes) = (kept + 1, self.bytes + bytes);
            self.at.insert(field.variable.clone(), self.fields.len());
            self.fields.push((field, vec![plugin.to_owned()]));
        }
        if left > 0 {
            let settings = words::count(left, "setting", "settings");
            self.left_out.push(format!("{settings} of the plugin `{plugin}` have no field here: there are too many."));
        }
    }

    /// Another plugin reads the same variable: what is declared says more than what was only seen, and a secret stays one.
    fn share(&mut self, at: usize, plugin: &str, field: read::Field) {
        let (known, plugins) = &mut self.fields[at];
        let (secret, required) = (known.secret || field.secret, known.required || field.required);
        if field.declared && !known.declared {
            *known = field;
        }
        (known.secret, known.required) = (secret, required);
        if !plugins.iter().any(|name| name == plugin) {
            plugins.push(plugin.to_owned());
        }
    }

    fn finish(self) -> Asked {
        let mut asked = Asked { left_out: self.left_out, ..Asked::default() };
        for (field, plugins) in self.fields {
            let mut schema = field.schema;
            if field.secret {
                schema["x-secret"] = json!(true);
                schema.as_object_mut().map(|schema| schema.remove("default"));
            }
            schema["x-group"] = json!(match plugins.as_slice() {
                [only] => format!("Plugin {only}"),
                _ => "Shared by plugins".to_owned(),
            });
            if plugins.len() > 1 {
                let names: Vec<&str> = plugins.iter().map(String::as_str).take(10).collect();
                let said = schema["description"].as_str().unwrap_or_default().trim_end();
                let text = format!("{said} Read by the plugins {}.", words::list(&names));
                schema["description"] = json!(text.trim_start());
            }
            if field.required {
                asked.required.push(field.variable.clone());
            }
            asked.fields.insert(field.variable.clone(), schema);
            asked.by.insert(field.variable, plugins);
        }
        asked
    }
}

impl Asked {
    /// What is asked for in any of several folders: what can be said for all of them. Nothing of it is required of all.
    pub fn of_all<'a>(several: impl Iterator<Item = &'a Arc<Self>>) -> Self {
        let mut all = Self::default();
        for one in several {
            for (variable, schema) in &one.fields {
                if all.fields.len() < MOST && !all.fields.contains_key(variable) {
                    all.fields.insert(variable.clone(), schema.clone());
                }
            }
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use sanctum_plugins::read::Field;
    use serde_json::json;

    use super::{Draft, MOST, MOST_OF_ONE};

    fn field(variable: &str, declared: bool, secret: bool) -> Field {
        let schema =
            json!({"type": "string", "title": variable, "description": "A text.", "default": "x", "x-env": variable});
        Field { variable: variable.to_owned(), schema, secret, required: true, declared }
    }

    #[test]
    fn two_plugins_with_one_variable_share_a_field() {
        let mut draft = Draft::default();
        draft.take("mail", vec![field("TOKEN", false, false), field("MAIL_HOST", true, false)], false);
        draft.take("notes", vec![field("TOKEN", true, true)], true);
        let asked = draft.finish();
        assert_eq!(asked.fields["TOKEN"]["x-group"], "Shared by plugins", "under a heading of its own");
        assert_eq!(
            asked.fields["TOKEN"]["description"], "A text. Read by the plugins mail and notes.",
            "which they are"
        );
        assert_eq!(asked.fields["TOKEN"]["x-secret"], true, "a secret for one is a secret");
        assert_eq!(asked.fields["TOKEN"].get("default"), None, "and has no default");
        assert_eq!(asked.fields["MAIL_HOST"]["x-group"], "Plugin mail", "the others stand under their plugin");
        assert_eq!(asked.required, ["TOKEN"], "one that is off needs nothing");
        assert_eq!(asked.by["TOKEN"], ["mail", "notes"], "who reads it is known");
    }

    #[test]
    fn a_plugin_with_settings_without_end_leaves_room_for_others() {
        let mut draft = Draft::default();
        for plugin in 0..20 {
            let many = (0..5_000).map(|n| field(&format!("P{plugin}_{n}"), true, false)).collect();
            draft.take(&format!("p{plugin}"), many, true);
        }
        let asked = draft.finish();
        assert!(asked.by.values().filter(|by| by[0] == "p1").count() == MOST_OF_ONE, "the next one has its fields");
        assert!(asked.fields.len() <= MOST, "and all together are bounded: {}", asked.fields.len());
        assert!(
            asked.left_out[0].contains("4900 settings of the plugin `p0`"),
            "what is left out is said: {:?}",
            asked.left_out
        );
    }
}
