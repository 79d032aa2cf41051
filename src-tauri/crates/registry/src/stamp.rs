//! Instants as the registry stores them: UTC, whole seconds, the form `CURRENT_TIMESTAMP` gives, so that text order is time order.

use time::{
    Date, Month, OffsetDateTime, PrimitiveDateTime, Time, UtcOffset, format_description::BorrowedFormatItem,
    macros::format_description,
};

const FORM: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day] [hour]:[minute]:[second]");
const COMPACT: &[BorrowedFormatItem<'_>] = format_description!("[year][month][day]-[hour][minute][second]");

/// `t` as `YYYY-MM-DD HH:MM:SS` in UTC; fractions of a second are cut.
pub fn stamp(t: OffsetDateTime) -> String {
    // Formatting these components into a String cannot fail; a year outside 0..=9999 is not an instant of ours.
    t.to_offset(UtcOffset::UTC).format(FORM).unwrap_or_default()
}

/// The instant a stored text names; also accepts the `T` and `Z` of RFC 3339 and fractions that imported rows carry.
pub fn parse_stamp(text: &str) -> Option<OffsetDateTime> {
    if let Some(t) = plain(text.as_bytes()) {
        return Some(t);
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
    plain(cut.as_bytes())
}

/// Our own form, by hand: a page of a list parses hundreds, and the general parser would cost more than the SQL.
fn plain(text: &[u8]) -> Option<OffsetDateTime> {
    let &[y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b' ', h1, h2, b':', n1, n2, b':', s1, s2] = text else {
        return None;
    };
    let digit = |b: u8| b.is_ascii_digit().then(|| b - b'0');
    let two = |a: u8, b: u8| Some(digit(a)? * 10 + digit(b)?);
    let year = i32::from(two(y1, y2)?) * 100 + i32::from(two(y3, y4)?);
    let date = Date::from_calendar_date(year, Month::try_from(two(m1, m2)?).ok()?, two(d1, d2)?).ok()?;
    let clock = Time::from_hms(two(h1, h2)?, two(n1, n2)?, two(s1, s2)?).ok()?;
    Some(PrimitiveDateTime::new(date, clock).assume_utc())
}

/// `t` for a file name: `YYYYMMDD-HHMMSS`.
pub(crate) fn file_stamp(t: OffsetDateTime) -> String {
    t.to_offset(UtcOffset::UTC).format(COMPACT).unwrap_or_default()
}
