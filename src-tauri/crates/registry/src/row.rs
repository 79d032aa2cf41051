//! Reading columns: instants and the numbers of a page.

use rusqlite::{Row, types::Type};
use time::OffsetDateTime;

use crate::parse_stamp;

/// A stored instant; `None` where it is NULL or no instant, which an imported row may have.
pub(crate) fn instant(row: &Row<'_>, at: usize) -> rusqlite::Result<Option<OffsetDateTime>> {
    Ok(match row.get_ref(at)? {
        rusqlite::types::ValueRef::Text(text) => std::str::from_utf8(text).ok().and_then(parse_stamp),
        _ => None,
    })
}

/// A value of a fixed list; an unknown one is an error that names the column.
pub(crate) fn word<T>(row: &Row<'_>, at: usize, parse: impl Fn(&str) -> Option<T>) -> rusqlite::Result<T> {
    let text: String = row.get(at)?;
    parse(&text).ok_or_else(|| {
        rusqlite::Error::FromSqlConversionFailure(
            at,
            Type::Text,
            format!("`{text}` is not a value of this column").into(),
        )
    })
}

/// One window of a list: rows to skip, rows to give.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Window {
    pub(crate) offset: u32,
    pub(crate) limit: u32,
}
