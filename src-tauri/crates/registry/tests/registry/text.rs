//! Names and emoji arrive as UTF-8 and stay so; text that was broken elsewhere can be mended.

use proptest::prelude::*;
use sanctum_registry::{
    agents, fold, parse_stamp, repair_mojibake, stamp,
    tools::{self, NewTool},
};
use time::{OffsetDateTime, macros::datetime};

use crate::fixture::{agent, fixture, tool};

#[test]
fn emoji_and_every_script_come_back_as_they_went_in() {
    let f = fixture();
    let names = [
        "⚙️",
        "👩🏽‍🚀",
        "🏳️‍🌈",
        "Ame\u{301}lie",
        "Am\u{e9}lie",
        "עברית",
        "العربية",
        "日本語",
        "a\u{200d}b",
        "𝔘𝔫𝔦",
        "'; DROP TABLE tools; --",
    ];
    for (i, name) in names.iter().enumerate() {
        let id = f.write(|c| {
            tools::insert(
                c,
                &NewTool { name: (*name).into(), emoji: Some((*name).into()), ..tool(&format!("t{i}"), "global") },
            )
        });
        let back = f.read(|c| tools::get(c, id)).unwrap();
        assert_eq!(back.name.as_bytes(), name.as_bytes(), "`{name}` byte for byte: no normal form is forced on it");
        assert_eq!(back.emoji.as_deref(), Some(*name), "`{name}` as an emoji");
    }
}

#[test]
fn search_folds_case_accents_and_forms() {
    assert_eq!(fold("ÁTHÉNA"), "athena", "accents and case");
    assert_eq!(fold("A\u{301}"), fold("\u{c1}"), "composed or not");
    assert_eq!(fold("⚙️"), "⚙", "the emoji selector");
    assert_eq!(fold("ﬁle Ｗ"), "file w", "compatibility forms");
    let f = fixture();
    f.write(|c| agents::insert(c, &agents::NewAgent { name: Some("Zoë Große 100%_x\\".into()), ..agent("zoe", 0) }));
    let viewer = sanctum_registry::Viewer { user_id: 1, role: sanctum_registry::Role::Admin };
    for (query, hits) in [("ZOE", 1), ("100%", 1), ("%_x\\", 1), ("0_", 0), ("zo%e", 0), ("große", 1), ("agent-zoe", 1)]
    {
        assert_eq!(f.read(|c| agents::page(c, query, &viewer, 0, 10)).1, hits, "hits of `{query}`");
    }
}

#[test]
fn broken_emoji_of_old_installs_are_mended_and_good_ones_left() {
    assert_eq!(repair_mojibake("âš™ï¸").as_deref(), Some("⚙️"), "the seed's gear, last byte lost");
    assert_eq!(repair_mojibake("âš™ï¸\u{8f}").as_deref(), Some("⚙️"), "the same with it");
    assert_eq!(repair_mojibake("ðŸŒ\u{90}").as_deref(), Some("🌐"), "a globe");
    assert_eq!(repair_mojibake("ðŸ”’").as_deref(), Some("🔒"), "a lock");
    assert_eq!(repair_mojibake("CafÃ©").as_deref(), Some("Café"), "a plain accent");
    for fine in ["", "Broca", "⚙️", "Café", "Ünïcödé", "naïve", "日本語", "50 €", "â", "Ã"] {
        assert_eq!(repair_mojibake(fine), None, "`{fine}` is not broken");
    }
}

proptest! {
    #[test]
    fn any_text_round_trips_through_breaking_and_mending(text in "[\u{a0}-\u{ffff}🌐🔒]{1,12}") {
        // What a Latin-1 reader makes of UTF-8 is always mended to the original.
        let broken: String = text.bytes().map(char::from).collect();
        if let Some(mended) = repair_mojibake(&broken) {
            prop_assert_eq!(mended, text, "mending never invents");
        }
    }

    #[test]
    fn folding_is_stable(text in ".{0,40}") {
        let once = fold(&text);
        prop_assert_eq!(fold(&once), once, "folding twice changes nothing");
    }

    #[test]
    fn an_instant_round_trips(seconds in 0i64..253_402_300_799) {
        let t = OffsetDateTime::from_unix_timestamp(seconds).unwrap();
        prop_assert_eq!(parse_stamp(&stamp(t)), Some(t), "whole seconds survive");
    }
}

#[test]
fn instants_are_utc_text_in_time_order() {
    assert_eq!(stamp(datetime!(2026-01-02 01:04:05.9 -02:00)), "2026-01-02 03:04:05", "UTC, whole seconds");
    let t = Some(datetime!(2026-01-02 03:04:05 UTC));
    for text in
        ["2026-01-02 03:04:05", "2026-01-02T03:04:05Z", "2026-01-02T04:04:05+01:00", "2026-01-02 03:04:05.123456"]
    {
        assert_eq!(parse_stamp(text).map(|t| t.replace_nanosecond(0).unwrap()), t, "`{text}`");
    }
    for text in ["", "CURRENT_TIMESTAMP", "2026-13-01 00:00:00", "2026-01-02 03:04:05.x", "yesterday"] {
        assert_eq!(parse_stamp(text), None, "`{text}` is no instant");
    }
}
