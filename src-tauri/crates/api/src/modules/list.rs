//! The list of instances as the window has it: filtered, sorted, in windows, with counts over all of them.

use std::sync::Arc;

use sanctum_registry::module_events;

use super::instances::{self, Instance};
use super::look::Look;
use super::recipe::{self, Lacks};
use crate::app::App;
use crate::blocking::blocking;
use crate::cards::{Ground, Rows, measure};
use crate::dto::{ModuleFilter, ModuleMend, ModulePage, ModuleRow, ModuleSort, RunState, RunWay, Status, StatusWord};
use crate::open::Open;
use crate::plan::lock;
use crate::settings::{Snapshot, said_by_files};
use crate::{Actor, ApiResult, stamps};

/// Seconds between two measurements while something runs.
pub(crate) const EVERY: u32 = 5;

impl App {
    /// One window of the instances the actor may see, as they were measured last.
    ///
    /// # Errors
    /// What the registry says.
    pub async fn modules_list(
        &self,
        actor: &Actor,
        filter: ModuleFilter,
        search: &str,
        sort: ModuleSort,
        offset: u32,
        limit: u32,
    ) -> ApiResult<ModulePage> {
        let open = self.opened().await?;
        let (actor, search) = (actor.clone(), search.to_owned());
        blocking(move || {
            let (rows, ground) = rows(&open, &actor)?;
            Ok(page(rows, &ground, filter, &search, sort, offset, limit))
        })
        .await
    }
}

/// Every row the actor may see, over the ground of the last measurement, or of one now where there was none.
pub(crate) fn rows(open: &Arc<Open>, actor: &Actor) -> ApiResult<(Vec<ModuleRow>, Arc<Ground>)> {
    let snap = Snapshot::of(open)?;
    let ground = ground(open)?;
    let instances = instances::seen(open, &snap, actor)?;
    let acts = Acts::read(open)?;
    let rows = instances.iter().map(|instance| row(open, &snap, &ground, &acts, instance)).collect();
    Ok((rows, ground))
}

/// The ground of the last measurement.
pub(crate) fn ground(open: &Open) -> ApiResult<Arc<Ground>> {
    let last = lock(&open.live).ground.clone();
    if let Some(ground) = last.filter(|last| open.env().now() - last.now < time::Duration::seconds(30)) {
        return Ok(ground);
    }
    let ground = Arc::new(Ground::look(open, &Rows::read(open)?));
    lock(&open.live).ground = Some(ground.clone());
    Ok(ground)
}

/// Who started or stopped each last.
pub(crate) struct Acts(std::collections::HashMap<String, module_events::ModuleEvent>);

impl Acts {
    pub fn read(open: &Open) -> ApiResult<Self> {
        let last = open.registry().read(module_events::last_acts)?;
        Ok(Self(last.into_iter().map(|event| (event.path.clone(), event)).collect()))
    }

    fn stopped_by(&self, path: &str) -> Option<&str> {
        self.0.get(path).filter(|event| event.kind == "stopped").and_then(|event| event.by.as_deref())
    }
}

pub(crate) fn row(open: &Open, snap: &Snapshot, ground: &Ground, acts: &Acts, instance: &Instance) -> ModuleRow {
    let mut status = measure(ground, &instance.dir, &instance.module, instance.port);
    let look = ground.looks.get(&instance.dir);
    if let (StatusWord::Off, "not running", Some(by)) =
        (status.word, status.reason.as_str(), acts.stopped_by(&instance.path))
    {
        status.reason = format!("stopped by {by}");
    }
    let runs = look.is_some_and(Look::runs);
    let listener = instance.port.and_then(|port| ground.listening.get(&port));
    let state = look.map_or(RunState::Stopped, |look| look.state);
    let used = look.and_then(|look| look.used);
    let restart_reason = restart_reason(snap, instance, look).filter(|_| runs);
    let obstacle = if runs { None } else { recipe::obstacle(open, instance) };
    ModuleRow {
        id: instance.address.clone(),
        card: Some(instance.card.clone()),
        module: instance.module.clone(),
        title: instance.title.clone(),
        icon: instance.icon.clone(),
        agent: instance.agent.as_ref().map(|(_, uid, _)| uid.clone()),
        agent_title: instance.agent.as_ref().map(|(.., title)| title.clone()),
        needs_you: crate::cards::needs_you(status.word),
        state,
        way: look.map_or(if instance.run.by_system { RunWay::System } else { RunWay::App }, |look| look.way),
        at_login: instance.run.at_login,
        pid: look.and_then(|look| look.process.as_ref()).map(|process| process.pid),
        port: instance.port.map(u32::from),
        listens: listener.is_some_and(|who| look.is_some_and(|look| look.tree.contains(&who.pid))),
        cpu: used.and_then(|used| used.cpu).map(f64::from),
        memory: used.map(|used| used.rss as f64),
        since: look.and_then(Look::since).map(stamps::rfc3339),
        next_try: look.and_then(Look::next_try).map(stamps::rfc3339),
        restarts: look.and_then(|look| look.record.as_ref()).map_or(0, |record| record.restarts),
        mend: obstacle.as_ref().and_then(|(lacks, _)| mend(snap, instance, *lacks)),
        cannot_start: obstacle.map(|(_, why)| why),
        restart_needed: restart_reason.is_some(),
        restart_reason,
        status,
    }
}

/// The one step after which an instance can be started, or the next thing that it lacks is said.
fn mend(snap: &Snapshot, instance: &Instance, lacks: Lacks) -> Option<ModuleMend> {
    match lacks {
        Lacks::Code => Some(ModuleMend::Code),
        Lacks::Python => Some(ModuleMend::Python { env: crate::python::env_of(snap, &instance.address)?.to_owned() }),
        Lacks::More => None,
    }
}

/// Why it runs with other settings than it would be started with now; `None` where it does not. Secrets themselves are not looked at:
/// a keychain is not asked for a list.
fn restart_reason(snap: &Snapshot, instance: &Instance, look: Option<&Look>) -> Option<String> {
    let look = look?;
    let since = look.since()?;
    let target = snap.find(&instance.address).ok()?;
    let view = snap.view(target, None);
    let python = instance.known.and_then(|known| known.entry.as_ref()).map(|entry| entry.python.as_str());
    let files = look.record.as_ref().and_then(|record| record.differs(&said_by_files(&view, snap, python)));
    if let Some(files) = files.as_deref().filter(|files| !files.is_empty()) {
        let named: Vec<String> = files.iter().map(|file| format!("`{file}`")).collect();
        let named: Vec<&str> = named.iter().map(String::as_str).collect();
        let say = if files.len() == 1 { "says" } else { "say" };
        return Some(format!("{} {say} something else than when it was started.", crate::words::list(&named)));
    }
    // What stands in no file is known by when it was changed here.
    view.fields()
        .filter(|field| field.restart && field.env.is_some())
        .filter(|field| files.is_none() || field.secret || view.by_environment(field))
        .find(|field| view.changed_at(field).is_some_and(|at| at > since))
        .map(|field| format!("{} was changed since it was started.", field.title))
}

fn page(
    rows: Vec<ModuleRow>,
    ground: &Ground,
    filter: ModuleFilter,
    search: &str,
    sort: ModuleSort,
    offset: u32,
    limit: u32,
) -> ModulePage {
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let all = count(rows.len());
    let running = count(rows.iter().filter(|row| row.pid.is_some()).count());
    let needs_you = count(rows.iter().filter(|row| row.needs_you).count());
    let can_start = count(rows.iter().filter(|row| startable(row)).count());
    let memory = rows.iter().filter_map(|row| row.memory).sum();
    let wanted = sanctum_registry::fold(search.trim());
    let mut rows: Vec<ModuleRow> = rows
        .into_iter()
        .filter(|row| match filter {
            ModuleFilter::All => true,
            ModuleFilter::Running => row.pid.is_some(),
            ModuleFilter::NeedsYou => row.needs_you,
        })
        .filter(|row| wanted.is_empty() || found(row, &wanted))
        .collect();
    order(&mut rows, sort);
    let total = count(rows.len());
    let items = rows.into_iter().skip(offset as usize).take(limit.min(500) as usize).collect();
    ModulePage {
        items,
        total,
        all,
        running,
        needs_you,
        can_start,
        memory,
        measured_at: Some(stamps::rfc3339(ground.now)),
        every: EVERY,
    }
}

/// Whether it would run, or be tried again, if nobody stopped it.
pub(crate) fn goes_on(row: &ModuleRow) -> bool {
    row.pid.is_some() || !matches!(row.state, RunState::Stopped | RunState::GaveUp)
}

/// Whether a start would be tried.
pub(crate) fn startable(row: &ModuleRow) -> bool {
    row.pid.is_none() && row.cannot_start.is_none() && matches!(row.state, RunState::Stopped | RunState::GaveUp)
}

fn found(row: &ModuleRow, wanted: &str) -> bool {
    let port = row.port.map(|port| port.to_string()).unwrap_or_default();
    let pid = row.pid.map(|pid| pid.to_string()).unwrap_or_default();
    let agent = row.agent_title.as_deref().unwrap_or("shared");
    wanted.split_whitespace().all(|word| {
        [row.id.as_str(), row.title.as_str(), agent, row.status.reason.as_str()]
            .iter()
            .any(|text| sanctum_registry::fold(text).contains(word))
            || port == word
            || pid == word
    })
}

fn order(rows: &mut [ModuleRow], sort: ModuleSort) {
    let name = |row: &ModuleRow| (row.title.to_lowercase(), row.agent_title.clone(), row.id.clone());
    let biggest = |a: Option<f64>, b: Option<f64>| b.unwrap_or(-1.0).total_cmp(&a.unwrap_or(-1.0));
    match sort {
        ModuleSort::Status => rows.sort_by_cached_key(|row| (urgency(&row.status, row), name(row))),
        ModuleSort::Name => rows.sort_by_cached_key(name),
        ModuleSort::Agent => rows.sort_by_cached_key(|row| (row.agent_title.clone().unwrap_or_default(), name(row))),
        ModuleSort::Cpu => rows.sort_by(|a, b| biggest(a.cpu, b.cpu).then_with(|| a.id.cmp(&b.id))),
        ModuleSort::Memory => rows.sort_by(|a, b| biggest(a.memory, b.memory).then_with(|| a.id.cmp(&b.id))),
        // The longest running first; what does not run comes last.
        ModuleSort::Since => rows.sort_by(|a, b| {
            a.since.is_none().cmp(&b.since.is_none()).then_with(|| a.since.cmp(&b.since)).then_with(|| a.id.cmp(&b.id))
        }),
    }
}

fn urgency(status: &Status, row: &ModuleRow) -> u8 {
    match status.word {
        StatusWord::Error | StatusWord::Degraded => 0,
        StatusWord::Unknown if row.pid.is_some() => 1,
        _ if row.pid.is_some() => 2,
        StatusWord::Ready => 3,
        _ => 4,
    }
}
