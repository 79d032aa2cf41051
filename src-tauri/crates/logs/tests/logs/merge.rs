//! Several modules in one view.

use crate::support::{World, all, append, texts, until};

#[test]
fn lines_of_several_modules_are_merged_by_time_and_keep_their_order() {
    let world = World::new();
    world.write(
        "a",
        "a.log",
        "no time at first\n2026-11-25 10:00:00 INFO a1\n  more of a1\n2026-11-25 10:00:02 INFO a2\n",
    );
    // The same moment in another zone, and one that goes back.
    world.write(
        "b",
        "b.log",
        "2026-11-25T09:00:01Z INFO b1\n2026-11-25T09:00:02Z INFO b2\n2026-11-25T08:00:00Z INFO b3\n",
    );
    let view = world.view(&["a", "b"]);
    let want = ["no time at first", "a1", "  more of a1", "b1", "a2", "b2", "b3"];
    assert_eq!(texts(&view), want, "by time; what has none stays where it stood, and a file is never turned around");
    let sources: Vec<_> = all(&view).iter().map(|line| line.source).collect();
    assert_eq!(sources, [0, 0, 0, 1, 0, 1, 1], "each line says whose it is");
}

#[test]
fn rotated_files_come_before_the_live_one_the_oldest_first() {
    let world = World::new();
    for (name, text) in [
        ("x.log", "INFO live\n"),
        ("x.log.1", "INFO one\n"),
        ("x.log.2", "INFO two\n"),
        ("x.log.10", "INFO ten\n"),
        ("x.log.2026-11-20", "INFO dated"),
        ("other.txt", "INFO no log\n"),
    ] {
        world.write("m", name, text);
    }
    let view = world.view(&["m"]);
    assert_eq!(texts(&view), ["dated", "ten", "two", "one", "live"], "10 is older than 2, and a date than a number");
}

#[test]
fn two_logs_of_one_module_are_one_source() {
    let world = World::new();
    world.write("m", "out.log", "2026-11-25 10:00:01 INFO second\n");
    world.write("m", "mcp_server.log", "2026-11-25 10:00:00,000 - smcp - INFO - first\n");
    let view = world.view(&["m"]);
    let got: Vec<_> = all(&view).into_iter().map(|line| (line.source, line.text)).collect();
    assert_eq!(got, [(0, "first".to_owned()), (0, "second".to_owned())], "merged like those of two modules");
}

#[test]
fn many_interleaved_lines_are_in_order_and_come_as_they_are_written() {
    let world = World::new();
    let line = |n: u32, who: &str| {
        let (hour, minute, second) = (n / 3600, n / 60 % 60, n % 60);
        format!("2026-11-25 {hour:02}:{minute:02}:{second:02} INFO {who}{n}\n")
    };
    let of = |part: u32, who: &str| (0..30_000).filter(|n| n * 7 % 3 == part).map(|n| line(n, who)).collect::<String>();
    world.write("a", "a.log", of(0, "a"));
    world.write("b", "b.log", of(1, "b"));
    world.write("c", "c.log", of(2, "c"));
    let view = world.view(&["a", "b", "c"]);
    let numbers: Vec<u32> = texts(&view).iter().map(|text| text[1..].parse().unwrap()).collect();
    assert_eq!(numbers, (0..30_000).collect::<Vec<_>>(), "every second once, in its turn");
    append(&world.file("b", "b.log"), &line(30_001, "b"));
    until(&view, "a new line", |state| state.total == 30_001);
    append(&world.file("a", "a.log"), &line(30_000, "a"));
    until(&view, "a late line", |state| state.total == 30_002);
    let last: Vec<_> = view.page(30_000, 10).unwrap().0.into_iter().map(|line| line.text).collect();
    assert_eq!(last, ["b30001", "a30000"], "while somebody looks, lines stay where they came");
    assert_eq!(view.state().generation, 0, "so nothing that was paged is old");
}
