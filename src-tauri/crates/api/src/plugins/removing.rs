//! The plan of removing a plugin: its link, its versions and its row, and with them, where that is wished, its settings and data.
//!
//! What another plugin or tool reads as well stays. Where a plugin keeps its data is its own affair; known is one place,
//! `<tool>/db/<plugin>` (`docs/writing-a-plugin.md`).

use std::cell::{Cell, RefCell};

use sanctum_change::{Plan, Planner, Row};
use sanctum_plugins::place as lie;
use sanctum_plugins::shown;

use super::place::{Placed, Tool};
use super::plans::{Unlinked, link_path, quote, words};
use crate::dto::StatusWord;
use crate::open::Open;
use crate::plan::Words;
use crate::secrets::Aside;
use crate::settings::{Leaving, PluginEntry, Snapshot, leaving, plugin_entry};
use crate::{Actor, ApiError, ApiResult};

const SUMMARY: &str =
    "Its files go to this Sanctum’s trash, from where undo brings them back. Nothing has been written yet.";

pub(super) fn remove(
    open: &Open,
    snap: &Snapshot,
    actor: &Actor,
    placed: &Placed,
    keep_settings: bool,
) -> ApiResult<(Plan, Words, Aside)> {
    let (tool, name) = (&placed.tool, placed.at.name.as_str());
    let title = format!("Remove {}", shown(name));
    let mut command = format!("sanctumctl plugins remove {}", quote(&placed.id()));
    let (gone, checks) = (RefCell::new(Unlinked::default()), RefCell::new(Vec::new()));
    let mut entry = None;
    let mut with = Leaving::default();
    if !keep_settings {
        command.push_str(" --delete-settings");
        let target = snap.find(tool.address())?;
        with = leaving(snap, target, &shown(name));
        match plugin_entry(snap, target, name)? {
            Ok(found) => entry = found,
            Err(stays) => with.stays.push(stays),
        }
    }
    command.push_str(" --yes");
    let Leaving { mut draft, cleared, secrets, purge, stays } = with;
    if !secrets.is_empty() {
        // A store that is locked would keep what the plan says is gone.
        crate::secrets::answering(open).map_err(|why| {
            let hint = "Open the store first, or remove the plugin and keep its settings.";
            ApiError::broken("secret_store", why, hint)
        })?;
    }
    let clears = Cell::new(!draft.told.is_empty());
    let list = super::tools::unlisting(open, snap, actor, tool, name)?;
    let settled = Cell::new(list.is_some());
    if let Some(list) = &list {
        draft.told.extend(list.draft.told.iter().cloned());
        draft.claimed.extend(list.draft.claimed.iter().cloned());
        draft.work_out(snap);
        // A list that goes while a setting still names it would stop its tool.
        settled.set(list.draft.told.iter().all(|wanted| draft.told.iter().any(|told| told.id == wanted.id)));
    }
    let more = |planner: &mut Planner<'_>| {
        files(open, snap, planner, &mut gone.borrow_mut(), tool, name)?;
        if let Some(list) = &list {
            checks.borrow_mut().extend(super::tools::leave(planner, tool, list, settled.get())?);
        }
        if !keep_settings {
            data(open, planner, tool, name, entry.as_ref())?;
        }
        if clears.get() && !secrets.is_empty() {
            let store = crate::state::store_info(open.env().secret_store, None).name;
            let names: Vec<&str> = secrets.iter().map(String::as_str).collect();
            planner.irreversible(&format!(
                "The value of {}: it leaves {store}. After undo it is to be set again.",
                crate::words::list(&names)
            ));
        }
        Ok(())
    };
    let told = if draft.told.is_empty() {
        None
    } else {
        match draft.plan_with(open, snap, actor, &title, &command, &more) {
            // Somebody changed the same lines: the plugin goes, and they stay to be compared.
            Err(error) if error.code == "settings_invalid" => {
                checks.borrow_mut().push((StatusWord::Degraded, format!("Its settings stay: {}", error.message)));
                clears.set(false);
                settled.set(false);
                None
            }
            made => Some(made?),
        }
    };
    let (mut plan, said, mut aside) = match told {
        Some(made) => made,
        None => {
            let mut planner = open.planner();
            more(&mut planner)?;
            (planner.finish(&title, SUMMARY), Words::default(), Aside::default())
        }
    };
    SUMMARY.clone_into(&mut plan.summary);
    plan.icon = Some("trash".to_owned());
    gone.into_inner().settle(&mut plan);
    if clears.get() {
        aside.purge.extend(purge);
    }
    aside.secrets.extend(entry.into_iter().flat_map(|entry| entry.secrets));
    let mut checks = checks.into_inner();
    // What the settings have to say is said, but for that every value fits.
    checks.extend(said.checks.into_iter().filter(|(word, _)| *word != StatusWord::Healthy));
    if clears.get() {
        let names: Vec<&str> = cleared.iter().map(String::as_str).collect();
        checks.push((
            StatusWord::Healthy,
            format!("Nothing else reads {}, which is cleared", crate::words::list(&names)),
        ));
    } else if !keep_settings && checks.is_empty() {
        checks.push((StatusWord::Healthy, "No setting that only it reads is set".to_owned()));
    }
    checks.extend(stays.into_iter().map(|stays| (StatusWord::Degraded, stays)));
    let mut words = words("Remove it", Some(command), checks);
    words.notes = said.notes;
    Ok((plan, words, aside))
}

/// What is there of it: where it is loaded, its versions, its row.
fn files(
    open: &Open,
    snap: &Snapshot,
    planner: &mut Planner<'_>,
    gone: &mut Unlinked,
    tool: &Tool,
    name: &str,
) -> ApiResult<()> {
    planner.group(&tool.instance.named);
    for on in [true, false] {
        gone.let_go(open, planner, &link_path(tool, name, on), "Take it from where it is loaded")?;
    }
    let store = format!("{}/{}/{name}", tool.instance.path, lie::STORE);
    if open.root().join(&store).symlink_metadata().is_ok() {
        planner.trash(&store, "Move its versions to the trash")?;
    }
    if let Some(known) = snap.rows.tools.iter().find(|row| row.slug == tool.instance.module) {
        let there = open.registry().read(|c| sanctum_registry::plugins::of_tool(c, known.id))?;
        if there.iter().any(|row| row.name == name) {
            planner.group("Registry");
            let key = Row::new().with("tool_id", known.id).with("name", name);
            planner.registry_delete("plugins", key, &format!("Forget the plugin {name}"))?;
        }
    }
    Ok(())
}

/// What it keeps, and what its tool's settings file says about it alone.
fn data(open: &Open, planner: &mut Planner<'_>, tool: &Tool, name: &str, entry: Option<&PluginEntry>) -> ApiResult<()> {
    planner.group(&tool.instance.named);
    if let Some(entry) = entry {
        planner.patch_file(
            &entry.file,
            entry.bytes.clone(),
            &entry.sealed,
            "Take out what it says about the plugin",
        )?;
    }
    let folder = format!("{}/db/{name}", tool.instance.path);
    if open.root().join(&folder).symlink_metadata().is_ok_and(|meta| meta.is_dir()) {
        planner.trash(&folder, "Move its data to the trash")?;
    }
    Ok(())
}
