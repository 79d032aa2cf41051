//! How a JSON file is written, told from the file itself, and new text in the same manner.
//!
//! A member beside others looks like its neighbour; a value over several lines is indented as the file is.

use super::scan;
use serde_json::Value;
use std::ops::Range;

pub(super) struct Style {
    newline: &'static str,
    unit: String,
    /// Values with parts go over several lines.
    lines: bool,
}

impl Style {
    pub fn of(text: &str) -> Style {
        let root = scan::blanks(text.as_bytes(), 0);
        let inside = &text[root.min(text.len())..text.trim_end().len().max(root.min(text.len()))];
        // As most of its lines end.
        let newline = if text.matches("\r\n").count() * 2 > text.matches('\n').count() { "\r\n" } else { "\n" };
        let unit = inside.lines().skip(1).map(|line| &line[..line.len() - line.trim_start().len()]);
        let unit = unit.filter(|indent| !indent.is_empty()).min_by_key(|indent| indent.len()).unwrap_or("  ");
        let empty = inside.chars().all(|c| "{}[]".contains(c) || c.is_whitespace());
        Style { newline, unit: unit.to_owned(), lines: empty || inside.contains('\n') }
    }

    /// The text of a value whose first line is indented by `indent`.
    pub fn spell(&self, value: &Value, indent: &str) -> String {
        let parts = match value {
            Value::Array(values) => !values.is_empty(),
            Value::Object(values) => !values.is_empty(),
            _ => false,
        };
        if !parts || !self.lines {
            return value.to_string();
        }
        let mut text = String::new();
        for (number, line) in format!("{value:#}").lines().enumerate() {
            if number > 0 {
                text.push_str(self.newline);
                text.push_str(indent);
            }
            let rest = line.trim_start_matches(' ');
            text.push_str(&self.unit.repeat((line.len() - rest.len()) / 2));
            text.push_str(rest);
        }
        text
    }

    /// A new last member of the object that opens at `object`: what to replace, and by what.
    pub fn member(&self, text: &str, object: usize, name: &str, value: &Value) -> (Range<usize>, String) {
        let (members, close) = scan::members(text, object);
        let key = Value::from(name).to_string();
        let Some(last) = members.last() else {
            let outer = line_indent(text, object);
            let inner = format!("{outer}{}", self.unit);
            let text = if self.lines {
                let value = self.spell(value, &inner);
                format!("{0}{inner}{key}: {value}{0}{outer}", self.newline)
            } else {
                format!("{key}: {value}")
            };
            return (object + 1..close, text);
        };
        let from = match members.len().checked_sub(2).map(|before| members[before].value.end) {
            Some(end) => scan::blanks(text.as_bytes(), end) + 1,
            None => object + 1,
        };
        let gap = &text[from..last.key_start];
        let colon = &text[last.key_end..last.value.start];
        let colon = if colon.contains('\n') { ": " } else { colon };
        let spelled = match gap.rfind('\n') {
            Some(newline) => {
                let indent = &gap[newline + 1..];
                format!(",{}{indent}{key}{colon}{}", self.newline, self.spell(value, indent))
            }
            None => {
                let gap = if members.len() == 1 && gap.is_empty() && colon.ends_with(' ') { " " } else { gap };
                format!(",{gap}{key}{colon}{value}")
            }
        };
        (last.value.end..last.value.end, spelled)
    }
}

/// The blanks at the start of the line on which `at` lies.
pub(super) fn line_indent(text: &str, at: usize) -> &str {
    let start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let line = &text[start..at];
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}
