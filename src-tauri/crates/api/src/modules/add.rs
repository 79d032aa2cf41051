//! What the catalogue knows and is not here yet, for the whole Sanctum or for one agent, and the plan that adds one: its folder, its
//! settings, its port, its rows. Its code and its packages come after that, each by a plan of its own.

use sanctum_install::catalogue::{Catalogue, Known, Scope};
use sanctum_install::layout;
use sanctum_install::ports::{Assigned, OsPorts};

use super::join;
use crate::app::App;
use crate::blocking::blocking;
use crate::dto::{self, ModuleOffer, StatusWord};
use crate::open::Open;
use crate::plan::Words;
use crate::settings::Snapshot;
use crate::setup::{self, PortPolicy};
use crate::{Actor, ApiError, ApiResult, agents};

/// The service whose server agents live in.
const LETTA: &str = "letta";

impl App {
    /// Shared services that can be added, or the modules that the agent `uid` could be given.
    ///
    /// # Errors
    /// `not_allowed`, `agent_unknown`, and what the registry says.
    pub async fn modules_offered(&self, actor: &Actor, uid: Option<&str>) -> ApiResult<Vec<ModuleOffer>> {
        actor.must_be_admin()?;
        let open = self.opened().await?;
        let (who, uid) = (actor.clone(), uid.map(str::to_owned));
        blocking(move || {
            let offer = |known: &Known| ModuleOffer {
                name: known.name.clone(),
                title: known.title.clone(),
                description: known.description.clone(),
                note: known.note.clone(),
            };
            let offered = match uid {
                Some(uid) => join::absent(&open, &agents::visible(&open, &who, &uid)?)?,
                None => absent(&open)?,
            };
            Ok(offered.into_iter().map(offer).collect())
        })
        .await
    }

    /// The plan of adding a service (`letta`), or a module to an agent (`athena/thalamus`).
    ///
    /// # Errors
    /// `not_allowed`, `agent_unknown`, `module_unknown`, `module_shared`, `module_there`, `install_adopted`, and what the layout says.
    pub async fn module_add_plan(&self, actor: &Actor, name: &str) -> ApiResult<dto::Plan> {
        actor.may_change()?;
        let open = self.opened().await?;
        let (app, actor, name) = (self.clone(), actor.clone(), name.to_owned());
        blocking(move || {
            if let Some((uid, module)) = name.split_once('/') {
                let agent = agents::visible(&open, &actor, uid)?;
                let (plan, words) = join::plan(&open, &actor, &agent, module)?;
                return Ok(app.0.plans.keep(plan, words, Some(actor.user_id), open.env().now()));
            }
            let known = absent(&open)?.into_iter().find(|known| known.name == name).ok_or_else(|| {
                ApiError::refused(
                    "module_unknown",
                    format!("`{name}` is no service that could be added here."),
                    "`sanctumctl modules offered` names them; what is there already is not among them. A module of an agent is added as `AGENT/MODULE`.",
                )
            })?;
            let (plan, words) = plan(&open, &actor, known)?;
            Ok(app.0.plans.keep(plan, words, Some(actor.user_id), open.env().now()))
        })
        .await
    }
}

/// Services of the catalogue that are not here. Nothing is added to a tree that was adopted to be left as it is.
fn absent(open: &Open) -> ApiResult<Vec<&'static Known>> {
    if open.is_adopted() {
        return Ok(Vec::new());
    }
    let snap = Snapshot::of(open)?;
    let there = |known: &Known| snap.rows.instances.iter().any(|row| row.path.as_deref() == Some(known.name.as_str()));
    let service = |known: &&Known| known.scope == Scope::Global && known.entry.is_some() && !there(known);
    Ok(Catalogue::builtin().all().iter().filter(service).collect())
}

fn plan(open: &Open, actor: &Actor, known: &'static Known) -> ApiResult<(sanctum_change::Plan, Words)> {
    let mut reserved = setup::reserved(open.registry())?;
    let assigned = setup::assign(&mut reserved, 0, &known.name, PortPolicy::Move, &OsPorts)?;
    let mut planner = open.planner();
    planner.icon("module");
    let mut checks: Vec<(StatusWord, String)> = assigned.as_ref().map(port_check).into_iter().collect();
    let port = assigned.as_ref().map_or(0, |assigned| assigned.port);
    layout::propose_service(&mut planner, open.root(), &known.name, port).map_err(setup::layout_refused)?;
    planner.group("Registry");
    let maker = serde_json::json!(actor.user_id);
    setup::rows::tool(&mut planner, known, &maker)?;
    setup::rows::instance(&mut planner, &known.name, None, &known.title, &known.name, &maker)?;
    if assigned.is_some() {
        setup::rows::port(&mut planner, &known.name, None, port, &maker)?;
    }
    if known.name == LETTA && assigned.is_some() {
        checks.push(crate::letta::propose_own(&mut planner, open, port, actor.user_id)?);
    }
    let title = format!("Add {}", known.title);
    let summary = format!(
        "{} Its folder, settings and port; nothing is installed or started. Nothing has been written yet.",
        known.description
    );
    let words = Words {
        undo: "With Undo or from Activity.".to_owned(),
        action: title.clone(),
        command: Some(format!("sanctumctl modules add {} --yes", known.name)),
        checks,
        notes: known.note.iter().cloned().collect(),
    };
    Ok((planner.finish(&title, &summary), words))
}

/// What a plan says about the port it found.
pub(super) fn port_check(assigned: &Assigned) -> (StatusWord, String) {
    let port = assigned.port;
    match assigned.moved_from {
        None => (StatusWord::Healthy, format!("Port {port} is free for it")),
        Some(from) => {
            let by = setup::holder(assigned).map(|holder| format!(", held by {holder}")).unwrap_or_default();
            (StatusWord::Degraded, format!("It gets {port} instead of {from}{by}"))
        }
    }
}
