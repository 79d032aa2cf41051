//! Activity: what was changed, by whom, and taking it back.

use sanctum_change as change;
use sanctum_registry::changes::{self, ChangeFilter, ChangeSet};

use crate::app::App;
use crate::blocking::blocking;
use crate::dto::{self, ChangeDetail, ChangeRow, ChangeState, Conflict, Page, StatusWord};
use crate::open::Open;
use crate::plan::Words;
use crate::{Actor, ApiError, ApiResult, stamps};

const MOST: u32 = 500;

impl App {
    /// One page of change sets, the latest first. `filter` is `all`, `mine` or `cli`.
    ///
    /// # Errors
    /// `filter_unknown`.
    pub async fn changes_list(
        &self,
        actor: &Actor,
        query: &str,
        filter: &str,
        offset: u32,
        limit: u32,
    ) -> ApiResult<Page<ChangeRow>> {
        let open = self.opened().await?;
        let mut wanted = ChangeFilter { query: query.to_owned(), ..ChangeFilter::default() };
        // Titles and steps name agents that others may not see.
        if actor.must_be_admin().is_err() {
            wanted.actor_user_id = Some(actor.user_id);
        }
        match filter {
            "all" => {}
            "mine" => wanted.actor_user_id = Some(actor.user_id),
            "cli" => wanted.via = Some("cli".to_owned()),
            other => {
                return Err(ApiError::refused(
                    "filter_unknown",
                    format!("There is no filter `{other}`."),
                    "Use `all`, `mine` or `cli`.",
                ));
            }
        }
        blocking(move || {
            let (rows, total) = open.registry().read(|c| changes::page(c, &wanted, offset, limit.min(MOST)))?;
            Ok(Page { items: rows.into_iter().map(shown).collect(), total })
        })
        .await
    }

    /// One change set with its steps and what stands in the way of taking it back. Administrators only: the steps show files.
    ///
    /// # Errors
    /// `change_unknown`, `not_allowed`.
    pub async fn change_get(&self, actor: &Actor, id: &str) -> ApiResult<ChangeDetail> {
        actor.must_be_admin()?;
        let open = self.opened().await?;
        let id = id.to_owned();
        blocking(move || {
            let row = find(&open, &id)?;
            let stored = open.engine().load(&id)?;
            let state = match row.state.as_str() {
                "rolled_back" => dto::StepState::RolledBack,
                "applying" => dto::StepState::Running,
                _ => dto::StepState::Done,
            };
            let steps = stored.steps.iter().map(|step| crate::plan::stored_step(step, state)).collect();
            let conflicts = if row.state == "applied" { open.engine().undo_conflicts(&id)? } else { Vec::new() };
            Ok(ChangeDetail {
                took_ms: row.took_ms.and_then(|ms| u32::try_from(ms).ok()),
                row: shown(row),
                steps,
                conflicts: conflicts.into_iter().map(|c| Conflict { target: c.target, what: c.what }).collect(),
            })
        })
        .await
    }

    /// The plan that takes a change set back.
    ///
    /// # Errors
    /// `undo_conflict` with what changed since, `not_undoable`, `change_unknown`.
    pub async fn change_undo_plan(&self, actor: &Actor, id: &str) -> ApiResult<dto::Plan> {
        actor.may_change()?;
        let open = self.opened().await?;
        let (app, who, id) = (self.clone(), actor.clone(), id.to_owned());
        blocking(move || {
            let row = find(&open, &id)?;
            if row.seq == 1 && row.undo_of.is_none() {
                return Err(ApiError::refused(
                    "not_undoable",
                    "This is the setup itself; the account that would take it back is part of it.",
                    "The last step of the setup can take it back as a whole. Later, its parts can be removed one by one.",
                ));
            }
            let plan = open.engine().plan_undo(&id)?;
            let words = Words {
                undo: "It can be applied again the same way.".to_owned(),
                action: if row.undo_of.is_some() { "Redo" } else { "Undo" }.to_owned(),
                command: Some(format!("sanctumctl changes undo {id} --yes")),
                checks: vec![(StatusWord::Healthy, "Every target is as this change left it".to_owned())],
                notes: Vec::new(),
            };
            Ok(app.0.plans.keep(plan, words, Some(who.user_id), open.env().now()))
        })
        .await
    }

    /// The latest change set that can be taken back.
    ///
    /// # Errors
    /// What the registry says.
    pub async fn changes_last_undoable(&self, actor: &Actor) -> ApiResult<Option<ChangeRow>> {
        let mine = actor.must_be_admin().is_err().then_some(actor.user_id);
        let open = self.opened().await?;
        blocking(move || {
            let wanted =
                ChangeFilter { state: Some("applied".to_owned()), actor_user_id: mine, ..ChangeFilter::default() };
            let (rows, _) = open.registry().read(|c| changes::page(c, &wanted, 0, 50))?;
            Ok(rows.into_iter().map(shown).find(|row| row.undoable && row.undo_of.is_none()))
        })
        .await
    }
}

fn find(open: &Open, id: &str) -> ApiResult<ChangeSet> {
    open.registry()
        .read(|c| changes::get(c, id))?
        .ok_or_else(|| change::ChangeError::NoSuchChange { id: id.to_owned() }.into())
}

fn shown(row: ChangeSet) -> ChangeRow {
    let is_setup = row.seq == 1 && row.undo_of.is_none();
    let (state, text) = match row.state.as_str() {
        "applied" => (ChangeState::Applied, "Applied, read back".to_owned()),
        "undone" => (ChangeState::Undone, "Undone".to_owned()),
        "rolled_back" => (ChangeState::RolledBack, row.state_note.clone().unwrap_or_else(|| "Taken back".to_owned())),
        "applying" => (ChangeState::Applying, "Being applied".to_owned()),
        _ => (ChangeState::NeedsYou, row.state_note.clone().unwrap_or_else(|| "Needs you".to_owned())),
    };
    let undo_reason = match state {
        ChangeState::Applied if is_setup => Some("The setup is taken back as a whole, from its last step".to_owned()),
        ChangeState::Applied => None,
        ChangeState::Undone => Some("It was taken back already".to_owned()),
        ChangeState::RolledBack => Some("Nothing of it stands".to_owned()),
        ChangeState::Applying => Some("It is still being applied".to_owned()),
        ChangeState::NeedsYou => Some("Somebody changed one of its targets".to_owned()),
    };
    ChangeRow {
        summary: if row.summary.is_empty() {
            crate::words::count(row.steps as usize, "step", "steps")
        } else {
            row.summary.trim_end_matches(" Nothing has been written yet.").to_owned()
        },
        at: row.finished_at.or(row.created_at).map(stamps::rfc3339).unwrap_or_default(),
        icon: row.icon.clone().unwrap_or_else(|| "tools".to_owned()),
        id: row.id,
        title: row.title,
        actor: row.actor_name,
        via: row.via,
        state,
        state_text: text,
        undoable: undo_reason.is_none(),
        undo_reason,
        undo_of: row.undo_of,
    }
}
