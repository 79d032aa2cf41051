//! Settings of the whole install at one moment: all levels, all targets, and the files as they are read.
//!
//! Made anew when the registry was written (by whomever), a file was changed, or a plugin was seen with other settings; shared
//! meanwhile. Nothing is written here.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock};

use sanctum_registry::cards::{self, Card};

use super::files::Cache;
use super::search::Index;
use super::target::{self, Target};
use super::view::{Spot, View, no_claims};
use super::world::World;
use crate::cards::Rows;
use crate::open::Open;
use crate::plan::lock;
use crate::{ApiError, ApiResult};

pub(crate) struct Snapshot {
    pub root: PathBuf,
    pub rows: Rows,
    pub world: World,
    pub targets: Vec<Target>,
    pub files: Arc<Cache>,
    pub index: OnceLock<Index>,
    by_id: HashMap<String, usize>,
    by_address: HashMap<String, usize>,
    version: i64,
    /// How often a plugin was seen with other settings than before.
    plugins: u64,
}

/// What an open install keeps of its settings between two calls.
#[derive(Default)]
pub(crate) struct Settings {
    files: Arc<Cache>,
    last: Mutex<Option<Arc<Snapshot>>>,
    pub processes: Mutex<super::running::Processes>,
}

impl Settings {
    /// The next call reads everything again: a file was changed, or a change was applied.
    pub fn forget(&self) {
        *lock(&self.last) = None;
    }
}

impl Snapshot {
    /// The settings as they are now.
    pub fn of(open: &Open) -> ApiResult<Arc<Self>> {
        let version = open.registry().read(|c| {
            Ok::<_, sanctum_registry::RegistryError>(
                c.query_row("PRAGMA data_version", [], |row| row.get::<_, i64>(0))?,
            )
        })?;
        let plugins = lock(&open.plugins.reads).changes();
        let last = lock(&open.settings.last).clone();
        if let Some(last) = last.filter(|last| (last.version, last.plugins) == (version, plugins)) {
            return Ok(last);
        }
        if lock(&open.live).discovery.is_none() {
            crate::cards::refresh(open)?;
        }
        let rows = Rows::read(open)?;
        let world = World::read(open.registry())?;
        let mut cards = open.registry().read(all_cards)?;
        if !follow(&cards, &rows) {
            // A change was applied a moment ago and the list has not caught up.
            crate::cards::refresh(open)?;
            cards = open.registry().read(all_cards)?;
        }
        let discovery = lock(&open.live).discovery.clone();
        let asked = crate::plugins::asked(open, &cards);
        let plugins = lock(&open.plugins.reads).changes();
        let targets = target::all(&cards, &rows, discovery.as_deref(), &asked);
        let by_id = targets.iter().enumerate().map(|(at, target)| (target.id.clone(), at)).collect();
        let by_address = targets.iter().enumerate().rev().map(|(at, target)| (target.address.clone(), at)).collect();
        let made = Arc::new(Self {
            root: open.root().to_owned(),
            rows,
            world,
            targets,
            files: open.settings.files.clone(),
            index: OnceLock::new(),
            by_id,
            by_address,
            version,
            plugins,
        });
        *lock(&open.settings.last) = Some(made.clone());
        Ok(made)
    }

    /// By card id or by address.
    pub fn find(&self, name: &str) -> ApiResult<&Target> {
        let at = self.by_id.get(name).or_else(|| self.by_address.get(name));
        at.map(|at| &self.targets[*at]).ok_or_else(|| self.unknown(name))
    }

    pub fn unknown(&self, name: &str) -> ApiError {
        ApiError::refused(
            "setting_target_unknown",
            format!("There is nothing called `{name}` that has settings."),
            "Use an address such as `athena/broca2`, `smcp`, `agent:athena`, `tool:broca2` or `system-settings`.",
        )
    }

    pub fn view<'a>(&'a self, target: &'a Target, user: Option<i64>) -> View<'a> {
        self.view_in(&self.world, target, user, no_claims())
    }

    /// As if the levels said what `world` says and the keys in `claimed` were ours.
    pub fn view_in<'a>(
        &'a self,
        world: &'a World,
        target: &'a Target,
        user: Option<i64>,
        claimed: &'a HashSet<Spot>,
    ) -> View<'a> {
        View::new(target, world, &self.files, &self.root, user, claimed)
    }
}

/// Whether the list of cards has what the registry records, and nothing that it does not.
fn follow(cards: &[Card], rows: &Rows) -> bool {
    let by_instance: HashSet<i64> = cards.iter().filter_map(|card| card.instance_id).collect();
    let tools: HashSet<i64> = cards.iter().filter_map(|card| card.tool_id).collect();
    by_instance.len() == rows.instances.len()
        && rows.instances.iter().all(|instance| by_instance.contains(&instance.id))
        && rows.tools.iter().all(|tool| tools.contains(&tool.id))
        && cards.iter().any(|card| card.kind == "builtin")
}

fn all_cards(c: &sanctum_registry::rusqlite::Connection) -> Result<Vec<Card>, sanctum_registry::RegistryError> {
    let mut all = Vec::new();
    for tab in cards::tabs(c)? {
        all.extend(cards::page(c, &tab.tab, "", 0, u32::MAX)?);
    }
    Ok(all)
}
