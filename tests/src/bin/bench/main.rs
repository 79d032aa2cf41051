//! `make bench`: the figures of DESIGN section 7, and of chats, each measured beside what it is held against, in one run on one machine.
//!
//! Prints one table and keeps it in `artifacts/bench.md`. It judges nothing: it ends with 0 unless measuring itself failed,
//! so that a slow machine breaks no build. `bench [--date TEXT] [ROW…]`; without rows all of them.

mod chats;
mod driven;
mod effective;
mod files;
mod logs;
mod machine;
mod outside;
mod pages;
mod plugins;
mod processes;
mod runs;
mod screen;
mod seed;
mod session;
mod settings;
mod shown;
mod start;
mod table;
mod token;

use anyhow::{Context, Result};

use crate::table::Line;

const ROWS: &[&str] = &[
    "start",
    "memory",
    "growth",
    "pages",
    "grid",
    "form",
    "scan",
    "live",
    "drift",
    "effective",
    "search",
    "apply",
    "save",
    "first",
    "history",
    "bridge",
    "kept",
    "status",
    "logs",
    "shown",
    "plugins",
];

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
    let (mut lines, mut failed) = (Vec::new(), Vec::new());
    for row in wanted {
        eprintln!("{row} …");
        match measure(row).await {
            Ok(more) => lines.extend(more),
            // The others are still worth their figures.
            Err(error) => {
                eprintln!("{row} could not be measured: {error:?}");
                failed.push(row);
            }
        }
    }
    let text = format!("{}\n{}", table::markdown(&lines), machine::describe(&date));
    println!("{text}");
    std::fs::create_dir_all("artifacts").context("making the folder of artefacts")?;
    std::fs::write("artifacts/bench.md", text).context("keeping the table")?;
    anyhow::ensure!(failed.is_empty(), "not measured: {}", failed.join(", "));
    Ok(())
}

async fn measure(row: &str) -> Result<Vec<Line>> {
    match row {
        "start" => tokio::task::block_in_place(start::start),
        "memory" => tokio::task::block_in_place(start::memory),
        "growth" => driven::growth().await,
        "pages" => pages::pages().await,
        "grid" => driven::grid().await,
        "form" => outside::form().await,
        "scan" => tokio::task::block_in_place(files::scan),
        "live" => driven::live().await,
        "drift" => outside::drift().await,
        "effective" => tokio::task::block_in_place(effective::effective),
        "search" => settings::search().await,
        "apply" => tokio::task::block_in_place(files::apply),
        "save" => settings::save().await,
        "first" => token::first().await,
        "history" => tokio::task::block_in_place(chats::history),
        "bridge" => chats::bridge().await,
        "kept" => tokio::task::block_in_place(runs::kept),
        "status" => runs::status().await,
        "logs" => logs::logs().await,
        "shown" => shown::shown().await,
        "plugins" => plugins::plugins().await,
        other => anyhow::bail!("there is no row `{other}`; there are {}", ROWS.join(", ")),
    }
}
