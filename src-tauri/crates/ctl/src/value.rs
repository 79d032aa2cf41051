//! A value as typed, in the type its field has. Whether it fits is for the schema to say, not for this file.

use sanctum_api::{ApiError, dto};
use serde_json::Value;

/// Reads `text` as a value of the field.
pub fn read(row: &dto::SettingRow, text: &str) -> Result<Value, ApiError> {
    if let Some(choice) = row.choices.iter().find(|choice| spelled(&choice.value.0) == text) {
        return Ok(choice.value.0.clone());
    }
    match row.kind {
        dto::FieldKind::List if !text.trim_start().starts_with('[') => {
            let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
            Ok(Value::Array(parts.map(|part| scalar(row.items, part)).collect()))
        }
        dto::FieldKind::List | dto::FieldKind::Map | dto::FieldKind::Json => serde_json::from_str(text).map_err(|error| {
            ApiError::refused(
                "value_unreadable",
                format!("The value of {} is not JSON.", row.title),
                "Write it like `{\"name\": 1}` or `[\"a\", \"b\"]`, in single quotes for the shell. Nothing was changed.",
            )
            .with_details([format!("line {}, column {}", error.line(), error.column())])
        }),
        kind => Ok(scalar(kind, text)),
    }
}

/// What no JSON can be made of stays text, so that the schema's own sentence is said about it.
fn scalar(kind: dto::FieldKind, text: &str) -> Value {
    let as_text = || Value::String(text.to_owned());
    match kind {
        dto::FieldKind::Text | dto::FieldKind::Path | dto::FieldKind::Choice => as_text(),
        dto::FieldKind::Duration | dto::FieldKind::Integer | dto::FieldKind::Number | dto::FieldKind::Port => {
            serde_json::from_str(text).ok().filter(Value::is_number).unwrap_or_else(as_text)
        }
        dto::FieldKind::Boolean => match text {
            "true" | "yes" | "on" => Value::Bool(true),
            "false" | "no" | "off" => Value::Bool(false),
            _ => as_text(),
        },
        dto::FieldKind::List | dto::FieldKind::Map | dto::FieldKind::Json => {
            serde_json::from_str(text).unwrap_or_else(|_| as_text())
        }
    }
}

/// A value as it is typed and printed: text as it is, everything else as JSON.
pub fn spelled(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => "none".to_owned(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::{scalar, spelled};
    use sanctum_api::dto::FieldKind;
    use serde_json::json;

    #[test]
    fn each_kind_reads_its_own() {
        for (kind, text, value) in [
            (FieldKind::Text, "007", json!("007")),
            (FieldKind::Text, "true", json!("true")),
            (FieldKind::Integer, "-5", json!(-5)),
            (FieldKind::Number, "0.5", json!(0.5)),
            (FieldKind::Boolean, "off", json!(false)),
            (FieldKind::Boolean, "perhaps", json!("perhaps")),
            (FieldKind::Port, "9100", json!(9100)),
            (FieldKind::Integer, "many", json!("many")),
            (FieldKind::Duration, "30", json!(30)),
            (FieldKind::Duration, "PT5M", json!("PT5M")),
        ] {
            assert_eq!(scalar(kind, text), value, "`{text}` as {kind:?}");
        }
        assert_eq!(spelled(&json!(["a", 1])), r#"["a",1]"#, "printed as JSON");
        assert_eq!(spelled(&json!("it is")), "it is", "text as it is");
    }
}
