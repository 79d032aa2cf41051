//! Agents that go: written to a file of the operator's, deleted.

use super::around::Around;
use super::connection::of;
use super::convert::{named, trouble};
use super::create::can_transfer;
use crate::app::App;
use crate::blocking::blocking;
use crate::dto::{Plan, StatusWord};
use crate::secrets::Aside;
use crate::{Actor, ApiResult, agents, files};

impl App {
    /// The plan that deletes an agent: its folder to the trash, its rows out of the registry, its conversations kept without it.
    /// With `in_letta` its agent there is exported into the trash first and deleted last.
    ///
    /// # Errors
    /// `agent_unknown`, `module_running`, `agent_unlinked`, and what Letta says.
    pub async fn agent_delete_plan(&self, actor: &Actor, uid: &str, in_letta: bool) -> ApiResult<Plan> {
        actor.may_change()?;
        let open = self.opened().await?;
        let (at, who, name) = (open.clone(), actor.clone(), uid.to_owned());
        let row = blocking(move || agents::visible(&at, &who, &name)).await?;
        let there = if in_letta {
            let server = of(&open).await?;
            can_transfer(&*server)?;
            let id = super::plans::linked(&row)?;
            Some(server.agent(id).await.map_err(|error| trouble(&error))?)
        } else {
            None
        };
        let (app, who) = (self.clone(), actor.clone());
        blocking(move || {
            let (mut plan, mut said) = agents::remove(&open, &row.uid)?;
            plan.title = format!("Delete {}", row.title());
            said.action = plan.title.clone();
            said.command = None;
            let mut aside = Aside::default();
            if let Some(agent) = there {
                let name = named(&agent.name);
                let trash = open.env().short(&open.registry().path().with_file_name("trash/kept"));
                said.notes.clear();
                said.checks.push((
                    StatusWord::Degraded,
                    format!("First {name} is exported from Letta into {trash}; once all else is done, it is deleted there"),
                ));
                plan.irreversible.push(format!(
                    "The agent in Letta: Undo brings back what is here, not {name} there. Its `.af` file in {trash} makes a new one \
                     with its memory, its tools and the messages in its context, under a new identifier. Older messages and \
                     archived passages that the file does not hold are lost."
                ));
                let (id, uid) = (agent.id, row.uid.clone());
                aside.letta = Some(Around::Delete { id, name, uid });
            }
            let now = open.env().now();
            Ok(app.0.plans.wait(plan, said, Some(who.user_id), now, Some(row.uid.clone()), aside))
        })
        .await
    }

    /// Writes an agent's `.af` file where the operator chose, outside of what this app manages; its size in KiB.
    ///
    /// # Errors
    /// `export_refused`, `file_unwritable`, and what Letta says.
    pub async fn agent_export_to(&self, actor: &Actor, uid: &str, path: &str) -> ApiResult<u32> {
        let (open, _row, id) = self.with_letta(actor, uid).await?;
        let server = of(&open).await?;
        can_transfer(&*server)?;
        let path = crate::setup::expand(self.env(), path);
        let (at, to) = (open.clone(), path.clone());
        blocking(move || crate::settings::must_be_outside(&at, &to)).await?;
        let file = server.export(&id).await.map_err(|error| trouble(&error))?;
        let size = u32::try_from(file.len().div_ceil(1024)).unwrap_or(u32::MAX);
        blocking(move || files::write_bytes(&path, &file)).await?;
        crate::audit::note(&open, Some(actor), "agent.exported", uid);
        Ok(size)
    }
}
