//! Lossless JSON settings files: read one value, change one value, leave every other byte alone.
//!
//! The text is kept as it was; a change cuts into it at the place of the value and nowhere else. Order, unknown keys,
//! indentation, line ends, BOM, spelling of other values and the end of the file survive. Of a key that is there
//! twice the last one counts, as for every reader. Strict JSON only: what is not JSON is a fault with its line.

mod scan;
mod style;

use crate::resolve::unescape;
use scan::{Found, Member};
use serde_json::Value;
use std::fmt;
use style::Style;

const BOM: &str = "\u{feff}";

/// Why a file cannot be read, or a value not be put where it was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("Line {line}, column {column}: {message}")]
pub struct JsonFault {
    /// 1-based line.
    pub line: usize,
    /// 1-based column.
    pub column: usize,
    /// What is wrong; never a value of the file.
    pub message: String,
}

/// A JSON file. `to_bytes` of an untouched one is exactly what was parsed.
#[derive(Clone, PartialEq)]
pub struct JsonFile {
    bom: bool,
    text: String,
    value: Value,
}

/// Settings may be secrets: only the size is shown.
impl fmt::Debug for JsonFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JsonFile").field("bytes", &self.text.len()).finish_non_exhaustive()
    }
}

impl JsonFile {
    /// A file without settings, as this app makes it.
    pub fn empty() -> JsonFile {
        JsonFile { bom: false, text: "{}\n".to_owned(), value: Value::Object(serde_json::Map::new()) }
    }

    /// Reads a file.
    ///
    /// # Errors
    /// Whatever is not strict JSON in UTF-8, with line and column. An empty file is not JSON either.
    pub fn parse(bytes: &[u8]) -> Result<JsonFile, JsonFault> {
        let text = std::str::from_utf8(bytes).map_err(|error| {
            let good = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
            fault_at(&good, good.len(), "The file is not UTF-8 text.")
        })?;
        let (bom, text) = match text.strip_prefix(BOM) {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        Ok(JsonFile { bom, value: read(text)?, text: text.to_owned() })
    }

    /// The value at a JSON pointer.
    pub fn get(&self, pointer: &str) -> Option<Value> {
        self.value.pointer(pointer).cloned()
    }

    /// The whole document.
    pub fn document(&self) -> &Value {
        &self.value
    }

    /// The 1-based line on which the setting at a JSON pointer starts.
    pub fn line_of(&self, pointer: &str) -> Option<usize> {
        match scan::find(&self.text, &parts(pointer)?) {
            Found::Value { start, .. } => Some(line_at(&self.text, start)),
            _ => None,
        }
    }

    /// The text of the value at a JSON pointer as it stands in the file, quotes and escapes included.
    pub fn spelled(&self, pointer: &str) -> Option<String> {
        match scan::find(&self.text, &parts(pointer)?) {
            Found::Value { value, .. } => Some(self.text[value].to_owned()),
            _ => None,
        }
    }

    /// Gives the place at a JSON pointer this value; objects on the way to it are made where they are missing.
    /// A value that is already there changes no byte.
    ///
    /// # Errors
    /// The way leads through something that is not an object, or no place is named; the file is unchanged then.
    pub fn set(&mut self, pointer: &str, value: &Value) -> Result<(), JsonFault> {
        if self.value.pointer(pointer) == Some(value) && !pointer.is_empty() {
            return Ok(());
        }
        let parts = parts(pointer).filter(|parts| !parts.is_empty());
        let Some(parts) = parts else {
            return Err(fault_at(&self.text, 0, "A setting needs a name; the file as a whole is not replaced."));
        };
        let style = Style::of(&self.text);
        match scan::find(&self.text, &parts) {
            Found::Value { start, value: span, .. } => {
                let spelled = style.spell(value, style::line_indent(&self.text, start));
                self.replace(span, &spelled)
            }
            Found::Missing { object, rest } => {
                let inner = parts[rest + 1..].iter().rev().fold(value.clone(), |inner, part| {
                    Value::Object(serde_json::Map::from_iter([(part.clone(), inner)]))
                });
                let (span, spelled) = style.member(&self.text, object, &parts[rest], &inner);
                self.replace(span, &spelled)
            }
            Found::Blocked { at } => Err(fault_at(
                &self.text,
                at,
                "What stands here is not a group of settings, so nothing can be put into it. Remove it first.",
            )),
        }
    }

    /// Takes the setting at a JSON pointer out, duplicates of its name included. Returns whether there was one.
    pub fn remove(&mut self, pointer: &str) -> bool {
        let Some(parts) = parts(pointer).filter(|parts| !parts.is_empty()) else {
            return false;
        };
        let mut removed = false;
        while let Found::Value { member: Some((object, index)), .. } = scan::find(&self.text, &parts) {
            let (members, close) = scan::members(&self.text, object);
            let Member { key_start, value, .. } = &members[index];
            let span = match (index.checked_sub(1).map(|before| &members[before]), members.get(index + 1)) {
                (_, Some(after)) => *key_start..after.key_start,
                (Some(before), None) => before.value.end..value.end,
                (None, None) => object + 1..close,
            };
            if self.replace(span, "").is_err() {
                break;
            }
            removed = true;
        }
        removed
    }

    /// The file's bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let bom = if self.bom { BOM } else { "" };
        [bom.as_bytes(), self.text.as_bytes()].concat()
    }

    fn replace(&mut self, span: std::ops::Range<usize>, by: &str) -> Result<(), JsonFault> {
        let mut text = self.text.clone();
        text.replace_range(span, by);
        self.value = read(&text)?;
        self.text = text;
        Ok(())
    }
}

fn read(text: &str) -> Result<Value, JsonFault> {
    serde_json::from_str(text).map_err(|error| {
        let said = error.to_string();
        let said = said.split(" at line ").next().unwrap_or_default();
        JsonFault { line: error.line(), column: error.column(), message: format!("The file is not JSON: {said}.") }
    })
}

/// The names a pointer leads through; `None` for what is no pointer.
fn parts(pointer: &str) -> Option<Vec<String>> {
    match pointer {
        "" => Some(Vec::new()),
        _ => Some(pointer.strip_prefix('/')?.split('/').map(unescape).collect()),
    }
}

fn line_at(text: &str, at: usize) -> usize {
    1 + text.as_bytes()[..at].iter().filter(|byte| **byte == b'\n').count()
}

fn fault_at(text: &str, at: usize, message: &str) -> JsonFault {
    let start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    JsonFault { line: line_at(text, at), column: text[start..at].chars().count() + 1, message: message.to_owned() }
}
