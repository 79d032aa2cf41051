//! Reads single keys out of an `.env` for recognising; the lossless reading and writing of these files is `config`'s.

use super::look::text;
use std::path::Path;

/// The value of `key`, quotes taken off, or `None`.
pub(super) fn value(path: &Path, key: &str) -> Option<String> {
    let text = text(path)?;
    let found = text.lines().rev().find_map(|line| {
        let line = line.trim_start();
        let line = line.strip_prefix("export ").unwrap_or(line);
        let (name, value) = line.split_once('=')?;
        (name.trim() == key).then(|| bare(value.trim()))
    })?;
    (!found.is_empty()).then_some(found)
}

fn bare(value: &str) -> String {
    for quote in ['\'', '"'] {
        if let Some(rest) = value.strip_prefix(quote) {
            return rest.split(quote).next().unwrap_or_default().to_owned();
        }
    }
    value.split(" #").next().unwrap_or_default().trim().to_owned()
}
