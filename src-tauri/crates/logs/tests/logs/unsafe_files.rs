//! What lies in a folder of logs and is not to be read.

use std::os::unix::fs::symlink;
use std::time::Duration;

use sanctum_logs::{Cover, LogError, Place, files_of};

use crate::support::{World, append, texts, until};

#[test]
fn links_out_pipes_folders_and_compressed_files_are_not_read() {
    let outside = tempfile::tempdir().unwrap();
    let world = World::new();
    std::fs::write(outside.path().join("secret.log"), "INFO: not yours\n").unwrap();
    world.write("m", "m.log", "INFO: mine\n");
    world.write("m", "m.log.2.gz", "compressed");
    symlink(outside.path().join("secret.log"), world.file("m", "link.log")).unwrap();
    symlink(world.file("m", "nowhere"), world.file("m", "dead.log")).unwrap();
    std::fs::create_dir(world.file("m", "folder.log")).unwrap();
    let made = std::process::Command::new("mkfifo").arg(world.file("m", "pipe.log")).status().unwrap();
    assert!(made.success(), "a pipe stands there");
    let found = files_of(&world.place("m"));
    let names: Vec<_> = found.streams.iter().map(|stream| stream.name.as_str()).collect();
    assert_eq!(names, ["m.log"], "one log");
    let skipped: Vec<_> = found.skipped.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        skipped,
        ["dead.log", "folder.log", "link.log", "m.log.2.gz", "pipe.log"],
        "the others are named: {:?}",
        found.skipped
    );
    assert_eq!(texts(&world.view(&["m"])), ["mine"], "and none of them is shown");
}

#[test]
fn a_folder_of_logs_that_leads_out_is_not_read() {
    let outside = tempfile::tempdir().unwrap();
    let world = World::new();
    std::fs::write(outside.path().join("x.log"), "INFO: not yours\n").unwrap();
    symlink(outside.path(), world.dir.path().join("logs")).unwrap();
    let place = Place { dir: world.dir.path().join("logs"), within: world.dir.path().to_owned() };
    let found = files_of(&place);
    assert!(found.streams.is_empty() && found.skipped.len() == 1, "nothing of it, and that is said: {found:?}");
}

#[test]
fn a_link_inside_is_read_once() {
    let world = World::new();
    let live = world.write("m", "m.log", "INFO: mine\n");
    symlink(&live, world.file("m", "m.log.1")).unwrap();
    assert_eq!(texts(&world.view(&["m"])), ["mine"], "two names of one file are one log");
}

#[test]
fn an_export_covers_secrets_and_says_how_many() {
    let world = World::new();
    world.write(
        "a",
        "a.log",
        "2026-11-25 10:00:00 INFO key is topsecretvalue\n2026-11-25 10:00:02 INFO password=abcd1234\n",
    );
    world.write("b", "b.log", "2026-11-25 10:00:01 INFO \x1b[1mplain\x1b[0m\n");
    let view = world.view(&["a", "b"]);
    let mut out = Vec::new();
    let cover = Cover::new(["topsecretvalue"]);
    let done = view.export(&cover, &["one".to_owned(), "two".to_owned()], &mut out, &mut |_, _| true).unwrap();
    let text = String::from_utf8(out).unwrap();
    assert_eq!(done, (3, 2), "lines, and covered values");
    assert_eq!(
        text,
        "one: 2026-11-25 10:00:00 INFO key is ••••••\ntwo: 2026-11-25 10:00:01 INFO plain\none: 2026-11-25 10:00:02 INFO password=••••••\n",
        "as shown, merged, without codes and secrets"
    );
}

#[test]
fn an_export_stops_when_the_file_is_replaced_under_it() {
    struct Replaces<'a>(&'a World, &'a sanctum_logs::View, bool);
    impl std::io::Write for Replaces<'_> {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            if !std::mem::replace(&mut self.2, true) {
                std::fs::write(self.0.file("m", "m.log"), "").unwrap();
                append(&self.0.file("m", "m.log"), "INFO: other\n");
                until(self.1, "the other content", |state| state.total == 1);
            }
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let world = World::new();
    world.write("m", "m.log", "INFO: a line\n".repeat(10_000));
    let view = world.view(&["m"]);
    let done = view.export(&Cover::new([]), &[], &mut Replaces(&world, &view, false), &mut |_, _| true);
    assert!(matches!(done, Err(LogError::Moved)), "half of one log and half of another is none: {done:?}");
}

#[test]
fn a_closed_view_leaves_no_thread() {
    let world = World::new();
    world.write("m", "m.log", "INFO: x\n");
    let told = world.told.clone();
    let view = world.view(&["m"]);
    drop(view);
    let began = std::time::Instant::now();
    // The thread holds the other end of what it tells; without it only ours is left.
    while std::sync::Arc::strong_count(&told) > 2 {
        assert!(began.elapsed() < crate::support::LONG, "the thread of a closed view ends");
        std::thread::sleep(Duration::from_millis(5));
    }
}
