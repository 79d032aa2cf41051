//! What happens at the Letta server around a plan: an agent that must be there first, or one that goes at the end.
//!
//! What is made goes into rows and files by its id, so it is made when the plan is applied, and taken away again where the
//! plan then fails. What is deleted is exported first and deleted last: a failure in between leaves an agent too many, never
//! one too few, and the list of agents shows it.

use std::path::PathBuf;
use std::sync::Arc;

use sanctum_change::{ChangeError, Plan, Row, StepView, describe};
use sanctum_letta::{AgentChange, NewAgent, Server, Trouble};

use super::connection::of;
use super::convert::trouble;
use crate::open::Open;
use crate::{ApiError, ApiResult};

/// Makes the plan again with the id of the agent in Letta.
pub(crate) type Again = Arc<dyn Fn(&Open, &str) -> ApiResult<Plan> + Send + Sync>;

/// Stands for an id that is not known before the plan is applied.
pub(crate) const LATER: &str = "agent-00000000-0000-4000-8000-000000000000";

/// What happens around a plan.
#[derive(Clone)]
pub(crate) enum Around {
    Make { what: Made, again: Again },
    Delete { id: String, name: String, uid: String },
}

/// Where a new agent comes from.
#[derive(Clone)]
pub(crate) enum Made {
    New(NewAgent),
    /// The bytes of an `.af` file, and the name it gets.
    Import(Vec<u8>, String),
    /// Another agent, and the name the copy gets.
    Copy(String, String),
}

/// The plan to apply, and what was done for it.
pub(crate) struct Ready {
    pub plan: Arc<Plan>,
    made: Option<String>,
    deleting: Option<(String, String, Option<PathBuf>)>,
}

/// Does what must be done before the plan is applied.
///
/// # Errors
/// What Letta says; `plan_stale` where the plan would be another one by now. Then nothing was made.
pub(crate) async fn prepare(open: &Arc<Open>, plan: &Arc<Plan>, around: Option<&Around>) -> ApiResult<Ready> {
    let mut ready = Ready { plan: plan.clone(), made: None, deleting: None };
    match around {
        None => {}
        Some(Around::Make { what, again }) => {
            let now = made_again(open, again, LATER).await?;
            if !same(plan, &now) {
                return Err(ApiError::refused(
                    "plan_stale",
                    "The plan no longer fits what is there. Nothing was changed, here or in Letta.",
                    "Look at the plan again; it is made afresh.",
                ));
            }
            let server = of(open).await?;
            let id = what.make(&*server).await?;
            ready.made = Some(id.clone());
            match made_again(open, again, &id).await {
                // It is the plan that was shown: its progress goes by that number.
                Ok(fresh) => ready.plan = Arc::new(Plan { id: plan.id.clone(), ..fresh }),
                Err(error) => return Err(ready.failed(open, error, true).await),
            }
        }
        Some(Around::Delete { id, name, uid }) => {
            let server = of(open).await?;
            let file = match server.export(id).await {
                Ok(bytes) => Some(keep(open, uid, &plan.id, &bytes)?),
                // Somebody deleted it there already.
                Err(Trouble::Missing { .. }) => None,
                Err(error) => return Err(trouble(&error)),
            };
            ready.deleting = Some((id.clone(), name.clone(), file));
        }
    }
    Ok(ready)
}

/// Keeps what Letta has of an agent. A plan that failed and is tried again keeps a second file; the first stays.
fn keep(open: &Open, uid: &str, plan: &str, bytes: &[u8]) -> ApiResult<PathBuf> {
    let stem = format!("{uid}-{}", plan.get(..13).unwrap_or(plan));
    let mut last = open.engine().keep(&format!("{stem}.af"), bytes);
    for n in 2..100 {
        match last {
            Err(ChangeError::Io { source, .. }) if source.kind() == std::io::ErrorKind::AlreadyExists => {
                last = open.engine().keep(&format!("{stem}-{n}.af"), bytes);
            }
            other => return Ok(other?),
        }
    }
    Ok(last?)
}

async fn made_again(open: &Arc<Open>, again: &Again, id: &str) -> ApiResult<Plan> {
    let (open, again, id) = (open.clone(), again.clone(), id.to_owned());
    crate::blocking::blocking(move || again(&open, &id)).await
}

/// Whether two plans do the same to the same things; what they write may differ by the time in it, and so may the rows that an
/// earlier step of theirs made.
fn same(one: &Plan, other: &Plan) -> bool {
    let timeless = |row: Row| Row(row.0.into_iter().filter(|(column, _)| !column.ends_with("_at")).collect());
    let key = |plan: &Plan| -> Vec<_> {
        let views = describe(plan).into_iter();
        let key = |view: StepView| {
            (view.group, view.title, view.kind, view.target, view.before, view.row_before.map(timeless))
        };
        views.map(key).collect()
    };
    key(one) == key(other)
}

impl Made {
    async fn make(&self, server: &dyn Server) -> ApiResult<String> {
        let (file, name) = match self {
            Made::New(new) => return Ok(server.create(new).await.map_err(|error| trouble(&error))?.id),
            Made::Import(file, name) => (file.clone(), name),
            Made::Copy(id, name) => (server.export(id).await.map_err(|error| trouble(&error))?, name),
        };
        let id = server.import(file).await.map_err(|error| trouble(&error))?;
        let change = AgentChange { name: Some(name.clone()), ..AgentChange::default() };
        match server.update(&id, &change).await {
            Ok(_) => Ok(id),
            Err(error) => {
                let gone = server.delete(&id).await;
                Err(left_behind(trouble(&error), &id, gone))
            }
        }
    }
}

fn left_behind(error: ApiError, id: &str, gone: Result<(), Trouble>) -> ApiError {
    match gone {
        Ok(()) | Err(Trouble::Missing { .. }) => error,
        Err(why) => error.with_details([format!(
            "The new agent `{id}` stayed in Letta, because it could not be taken away again: {}",
            why.sentence()
        )]),
    }
}

impl Ready {
    /// The plan was not applied: what was made for it goes again. `clean` where nothing here refers to it.
    pub async fn failed(self, open: &Open, error: ApiError, clean: bool) -> ApiError {
        let (Some(id), true) = (self.made, clean) else { return error };
        let gone = match open.letta.server().await {
            Ok(server) => server.delete(&id).await,
            Err(error) => Err(Trouble::Unreachable { why: error.message }),
        };
        left_behind(error, &id, gone)
    }

    /// The plan was applied: what was to go goes. What is said about it comes back.
    pub async fn done(self, open: &Open) -> Vec<String> {
        let Some((id, name, file)) = self.deleting else { return Vec::new() };
        let kept = file.map(|file| format!(" Its `.af` file is `{}`.", file.display())).unwrap_or_default();
        let gone = match open.letta.server().await {
            Ok(server) => server.delete(&id).await,
            Err(error) => return vec![stays(&name, &error.message, &kept)],
        };
        match gone {
            Ok(()) | Err(Trouble::Missing { .. }) => vec![format!("{name} was deleted in Letta.{kept}")],
            Err(error) => vec![stays(&name, &error.sentence(), &kept)],
        }
    }
}

fn stays(name: &str, why: &str, kept: &str) -> String {
    format!("{name} is still in Letta: {why} The list of agents shows it; delete it there, or link it again.{kept}")
}

/// Whether nothing of a plan that ended so is left that could refer to a new agent.
pub(crate) fn is_clean(error: &ChangeError) -> bool {
    !matches!(error, ChangeError::Unfinished { .. } | ChangeError::RollbackFailed { .. } | ChangeError::NeedsYou { .. })
}
