//! Local time of this machine.

use std::sync::Arc;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::stamp::Zone;

/// The zone that `TZ` names, else the machine's. Where local time occurs twice or not at all, as clocks of modules have it: the
/// first, and the one after.
#[must_use]
pub fn local_zone(tz: Option<&str>) -> Zone {
    let named = tz.map(|name| name.trim_start_matches(':')).filter(|name| !name.is_empty());
    let zone = named
        .and_then(|name| TimeZone::get(name).or_else(|_| TimeZone::posix(name)).ok())
        .unwrap_or_else(|| TimeZone::try_system().unwrap_or(TimeZone::UTC));
    Arc::new(move |at| {
        let small = |value: u8| i8::try_from(value).unwrap_or(0);
        let civil = i16::try_from(at.year()).ok().and_then(|year| {
            DateTime::new(year, small(at.month().into()), small(at.day()), small(at.hour()), small(at.minute()), 0, 0)
                .ok()
        });
        let zoned = civil.and_then(|civil| zone.to_ambiguous_zoned(civil).compatible().ok());
        zoned.map_or(0, |zoned| zoned.offset().seconds())
    })
}
