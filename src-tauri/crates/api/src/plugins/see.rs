//! Plugins as rows: what each is, whether its tool loads it, and what the running tool server says of it.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use sanctum_config::Field;
use sanctum_plugins::blame;
use sanctum_plugins::read::{Kind, Plugin};
use sanctum_plugins::shown;
use time::OffsetDateTime;

use super::governor::{self, Governor};
use super::index::Offer;
use super::kept::{self, Kept, judged_as};
use super::mcp::Listed;
use super::place::{self, Placed, Reads};
use crate::app::App;
use crate::blocking::blocking;
use crate::dto::{PluginPage, PluginRow, PluginSort, RunState, Status, StatusWord};
use crate::modules::Look;
use crate::open::Open;
use crate::plan::lock;
use crate::settings::Snapshot;
use crate::{Actor, ApiError, ApiResult, stamps};

/// What an open install keeps of plugins between two calls.
#[derive(Default)]
pub(crate) struct Plugins {
    pub reads: Mutex<Reads>,
    /// What the running tool server listed last.
    pub listed: Mutex<Option<(Instant, Arc<Listed>)>>,
    pub bisects: Mutex<HashMap<String, super::bisect::Search>>,
    /// A plugin is being put aside, to see whether its tool starts without it.
    pub judging: AtomicBool,
    /// Since when each tool that was given up was so when its last words were read.
    pub considered: Mutex<HashMap<PathBuf, OffsetDateTime>>,
    /// When the index at the address could not be read, and why.
    pub index_failed: Mutex<Option<(Instant, ApiError)>>,
}

/// A list of the tool server is good for this long.
const GOOD_FOR: Duration = Duration::from_secs(12);

/// Words after `@` that narrow the list.
const FILTERS: &str = "@tool:smcp, @agent:athena, @error, @update, @disabled, @enabled or @quarantined";

impl App {
    /// One window of all tools' plugins. Filters stand in the text: `@tool:smcp @error mail`.
    ///
    /// # Errors
    /// What the registry says.
    pub async fn plugins_list(
        &self,
        actor: &Actor,
        query: &str,
        sort: PluginSort,
        offset: u32,
        limit: u32,
    ) -> ApiResult<PluginPage> {
        let open = self.opened().await?;
        refresh(&open).await;
        let (actor, query) = (actor.clone(), query.to_owned());
        blocking(move || {
            let snap = Snapshot::of(&open)?;
            let seen = Seen::now(&open)?;
            let rows = place::all(&open, &snap, &actor)?.iter().map(|placed| seen.row(&open, placed)).collect();
            Ok(page(rows, &query, sort, offset, limit))
        })
        .await
    }
}

/// Asks the running tool server for its tools where that was not done a moment ago.
pub(super) async fn refresh(open: &Arc<Open>) {
    let fresh = lock(&open.plugins.listed).as_ref().is_some_and(|(at, _)| at.elapsed() < GOOD_FOR);
    if !fresh {
        let listed = Arc::new(super::mcp::list(open).await);
        *lock(&open.plugins.listed) = Some((Instant::now(), listed));
    }
}

/// What all rows of one moment are made from.
pub(super) struct Seen {
    kept: Kept,
    ground: Arc<crate::cards::Ground>,
    listed: Option<Arc<Listed>>,
    /// What the index offers, by name.
    offered: HashMap<String, Offer>,
    /// What tools wrote in their last run, by folder, as far as it was looked at.
    said: Mutex<HashMap<PathBuf, Arc<str>>>,
    /// What they wrote first in it.
    began: Mutex<HashMap<PathBuf, Arc<str>>>,
    /// The variables of each tool, by its address, that are set, as far as they were looked at.
    set: Mutex<HashMap<String, Arc<HashSet<String>>>>,
    /// Which single tools each tool offers, by its address, as far as that was looked at.
    governors: Mutex<HashMap<String, Option<Arc<Governor>>>>,
    pub now: OffsetDateTime,
}

impl Seen {
    pub fn now(open: &Open) -> ApiResult<Self> {
        Ok(Self {
            kept: kept::read(open)?,
            offered: super::index::offers(open)
                .unwrap_or_default()
                .into_iter()
                .map(|offer| (offer.name.clone(), offer))
                .collect(),
            said: Mutex::default(),
            began: Mutex::default(),
            ground: crate::modules::ground(open)?,
            listed: lock(&open.plugins.listed).as_ref().map(|(_, listed)| listed.clone()),
            set: Mutex::default(),
            governors: Mutex::default(),
            now: open.env().now(),
        })
    }

    fn status(&self, word: StatusWord, reason: impl Into<String>, evidence: Vec<String>) -> Status {
        Status { word, reason: reason.into(), evidence, measured_at: Some(stamps::rfc3339(self.now)) }
    }

    pub fn row(&self, open: &Open, placed: &Placed) -> PluginRow {
        let read = lock(&open.plugins.reads).read(&placed.at.dir, &placed.at.name);
        let plugin = read.as_ref().as_ref().ok();
        // Switched on again by hand, it counts as let out.
        let aside = self.kept.aside.get(&placed.id()).filter(|_| !placed.at.enabled);
        let tools = self.tools(placed);
        let status = match (aside, read.as_ref()) {
            (Some(aside), _) => self.status(StatusWord::Error, format!("put aside: {}", aside.reason), Vec::new()),
            (None, Err(why)) => self.status(StatusWord::Error, why.clone(), Vec::new()),
            (None, Ok(plugin)) => self.standing(open, placed, plugin, tools),
        };
        let instance = &placed.tool.instance;
        PluginRow {
            id: placed.id(),
            tool: instance.address.clone(),
            tool_title: instance.named.clone(),
            agent: instance.agent.as_ref().map(|(_, uid, _)| uid.clone()),
            name: placed.at.name.clone(),
            title: shown(plugin.map_or(placed.at.name.as_str(), |plugin| plugin.title.as_str())),
            description: shown(plugin.map_or("", |plugin| plugin.description.as_str())),
            icon: "plugin".to_owned(),
            version: plugin.and_then(|plugin| plugin.version.as_deref()).map(shown),
            kind: plugin.map_or("manifest", |plugin| plugin.kind.as_str()).to_owned(),
            enabled: placed.at.enabled,
            quarantined: aside.is_some(),
            tools: tools.and_then(|n| u32::try_from(n).ok()),
            update: self
                .offered
                .get(&placed.at.name)
                .filter(|offer| offer.updates(placed, plugin.and_then(|plugin| plugin.version.as_deref())))
                .and_then(|offer| offer.version.as_deref())
                .map(shown),
            missing: plugin.map(|plugin| self.missing(open, placed, plugin)).unwrap_or_default(),
            restart_needed: self.restart_needed(placed),
            needs_you: matches!(status.word, StatusWord::Error),
            status,
        }
    }

    /// How many tools the running server lists of it; `None` where it was not asked or does not run.
    fn tools(&self, placed: &Placed) -> Option<usize> {
        let listed = self.listed.as_ref().filter(|_| placed.tool.takes == Some(Kind::Smcp))?;
        let tools = listed.tools.as_ref().ok()?;
        let prefix = format!("{}__", placed.at.name);
        Some(tools.iter().filter(|tool| tool.name.starts_with(&prefix)).count())
    }

    /// What its tool wrote in its present or last run.
    fn said(&self, open: &Open, placed: &Placed, look: &Look) -> Arc<str> {
        let instance = &placed.tool.instance;
        let read = || Arc::from(crate::modules::said(open, instance, look));
        lock(&self.said).entry(instance.dir.clone()).or_insert_with(read).clone()
    }

    /// What its tool wrote first in it, where it tells what it loads.
    fn began(&self, open: &Open, placed: &Placed, look: &Look) -> Arc<str> {
        let instance = &placed.tool.instance;
        let read = || Arc::from(crate::modules::began(open, instance, look));
        lock(&self.began).entry(instance.dir.clone()).or_insert_with(read).clone()
    }

    /// Its tool was given up, and this plugin is what its last words name.
    fn blamed(&self, open: &Open, placed: &Placed, plugin: &Plugin) -> Option<Status> {
        let instance = &placed.tool.instance;
        let look = self.ground.looks.get(&instance.dir).filter(|look| look.state == RunState::GaveUp)?;
        let blamed = blame::blamed(&self.said(open, placed, look), &instance.dir)?;
        if blamed.name != placed.at.name || !placed.at.enabled {
            return None;
        }
        let judged = self.kept.judged.get(&judged_as(&placed.id(), &plugin.hash));
        let tried = match judged.map(|judged| judged.guilty) {
            Some(Some(true)) => format!("without it, {} did start", instance.title),
            Some(Some(false)) => format!("without it, {} did not start either", instance.title),
            Some(None) => "that is what its log says; whether it starts without it is not decided".to_owned(),
            None => "that is what its log says; it was not tried without it".to_owned(),
        };
        let line = crate::modules::covered(&blamed.line);
        Some(self.status(StatusWord::Error, format!("{} does not start with it: {line}", instance.title), vec![tried]))
    }

    fn standing(&self, open: &Open, placed: &Placed, plugin: &Plugin, tools: Option<usize>) -> Status {
        if let Some(installed) = placed.installed().filter(|_| placed.changed(plugin)) {
            let now = sanctum_plugins::place::short(&plugin.hash);
            let evidence = vec![format!("content {now}… instead of {}…", shown(&installed))];
            return self.status(StatusWord::Error, "its files are not what was installed", evidence);
        }
        if let Some(status) = self.blamed(open, placed, plugin) {
            return status;
        }
        if !placed.at.enabled {
            return self.status(StatusWord::Inactive, "switched off", vec!["not in the plugins folder".to_owned()]);
        }
        if let Some(takes) = placed.tool.takes.filter(|takes| *takes != plugin.kind) {
            let reason = format!("{} loads no plugin of kind {}", placed.tool.instance.title, plugin.kind.as_str());
            return self.status(StatusWord::Error, reason, vec![format!("it takes {}", takes.as_str())]);
        }
        let title = &placed.tool.instance.title;
        let look = self.ground.looks.get(&placed.tool.instance.dir).filter(|look| look.runs());
        let Some(look) = look else {
            return self.status(StatusWord::Inactive, format!("on; {title} does not run"), Vec::new());
        };
        if self.restart_needed(placed) {
            return self.status(StatusWord::Inactive, format!("on from {title}'s next start"), Vec::new());
        }
        match (placed.tool.takes, tools, self.listed.as_ref().map(|listed| &listed.tools)) {
            (Some(Kind::Smcp), Some(0), _) => self.without_tools(open, placed, plugin, look),
            (Some(Kind::Smcp), Some(n), _) => self.status(
                StatusWord::Active,
                format!("{} listed", crate::words::count(n, "tool", "tools")),
                Vec::new(),
            ),
            (Some(Kind::Smcp), None, Some(Err(why))) => self.status(StatusWord::Unknown, why.clone(), Vec::new()),
            (Some(Kind::Broca), ..) => self.of_broca(open, placed, look),
            _ => {
                let since = look.since().map(stamps::rfc3339).unwrap_or_default();
                let evidence = vec![format!("it lies where {title} loads from, which runs since {since}")];
                self.status(StatusWord::Active, format!("loaded when {title} started"), evidence)
            }
        }
    }

    /// Why SMCP lists no tool of it.
    fn without_tools(&self, open: &Open, placed: &Placed, plugin: &Plugin, look: &Look) -> Status {
        let title = &placed.tool.instance.title;
        let governor = self.governor(open, placed);
        if governor.as_ref().is_some_and(|governor| governor::all_off(open, governor, placed, plugin)) {
            return self.status(StatusWord::Inactive, "all its tools are switched off", Vec::new());
        }
        let evidence = vec![format!("{title} lists no tool named {}__…", placed.at.name)];
        if let Some(line) = blame::left_out(&self.said(open, placed, look), &placed.at.name) {
            let reason = format!("{title} left it out: {}", crate::modules::covered(&line));
            return self.status(StatusWord::Error, reason, evidence);
        }
        if governor.is_some_and(|governor| governor::not_listed(&governor, placed)) {
            return self.status(StatusWord::Inactive, "its tools are not on the list of single tools yet", evidence);
        }
        let reason = format!("{title} lists no tool of it, and its log does not say why");
        self.status(StatusWord::Error, reason, evidence)
    }

    /// Which single tools its tool offers, read once for all of its plugins; `None` where that cannot be told.
    fn governor(&self, open: &Open, placed: &Placed) -> Option<Arc<Governor>> {
        let read = || {
            let snap = Snapshot::of(open).ok()?;
            governor::of(open, &snap, &placed.tool)?.ok().map(Arc::new)
        };
        lock(&self.governors).entry(placed.tool.address().to_owned()).or_insert_with(read).clone()
    }

    /// Broca runs on without a plugin that does not load or start; only its log tells.
    fn of_broca(&self, open: &Open, placed: &Placed, look: &Look) -> Status {
        let title = &placed.tool.instance.title;
        let told = blame::of_broca(&self.began(open, placed, look), &placed.at.name);
        let trouble = told.trouble.map(|line| crate::modules::covered(&line));
        match (told.started, trouble) {
            (true, None) => self.status(StatusWord::Active, format!("{title} started it"), Vec::new()),
            (true, Some(line)) => {
                let evidence = vec![format!("its settings were refused: {line}")];
                self.status(StatusWord::Active, format!("{title} started it, without its settings"), evidence)
            }
            (false, Some(line)) => {
                self.status(StatusWord::Error, format!("{title} runs without it: {line}"), vec!["its log".to_owned()])
            }
            (false, None) => {
                let since = look.since().map(stamps::rfc3339).unwrap_or_default();
                let evidence = vec![format!("it lies where {title} loads from, which runs since {since}")];
                let reason = format!("{title}’s log does not say whether it was started");
                self.status(StatusWord::Unknown, reason, evidence)
            }
        }
    }

    /// It was switched on, or changed, after its tool began to run.
    pub fn restart_needed(&self, placed: &Placed) -> bool {
        let look = self.ground.looks.get(&placed.tool.instance.dir).filter(|look| look.runs());
        let Some(since) = look.and_then(|look| look.since()) else { return false };
        let at = placed.tool.instance.dir.join("plugins").join(&placed.at.name);
        place::written(&at).is_some_and(|at| OffsetDateTime::from(at) > since)
    }

    /// Settings that its code needs and nobody set; of one that is off, before it is switched on.
    fn missing(&self, open: &Open, placed: &Placed, plugin: &Plugin) -> Vec<String> {
        let needed: Vec<&str> =
            plugin.settings.iter().filter(|s| s.required).filter_map(|s| s.env.as_deref()).collect();
        if needed.is_empty() {
            return Vec::new();
        }
        let set = self.set(open, placed.tool.address());
        needed.into_iter().filter(|name| !set.contains(*name)).map(shown).collect()
    }

    /// The variables that some level of a tool's settings says, or a default.
    fn set(&self, open: &Open, tool: &str) -> Arc<HashSet<String>> {
        if let Some(known) = lock(&self.set).get(tool) {
            return known.clone();
        }
        let set = Arc::new(Snapshot::of(open).map(|snap| set_of(&snap, tool)).unwrap_or_default());
        lock(&self.set).insert(tool.to_owned(), set.clone());
        set
    }
}

/// The variables of a tool that some level says, or a default.
pub(super) fn set_of(snap: &Snapshot, tool: &str) -> HashSet<String> {
    let Ok(target) = snap.find(tool) else { return HashSet::new() };
    let view = snap.view(target, None);
    let is_set = |field: &Field| {
        view.effective(field).is_some_and(|(value, _)| !value.is_null())
            || field.secret && view.chain(field).last().is_some()
    };
    view.fields().filter(|field| is_set(field)).filter_map(|field| field.env.clone()).collect()
}

fn page(rows: Vec<PluginRow>, query: &str, sort: PluginSort, offset: u32, limit: u32) -> PluginPage {
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let of = |fits: &dyn Fn(&PluginRow) -> bool| count(rows.iter().filter(|row| fits(row)).count());
    let (all, active) = (count(rows.len()), of(&|row| row.status.word == StatusWord::Active));
    let (errors, quarantined) = (of(&|row| row.status.word == StatusWord::Error), of(&|row| row.quarantined));
    let updates = of(&|row| row.update.is_some());
    let (mut words, mut unknown) = (Vec::new(), None);
    let mut rows = rows;
    for word in query.split_whitespace() {
        let Some(filter) = word.strip_prefix('@') else {
            words.push(sanctum_registry::fold(word));
            continue;
        };
        match filter.split_once(':') {
            Some(("tool", tool)) => rows.retain(|row| row.tool == tool || row.tool.ends_with(&format!("/{tool}"))),
            Some(("agent", agent)) => rows.retain(|row| row.agent.as_deref() == Some(agent)),
            None if filter == "error" => rows.retain(|row| row.status.word == StatusWord::Error),
            None if filter == "update" => rows.retain(|row| row.update.is_some()),
            None if filter == "disabled" => rows.retain(|row| !row.enabled),
            None if filter == "enabled" => rows.retain(|row| row.enabled),
            None if filter == "quarantined" => rows.retain(|row| row.quarantined),
            _ => unknown = Some(format!("`{word}` is no filter; there are {FILTERS}.")),
        }
    }
    rows.retain(|row| {
        let text =
            sanctum_registry::fold(&format!("{} {} {} {}", row.id, row.title, row.description, row.status.reason));
        words.iter().all(|word| text.contains(word.as_str()))
    });
    let name = |row: &PluginRow| (row.title.to_lowercase(), row.id.clone());
    match sort {
        PluginSort::Tool => {
            rows.sort_by_cached_key(|row| (row.tool != "smcp", row.tool.clone(), !row.needs_you, name(row)))
        }
        PluginSort::Name => rows.sort_by_cached_key(name),
        PluginSort::Status => rows.sort_by_cached_key(|row| {
            let urgency = match row.status.word {
                StatusWord::Error => 0,
                StatusWord::Unknown => 1,
                StatusWord::Active => 2,
                _ => 3,
            };
            (urgency, name(row))
        }),
    }
    let total = count(rows.len());
    let items = rows.into_iter().skip(offset as usize).take(limit.min(500) as usize).collect();
    PluginPage { items, total, all, active, errors, quarantined, updates, unknown_filter: unknown }
}
