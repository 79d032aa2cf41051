//! One tool of a server, as the server describes it, within limits.

use crate::text::{cut, shown, shown_line};
use serde_json::Value;

/// Most tools that are listed.
pub const MAX_TOOLS: usize = 5_000;
/// Most bytes that names, descriptions and schemas of all tools may have together.
pub const MAX_LIST: usize = 8 << 20;
/// Largest schema of one tool, in bytes; what is larger is left out and said.
pub const MAX_SCHEMA: usize = 256 * 1024;
/// Longest description that is kept, in bytes.
const MAX_DESCRIPTION: usize = 64 * 1024;
/// Longest name, in bytes. A tool with a longer one cannot be called by anybody.
const MAX_NAME: usize = 256;

/// A tool.
#[derive(Debug, Clone, PartialEq)]
pub struct Tool {
    /// Its name, exactly as it must be given to call it. A stranger's text: show [`Tool::shown_name`].
    pub name: String,
    /// What it does, in its author's words, fit to be shown.
    pub description: String,
    /// JSON Schema of its arguments; an empty object where there is none or it was left out.
    pub schema: Value,
    /// What is odd about it, in words: a schema that was left out, a description that was cut.
    pub note: Option<String>,
}

impl Tool {
    /// The name as it may be shown.
    #[must_use]
    pub fn shown_name(&self) -> String {
        shown_line(&self.name)
    }

    /// The part before the first `__`, which is the plugin's folder in SMCP, and the command after it.
    #[must_use]
    pub fn plugin_and_command(&self) -> Option<(&str, &str)> {
        self.name.split_once("__").filter(|(plugin, command)| !plugin.is_empty() && !command.is_empty())
    }

    /// One as it was read; `None` where it has no usable name.
    pub(crate) fn of(name: &str, description: &str, schema: Option<Value>) -> Option<Tool> {
        if name.is_empty() || name.len() > MAX_NAME {
            return None;
        }
        let mut notes = Vec::new();
        let mut description = description.to_owned();
        if cut(&mut description, MAX_DESCRIPTION) {
            notes.push(format!("Its description is longer than {} KiB and was cut.", MAX_DESCRIPTION >> 10));
        }
        let schema = match schema {
            Some(schema) if size(&schema) > MAX_SCHEMA => {
                notes.push(format!("Its schema is larger than {} KiB and was left out.", MAX_SCHEMA >> 10));
                empty()
            }
            Some(schema @ Value::Object(_)) => schema,
            Some(_) => {
                notes.push("Its schema is not JSON Schema and was left out.".to_owned());
                empty()
            }
            None => empty(),
        };
        let note = (!notes.is_empty()).then(|| notes.join(" "));
        Some(Tool { name: name.to_owned(), description: shown(&description), schema, note })
    }

    /// The same out of an answer that as a whole is not as it should be: one bad tool does not hide the others.
    pub(crate) fn of_value(value: &Value) -> Option<Tool> {
        let text = |key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default();
        Tool::of(text("name"), text("description"), value.get("inputSchema").cloned())
    }

    /// What it counts of [`MAX_LIST`].
    pub(crate) fn bytes(&self) -> usize {
        self.name.len() + self.description.len() + size(&self.schema)
    }
}

fn empty() -> Value {
    Value::Object(serde_json::Map::new())
}

/// How many bytes a value has as text, without making the text.
pub(crate) fn size(value: &Value) -> usize {
    struct Count(usize);
    impl std::io::Write for Count {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0 = self.0.saturating_add(bytes.len());
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut count = Count(0);
    // Counting cannot fail, and a value has only names that are texts.
    if serde_json::to_writer(&mut count, value).is_err() {
        return usize::MAX;
    }
    count.0
}

#[cfg(test)]
mod tests {
    use super::{MAX_SCHEMA, Tool};
    use serde_json::json;

    #[test]
    fn a_tool_is_read_and_its_name_kept_as_it_is() {
        let tool = Tool::of_value(&json!({"name": "demo_math__add\u{1b}[2J", "description": "Adds\u{1b}[31m", "inputSchema": {"type": "object"}})).unwrap();
        assert_eq!(tool.name, "demo_math__add\u{1b}[2J", "it is called by this name");
        assert_eq!(tool.shown_name(), "demo_math__add", "and shown by this one");
        assert_eq!(tool.description, "Adds", "the description is fit to be shown at once");
        assert_eq!(tool.plugin_and_command().map(|(plugin, _)| plugin), Some("demo_math"), "its plugin is known");
    }

    #[test]
    fn what_is_too_large_or_odd_is_left_out_and_said() {
        let large = Tool::of("a", "", Some(json!({"x": "y".repeat(MAX_SCHEMA)}))).unwrap();
        assert_eq!(large.schema, json!({}), "a schema of this size is not kept");
        assert!(large.note.is_some_and(|note| note.contains("256 KiB")), "and it is said");
        assert!(Tool::of("a", "", Some(json!("text"))).unwrap().note.is_some(), "a text is no schema");
        assert_eq!(Tool::of("", "", None), None, "without a name it cannot be called");
        assert_eq!(Tool::of(&"n".repeat(1000), "", None), None, "nor with one that nobody takes");
    }
}
