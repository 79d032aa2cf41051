//! What is shown, and jumping in it.

use sanctum_logs::{Filter, Level, LogError, Seek};

use crate::support::{LONG, World, append, filter, texts, until};

fn hundred_thousand(world: &World) {
    let levels = ["DEBUG", "INFO", "INFO", "WARNING", "ERROR"];
    let line = |n: usize| {
        let level = if n % 1000 == 7 { levels[4] } else { levels[n % 4] };
        format!("2026-11-25 10:00:00,000 - part{} - {level} - line {n} of many\n", n % 10)
    };
    world.write("m", "m.log", (0..100_000).map(line).collect::<String>());
}

#[test]
fn a_hundred_thousand_lines_are_filtered_by_level_text_and_pattern_and_paged() {
    let world = World::new();
    hundred_thousand(&world);
    let view = world.view(&["m"]);
    let state = view.state();
    assert_eq!((state.total, state.read, state.errors), (100_000, 100_000, 100), "all lines and their errors");
    let cases: &[(Filter, u32, u32, &str)] = &[
        (filter(Some(Level::Error), ""), 100, 50, "line 50007 of many"),
        (filter(Some(Level::Warn), ""), 25_000, 0, "line 3 of many"),
        (filter(None, "LINE 99"), 1111, 1110, "line 99999 of many"),
        (Filter { regex: true, ..filter(None, r"part3 .* line \d{2} of") }, 9, 2, "line 33 of many"),
        (Filter { case: true, ..filter(None, "LINE") }, 0, 0, ""),
        (filter(Some(Level::Error), "line 7007 "), 1, 0, "line 7007 of many"),
    ];
    let mut generation = 0;
    for (filter, total, nth, text) in cases {
        let at_once = view.filter(filter).unwrap();
        assert!(at_once.generation > generation, "what was paged is old with another filter");
        generation = at_once.generation;
        let state = view.settle(LONG);
        assert_eq!((state.total, state.complete), (*total, true), "of {filter:?}");
        let page = view.page(*nth, 3).unwrap().0;
        assert_eq!(page.first().map_or("", |line| line.text.as_str()), *text, "number {nth} of {filter:?}");
        assert!(page.iter().zip(*nth..).all(|(line, n)| line.n == n), "numbers count what is shown: {page:?}");
    }
    assert!(view.filter(&Filter { regex: true, ..filter(None, "(") }).is_err(), "a bad pattern is refused");
    assert_eq!(view.state().total, 1, "and the filter that was there stays");
}

#[test]
fn the_filter_grows_with_the_log() {
    let world = World::new();
    let file = world.write("m", "m.log", "INFO: quiet\nERROR: first needle\n");
    let view = world.opened(&["m"], &filter(Some(Level::Warn), "needle"));
    assert_eq!(view.settle(LONG).total, 1, "one of two");
    for n in 0..50 {
        append(&file, &format!("INFO: needle {n}\nWARNING: needle {n}\nERROR: other\n"));
    }
    let state = until(&view, "the new lines", |state| state.read == 152);
    assert_eq!(state.total, 51, "new lines are held against the filter as they come");
    assert_eq!(texts(&view)[50], "needle 49", "and the last is the last");
    view.filter(&Filter::default()).unwrap();
    assert_eq!(view.settle(LONG).total, 152, "without a filter everything is shown");
}

#[test]
fn pages_come_while_a_slow_filter_is_at_work() {
    let world = World::new();
    hundred_thousand(&world);
    let view = world.view(&["m"]);
    view.filter(&Filter { regex: true, ..filter(None, r"(\w+ ){4}many") }).unwrap();
    let began = std::time::Instant::now();
    while !view.state().complete {
        let (lines, state) = view.page(0, 100).unwrap();
        assert!(lines.len() == 100 || state.total < 100 || !state.complete, "what has passed so far can be paged");
        assert!(began.elapsed() < LONG, "the filter comes to an end");
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    assert_eq!(view.state().total, 0, "no line has five words in front");
}

#[test]
fn errors_and_matches_are_found_in_both_directions() {
    let world = World::new();
    hundred_thousand(&world);
    let view = world.view(&["m"]);
    let seek = |seek, text: &str, from| view.seek(seek, text, from).unwrap();
    assert_eq!(seek(Seek::NextError, "", 0), Some(7), "the first error");
    assert_eq!(seek(Seek::NextError, "", 7), Some(1007), "the one after it");
    assert_eq!(seek(Seek::NextError, "", 99_007), None, "there is none behind the last");
    assert_eq!(seek(Seek::PreviousError, "", 99_999), Some(99_007), "the last error");
    assert_eq!(seek(Seek::PreviousError, "", 7), None, "there is none before the first");
    assert_eq!(seek(Seek::NextMatch, "line 5000 ", 10), Some(5000), "a match ahead");
    assert_eq!(seek(Seek::PreviousMatch, "line 5000 ", 99_000), Some(5000), "a match behind");
    assert_eq!(seek(Seek::PreviousMatch, "line 1 ", 1), None, "the line itself is not before itself");
    assert_eq!(seek(Seek::NextMatch, "nowhere", 0), None, "what is not there is not found");
    view.filter(&filter(Some(Level::Error), "")).unwrap();
    let _all = view.settle(LONG);
    assert_eq!(view.seek(Seek::NextMatch, "line 50007", 0).unwrap(), Some(50), "numbers are those of what is shown");
    assert_eq!(view.seek(Seek::PreviousError, "", 50).unwrap(), Some(49), "of errors too");
    view.close();
    assert!(matches!(view.seek(Seek::NextMatch, "x", 0), Err(LogError::Closed)), "a closed view says so");
}

#[test]
fn an_error_is_jumped_to_at_its_first_line() {
    let world = World::new();
    world.write(
        "m",
        "m.log",
        "INFO: a\nERROR: b\nTraceback (most recent call last):\n  File x\nKeyError: 1\nINFO: c\nERROR: d\n  more\n",
    );
    let view = world.view(&["m"]);
    assert_eq!(view.seek(Seek::NextError, "", 0).unwrap(), Some(1), "the line that says it");
    assert_eq!(view.seek(Seek::NextError, "", 1).unwrap(), Some(6), "not its traceback");
    assert_eq!(view.seek(Seek::PreviousError, "", 5).unwrap(), Some(1), "backwards the same");
    view.filter(&filter(None, "e")).unwrap();
    let _all = view.settle(LONG);
    assert_eq!(texts(&view), ["b", "Traceback (most recent call last):", "  File x", "KeyError: 1", "d", "  more"]);
    view.filter(&filter(None, "file")).unwrap();
    let _all = view.settle(LONG);
    assert_eq!(view.seek(Seek::PreviousError, "", 1).unwrap(), None, "there is nothing at a number that is not shown");
}
