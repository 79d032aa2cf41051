//! A gigabyte, in a process of its own so that its memory can be measured.

#![expect(clippy::unwrap_used, reason = "in a test an unexpected error is a failure, told with its place")]

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sanctum_logs::{Filter, Level, Options, Place, View};
use sysinfo::{Pid, ProcessRefreshKind, ProcessesToUpdate, System};

const LONG: Duration = Duration::from_secs(60);
/// Lines, and bytes of each with its end: a gigabyte.
const LINES: u32 = 12_000_000;
const LENGTH: usize = 84;

/// Memory of this process that is really in use, in megabytes.
fn resident() -> u64 {
    let own = Pid::from_u32(std::process::id());
    let mut system = System::new();
    let kind = ProcessRefreshKind::nothing().with_memory();
    system.refresh_processes_specifics(ProcessesToUpdate::Some(&[own]), true, kind);
    system.process(own).map_or(0, sysinfo::Process::memory) / 1_000_000
}

/// The same block again and again; only the number in each line is its own.
fn write(file: &Path) {
    let mut out = BufWriter::with_capacity(1 << 20, File::create(file).unwrap());
    let mut line = Vec::with_capacity(LENGTH);
    for n in 0..LINES {
        line.clear();
        let level = if n % 100_000 == 99_999 { "ERROR" } else { "INFO" };
        write!(line, "2026-11-25 10:{:02}:{:02},000 - part - {level} - line {n:08} ", n / 200_000, n / 3334 % 60)
            .unwrap();
        line.resize(LENGTH - 1, b'.');
        line.push(b'\n');
        out.write_all(&line).unwrap();
    }
    out.flush().unwrap();
}

#[test]
fn a_gigabyte_is_read_in_bounded_memory_and_its_middle_is_right() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("m.log");
    write(&file);
    assert!(file.metadata().unwrap().len() >= 1_000_000_000, "it is a gigabyte");
    let before = resident();
    let options = Options { zone: Arc::new(|_| 0), every: Duration::from_millis(50), told: Box::new(|_| {}) };
    let place = Place { dir: dir.path().to_owned(), within: dir.path().to_owned() };
    let view = View::open(vec![place], &Filter::default(), options).unwrap();
    let began = Instant::now();
    let early = loop {
        let (first, state) = view.page(0, 10).unwrap();
        if first.len() == 10 {
            break state;
        }
        assert!(began.elapsed() < LONG, "the first lines come");
    };
    assert!(!early.complete && early.progress < 1.0, "the first page is there while the rest is read: {early:?}");
    let state = view.settle(LONG);
    assert_eq!((state.total, state.errors, state.complete), (LINES, 120, true), "all lines are counted");
    for n in [0, 1, 63, 64, 4095, 5_999_999, 6_000_000, LINES - 2] {
        let page = view.page(n, 2).unwrap().0;
        let starts = page.iter().zip(n..).all(|(line, n)| line.text.starts_with(&format!("line {n:08} ")));
        assert!(starts && page.len() == 2, "the lines from {n} on are these: {page:?}");
    }
    view.filter(&Filter { level: Some(Level::Error), ..Filter::default() }).unwrap();
    assert_eq!(view.settle(LONG).total, 120, "the errors of a gigabyte");
    assert!(view.page(119, 1).unwrap().0[0].text.starts_with("line 11999999 "), "and the last of them");
    let used = resident().saturating_sub(before);
    eprintln!("{used} MB more than before");
    assert!(used < 80, "a gigabyte of log takes some 30 MB of memory (two bytes a line): {used} MB more than before");
}
