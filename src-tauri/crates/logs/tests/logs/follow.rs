//! Files that change while somebody looks.

use std::fs::{self, File};
use std::io::Write;

use crate::support::{LONG, World, append, texts, until};

fn lines(from: usize, to: usize) -> String {
    (from..to).map(|n| format!("2026-11-25 10:00:00 INFO line {n}\n")).collect()
}

fn numbered(from: usize, to: usize) -> Vec<String> {
    (from..to).map(|n| format!("line {n}")).collect()
}

#[test]
fn a_rotation_by_a_new_file_goes_on_without_a_gap() {
    let world = World::new();
    let live = world.write("m", "m.log", lines(0, 500));
    let view = world.view(&["m"]);
    // As python's RotatingFileHandler does it, with lines that were written a moment before.
    append(&live, &lines(500, 510));
    fs::rename(&live, world.file("m", "m.log.1")).unwrap();
    append(&live, &lines(510, 600));
    until(&view, "what came after the rotation", |state| state.total == 600);
    assert_eq!(texts(&view), numbered(0, 600), "each line once");
    fs::rename(world.file("m", "m.log.1"), world.file("m", "m.log.2")).unwrap();
    fs::rename(&live, world.file("m", "m.log.1")).unwrap();
    append(&live, &lines(600, 700));
    until(&view, "what came after the second", |state| state.total == 700);
    assert_eq!(texts(&view), numbered(0, 700), "each line once, again");
    assert_eq!(view.state().generation, 0, "nothing that was paged is old");
}

#[test]
fn a_rotation_by_a_copy_goes_on_without_a_gap() {
    let world = World::new();
    let live = world.write("m", "m.log", lines(0, 500));
    // The writer keeps its handle, as a program whose output goes to the file does.
    let mut writer = File::options().append(true).open(&live).unwrap();
    let view = world.view(&["m"]);
    for round in 0..3 {
        let start = 500 + round * 100;
        writer.write_all(lines(start, start + 10).as_bytes()).unwrap();
        for n in (1..=round).rev() {
            fs::rename(world.file("m", &format!("m.log.{n}")), world.file("m", &format!("m.log.{}", n + 1))).unwrap();
        }
        fs::copy(&live, world.file("m", "m.log.1")).unwrap();
        File::options().write(true).open(&live).unwrap().set_len(0).unwrap();
        writer.write_all(lines(start + 10, start + 100).as_bytes()).unwrap();
        until(&view, "what came after the copy", |state| state.total == u32::try_from(start + 100).unwrap());
        assert_eq!(texts(&view), numbered(0, start + 100), "each line once, in round {round}");
    }
    assert_eq!(view.state().generation, 0, "nothing that was paged is old");
}

#[test]
fn a_truncated_file_is_read_anew() {
    let world = World::new();
    let live = world.write("m", "m.log", lines(0, 500));
    let view = world.view(&["m"]);
    File::options().write(true).open(&live).unwrap().set_len(0).unwrap();
    append(&live, &lines(900, 903));
    let state = until(&view, "the new content", |state| state.total == 3);
    assert!(state.generation > 0, "what was paged is old");
    assert_eq!(texts(&view), numbered(900, 903), "only what stands there now");
}

#[test]
fn a_file_that_was_written_anew_and_is_longer_than_before_is_noticed() {
    let world = World::new();
    let live = world.write("m", "m.log", lines(0, 50));
    let view = world.view(&["m"]);
    let mut file = File::options().write(true).truncate(true).open(&live).unwrap();
    file.write_all(lines(100, 300).as_bytes()).unwrap();
    let state = until(&view, "the new content", |state| state.total == 200);
    assert!(state.generation > 0, "what was paged is old");
    assert_eq!(texts(&view), numbered(100, 300), "nothing of the old is mixed in");
}

#[test]
fn a_file_that_is_removed_and_made_again_is_followed() {
    let world = World::new();
    let live = world.write("m", "m.log", lines(0, 500));
    let view = world.view(&["m"]);
    fs::remove_file(&live).unwrap();
    until(&view, "nothing", |state| state.total == 0 && state.complete);
    append(&live, &lines(7, 9));
    until(&view, "the new file", |state| state.total == 2);
    assert_eq!(texts(&view), numbered(7, 9), "what the new file says");
}

#[test]
fn a_log_that_does_not_exist_yet_comes_when_it_is_written() {
    let world = World::new();
    let view = world.view(&["m"]);
    assert_eq!(view.state().total, 0, "nothing is there, and that is no error");
    append(&world.file("m", "m.log"), &lines(0, 2));
    until(&view, "the first lines", |state| state.total == 2);
    append(&world.file("m", "other.log"), &lines(2, 3));
    until(&view, "a second log", |state| state.total == 3);
    assert_eq!(texts(&view), numbered(0, 3), "of both logs");
}

#[test]
fn the_oldest_file_may_be_dropped() {
    let world = World::new();
    world.write("m", "m.log.2", lines(0, 100));
    world.write("m", "m.log.1", lines(100, 200));
    let live = world.write("m", "m.log", lines(200, 300));
    let view = world.view(&["m"]);
    fs::rename(world.file("m", "m.log.1"), world.file("m", "m.log.2")).unwrap();
    fs::rename(&live, world.file("m", "m.log.1")).unwrap();
    append(&live, &lines(300, 310));
    until(&view, "what is left and new", |state| state.total == 210 && state.complete);
    assert_eq!(texts(&view), numbered(100, 310), "what was dropped is not shown any more");
    assert!(view.state().generation > 0, "numbers are others, and that is said");
}

#[test]
fn what_is_new_is_told_and_at_most_ten_times_a_second() {
    let world = World::new();
    let live = world.write("m", "m.log", "");
    let view = world.view(&["m"]);
    for n in 0..200 {
        append(&live, &lines(n, n + 1));
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    until(&view, "all lines", |state| state.total == 200 && state.complete);
    let began = std::time::Instant::now();
    while world.told.lock().unwrap().last().is_none_or(|(_, state)| state.total < 200) {
        assert!(began.elapsed() < LONG, "the last state is told in the end");
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    let told = world.told.lock().unwrap();
    let close = told.windows(2).filter(|two| (two[1].0 - two[0].0).as_millis() < 99).count();
    assert_eq!(close, 0, "never twice within a tenth of a second: {told:?}");
}
