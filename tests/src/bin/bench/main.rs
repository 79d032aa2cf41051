//! `make bench`: the figures of DESIGN section 7, each measured beside what it is held against, in one run on one machine.
//!
//! Prints one table and keeps it in `artifacts/bench.md`. It judges nothing: it ends with 0 unless measuring itself failed,
//! so that a slow machine breaks no build. `bench [--date TEXT] [ROW…]`; without rows all of them.

mod driven;
mod files;
mod machine;
mod pages;
mod processes;
mod screen;
mod seed;
mod session;
mod start;
mod table;

use anyhow::{Context, Result};

use crate::table::Line;

const ROWS: &[&str] = &["start", "memory", "growth", "pages", "grid", "scan", "live", "apply"];

#[tokio::main(flavor = "multi_thread")]
async fn main() -> Result<()> {
    let mut words: Vec<String> = std::env::args().skip(1).collect();
    if words.first().is_some_and(|word| word == session::REMEMBER) {
        return session::remember().await;
    }
    let date = match words.iter().position(|word| word == "--date") {
        Some(at) if at + 1 < words.len() => words.drain(at..=at + 1).next_back().unwrap_or_default(),
        _ => time::OffsetDateTime::now_utc().date().to_string(),
    };
    let wanted: Vec<&str> = if words.is_empty() { ROWS.to_vec() } else { words.iter().map(String::as_str).collect() };
    let mut lines = Vec::new();
    for row in wanted {
        eprintln!("{row} …");
        lines.extend(measure(row).await.with_context(|| format!("measuring {row}"))?);
    }
    let text = format!("{}\n{}", table::markdown(&lines), machine::describe(&date));
    println!("{text}");
    std::fs::create_dir_all("artifacts").context("making the folder of artefacts")?;
    std::fs::write("artifacts/bench.md", text).context("keeping the table")
}

async fn measure(row: &str) -> Result<Vec<Line>> {
    match row {
        "start" => tokio::task::block_in_place(start::start),
        "memory" => tokio::task::block_in_place(start::memory),
        "growth" => driven::growth().await,
        "pages" => pages::pages().await,
        "grid" => driven::grid().await,
        "scan" => tokio::task::block_in_place(files::scan),
        "live" => driven::live().await,
        "apply" => tokio::task::block_in_place(files::apply),
        other => anyhow::bail!("there is no row `{other}`; there are {}", ROWS.join(", ")),
    }
}
