//! Rows of the settings through the typed commands: search, a form opened, one setting saved.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use sanctum_api::{Actor, App, dto};
use sanctum_tests::Place;
use serde_json::json;

use crate::seed;
use crate::session::{app, said};
use crate::start::ms;
use crate::table::{Limit, Line, median};

const SETTINGS: u32 = 10_000;
/// Tools beside the 1,000 modules whose own settings fill them up to 10,000.
const WIDE: usize = 5;
/// As many hits as the window asks for at once.
const PAGE: u32 = 100;
const ROUNDS: usize = 15;
const CHANGES: usize = 7;
const FORMS: usize = 25;
const SAVES: usize = 40;
/// What a person ends up with; every beginning of it is a key press.
const TYPED: &[&str] =
    &["interval", "log level", "@modified", "@secret token", "@agent:prime-042 time", "@tool:broca2 max"];
const SETTING: &str = "LOG_LEVEL";

/// An install as the terminal opens it.
struct Opened {
    app: App,
    actor: Actor,
    place: Place,
}

impl Opened {
    async fn make(place: Place) -> Result<Self> {
        let app = app(&place.data_dir(), &place.root())?;
        let actor = said(app.console_actor().await)?;
        Ok(Self { app, actor, place })
    }

    async fn search(&self, query: &str) -> Result<(dto::SettingHits, f64)> {
        let began = Instant::now();
        let hits = said(self.app.settings_search(&self.actor, query, 0, PAGE).await)?;
        let text = serde_json::to_string(&hits)?;
        let took = ms(began.elapsed());
        anyhow::ensure!(!text.is_empty(), "the answer is encoded");
        Ok((hits, took))
    }

    async fn open_form(&self, id: &str) -> Result<(usize, f64)> {
        let began = Instant::now();
        let detail = said(self.app.tool_get(&self.actor, id).await)?;
        let text = serde_json::to_string(&detail)?;
        let took = ms(began.elapsed());
        anyhow::ensure!(!text.is_empty(), "the answer is encoded");
        Ok((detail.settings.len(), took))
    }

    async fn card_of(&self, address: &str) -> Result<String> {
        Ok(said(self.app.settings_find(&self.actor, &format!("{address} {SETTING}")).await)?.target)
    }

    /// A plan that changes one key of one module, ready to be applied.
    async fn planned(&self, address: &str, n: usize) -> Result<String> {
        let value = if n.is_multiple_of(2) { "DEBUG" } else { "WARNING" };
        let edit = dto::SettingEdit {
            id: SETTING.to_owned(),
            level: dto::Level::Instance,
            op: dto::EditOp::Set,
            value: Some(dto::Json(json!(value))),
            by_environment: false,
        };
        Ok(said(self.app.settings_plan(&self.actor, address, &[edit]).await)?.id)
    }

    async fn apply(&self, plan: &str) -> Result<f64> {
        let began = Instant::now();
        said(self.app.plan_apply(&self.actor, plan).await)?;
        Ok(ms(began.elapsed()))
    }

    /// Waits until the look that follows a change is over: it is nobody's waiting time.
    async fn settled(&self) -> Result<()> {
        tokio::time::sleep(Duration::from_millis(150)).await;
        said(self.app.refresh().await)
    }
}

/// Search over 10,000 settings, and a form of the same install.
pub async fn search() -> Result<Vec<Line>> {
    let place = seed::install(100, 10)?;
    for n in 0..WIDE {
        seed::wide_tool(&place.root(), &format!("wide-{n}"), 200)?;
    }
    let opened = Opened::make(place).await?;
    // As in the app: on a worker of the runtime, not on the thread that waits for it.
    tokio::spawn(async move {
        let mut lines = typed(&opened).await?;
        lines.extend(after_changes(&opened).await?);
        Ok(lines)
    })
    .await?
}

async fn typed(opened: &Opened) -> Result<Vec<Line>> {
    let (hits, _) = opened.search("").await?;
    anyhow::ensure!(hits.of >= SETTINGS, "there are {SETTINGS} settings to search: {}", hits.of);
    let queries: Vec<&str> = TYPED.iter().flat_map(|text| (1..=text.len()).filter_map(|end| text.get(..end))).collect();
    let mut each: Vec<(f64, &str)> = Vec::with_capacity(queries.len());
    for query in &queries {
        let mut took = Vec::with_capacity(ROUNDS);
        for _ in 0..ROUNDS {
            took.push(opened.search(query).await?.1);
        }
        each.push((median(took), query));
    }
    each.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (slowest, query) = each.last().copied().context("nothing was typed")?;
    let all = median(each.iter().map(|(took, _)| *took).collect());
    let name = format!("Search over {} settings through the typed command, key press → result", hits.of);
    Ok(vec![
        Line::new(name, all, "ms").limit(Limit::AtMost(30.0)),
        Line::new(format!("… the slowest of {} texts (`{query}`)", queries.len()), slowest, "ms")
            .limit(Limit::AtMost(30.0)),
    ])
}

async fn after_changes(opened: &Opened) -> Result<Vec<Line>> {
    let id = opened.card_of("prime-042/broca2").await?;
    let (mut first, mut form, mut fresh) = (vec![], vec![], vec![]);
    for n in 0..=CHANGES {
        let plan = opened.planned("prime-042/broca2", n).await?;
        opened.apply(&plan).await?;
        opened.settled().await?;
        let took = opened.search("interval").await?.1;
        let plan = opened.planned("prime-042/broca2", n + 1).await?;
        opened.apply(&plan).await?;
        opened.settled().await?;
        let (_, opened_in) = opened.open_form(&id).await?;
        eprintln!("  after a change: search {took:.1} ms, form {opened_in:.1} ms");
        if n > 0 {
            first.push(took);
            fresh.push(opened_in);
        }
    }
    let mut fields = 0;
    for _ in 0..FORMS {
        let (count, took) = opened.open_form(&id).await?;
        fields = count;
        form.push(took);
    }
    Ok(vec![
        Line::new("… the first search after a change (everything read again)", median(first), "ms"),
        Line::new(
            format!("A form of {fields} fields opened among 1,000 modules, through the typed command"),
            median(form),
            "ms",
        ),
        Line::new("… the first one after a change", median(fresh), "ms"),
    ])
}

/// One setting saved for good, against the disk work it cannot do without.
pub async fn save() -> Result<Vec<Line>> {
    let opened = Opened::make(seed::install(1, 2)?).await?;
    tokio::spawn(async move {
        let (mut ours, mut theirs) = (vec![], vec![]);
        let folder = opened.place.root().join("agents/agent-prime-000/broca2/config");
        for n in 0..=SAVES {
            let plan = opened.planned("prime-000/broca2", n).await?;
            let save = opened.apply(&plan).await?;
            opened.settled().await?;
            let bytes = std::fs::read(folder.join(".env")).context("reading what was saved")?;
            let hand = by_hand(&opened.place.path().join("by-hand"), &bytes)?;
            // The first round warms the registry's pages.
            if n > 0 {
                ours.push(save);
                theirs.push(hand);
            }
        }
        Ok(vec![
            Line::new(
                "Save one setting (registry and `.env`, durable; journal and read back included)",
                median(ours),
                "ms",
            )
            .against("one fdatasync and one atomic replace", median(theirs))
            .limit(Limit::Times(1.5)),
        ])
    })
    .await?
}

/// A page added to a log for good, and a file of `bytes` replaced for good.
fn by_hand(folder: &Path, bytes: &[u8]) -> Result<f64> {
    std::fs::create_dir_all(folder)?;
    let mut log = File::options().create(true).append(true).open(folder.join("log"))?;
    let (fresh, file) = (folder.join(".env.new"), folder.join(".env"));
    let began = Instant::now();
    log.write_all(&[b'x'; 4096])?;
    log.sync_data()?;
    let mut new = File::create(&fresh)?;
    new.write_all(bytes)?;
    new.sync_all()?;
    std::fs::rename(&fresh, &file)?;
    File::open(folder)?.sync_all()?;
    Ok(ms(began.elapsed()))
}
