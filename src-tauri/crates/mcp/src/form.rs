//! Whether arguments fit a tool, said before it is called.
//!
//! The schema is a stranger's: [`sanctum_config`] contains it, so that no reference is fetched and no pattern costs time.

use crate::text::shown_line;
use crate::tool::MAX_SCHEMA;
use sanctum_config::{Schema, Validator};
use serde_json::Value;

/// Most problems that are told.
const MOST: usize = 100;

/// What is wrong with `arguments` for a tool with this schema, each as a line that begins with the argument's name. Empty where
/// nothing is, and where the schema says nothing that can be checked.
#[must_use]
pub fn check(schema: &Value, arguments: &Value) -> Vec<String> {
    let Some(document) = arguments.as_object() else {
        return vec!["The arguments must be a set of names and values, such as `{\"a\": 2}`.".into()];
    };
    if !schema.is_object() || crate::tool::size(schema) > MAX_SCHEMA {
        return Vec::new();
    }
    let fields = Schema::read(schema).fields;
    let (validator, _) = Validator::new(schema);
    let problems = validator.problems(document, &fields);
    let line = |key: &str, message: &str| {
        shown_line(if key.is_empty() { message.to_owned() } else { format!("{key}: {message}") }.as_str())
    };
    problems.iter().take(MOST).map(|problem| line(&problem.key, &problem.message)).collect()
}

#[cfg(test)]
mod tests {
    use super::check;
    use serde_json::{Value, json};

    fn calculate() -> Value {
        json!({"type": "object", "properties": {
            "operation": {"type": "string", "description": "What to do", "enum": ["add", "divide"]},
            "a": {"type": "number"}, "digits": {"type": "integer", "default": 2},
        }, "required": ["operation", "a"]})
    }

    #[test]
    fn good_arguments_have_no_problem() {
        assert_eq!(
            check(&calculate(), &json!({"operation": "add", "a": 2})),
            Vec::<String>::new(),
            "all that is needed is there"
        );
        assert_eq!(
            check(&json!({}), &json!({"anything": [1]})),
            Vec::<String>::new(),
            "a schema that says nothing refuses nothing"
        );
    }

    #[test]
    fn each_problem_names_its_argument() {
        let said = check(&calculate(), &json!({"operation": "multiply", "digits": "two"}));
        let about = |name: &str| said.iter().find(|line| line.starts_with(name));
        assert!(about("operation").is_some_and(|line| line.contains("add")), "the choices are named: {said:?}");
        assert!(about("a:").is_some_and(|line| line.contains("needed")), "what is missing is named: {said:?}");
        assert!(about("digits").is_some_and(|line| line.contains("whole number")), "the kind is named: {said:?}");
        assert_eq!(said.len(), 3, "and nothing twice: {said:?}");
    }

    #[test]
    fn arguments_that_are_no_names_and_values_are_refused() {
        assert_eq!(check(&calculate(), &json!([1])).len(), 1, "a list is not");
    }

    #[test]
    fn a_hostile_schema_does_no_harm() {
        let reference = json!({"type": "object", "properties": {"a": {"$ref": "http://127.0.0.1:1/x"}}});
        assert_eq!(
            check(&reference, &json!({"a": 1})),
            Vec::<String>::new(),
            "nothing is fetched, nothing is refused for it"
        );
        let circle = json!({"type": "object", "properties": {"a": {"$ref": "#/properties/a"}}});
        let _ = check(&circle, &json!({"a": 1}));
        let pattern = json!({"type": "object", "properties": {"a": {"type": "string", "pattern": "(a*)*b"}}});
        let _ = check(&pattern, &json!({"a": "a".repeat(100_000)}));
        let name = json!({"type": "object", "properties": {"\u{1b}[31m": {"type": "integer"}}});
        let said = check(&name, &json!({"\u{1b}[31m": "x"}));
        assert!(said.iter().all(|line| !line.contains('\u{1b}')), "no terminal code comes through: {said:?}");
    }
}
