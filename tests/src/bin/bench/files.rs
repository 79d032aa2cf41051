//! Rows 5 and 7: the scan and the apply, against the bare file work they cannot do without.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use anyhow::{Context, Result};
use sanctum_change::{Actor, ApplyControl, Engine, Planner, Via};
use sanctum_install::catalogue::Catalogue;
use sanctum_install::discovery::{self, DiscoverOptions, Limits};
use sanctum_registry::users::{self, NewUser, Role};
use sanctum_registry::{Registry, RegistryError};
use time::OffsetDateTime;

use crate::seed;
use crate::start::ms;
use crate::table::{Limit, Line, median};

const SCANS: usize = 15;
const APPLIES: usize = 9;
const FILES: usize = 1_000;
const FOLDERS: usize = 10;

/// Row 5.
pub fn scan() -> Result<Vec<Line>> {
    let dir = tempfile::tempdir().context("making a temporary folder")?;
    let files = seed::manifests(dir.path(), 100, 100)?;
    let known = |name: &str| Catalogue::builtin().get(name).is_some();
    // What was written a moment ago is read again by design; the tree of a running Sanctum is older.
    std::thread::sleep(std::time::Duration::from_millis(2500));
    let options = || DiscoverOptions::new(&known, SystemTime::now());
    let alone = || DiscoverOptions { limits: Limits { threads: 1, ..Limits::default() }, ..options() };
    let kept = discovery::discover(dir.path(), &options());
    anyhow::ensure!(
        kept.items.len() == files.len(),
        "every manifest is found: {} of {}",
        kept.items.len(),
        files.len()
    );
    let (mut full, mut single, mut parsed, mut again, mut listed) = (vec![], vec![], vec![], vec![], vec![]);
    for _ in 0..SCANS {
        full.push(timed(|| Ok(discovery::discover(dir.path(), &options()).items.len()))?);
        parsed.push(timed(|| read_and_parse(&files))?);
        single.push(timed(|| Ok(discovery::discover(dir.path(), &alone()).items.len()))?);
        again.push(timed(|| {
            let (next, diff) = discovery::rescan(&kept, dir.path(), &options());
            anyhow::ensure!(diff.is_empty() && next.counts.reused == files.len(), "nothing changed: {:?}", next.counts);
            Ok(next.items.len())
        })?);
        listed.push(timed(|| list_and_stat(dir.path()))?);
    }
    let parsed = median(parsed);
    Ok(vec![
        Line::new("Full scan of 10,000 manifests (two threads)", median(full), "ms")
            .against("open, read and parse the same files", parsed)
            .limit(Limit::Times(1.5)),
        Line::new("… on one thread", median(single), "ms").against("the same", parsed),
        Line::new("Incremental rescan of 10,000 modules, nothing changed", median(again), "ms")
            .against("readdir and lstat of the same", median(listed))
            .limit(Limit::Times(1.5)),
    ])
}

fn timed(work: impl FnOnce() -> Result<usize>) -> Result<f64> {
    let began = Instant::now();
    let count = work()?;
    let took = ms(began.elapsed());
    anyhow::ensure!(count == 10_000, "all 10,000 were seen: {count}");
    Ok(took)
}

fn read_and_parse(files: &[PathBuf]) -> Result<usize> {
    let mut count = 0;
    for file in files {
        let value: serde_json::Value = serde_json::from_slice(&std::fs::read(file)?)?;
        count += usize::from(value.is_object());
    }
    Ok(count)
}

fn list_and_stat(root: &Path) -> Result<usize> {
    let mut count = 0;
    for agent in std::fs::read_dir(root.join("agents"))? {
        for module in std::fs::read_dir(agent?.path())? {
            count += usize::from(module?.path().join("manifest.json").symlink_metadata()?.is_file());
        }
    }
    Ok(count)
}

/// Row 7.
pub fn apply() -> Result<Vec<Line>> {
    let (mut ours, mut theirs, mut planned) = (vec![], vec![], vec![]);
    for round in 0..=APPLIES {
        let hand = by_hand()?;
        let (plan, apply) = applied()?;
        eprintln!("  by hand {hand:.0} ms, applied {apply:.0} ms, planned in {plan:.0} ms");
        if round > 0 {
            theirs.push(hand);
            ours.push(apply);
            planned.push(plan);
        }
    }
    Ok(vec![
        Line::new("Apply a plan of 1,000 files (journal, read back and receipt included)", median(ours), "ms")
            .against("write and fsync the same files", median(theirs))
            .limit(Limit::Times(2.0)),
        Line::new("… making that plan", median(planned), "ms"),
    ])
}

fn file_of(n: usize) -> String {
    format!("agents/agent-{}/m/config/{n}.env", n % FOLDERS)
}

fn by_hand() -> Result<f64> {
    let dir = tempfile::tempdir()?;
    for folder in 0..FOLDERS {
        std::fs::create_dir_all(dir.path().join(file_of(folder)).parent().context("a folder")?)?;
    }
    let began = Instant::now();
    for n in 0..FILES {
        let mut file = std::fs::File::create(dir.path().join(file_of(n)))?;
        file.write_all(&[b'x'; 400])?;
        file.sync_all()?;
    }
    Ok(ms(began.elapsed()))
}

fn applied() -> Result<(f64, f64)> {
    let dir = tempfile::tempdir()?;
    let state = dir.path().join("control");
    for folder in 0..FOLDERS {
        std::fs::create_dir_all(dir.path().join(file_of(folder)).parent().context("a folder")?)?;
    }
    std::fs::create_dir_all(&state)?;
    let registry = Arc::new(Registry::open(&state.join("registry.db"), OffsetDateTime::now_utc())?);
    let user = NewUser {
        username: seed::USER.to_owned(),
        email: None,
        password_hash: users::hash_password(seed::PASSWORD)?,
        role: Role::Admin,
        created_by: None,
    };
    let id = registry.write(|tx| -> Result<i64, RegistryError> { users::create(tx, user) })?;
    let began = Instant::now();
    let mut planner = Planner::new(dir.path(), Some(&registry));
    for n in 0..FILES {
        planner.write_file(&file_of(n), vec![b'x'; 400], 0o600, "Write a settings file")?;
    }
    let plan = planner.finish("Much", "A thousand files.");
    let planned = ms(began.elapsed());
    let engine = Engine::new(dir.path().to_owned(), registry, state);
    let actor = Actor { user_id: Some(id), name: seed::USER.to_owned(), via: Via::App };
    let began = Instant::now();
    engine.apply(&plan, &actor, &OffsetDateTime::now_utc, &ApplyControl::quiet())?;
    Ok((planned, ms(began.elapsed())))
}
