//! Quoting of `.env` values (DESIGN section 4), for the files this crate proposes.
//!
//! The same rule as crate `config`, kept here in a few lines so that the layout can be described without it.

/// Why no quoting carries a value alike through bash, python-dotenv and ours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("The value cannot be written to a `.env` file: {reason}. Give it to the module by its environment instead.")]
pub struct Unquotable {
    /// What stands in the way.
    pub reason: &'static str,
}

/// The value in single quotes, or in double quotes where it holds a `'` and none of `` $ ` \ " ``.
///
/// # Errors
/// [`Unquotable`] for what no quoting carries alike: a `\`, a `${`, a line break, a `'` mixed with `` $ ` " ``.
pub fn quote(value: &str) -> Result<String, Unquotable> {
    let refuse = |reason| Err(Unquotable { reason });
    if value.chars().any(|c| matches!(c, '\n' | '\r' | '\0')) {
        return refuse("it holds a line break or a NUL");
    }
    if value.contains('\\') {
        return refuse("it holds a backslash");
    }
    if value.contains("${") {
        return refuse("it holds `${`");
    }
    if !value.contains('\'') {
        return Ok(format!("'{value}'"));
    }
    if value.contains(['$', '`', '"']) {
        return refuse("it mixes `'` with `$`, `` ` `` or `\"`");
    }
    Ok(format!("\"{value}\""))
}
