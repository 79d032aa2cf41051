//! Instants as the registry stores them: UTC, whole seconds, the form `CURRENT_TIMESTAMP` gives, so that text order is time order.

use time::{
    OffsetDateTime, PrimitiveDateTime, UtcOffset, format_description::BorrowedFormatItem,
    macros::format_description,
};

const FORM: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day] [hour]:[minute]:[second]");
const COMPACT: &[BorrowedFormatItem<'_>] =
    format_description!("[year][month][day]-[hour][minute][second]");

/// `t` as `YYYY-MM-DD HH:MM:SS` in UTC; fractions of a second are cut.
pub fn stamp(t: OffsetDateTime) -> String {
    // Formatting these components into a String cannot fail; a year outside 0..=9999 is not an instant of ours.
    t.to_offset(UtcOffset::UTC).format(FORM).unwrap_or_default()
}

/// The instant a stored text names; also accepts the `T` and `Z` of RFC 3339 and fractions that imported rows carry.
pub fn parse_stamp(text: &str) -> Option<OffsetDateTime> {
    if let Ok(t) = PrimitiveDateTime::parse(text, FORM) {
        return Some(t.assume_utc());
    }
    if let Ok(t) = OffsetDateTime::parse(text, &time::format_description::well_known::Rfc3339) {
        return Some(t.to_offset(UtcOffset::UTC));
    }
    let cut = text.get(..19)?.replacen('T', " ", 1);
    let rest = text.get(19..)?;
    let fraction = rest.strip_prefix('.')?;
    if fraction.is_empty() || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    PrimitiveDateTime::parse(&cut, FORM)
        .ok()
        .map(PrimitiveDateTime::assume_utc)
}

/// `t` for a file name: `YYYYMMDD-HHMMSS`.
pub(crate) fn file_stamp(t: OffsetDateTime) -> String {
    t.to_offset(UtcOffset::UTC)
        .format(COMPACT)
        .unwrap_or_default()
}
