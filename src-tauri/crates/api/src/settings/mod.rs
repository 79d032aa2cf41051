//! Settings that explain themselves: forms, drafts, files that survive, search, history, exchange.
//!
//! Reading goes through one [`Snapshot`]; writing goes through one kind of plan ([`draft`] and [`propose`]), whoever asks for it.
//! Every level has one home (DESIGN section 2). Refuses to write: that is crate `change`.

mod draft;
mod drift;
mod edits;
mod exchange;
mod files;
mod form;
mod guard;
mod history;
mod homes;
mod import;
mod joined;
mod journal;
mod kept;
mod leaving;
mod linked;
mod planned;
mod ports;
mod preferences;
mod promoted;
mod propose;
mod running;
mod said;
mod search;
mod shape;
mod shown;
mod snapshot;
mod start_script;
mod target;
mod view;
mod world;

use std::collections::HashSet;

use sanctum_config::Field;
use sanctum_registry::users::Role;
use serde_json::{Map, Value};

use crate::open::Open;
use crate::{Actor, ApiError, ApiResult};

pub(crate) use draft::Draft;
pub(crate) use edits::level_word;
pub(crate) use exchange::must_be_outside;
pub(crate) use form::read as form;
pub(crate) use joined::{Joining, Whose, tell_joining};
pub(crate) use leaving::{Entry as PluginEntry, Leaving, entry as plugin_entry, leaving, said_above};
pub(crate) use linked::plan_for_agent;
pub(crate) use ports::{Move, carriers};
pub(crate) use preferences::{LOGIN, sign_in_lasts};
pub(crate) use propose::Told;
pub(crate) use said::said_by_files;
pub(crate) use shown::{read_only, wire};
pub(crate) use snapshot::{Settings, Snapshot};
pub(crate) use target::{PREFERENCES, Sort, Target};
pub(crate) use view::{REGISTRY, Spot, View};
pub(crate) use world::{Home, Stored, World, reference};

/// The target, where the actor may see it. What another may not see is not there for them.
pub(crate) fn visible<'a>(open: &Open, snap: &'a Snapshot, actor: &Actor, name: &str) -> ApiResult<&'a Target> {
    let target = snap.find(name)?;
    let tabs = visible_tabs(open, snap, actor)?;
    if tabs.is_none_or(|tabs| tabs.contains(&target.tab)) { Ok(target) } else { Err(snap.unknown(name)) }
}

/// Tabs the actor may see; `None` for all of them.
pub(crate) fn visible_tabs(open: &Open, snap: &Snapshot, actor: &Actor) -> ApiResult<Option<HashSet<String>>> {
    let viewer = crate::cards::viewer(actor);
    if viewer.role == Role::Admin {
        return Ok(None);
    }
    let mut tabs: HashSet<String> = ["global".to_owned(), "smcp".to_owned()].into();
    open.registry().read(|c| {
        for agent in &snap.rows.agents {
            if sanctum_registry::agents::is_visible(c, agent.id, &viewer)? {
                tabs.insert(format!("agent:{}", agent.uid));
            }
        }
        Ok::<_, sanctum_registry::RegistryError>(())
    })?;
    Ok(Some(tabs))
}

pub(crate) fn unknown(target: &str, id: &str) -> ApiError {
    ApiError::refused(
        "setting_unknown",
        format!("`{target}` has no setting `{id}`."),
        format!("`sanctumctl config list {target}` lists what it has."),
    )
}

/// The effective document of a view: what its schema as a whole is held against.
pub(crate) fn document(view: &View<'_>) -> Map<String, Value> {
    let mut doc = Map::new();
    for field in view.fields() {
        if let Some((value, _)) = view.effective(field) {
            world::put(&mut doc, &field.pointer, value);
        }
    }
    doc
}

/// A new variable of the install's environment.
pub(crate) fn new_variable(target: &Target, name: &str) -> Result<Field, String> {
    if target.sort != Sort::Root && target.sort != Sort::Instance {
        return Err("Variables are added to the system settings or to a module.".to_owned());
    }
    if !sanctum_config::is_key(name) || name.len() > 100 {
        return Err(format!(
            "`{name}` cannot be the name of an environment variable. Use letters, digits and `_`, and do not start with a digit."
        ));
    }
    view::stranger(name, sanctum_config::looks_secret(name)).ok_or_else(|| format!("`{name}` cannot be added."))
}
