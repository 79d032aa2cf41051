//! The wizard's scan: finds installs in the usual places, within its limits, and leaves no trace.

use crate::layouts::layout_a;
use crate::support::{dirs, photograph, put};
use sanctum_install::layouts::Layout;
use sanctum_install::scan::{ScanLimits, default_places, scan};
use std::fs;
use std::os::unix::fs::symlink;
use std::sync::atomic::Ordering;
use std::time::Duration;

#[test]
fn a_home_is_scanned_and_nothing_is_touched() {
    let tmp = tempfile::tempdir().unwrap();
    let home = tmp.path();
    layout_a(&home.join("sanctum"));
    put(home, "smcp/smcp.py", "");
    put(home, "smcp/plugins/a/cli.py", "");
    layout_a(&home.join("my-primes"));
    dirs(home, &["Documents/x", "venv/agents", "code/project/agents"]);
    let elsewhere = tempfile::tempdir().unwrap();
    layout_a(&elsewhere.path().join("root"));
    let before = photograph(home);
    let places = default_places(home, Some(&elsewhere.path().join("root")));
    assert_eq!(places[0], elsewhere.path().join("root"), "SANCTUM_ROOT comes first");
    let report = scan(&places, &ScanLimits::default());
    assert_eq!(photograph(home), before, "the scan changes nothing");
    let mut found: Vec<_> = report
        .candidates
        .iter()
        .filter(|c| c.path.starts_with(home))
        .map(|c| c.path.strip_prefix(home).unwrap().to_str().unwrap())
        .collect();
    found.sort_unstable();
    assert_eq!(found, ["my-primes", "sanctum", "smcp"], "each install, once");
    assert!(report.candidates.is_sorted_by(|a, b| a.confidence >= b.confidence), "the surest first");
    assert!(report.cut.is_none() && report.looked_at >= 4, "it looked at everything");
}

#[test]
fn a_given_folder_is_looked_into_and_links_are_not_followed() {
    let tmp = tempfile::tempdir().unwrap();
    layout_a(&tmp.path().join("a/b"));
    symlink("/", tmp.path().join("slash")).unwrap();
    symlink(".", tmp.path().join("self")).unwrap();
    let report = scan(&[tmp.path().to_path_buf()], &ScanLimits::default());
    assert_eq!(report.candidates.len(), 1, "found two levels down");
    assert_eq!(report.candidates[0].layout, Layout::A, "and recognised");
    let shallow = scan(&[tmp.path().to_path_buf()], &ScanLimits { depth: 1, ..ScanLimits::default() });
    assert!(shallow.candidates.is_empty(), "not deeper than told");
}

#[test]
fn limits_cut_the_scan_and_say_so() {
    let tmp = tempfile::tempdir().unwrap();
    for n in 0..50 {
        fs::create_dir_all(tmp.path().join(format!("d{n}"))).unwrap();
    }
    let places = [tmp.path().to_path_buf()];
    let few = scan(&places, &ScanLimits { max_dirs: 10, ..ScanLimits::default() });
    assert!(few.looked_at == 10 && few.cut.unwrap().contains("10 folders"), "by number");
    let quick = scan(&places, &ScanLimits { time: Duration::ZERO, ..ScanLimits::default() });
    assert!(quick.cut.is_some(), "by time");
    let stopped = ScanLimits::default();
    stopped.stop.store(true, Ordering::Relaxed);
    assert!(scan(&places, &stopped).cut.unwrap().contains("stopped"), "by the person");
}
