//! Row 3: a page of a list through the typed command, against the bare query and encoding of the same rows.

use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use anyhow::Result;
use sanctum_api::{Actor, App};
use sanctum_registry::cards::{self, Card};
use sanctum_registry::rusqlite::{Connection, OpenFlags, Row};
use sanctum_registry::{Registry, RegistryError, agents};
use sanctum_tests::{Ctl, Place};
use serde::Serialize;
use serde_json::Value;
use time::OffsetDateTime;

use crate::session::{app, said};
use crate::table::{Limit, Line, median};

const PAGE: u32 = 100;
const ROUNDS: usize = 400;

/// A registry with `rows` agents and `rows` cards, and the api over it.
struct Size {
    rows: u32,
    app: App,
    actor: Actor,
    bare: Mutex<Connection>,
    _place: Place,
}

#[derive(Clone, Copy)]
enum List {
    Agents,
    Tools,
}

/// Row 3.
pub async fn pages() -> Result<Vec<Line>> {
    let sizes = [Size::make(100).await?, Size::make(10_000).await?, Size::make(100_000).await?];
    // As in the app: on a worker of the runtime, not on the thread that waits for it.
    tokio::spawn(async move {
        let mut lines = Vec::new();
        for (name, list) in [("agents", List::Agents), ("tools", List::Tools)] {
            lines.extend(measure(name, list, &sizes).await?);
        }
        Ok(lines)
    })
    .await?
}

async fn measure(name: &str, list: List, sizes: &[Size; 3]) -> Result<Vec<Line>> {
    let [small, middle, large] = sizes;
    let far = large.rows - PAGE;
    let (mut typed, mut bare, mut least, mut most, mut last) = (vec![], vec![], vec![], vec![], vec![]);
    for _ in 0..ROUNDS {
        let (ours, took) = middle.typed(list, 0).await?;
        typed.push(took);
        let (theirs, took) = middle.bare(list, 0)?;
        bare.push(took);
        same(&ours, &theirs)?;
        least.push(small.typed(list, 0).await?.1);
        most.push(large.typed(list, 0).await?.1);
        last.push(large.typed(list, far).await?.1);
    }
    let (typed, least, most) = (median(typed), median(least), median(most));
    Ok(vec![
        Line::new(format!("One page (100 rows) of {name} at 10,000 rows through the typed command"), typed, "µs")
            .against("bare SQL + JSON of the same rows", median(bare))
            .limit(Limit::Times(2.0)),
        Line::new(format!("… of {name} at 100,000 rows"), most, "µs")
            .against("at 100 rows", least)
            .limit(Limit::Times(1.2)),
        Line::new(format!("… the last page of {name} at 100,000 rows"), median(last), "µs")
            .against("its first page", most)
            .limit(Limit::Times(1.2)),
    ])
}

/// The two must have said the same, or there is nothing to compare.
fn same(ours: &str, theirs: &str) -> Result<()> {
    anyhow::ensure!(
        ours.len().abs_diff(theirs.len()) * 20 < ours.len(),
        "both say the same rows: {} and {} bytes\n{}\n{}",
        ours.len(),
        theirs.len(),
        &ours[..600],
        &theirs[..600]
    );
    Ok(())
}

impl Size {
    async fn make(rows: u32) -> Result<Self> {
        let place = Place::new()?;
        Ctl::new(&place).setup(&["Athena"], "broca2")?;
        let file = place.root().join("control/registry.db");
        fill(&file, rows)?;
        let app = app(&place.data_dir(), &place.root())?;
        let actor = said(app.console_actor().await)?;
        let bare =
            Connection::open_with_flags(&file, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        Ok(Self { rows, app, actor, bare: Mutex::new(bare), _place: place })
    }

    async fn typed(&self, list: List, offset: u32) -> Result<(String, f64)> {
        let began = Instant::now();
        let text = match list {
            List::Agents => serde_json::to_string(&said(self.app.agents_list(&self.actor, "", offset, PAGE).await)?)?,
            List::Tools => {
                serde_json::to_string(&said(self.app.tools_list(&self.actor, "global", "", offset, PAGE).await)?)?
            }
        };
        Ok((text, began.elapsed().as_secs_f64() * 1e6))
    }

    fn bare(&self, list: List, offset: u32) -> Result<(String, f64)> {
        let bare = self.bare.lock().unwrap_or_else(PoisonError::into_inner);
        let began = Instant::now();
        let text = match list {
            List::Agents => {
                let mut s = bare.prepare_cached(
                    "SELECT a.uid, a.name, a.description, a.color, a.path, a.created_at, a.config
                     FROM agent_search s CROSS JOIN agents a ON a.id = s.agent_id ORDER BY s.sort, s.agent_id LIMIT ?1 OFFSET ?2",
                )?;
                let rows: Vec<BareAgent> = s.query_map([PAGE, offset], BareAgent::read)?.collect::<Result<_, _>>()?;
                serde_json::to_string(&rows)?
            }
            List::Tools => {
                let mut s = bare.prepare_cached(
                    "SELECT id, tab, name, title, description, icon, emoji, kind, origin, version, path, rank, status, reason FROM cards
                     WHERE tab = 'global' ORDER BY rank, sort, id LIMIT ?1 OFFSET ?2",
                )?;
                let rows: Vec<BareCard> = s.query_map([PAGE, offset], BareCard::read)?.collect::<Result<_, _>>()?;
                serde_json::to_string(&rows)?
            }
        };
        Ok((text, began.elapsed().as_secs_f64() * 1e6))
    }
}

fn fill(file: &Path, rows: u32) -> Result<()> {
    let registry = Registry::open(file, OffsetDateTime::now_utc())?;
    registry.write(|tx| -> Result<(), RegistryError> {
        for n in 1..i64::from(rows) {
            let new = agents::NewAgent {
                uid: format!("prime-{n:06}"),
                letta_uid: None,
                name: Some(format!("Prime {n:06}")),
                description: Some("Looks after the house, answers the mail and remembers who said what.".to_owned()),
                path: format!("agents/agent-prime-{n:06}"),
                agent_index: n,
                color: n % 4 + 1,
                created_by: 1,
            };
            agents::insert(tx, &new)?;
        }
        cards::replace_all(tx, (0..rows).map(card)).map(drop)
    })?;
    let agents = registry.read(|c| -> Result<usize, RegistryError> { Ok(agents::all(c)?.len()) })?;
    anyhow::ensure!(u32::try_from(agents)? == rows, "there are {rows} agents: {agents}");
    Ok(())
}

fn card(n: u32) -> Card {
    Card {
        id: format!("d:tools/t{n:06}"),
        tab: "global".to_owned(),
        needs_you: n.is_multiple_of(50),
        name: format!("t{n:06}"),
        title: format!("Tool {n:06}"),
        description: "Listens to what the agent hears, keeps what matters and hands it on.".to_owned(),
        icon: Some("module".to_owned()),
        emoji: Some("🎛️".to_owned()),
        kind: "tool".to_owned(),
        origin: "manifest".to_owned(),
        version: Some("1.4.2".to_owned()),
        path: Some(format!("tools/t{n:06}")),
        status: "Off".to_owned(),
        reason: "no code installed yet".to_owned(),
        ..Card::default()
    }
}

#[derive(Serialize)]
struct BareStatus {
    word: String,
    reason: String,
    evidence: Vec<String>,
    measured_at: Option<String>,
}

#[derive(Serialize)]
struct BareAgent {
    uid: String,
    name: String,
    description: String,
    color: u32,
    avatar: Option<String>,
    archived: bool,
    way: &'static str,
    unread: u32,
    status: BareStatus,
    modules: Vec<Value>,
    path: String,
    letta_uid: Option<String>,
    origin: String,
    created_at: Option<String>,
}

impl BareAgent {
    fn read(r: &Row<'_>) -> sanctum_registry::rusqlite::Result<Self> {
        Ok(Self {
            uid: r.get(0)?,
            name: r.get(1)?,
            description: r.get::<_, Option<String>>(2)?.unwrap_or_default(),
            color: r.get(3)?,
            // Our rows have both in there.
            avatar: r.get::<_, Option<String>>(6)?.filter(|config| config.contains("avatar")),
            archived: false,
            way: "letta",
            unread: 0,
            status: BareStatus {
                word: "Unknown".to_owned(),
                reason: "not measured yet".to_owned(),
                evidence: Vec::new(),
                measured_at: None,
            },
            modules: Vec::new(),
            path: r.get(4)?,
            letta_uid: None,
            origin: "registry".to_owned(),
            created_at: r.get(5)?,
        })
    }
}

#[derive(Serialize)]
struct BareCard {
    id: String,
    tab: String,
    name: String,
    title: String,
    description: String,
    icon: Option<String>,
    emoji: Option<String>,
    kind: String,
    origin: String,
    version: Option<String>,
    path: Option<String>,
    status: BareStatus,
    needs_you: bool,
    broken: Option<Value>,
}

impl BareCard {
    fn read(r: &Row<'_>) -> sanctum_registry::rusqlite::Result<Self> {
        Ok(Self {
            id: r.get(0)?,
            tab: r.get(1)?,
            name: r.get(2)?,
            title: r.get(3)?,
            description: r.get(4)?,
            icon: r.get(5)?,
            emoji: r.get(6)?,
            kind: r.get(7)?,
            origin: r.get(8)?,
            version: r.get(9)?,
            path: r.get(10)?,
            needs_you: r.get::<_, i64>(11)? == 0,
            status: BareStatus { word: r.get(12)?, reason: r.get(13)?, evidence: Vec::new(), measured_at: None },
            broken: None,
        })
    }
}
