//! Spelling a value so that bash's `source`, python-dotenv and this crate read the same text (DESIGN section 4).
//!
//! Single quotes by default; double quotes for a value with `'` and none of `` $ ` \ " ``; everything else is
//! refused, because no spelling is read alike by all (measured, `facts/faults-security-limits.md` finding 2).

use super::Quoting;

/// A value that no quoting carries alike; it can still travel by the process environment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "The value cannot be written to a `.env` file: {reason}. It can be handed to the module in its process environment instead."
)]
pub struct Unquotable {
    /// What about the value is in the way; never the value.
    pub reason: &'static str,
}

/// Quotes `value` for the right-hand side of a `.env` line.
///
/// # Errors
/// [`Unquotable`] where readers would disagree.
pub fn quote(value: &str) -> Result<String, Unquotable> {
    let refuse = |reason| Err(Unquotable { reason });
    if value.contains('\0') {
        return refuse("it contains a NUL character, which no environment can carry");
    }
    if value.contains('\r') {
        return refuse("it contains a carriage return, which readers change");
    }
    if value.contains('\\') {
        return refuse("it contains a backslash, which readers take differently");
    }
    if value.contains("${") {
        return refuse("it contains `${`, which some readers replace");
    }
    if !value.contains('\'') {
        return Ok(format!("'{value}'"));
    }
    if value.contains(['$', '`', '"']) {
        return refuse("it mixes `'` with one of $ ` \", and no quoting carries both");
    }
    Ok(format!("\"{value}\""))
}

/// Spells `value` in the style the line already has where that is safe, else as [`quote`] does.
pub(super) fn spell(value: &str, style: Option<Quoting>) -> Result<String, Unquotable> {
    let quoted = quote(value)?;
    Ok(match style {
        Some(Quoting::Bare) if value.bytes().all(is_plain) => value.to_owned(),
        Some(Quoting::Double) if !value.contains(['$', '`', '"']) => format!("\"{value}\""),
        _ => quoted,
    })
}

/// Bytes that mean themselves without quotes, to every reader.
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_-./:@%+,=".contains(&byte)
}
