//! The instances of an install: what has a folder of its own and can run, or could once its code is there.
//!
//! Made from the targets of the settings, so that whatever has settings and a folder is here under the same address.

use std::path::PathBuf;

use sanctum_install::catalogue::{Catalogue, Known};
use sanctum_install::discovery::Kind;
use sanctum_registry::module_runs::{self, ModuleRun};

use crate::open::{Open, adopted_dir};
use crate::plan::lock;
use crate::settings::{Snapshot, Sort, Target};
use crate::{Actor, ApiError, ApiResult};

/// One instance.
#[derive(Debug, Clone)]
pub(crate) struct Instance {
    /// `athena/broca2`, `smcp`.
    pub address: String,
    /// Id of its card.
    pub card: String,
    /// Name for machines: `broca2`.
    pub module: String,
    pub title: String,
    /// "Broca of Athena".
    pub named: String,
    pub icon: String,
    /// Id, uid and title of its agent.
    pub agent: Option<(i64, String, String)>,
    /// Relative to the root.
    pub path: String,
    pub dir: PathBuf,
    /// Where its keeper's record and lock lie.
    pub state_dir: PathBuf,
    pub port: Option<u16>,
    /// What the catalogue knows of it.
    pub known: Option<&'static Known>,
    /// `entry_point` of its manifest, where it has one.
    pub entry_point: Option<String>,
    /// `dependencies` of its manifest: modules that have to be up before it.
    pub needs: Vec<String>,
    /// How it was asked to be run.
    pub run: ModuleRun,
}

/// All instances, in the order of the cards.
pub(crate) fn all(open: &Open, snap: &Snapshot) -> ApiResult<Vec<Instance>> {
    let runs = open.registry().read(module_runs::all)?;
    let discovery = lock(&open.live).discovery.clone();
    let found = |path: &str| {
        discovery.as_ref().and_then(|d| d.items.iter().find(|item| item.rel_path == path && item.kind != Kind::Plugin))
    };
    let mut all = Vec::new();
    for target in snap.targets.iter().filter(|target| target.sort == Sort::Instance) {
        let Some(path) = target.path.clone() else { continue };
        let known = Catalogue::builtin().get(&target.name);
        let manifest = found(&path).and_then(|f| f.manifest.as_ref());
        let entry_point = manifest.and_then(|m| m.entry_point.clone());
        if known.is_none_or(|k| k.entry.is_none()) && entry_point.is_none() && !target.recorded {
            continue;
        }
        let needs = manifest.map(|m| m.dependencies.clone()).unwrap_or_default();
        let run = runs.get(&path).copied().unwrap_or_default();
        all.push(Instance { entry_point, needs, run, ..one(open, snap, target, path, known) });
    }
    Ok(all)
}

fn one(open: &Open, snap: &Snapshot, target: &Target, path: String, known: Option<&'static Known>) -> Instance {
    let dir = open.root().join(&path);
    Instance {
        address: target.address.clone(),
        card: target.id.clone(),
        module: target.name.clone(),
        title: target.title.clone(),
        named: target.named(),
        icon: known.map_or("module", |k| k.icon.as_str()).to_owned(),
        agent: target.agent.clone(),
        state_dir: state_dir(open, &path),
        port: snap.rows.port(target.agent.as_ref().map(|(id, ..)| *id), &target.name),
        known,
        entry_point: None,
        needs: Vec::new(),
        run: ModuleRun::default(),
        path,
        dir,
    }
}

/// Where the record of an instance's keeper lies: with the module, or, where nothing is to be written into the tree, in
/// the app's own folder.
pub(crate) fn state_dir(open: &Open, path: &str) -> PathBuf {
    if open.is_adopted() {
        let name = blake3::hash(path.as_bytes()).to_hex();
        return adopted_dir(open.env(), open.root()).join("run").join(&name.as_str()[..16]);
    }
    open.root().join(path).join("run")
}

/// The instances the actor may see.
pub(crate) fn seen(open: &Open, snap: &Snapshot, actor: &Actor) -> ApiResult<Vec<Instance>> {
    let tabs = crate::settings::visible_tabs(open, snap, actor)?;
    let mut all = all(open, snap)?;
    all.retain(|instance| {
        let tab = snap.find(&instance.address).map(|target| target.tab.as_str()).unwrap_or_default();
        tabs.as_ref().is_none_or(|tabs| tabs.contains(tab))
    });
    Ok(all)
}

/// The instance of this address or card.
///
/// # Errors
/// `module_unknown`.
pub(crate) fn find(open: &Open, snap: &Snapshot, actor: &Actor, id: &str) -> ApiResult<Instance> {
    seen(open, snap, actor)?.into_iter().find(|i| i.address == id || i.card == id).ok_or_else(|| {
        ApiError::refused(
            "module_unknown",
            format!("There is no module called `{id}` that could run."),
            "`sanctumctl modules list` names them, such as `athena/broca2` or `smcp`.",
        )
    })
}

/// Every folder that may run, as the registry and discovery know them, for measuring. Addresses are the folders here.
pub(crate) fn bare(open: &Open, rows: &crate::cards::Rows) -> Vec<Instance> {
    let discovery = lock(&open.live).discovery.clone();
    let runs = open.registry().read(module_runs::all).unwrap_or_default();
    let mut seen = std::collections::HashSet::new();
    let recorded = rows.instances.iter().filter_map(|instance| {
        let slug = rows.tool(instance.tool_id).map(|tool| tool.slug.clone())?;
        Some((instance.path.clone()?, slug, instance.agent_id))
    });
    let found = discovery.iter().flat_map(|d| d.items.iter()).filter(|item| item.kind != Kind::Plugin);
    let found = found.map(|item| (item.rel_path.clone(), item.name.clone(), None));
    recorded
        .chain(found)
        .filter(|(path, ..)| seen.insert(path.clone()))
        .map(|(path, module, agent_id)| Instance {
            address: path.clone(),
            card: format!("p:{path}"),
            known: Catalogue::builtin().get(&module),
            port: rows.port(agent_id, &module),
            run: runs.get(&path).copied().unwrap_or_default(),
            entry_point: discovery
                .as_ref()
                .and_then(|d| d.items.iter().find(|item| item.rel_path == path))
                .and_then(|item| item.manifest.as_ref()?.entry_point.clone()),
            needs: Vec::new(),
            state_dir: state_dir(open, &path),
            dir: open.root().join(&path),
            title: module.clone(),
            named: path.clone(),
            icon: String::new(),
            agent: None,
            module,
            path,
        })
        .collect()
}
