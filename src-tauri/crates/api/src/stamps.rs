//! Instants as text at the edge.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// RFC 3339 UTC in whole seconds, as the wire has it. By hand: a page of a list has a hundred, and the general formatter
/// would cost as much as the query.
pub(crate) fn rfc3339(at: OffsetDateTime) -> String {
    let at = at.to_offset(time::UtcOffset::UTC);
    let Some(year) = u16::try_from(at.year()).ok().filter(|year| *year <= 9999) else {
        return at.replace_nanosecond(0).unwrap_or(at).format(&Rfc3339).unwrap_or_default();
    };
    let mut text = String::with_capacity(20);
    let mut two = |value: u8, then: Option<char>| {
        text.push(char::from(b'0' + value / 10 % 10));
        text.push(char::from(b'0' + value % 10));
        text.extend(then);
    };
    two((year / 100) as u8, None);
    two((year % 100) as u8, Some('-'));
    two(at.month().into(), Some('-'));
    two(at.day(), Some('T'));
    two(at.hour(), Some(':'));
    two(at.minute(), Some(':'));
    two(at.second(), Some('Z'));
    text
}

/// `14:05:09 UTC`, for messages.
pub(crate) fn clock_time(at: OffsetDateTime) -> String {
    let at = at.to_offset(time::UtcOffset::UTC);
    format!("{:02}:{:02}:{:02} UTC", at.hour(), at.minute(), at.second())
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::{OffsetDateTime, Rfc3339, rfc3339};

    #[test]
    fn an_instant_reads_as_the_general_formatter_writes_it() {
        let instants = [
            OffsetDateTime::UNIX_EPOCH,
            datetime!(2026-11-20 13:05:09 UTC),
            datetime!(1999-12-31 23:59:59.75 UTC),
            datetime!(0001-01-02 03:04:05 +02:00),
            datetime!(9999-12-31 00:00:00 -05:00),
        ];
        for at in instants {
            let general = at
                .to_offset(time::UtcOffset::UTC)
                .replace_nanosecond(0)
                .unwrap_or(at)
                .format(&Rfc3339)
                .unwrap_or_default();
            assert_eq!(rfc3339(at), general, "the wire form of {at}");
        }
    }
}
