//! What an apply may cost: one fsync per file and one per folder touched. How long that takes, `make bench` says.

use sanctum_change::ApplyControl;

use crate::support::{At, Install, now, operator};

const FILES: usize = 1_000;

#[test]
fn a_thousand_files_cost_at_most_one_sync_each_and_one_per_folder() {
    let install = Install::empty();
    let mut p = install.planner();
    for n in 0..FILES {
        p.write_file(&format!("agents/agent-{}/m/config/{n}.env", n % 10), vec![b'x'; 400], 0o600, "Write").unwrap();
    }
    let plan = p.finish("Much", "");
    let faults = At::never();
    install.faulty(&faults).apply(&plan, &operator(), &now, &ApplyControl::quiet()).unwrap();

    let points = faults.points.lock().unwrap();
    let count = |name: &str| points.iter().filter(|p| **p == name).count();
    assert_eq!(count("sync"), FILES, "each file is synced once");
    assert!(
        count("sync-folder") <= 10 * 3 + 3,
        "and each folder once at the end, not per file: {}",
        count("sync-folder")
    );
}
