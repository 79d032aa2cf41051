//! What the figures were measured on.

use std::process::Command;

/// One line per fact, for below the table.
pub fn describe(date: &str) -> String {
    let cpu = field("/proc/cpuinfo", "model name").unwrap_or_else(|| "unknown processor".to_owned());
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let memory = field("/proc/meminfo", "MemTotal")
        .and_then(|text| text.split_whitespace().next().and_then(|n| n.parse::<u64>().ok()))
        .map_or_else(|| "unknown".to_owned(), |kib| format!("{:.1} GiB", gib(kib)));
    let os = std::fs::read_to_string("/etc/os-release")
        .ok()
        .and_then(|text| {
            text.lines().find_map(|l| l.strip_prefix("PRETTY_NAME=").map(|v| v.trim_matches('"').to_owned()))
        })
        .unwrap_or_else(|| std::env::consts::OS.to_owned());
    let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let rustc = first_line("rustc", &["--version"]);
    let webkit = first_line("pkg-config", &["--modversion", "webkit2gtk-4.1"]);
    let tauri = locked("tauri").unwrap_or_else(|| "unknown".to_owned());
    format!(
        "Measured {date} on {cpu}, {cores} cores, {memory} of memory; {os}, kernel {}; {rustc}, Tauri {tauri}, WebKitGTK {webkit}, Xvfb without a compositor, release profile. \
         Each figure is the median of alternating rounds with what it is compared with.\n",
        kernel.trim()
    )
}

fn gib(kib: u64) -> f64 {
    f64::from(u32::try_from(kib / 1024).unwrap_or(u32::MAX)) / 1024.0
}

fn field(file: &str, name: &str) -> Option<String> {
    let text = std::fs::read_to_string(file).ok()?;
    text.lines()
        .find(|line| line.starts_with(name))
        .and_then(|line| line.split_once(':'))
        .map(|(_, v)| v.trim().to_owned())
}

fn first_line(program: &str, args: &[&str]) -> String {
    let out = Command::new(program).args(args).output().ok();
    let text = out.map(|o| String::from_utf8_lossy(&o.stdout).lines().next().unwrap_or_default().to_owned());
    text.filter(|t| !t.is_empty()).unwrap_or_else(|| "unknown".to_owned())
}

/// The version of a crate in `Cargo.lock`.
fn locked(name: &str) -> Option<String> {
    let text = std::fs::read_to_string("Cargo.lock").ok()?;
    let wanted = format!("name = \"{name}\"");
    let mut lines = text.lines().skip_while(|line| *line != wanted);
    lines.nth(1)?.split('"').nth(1).map(str::to_owned)
}
