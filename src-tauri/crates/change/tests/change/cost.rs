//! What saving a setting costs: how often it waits for the disk, counted where the kernel sees it.

use crate::kill9::{master, strace};

/// What is synced between one plan and the next, in order.
fn synced() -> Vec<Vec<String>> {
    let dir = tempfile::tempdir().unwrap();
    let (master, log) = (master(dir.path()), dir.path().join("log"));
    let calls = "trace=fsync,fdatasync,syncfs,sync,sync_file_range,msync,write";
    let output =
        strace(&["-y", "-o", &log.display().to_string(), "-e", calls].map(str::to_owned), &master, Some("save"));
    assert!(output.status.success(), "it is applied: {}", String::from_utf8_lossy(&output.stderr));
    let text = std::fs::read_to_string(log).unwrap();
    let of = |part: &str| part.lines().filter(|line| line.contains("sync(")).map(str::to_owned).collect();
    text.split("\"planned").skip(1).map(of).collect()
}

#[test]
fn saving_a_setting_waits_for_the_disk_no_more_often_than_its_safety_needs() {
    let synced = synced();
    let (file, rows) = (&synced[1], &synced[2]);
    let order = ["registry.db-wal", ".tmp", "sanctum>", "registry.db-wal"];
    assert_eq!(file.len(), order.len(), "journal, file, folder, commit: {file:#?}");
    for (line, what) in file.iter().zip(order) {
        assert!(line.contains(what), "{what} is synced in its turn: {file:#?}");
    }
    assert_eq!(rows.len(), 1, "without a file journal and rows are one transaction: {rows:#?}");
}
