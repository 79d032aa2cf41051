//! What an apply may cost: one fsync per file and one per folder touched, and time in step with the number of files.

use std::io::Write;
use std::time::Instant;

use sanctum_change::ApplyControl;

use crate::support::{At, Install, now, operator};

const FILES: usize = 1_000;

#[test]
fn a_thousand_files_cost_at_most_one_sync_each_and_one_per_folder() {
    let install = Install::empty();
    let began = Instant::now();
    let mut p = install.planner();
    for n in 0..FILES {
        p.write_file(&format!("agents/agent-{}/m/config/{n}.env", n % 10), vec![b'x'; 400], 0o600, "Write").unwrap();
    }
    let planned = began.elapsed();
    let plan = p.finish("Much", "");
    let faults = At::never();
    let began = Instant::now();
    install.faulty(&faults).apply(&plan, &operator(), &now, &ApplyControl::quiet()).unwrap();
    let applied = began.elapsed();

    let points = faults.points.lock().unwrap();
    let count = |name: &str| points.iter().filter(|p| **p == name).count();
    assert_eq!(count("sync"), FILES, "each file is synced once");
    assert!(
        count("sync-folder") <= 10 * 3 + 3,
        "and each folder once at the end, not per file: {}",
        count("sync-folder")
    );

    // The same files, written and synced by hand: the measure. Shared machines jitter, so the test's limit is loose.
    let dir = tempfile::tempdir().unwrap();
    let began = Instant::now();
    for n in 0..FILES {
        let mut file = std::fs::File::create(dir.path().join(n.to_string())).unwrap();
        file.write_all(&[b'x'; 400]).unwrap();
        file.sync_all().unwrap();
    }
    let by_hand = began.elapsed();
    println!(
        "planned {planned:?}, applied {applied:?}, by hand {by_hand:?}, ratio {:.2}",
        applied.as_secs_f64() / by_hand.as_secs_f64()
    );
    assert!(applied < by_hand * 8, "an apply stays in step with writing and syncing: {applied:?} against {by_hand:?}");
}
