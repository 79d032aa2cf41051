//! A thousand plugins: listed, filtered and drawn as a graph through the typed commands, beside reading their folders bare.

use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result};
use sanctum_api::dto;
use sanctum_tests::Ctl;
use sanctum_tests::Place;

use crate::session::{app, said};
use crate::start::ms;
use crate::table::{Limit, Line, median};

const MANY: usize = 1_000;
const ROUNDS: usize = 15;
/// Rows that the window asks for at once.
const PAGE: u32 = 100;

fn write(folder: &Path, n: usize) -> Result<()> {
    let dir = folder.join(format!("plugin_{n:04}"));
    std::fs::create_dir_all(&dir).context("making a plugin's folder")?;
    let code = format!(
        "import json, os, sys\nDESCRIPTION = {{'contract_version': '1.0', 'plugin': {{'name': 'plugin_{n:04}', 'version': '1.{n}.0', 'description': 'Number {n}.'}}, 'commands': []}}\nif '--describe' in sys.argv:\n    print(json.dumps(DESCRIPTION))\n"
    );
    std::fs::write(dir.join("cli.py"), code)?;
    std::fs::write(dir.join("requirements.txt"), format!("httpx>=0.2{}\n", n % 9))?;
    Ok(())
}

/// The names and bytes of every file, read once each.
fn bare(folder: &Path) -> Result<usize> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(folder)?.flatten() {
        for file in std::fs::read_dir(entry.path())?.flatten() {
            bytes += std::fs::read(file.path())?.len();
        }
    }
    Ok(bytes)
}

/// The first look at all of them, a page, a filter and the graph.
pub async fn plugins() -> Result<Vec<Line>> {
    let place = Place::new()?;
    Ctl::new(&place).setup(&["athena"], "broca2,smcp")?;
    let folder = place.root().join("smcp/plugins");
    for n in 0..MANY {
        write(&folder, n)?;
    }
    let app = app(&place.data_dir(), &place.root())?;
    let actor = said(app.console_actor().await)?;
    let list = |query: &'static str| app.plugins_list(&actor, query, dto::PluginSort::Tool, 0, PAGE);
    let began = Instant::now();
    bare(&folder)?;
    let read = ms(began.elapsed());
    let began = Instant::now();
    let page = said(list("").await)?;
    let first = ms(began.elapsed());
    anyhow::ensure!(page.total as usize == MANY, "all of them are listed: {}", page.total);
    let (mut paged, mut filtered, mut graphed) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let began = Instant::now();
        said(list("").await)?;
        paged.push(ms(began.elapsed()));
        let began = Instant::now();
        let found = said(list("@tool:smcp plugin_0777").await)?;
        filtered.push(ms(began.elapsed()));
        anyhow::ensure!(found.total == 1, "one is found");
        let began = Instant::now();
        let graph = said(app.plugins_graph(&actor, None).await)?;
        graphed.push(ms(began.elapsed()));
        anyhow::ensure!(graph.nodes.len() > MANY, "they are in the graph");
    }
    Ok(vec![
        Line::new("1,000 plugins read for the first time and listed", first, "ms")
            .against("reading the same files", read),
        Line::new("… a page of them again", median(paged), "ms").limit(Limit::AtMost(200.0)),
        Line::new("… filtered to one", median(filtered), "ms").limit(Limit::AtMost(200.0)),
        Line::new("… as a graph", median(graphed), "ms").limit(Limit::AtMost(500.0)),
    ])
}
