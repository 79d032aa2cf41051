//! Figures for the eye, not for the gate: `cargo test --release -p sanctum-install --test discovery speed -- --ignored --nocapture`.

use crate::support::{find, options};
use sanctum_install::discovery::{DiscoverOptions, Limits, discover, rescan};
use sanctum_install::watch::{WatchOptions, Watcher};
use std::fs;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

/// Processor time of this thread, where the system tells it; else the clock's.
fn spent() -> Duration {
    static START: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    let told = fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanos = told.and_then(|text| text.split(' ').next()?.parse().ok());
    nanos.map_or_else(|| START.get_or_init(Instant::now).elapsed(), Duration::from_nanos)
}

/// The least processor time of seven runs: other work on the machine disturbs it less than the clock's.
fn best(mut f: impl FnMut()) -> Duration {
    (0..7)
        .map(|_| {
            let before = spent();
            f();
            spent() - before
        })
        .min()
        .unwrap()
}

#[test]
#[ignore = "prints figures"]
fn figures() {
    let tmp = tempfile::tempdir().unwrap();
    let mut files = Vec::new();
    for agent in 0..100 {
        for module in 0..100 {
            let dir = tmp.path().join(format!("agents/agent-{agent:03}/modules/m{module:03}"));
            fs::create_dir_all(&dir).unwrap();
            let schema = r#"{"type":"object","properties":{"port":{"type":"integer","default":9100,"description":"Where it listens"},"mode":{"enum":["echo","live"],"default":"live"},"token":{"type":"string","x-secret":true}},"required":["port"]}"#;
            let text = format!(
                "{{\n  \"name\": \"m{module:03}\",\n  \"type\": \"tool\",\n  \"description\": \"{}\",\n  \"version\": \"1.0.0\",\n  \"module_scope\": \"agent\",\n  \"config_schema\": {schema},\n  \"dependencies\": [],\n  \"entry_point\": \"main.py\"\n}}",
                "d".repeat(200)
            );
            let file = dir.join("manifest.json");
            fs::write(&file, text).unwrap();
            files.push(file);
        }
    }
    std::thread::sleep(Duration::from_millis(200));
    let bare = best(|| {
        for file in &files {
            let _: serde_json::Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
        }
    });
    let one_thread = DiscoverOptions { limits: Limits { threads: 1, ..Limits::default() }, ..options() };
    let scan = best(|| drop(discover(tmp.path(), &one_thread)));
    let wall = (0..7).map(|_| find(tmp.path()).took).min().unwrap();
    println!("scan with two threads, by the clock: {wall:?}");
    let texts: Vec<Vec<u8>> = files.iter().map(|f| fs::read(f).unwrap()).collect();
    println!(
        "read only {:?}",
        best(|| for f in &files {
            fs::read(f).unwrap();
        })
    );
    println!(
        "parse ours {:?}",
        best(|| for t in &texts {
            sanctum_install::manifest::parse(t).unwrap();
        })
    );
    println!(
        "parse value {:?}",
        best(|| for t in &texts {
            let _: serde_json::Value = serde_json::from_slice(t).unwrap();
        })
    );
    let looked = best(|| {
        for agent in fs::read_dir(tmp.path().join("agents")).unwrap() {
            for module in fs::read_dir(agent.unwrap().path().join("modules")).unwrap() {
                fs::symlink_metadata(module.unwrap().path().join("manifest.json")).unwrap();
            }
        }
    });
    let full = find(tmp.path());
    let again = best(|| drop(rescan(&full, tmp.path(), &one_thread)));
    println!("scan {scan:?} / open, read, parse {bare:?} = {:.2}", scan.as_secs_f64() / bare.as_secs_f64());
    println!("rescan {again:?} / readdir, lstat {looked:?} = {:.2}", again.as_secs_f64() / looked.as_secs_f64());

    let (tell, told) = channel();
    let started = Instant::now();
    let _watcher = Watcher::start(tmp.path(), WatchOptions::default(), move |_| {
        let _ = tell.send(Instant::now());
    })
    .unwrap();
    println!("watching 10,000 modules took {:?}", started.elapsed());
    let mut times: Vec<Duration> = (0..20)
        .map(|n| {
            std::thread::sleep(Duration::from_millis(120));
            while told.try_recv().is_ok() {}
            let started = Instant::now();
            fs::write(&files[n * 37], "{}").unwrap();
            told.recv_timeout(Duration::from_secs(5)).unwrap() - started
        })
        .collect();
    times.sort();
    println!("saved outside -> callback: median {:?}, worst {:?}", times[10], times[19]);
}
