//! Agents that come: made on both sides, copied, brought in from a file, or given the Letta side they lack.

use std::path::Path;
use std::sync::Arc;

use sanctum_letta::NewAgent;

use super::around::{Again, Around, LATER, Made};
use super::connection::of;
use super::convert::trouble;
use super::memory::no_human;
use super::plans::{address, linking, must_be_free};
use crate::agents::{self, Extras, Profile};
use crate::app::App;
use crate::blocking::blocking;
use crate::dto::{AgentDraft, LettaSide, NewAgentDraft, Plan, StatusWord};
use crate::open::Open;
use crate::plan::Words;
use crate::secrets::Aside;
use crate::setup::PortPolicy;
use crate::{Actor, ApiError, ApiResult};

/// An `.af` file larger than this is none.
const LARGEST: u64 = 64 * 1024 * 1024;

const UNDO: &str = "With Undo or from Activity, as long as nobody changed its files. Its agent in Letta stays then, and the \
                    list shows it as one that nobody here speaks for.";

impl App {
    /// The plan that adds an agent, here and in Letta.
    ///
    /// # Errors
    /// As [`App::agent_add_plan`]; `agent_human_block` where Broca drives it; `letta_taken`, `letta_missing`, `letta_away`.
    pub async fn agent_create_plan(&self, actor: &Actor, draft: &NewAgentDraft) -> ApiResult<Plan> {
        actor.may_change()?;
        let open = self.opened().await?;
        let (what, linked) = match &draft.letta {
            LettaSide::None => (None, None),
            LettaSide::Link { id } => {
                of(&open).await?.agent(id).await.map_err(|error| trouble(&error))?;
                (None, Some(id.clone()))
            }
            create => {
                of(&open).await?;
                (Some(Made::New(new(create, &draft.name, &draft.description, &draft.modules)?)), None)
            }
        };
        let mut extras =
            Extras { color: draft.color, avatar: draft.avatar.clone(), letta: linked, ..Extras::default() };
        let base = AgentDraft {
            name: draft.name.clone(),
            uid: draft.uid.clone(),
            description: draft.description.clone(),
            modules: draft.modules.clone(),
        };
        let (app, who) = (self.clone(), actor.clone());
        blocking(move || {
            if let Some(id) = &extras.letta {
                must_be_free(&open, id, None)?;
            }
            extras.address = address(&open)?;
            app.keep_added(&open, &who, base, extras, what)
        })
        .await
    }

    /// The plan that makes the missing Letta side of an agent that is here.
    ///
    /// # Errors
    /// `letta_linked` where it has one; as [`App::agent_create_plan`].
    pub async fn agent_make_plan(&self, actor: &Actor, uid: &str, side: &LettaSide) -> ApiResult<Plan> {
        actor.may_change()?;
        match side {
            LettaSide::Link { id } => return self.agent_link_plan(actor, uid, id).await,
            LettaSide::None => return Err(super::plans::nothing()),
            LettaSide::Create { .. } => {}
        }
        let open = self.opened().await?;
        let (at, who, name) = (open.clone(), actor.clone(), uid.to_owned());
        let row = blocking(move || agents::visible(&at, &who, &name)).await?;
        let server = of(&open).await?;
        if let Some(id) = row.letta()
            && server.agent(id).await.is_ok()
        {
            return Err(ApiError::refused(
                "letta_linked",
                format!("{} is linked to an agent that Letta has.", row.title()),
                "Unlink it first, where another one is wanted.",
            ));
        }
        let (app, who, side) = (self.clone(), actor.clone(), side.clone());
        blocking(move || {
            let modules = agents::modules(&open, &row)?;
            let made = new(&side, row.title(), row.description.as_deref().unwrap_or_default(), &modules)?;
            let title = format!("Create {} in Letta", row.title());
            let (plan, mut said, mut aside) = linking(&open, &who, &row, Some(LATER), &title)?;
            "Create in Letta".clone_into(&mut said.action);
            said.checks.push(first(&format!("{} is made in Letta with {}", made.name, made.model)));
            UNDO.clone_into(&mut said.undo);
            let user = who.user_id;
            let again: Again = Arc::new(move |open, id| Ok(linking(open, &who, &row, Some(id), &title)?.0));
            aside.letta = Some(Around::Make { what: Made::New(made), again });
            Ok(app.0.plans.keep_aside(plan, said, aside, Some(user), open.env().now()))
        })
        .await
    }

    /// The plan that adds a copy of an agent under another name, with its modules, its looks and who sees it; its Letta side is
    /// copied as well, with memory, tools and the messages in its context.
    ///
    /// # Errors
    /// As [`App::agent_create_plan`], and what Letta says.
    pub async fn agent_clone_plan(&self, actor: &Actor, uid: &str, name: &str) -> ApiResult<Plan> {
        actor.may_change()?;
        let open = self.opened().await?;
        let (at, who, from) = (open.clone(), actor.clone(), uid.to_owned());
        let row = blocking(move || agents::visible(&at, &who, &from)).await?;
        if let Some(id) = row.letta() {
            let server = of(&open).await?;
            can_transfer(&*server)?;
            server.agent(id).await.map_err(|error| trouble(&error))?;
        }
        let (app, who, name) = (self.clone(), actor.clone(), name.trim().to_owned());
        blocking(move || {
            let base = AgentDraft {
                name: name.clone(),
                uid: None,
                description: row.description.clone().unwrap_or_default(),
                modules: agents::modules(&open, &row)?,
            };
            let extras = Extras {
                letta: None,
                address: address(&open)?,
                color: u32::try_from(row.color).ok().filter(|color| (1..=4).contains(color)),
                avatar: Profile::of(&row).avatar,
                visible_to_users: row.visible_to_users.clone(),
                visible_to_roles: row.visible_to_roles.clone(),
            };
            let what = row.letta().map(|id| Made::Copy(id.to_owned(), name));
            app.keep_added(&open, &who, base, extras, what)
        })
        .await
    }

    /// The plan that makes an agent of an `.af` file, here and in Letta. It gets no modules; those are added as ever.
    ///
    /// # Errors
    /// `file_unreadable` for one that is no `.af` file, and as [`App::agent_create_plan`].
    pub async fn agent_import_plan(&self, actor: &Actor, path: &str, name: &str) -> ApiResult<Plan> {
        actor.may_change()?;
        let open = self.opened().await?;
        can_transfer(&*of(&open).await?)?;
        let path = crate::setup::expand(self.env(), path);
        let (app, who, name) = (self.clone(), actor.clone(), name.trim().to_owned());
        blocking(move || {
            let file = read(&path)?;
            let base = AgentDraft { name: name.clone(), uid: None, description: String::new(), modules: Vec::new() };
            let extras = Extras { address: address(&open)?, ..Extras::default() };
            app.keep_added(&open, &who, base, extras, Some(Made::Import(file, name)))
        })
        .await
    }

    /// Keeps the plan that adds an agent, whose Letta side is made first where `what` says so.
    fn keep_added(
        &self,
        open: &Arc<Open>,
        who: &Actor,
        base: AgentDraft,
        mut extras: Extras,
        what: Option<Made>,
    ) -> ApiResult<Plan> {
        let now = open.env().now();
        let Some(what) = what else {
            let (plan, said) = agents::add(open, who, &base, PortPolicy::Move, &extras)?;
            return Ok(self.0.plans.keep(plan, said, Some(who.user_id), now));
        };
        extras.letta = Some(LATER.to_owned());
        let (plan, mut said): (_, Words) = agents::add(open, who, &base, PortPolicy::Move, &extras)?;
        said.checks.push(first(&match &what {
            Made::New(new) => format!("{} is made in Letta with {}", new.name, new.model),
            Made::Import(_, name) => format!("Letta makes {name} of the file"),
            Made::Copy(_, name) => format!("Letta copies the agent as {name}"),
        }));
        UNDO.clone_into(&mut said.undo);
        said.command = None;
        said.notes = vec!["Its agent in Letta was made. Nothing was started.".to_owned()];
        let maker = who.clone();
        let again: Again = Arc::new(move |open, id| {
            let extras = Extras { letta: Some(id.to_owned()), ..extras.clone() };
            Ok(agents::add(open, &maker, &base, PortPolicy::Move, &extras)?.0)
        });
        let aside = Aside { letta: Some(Around::Make { what, again }), ..Aside::default() };
        Ok(self.0.plans.keep_aside(plan, said, aside, Some(who.user_id), now))
    }
}

fn first(what: &str) -> (StatusWord, String) {
    (StatusWord::Healthy, format!("First {what}; its id goes into the rows and files below"))
}

/// What is to be made in Letta.
fn new(side: &LettaSide, name: &str, description: &str, modules: &[String]) -> ApiResult<NewAgent> {
    let LettaSide::Create { model, embedding, persona, human } = side else { return Err(super::plans::nothing()) };
    let human = human.clone().filter(|text| !text.trim().is_empty());
    if human.is_some() {
        no_human(modules)?;
    }
    if model.trim().is_empty() {
        return Err(ApiError::refused("agent_model", "No model is chosen.", "Choose one of the list."));
    }
    let description = description.trim();
    Ok(NewAgent {
        name: name.trim().to_owned(),
        description: (!description.is_empty()).then(|| description.to_owned()),
        model: model.trim().to_owned(),
        embedding: embedding.clone().filter(|handle| !handle.is_empty()),
        persona: persona.clone(),
        human,
        tags: Vec::new(),
    })
}

pub(super) fn can_transfer(server: &dyn sanctum_letta::Server) -> ApiResult<()> {
    if server.features().transfer {
        return Ok(());
    }
    Err(trouble(&sanctum_letta::Trouble::Unsupported { what: "export and import of agents" }))
}

fn read(path: &Path) -> ApiResult<Vec<u8>> {
    let unreadable = |why: String| {
        let message = format!("`{}` cannot be read: {why}.", path.display());
        ApiError::refused("file_unreadable", message, "Choose the `.af` file of an agent.")
    };
    let meta = path.metadata().map_err(|error| unreadable(error.kind().to_string()))?;
    if !meta.is_file() || meta.len() > LARGEST {
        return Err(unreadable("it is not a file of at most 64 MiB".to_owned()));
    }
    let bytes = std::fs::read(path).map_err(|error| unreadable(error.kind().to_string()))?;
    match serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(&bytes) {
        Ok(_) => Ok(bytes),
        Err(_) => Err(unreadable("it holds no JSON object, as every `.af` file does".to_owned())),
    }
}
