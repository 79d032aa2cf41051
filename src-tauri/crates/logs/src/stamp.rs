//! The time at the start of a line, in the forms that the modules write. By hand: a gigabyte of log has ten million of them.

use std::sync::Arc;

/// How far local time is ahead of UTC at a local date and time, in seconds. Passed in: most modules write local time without a zone.
pub type Zone = Arc<dyn Fn(time::PrimitiveDateTime) -> i32 + Send + Sync>;

/// A moment as a line says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// Microseconds since 1970, UTC.
    pub micros: i64,
    /// Seconds ahead of UTC that it was written in.
    pub offset: i32,
}

/// Date and time as written, without a zone.
#[derive(Debug, Clone, Copy)]
struct Civil {
    year: i32,
    month: u8,
    day: u8,
    seconds: u32,
    micros: u32,
}

/// Reads stamps; keeps the last hour's offset, because a zone is slow to ask.
#[derive(Clone)]
pub struct Stamps {
    zone: Zone,
    /// Year and month that a stamp without a year is told by.
    near: (i32, u8),
    kept: Option<(i64, i32)>,
}

impl Stamps {
    /// `near`: when the file was last written.
    #[must_use]
    pub fn new(zone: Zone, near: time::OffsetDateTime) -> Self {
        Self { zone, near: (near.year(), near.month().into()), kept: None }
    }

    /// ISO 8601 and python's `2026-11-25 14:29:40,003`; how many bytes it took.
    pub fn iso(&mut self, text: &[u8]) -> Option<(Stamp, usize)> {
        if text.len() < 19 || text[4] != b'-' || text[7] != b'-' || !matches!(text[10], b'T' | b't' | b' ' | b'_') {
            return None;
        }
        let year = i32::try_from(digits(&text[..4])?).ok()?;
        let (month, day) = (two(&text[5..7])?, two(&text[8..10])?);
        let (seconds, took) = clock(&text[11..])?;
        let mut at = 11 + took;
        let mut micros = 0;
        if let Some(b'.' | b',') = text.get(at) {
            let (value, took) = fraction(&text[at + 1..]);
            if took > 0 {
                micros = value;
                at += 1 + took;
            }
        }
        let civil = Civil { year, month, day, seconds, micros };
        let (offset, took) = zone(&text[at..]);
        Some((self.told(civil, offset)?, at + took))
    }

    /// `25/Nov/2026 14:29:40`, with `:` before the time and a zone after it where a server writes them.
    pub fn common(&mut self, text: &[u8]) -> Option<(Stamp, usize)> {
        if text.len() < 20 || text[2] != b'/' || text[6] != b'/' || !matches!(text[11], b' ' | b':') {
            return None;
        }
        let (day, month) = (two(&text[..2])?, month(&text[3..6])?);
        let year = i32::try_from(digits(&text[7..11])?).ok()?;
        let (seconds, took) = clock(&text[12..])?;
        let (offset, zone) = zone(&text[12 + took..]);
        let civil = Civil { year, month, day, seconds, micros: 0 };
        Some((self.told(civil, offset)?, 12 + took + zone))
    }

    /// `Nov 25 14:29:40` of syslog, which says no year: the last one that is not after the file.
    pub fn syslog(&mut self, text: &[u8]) -> Option<(Stamp, usize)> {
        if text.len() < 15 || text[3] != b' ' || text[6] != b' ' {
            return None;
        }
        let month = month(&text[..3])?;
        let day = if text[4] == b' ' { two(&[b'0', text[5]])? } else { two(&text[4..6])? };
        let (seconds, took) = clock(&text[7..])?;
        let year = if month > self.near.1 { self.near.0 - 1 } else { self.near.0 };
        Some((self.told(Civil { year, month, day, seconds, micros: 0 }, None)?, 7 + took))
    }

    /// Seconds, milliseconds, microseconds or nanoseconds since 1970, told apart by their size.
    #[must_use]
    pub fn number(value: f64) -> Option<Stamp> {
        let micros = match value {
            v if !(1e8..4e18).contains(&v) => return None,
            v if v < 1e11 => v * 1e6,
            v if v < 1e14 => v * 1e3,
            v if v < 1e17 => v,
            v => v / 1e3,
        };
        #[expect(clippy::cast_possible_truncation, reason = "within the range of the match above")]
        Some(Stamp { micros: micros as i64, offset: 0 })
    }

    fn told(&mut self, civil: Civil, offset: Option<i32>) -> Option<Stamp> {
        if !(1..=12).contains(&civil.month) || !(1..=31).contains(&civil.day) || !(1970..=9999).contains(&civil.year) {
            return None;
        }
        let local = days(civil) * 86_400 + i64::from(civil.seconds);
        let offset = match offset {
            Some(offset) => offset,
            None => self.local(civil, local)?,
        };
        Some(Stamp { micros: (local - i64::from(offset)) * 1_000_000 + i64::from(civil.micros), offset })
    }

    /// Zones change their offset at whole quarters of an hour.
    fn local(&mut self, civil: Civil, local: i64) -> Option<i32> {
        let quarter = local.div_euclid(900);
        if let Some((at, offset)) = self.kept
            && at == quarter
        {
            return Some(offset);
        }
        let month = time::Month::try_from(civil.month).ok()?;
        let date = time::Date::from_calendar_date(civil.year, month, civil.day).ok()?;
        let clock = time::Time::MIDNIGHT + time::Duration::seconds(i64::from(civil.seconds));
        let offset = (self.zone)(time::PrimitiveDateTime::new(date, clock));
        self.kept = Some((quarter, offset));
        Some(offset)
    }
}

impl Stamp {
    /// RFC 3339, with the fraction where there is one.
    #[must_use]
    pub fn rfc3339(self) -> String {
        let offset = time::UtcOffset::from_whole_seconds(self.offset).unwrap_or(time::UtcOffset::UTC);
        let at = time::OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.micros) * 1000)
            .unwrap_or(time::OffsetDateTime::UNIX_EPOCH)
            .to_offset(offset);
        at.format(&time::format_description::well_known::Rfc3339).unwrap_or_default()
    }
}

fn digits(text: &[u8]) -> Option<u32> {
    text.iter().try_fold(0u32, |all, b| b.is_ascii_digit().then(|| all.wrapping_mul(10) + u32::from(b - b'0')))
}

fn two(text: &[u8]) -> Option<u8> {
    digits(text).and_then(|value| u8::try_from(value).ok())
}

/// `14:29:40`: seconds of the day and bytes.
fn clock(text: &[u8]) -> Option<(u32, usize)> {
    if text.len() < 8 || text[2] != b':' || text[5] != b':' {
        return None;
    }
    let (hour, minute, second) = (digits(&text[..2])?, digits(&text[3..5])?, digits(&text[6..8])?);
    (hour < 24 && minute < 60 && second < 61).then(|| (hour * 3600 + minute * 60 + second.min(59), 8))
}

/// Digits after the comma as microseconds, and how many there were.
fn fraction(text: &[u8]) -> (u32, usize) {
    let took = text.iter().take_while(|b| b.is_ascii_digit()).count();
    let micros = (0..6).fold(0, |all, at| all * 10 + if at < took { u32::from(text[at] - b'0') } else { 0 });
    (micros, took)
}

/// `Z`, `+01:00`, ` +0100`; `None` where none is written.
fn zone(text: &[u8]) -> (Option<i32>, usize) {
    let space = usize::from(text.first() == Some(&b' '));
    let rest = &text[space..];
    match rest.first() {
        Some(b'Z' | b'z') if space == 0 => (Some(0), 1),
        Some(sign @ (b'+' | b'-')) if rest.len() >= 5 => {
            let colon = usize::from(rest[3] == b':');
            let minutes = rest.get(3 + colon..5 + colon).and_then(digits);
            match (digits(&rest[1..3]), minutes) {
                (Some(hours), Some(minutes)) if hours < 24 && minutes < 60 => {
                    let seconds = i32::try_from(hours * 3600 + minutes * 60).unwrap_or(0);
                    (Some(if *sign == b'-' { -seconds } else { seconds }), space + 5 + colon)
                }
                _ => (None, 0),
            }
        }
        _ => (None, 0),
    }
}

fn month(text: &[u8]) -> Option<u8> {
    const NAMES: [&[u8]; 12] =
        [b"jan", b"feb", b"mar", b"apr", b"may", b"jun", b"jul", b"aug", b"sep", b"oct", b"nov", b"dec"];
    let at = NAMES.iter().position(|name| text.eq_ignore_ascii_case(name))?;
    u8::try_from(at + 1).ok()
}

/// Days since 1970-01-01 in the Gregorian calendar.
fn days(civil: Civil) -> i64 {
    let month = i64::from(civil.month);
    let year = i64::from(civil.year) - i64::from(month <= 2);
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + i64::from(civil.day) - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}
