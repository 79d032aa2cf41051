use sanctum_modules::process::{Identity, Table, Usage};

use crate::support::{eventually, python, steady};

#[test]
fn what_an_instance_uses_is_the_sum_of_its_processes() {
    let busy = python(
        "import os\nprint('Application started', flush=True)\nheap = bytearray(b'x' * 50_000_000)\nos.fork()\nwhile True: pass\n",
    );
    let idle = steady();
    let roots = [busy.start().module, idle.start().module];
    let mut usage = Usage::default();
    let first = usage.look(&Table::read(), &roots);
    assert!(first.iter().all(|used| used.is_some_and(|used| used.cpu.is_none())), "one look cannot tell: {first:?}");
    let (busy_now, idle_now) = eventually("two looks can", || {
        std::thread::sleep(std::time::Duration::from_millis(300));
        let used = usage.look(&Table::read(), &roots);
        let (busy, idle) = (used[0]?, used[1]?);
        (busy.cpu? > 20.0 && busy.processes == 2 && busy.rss > 100_000_000).then_some((busy, idle))
    });
    assert!(idle_now.cpu.is_some_and(|cpu| Some(cpu) < busy_now.cpu), "the idle one uses less: {idle_now:?}");
    assert!(idle_now.processes == 1 && idle_now.rss > 1_000_000, "and is seen too: {idle_now:?}");
    let gone = Identity { pid: roots[0].pid, start: "another beginning".to_owned() };
    assert_eq!(usage.look(&Table::read(), &[gone]), [None], "one that is gone uses nothing");
}

/// How often a process has waited and was woken so far.
#[cfg(target_os = "linux")]
fn wakes(of: &Identity) -> u64 {
    let tasks = std::fs::read_dir(format!("/proc/{}/task", of.pid)).expect("it runs").flatten();
    let count = |path: std::path::PathBuf| {
        let text = std::fs::read_to_string(path.join("status")).ok()?;
        text.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"))?.trim().parse::<u64>().ok()
    };
    tasks.filter_map(|task| count(task.path())).sum()
}

#[test]
#[cfg(target_os = "linux")]
fn an_idle_keeper_wakes_about_once_a_second_and_holds_no_app() {
    let module = steady();
    let keeper = module.start().keeper;
    let before = wakes(&keeper);
    std::thread::sleep(std::time::Duration::from_secs(5));
    let woken = wakes(&keeper) - before;
    // Five looks; a busy machine makes them fewer, never more.
    assert!(woken <= 15, "woken {woken} times in five seconds: it waits and does not spin");
    let rss = Table::read().row(keeper.pid).expect("it runs").rss;
    assert!(rss < 32 * 1024 * 1024, "{rss} bytes: it holds no app");
}
