use std::os::unix::fs::MetadataExt;
use std::time::Duration;

use sanctum_modules::control::{Outcome, stop};
use sanctum_modules::keep::keep_within;
use sanctum_modules::recipe::LogFile;
use sanctum_modules::record::State;

use crate::support::{eventually, python};

/// What the log and its older parts take on the disk.
fn on_disk(module: &crate::support::Module) -> u64 {
    let folder = module.dir().join("logs");
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.metadata().ok()).map(|meta| meta.blocks() * 512).sum()
}

#[test]
fn a_gigabyte_of_log_leaves_the_disk_alone_and_the_module_running() {
    let mut module = python(
        "import sys, time\nprint('Application started', flush=True)\nline = (b'x' * 99 + b'\\n') * 10000\n\
         out = sys.stdout.buffer\nfor _ in range(1100):\n    out.write(line); out.flush()\n\
         time.sleep(3)\nprint('all of it was written', flush=True)\ntime.sleep(600)\n",
    );
    let max = 1024 * 1024;
    module.recipe.log.max_bytes = max;
    module.recipe.log.kept = 3;
    let started = module.start();
    assert_eq!(started.outcome, Outcome::Running, "what it said before the flood was heard");
    // Not read while it is large: that would hold up the one who writes it.
    let size = || module.recipe.log.file.metadata().map_or(0, |meta| meta.len());
    let whole = || (size() <= max).then(|| module.log());
    eventually("all is written, and the log within its limit", || {
        whole().filter(|text| text.contains("all of it was written"))
    });
    let used = on_disk(&module);
    assert!(used <= max * 16, "a gigabyte was written, and {used} bytes are kept");
    assert!(started.module.alive(), "it goes on");
    let older = std::fs::read_to_string(module.dir().join("logs/broca2.log.1")).expect("an older part is kept");
    assert!(older.contains("bytes were left out here"), "and says that it is not everything");
    assert!(!module.dir().join("logs/broca2.log.4").exists(), "no more parts than asked for");
    stop(&module.place(), Duration::from_secs(20)).expect("it stops");
    assert_eq!(module.record().state, State::Stopped, "the keeper was there all the time");
}

#[test]
fn the_log_is_put_away_whole_where_nobody_floods() {
    let mut module = python(
        "import sys, time\nprint('Application started', flush=True)\nfor n in range(4000):\n    print(f'line {n:06}', flush=True)\n    \
         time.sleep(0.0005)\nprint('the end', flush=True)\ntime.sleep(600)\n",
    );
    module.recipe.log.max_bytes = 40_000;
    module.start();
    eventually("it has written everything", || {
        let all = |name: &str| std::fs::read_to_string(module.dir().join("logs").join(name)).unwrap_or_default();
        let text = all("broca2.log.1") + &all("broca2.log");
        text.contains("the end").then_some(())
    });
    let mut text = String::new();
    for name in ["broca2.log.2", "broca2.log.1", "broca2.log"] {
        text += &std::fs::read_to_string(module.dir().join("logs").join(name)).unwrap_or_default();
    }
    let numbers: Vec<u32> = text.lines().filter_map(|line| line.strip_prefix("line ")?.parse().ok()).collect();
    let in_order = numbers.windows(2).all(|pair| pair[0] < pair[1]);
    assert!(in_order, "older parts hold older lines");
    let lost = 4000 - numbers.len();
    // A line that is written between the last look and the cut is lost: a file that another program writes cannot be cut otherwise.
    assert!(lost <= 1 || text.contains("were left out here"), "{lost} lines are missing, and nobody says so");
}

#[test]
fn a_reason_is_found_though_the_log_was_just_put_away() {
    let mut module = python(
        "import sys, time\nprint('Application started', flush=True)\nsys.stdout.write('x' * 99 + '\\n'); \
         sys.stdout.write(('y' * 99 + '\\n') * 3000)\nprint('the licence was refused', flush=True)\ntime.sleep(3)\n\
         sys.exit(1)\n",
    );
    module.recipe.log.max_bytes = 100_000;
    module.recipe.restart.breaker_ends = 1;
    module.start();
    let record = module.until("it is given up", |record| matches!(record.state, State::GaveUp { .. }));
    let words = record.last_exit.expect("the end is recorded").words;
    assert!(words.ends_with(": the licence was refused"), "{words}");
}

#[test]
fn a_log_that_somebody_else_writes_is_kept_within_its_limit() {
    use std::io::Write as _;
    let dir = tempfile::tempdir().expect("a temporary folder");
    let rule = LogFile { max_bytes: 1000, kept: 1, ..LogFile::at(dir.path().join("broca2.keeper.log")) };
    keep_within(&rule).expect("there is none");
    assert!(!rule.file.exists(), "none is made");
    let mut out = std::fs::OpenOptions::new().append(true).create(true).open(&rule.file).expect("the system's end");
    out.write_all(&[b'a'; 1000]).expect("it is written");
    keep_within(&rule).expect("it fits");
    assert_eq!(rule.file.metadata().expect("it is there").len(), 1000, "what fits stays as it is");
    out.write_all(b"b").expect("it grows");
    keep_within(&rule).expect("it is put away");
    out.write_all(b"after").expect("the system goes on");
    let text = |name: &str| std::fs::read_to_string(dir.path().join(name)).expect("it is there");
    assert_eq!(text("broca2.keeper.log"), "after", "it begins anew, without a hole");
    assert_eq!(text("broca2.keeper.log.1"), format!("{}b", "a".repeat(1000)), "and what was in it lies beside");
}
