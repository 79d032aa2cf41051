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
        let open = self.opened().await?;
        let (app, who, id) = (self.clone(), actor.clone(), id.to_owned());
        blocking(move || {
            if who.may_change().is_err() && !find(&open, &id).is_ok_and(|row| row.actor_user_id == Some(who.user_id)) {
                who.may_change()?;
            }
            let row = find(&open, &id)?;
            if row.seq == 1 && row.undo_of.is_none() {
                return Err(ApiError::refused(
                    "not_undoable",
                    "This is the setup itself; the account that would take it back is part of it.",
                    "The last step of the setup can take it back as a whole. Later, its parts can be removed one by one.",
                ));
            }
            let plan = open.engine().plan_undo(&id)?;
            let personal = who.may_change().is_err();
            if personal && !plan.steps.iter().all(|step| is_preference_of(&step.action, who.user_id)) {
                who.may_change()?;
            }
            let gone = lost_secrets(&open, &plan)?;
            let words = Words {
                undo: "It can be applied again the same way.".to_owned(),
                action: if row.depth % 2 == 1 { "Redo" } else { "Undo" }.to_owned(),
                command: Some(format!("sanctumctl changes undo {id} --yes")),
                checks: std::iter::once((StatusWord::Healthy, "Every target is as this change left it".to_owned()))
                    .chain(gone.into_iter().map(|words| (StatusWord::Degraded, words)))
                    .collect(),
                notes: Vec::new(),
            };
            let aside = crate::secrets::Aside { personal, ..crate::secrets::Aside::default() };
            Ok(app.0.plans.keep_aside(plan, words, aside, Some(who.user_id), open.env().now()))
        })
        .await
    }

    /// The latest change set that can be taken back.
    ///
    /// # Errors
    /// What the registry says.
    pub async fn changes_last_undoable(&self, actor: &Actor) -> ApiResult<Option<ChangeRow>> {
        self.next(actor, changes::last_undoable).await
    }

    /// The latest undo that can be taken back: what `redo` brings back.
    ///
    /// # Errors
    /// What the registry says.
    pub async fn changes_last_redoable(&self, actor: &Actor) -> ApiResult<Option<ChangeRow>> {
        self.next(actor, changes::last_redoable).await
    }

    async fn next(
        &self,
        actor: &Actor,
        look: fn(
            &sanctum_registry::rusqlite::Connection,
            Option<i64>,
        ) -> Result<Option<ChangeSet>, sanctum_registry::RegistryError>,
    ) -> ApiResult<Option<ChangeRow>> {
        let mine = actor.must_be_admin().is_err().then_some(actor.user_id);
        let open = self.opened().await?;
        blocking(move || Ok(open.registry().read(|c| look(c, mine))?.map(shown).filter(|row| row.undoable))).await
    }
}

/// Whether a step only concerns what this account prefers.
fn is_preference_of(action: &change::Action, user: i64) -> bool {
    let change::Action::Registry { table, key, before, after } = action else { return false };
    let mine = |row: &change::Row| {
        row.get("scope").and_then(|v| v.as_str()).is_none_or(|scope| scope == "user")
            && row.get("scope_id").and_then(serde_json::Value::as_i64).is_none_or(|id| id == user)
    };
    let rows: Vec<&change::Row> = [Some(key), before.as_ref(), after.as_ref()].into_iter().flatten().collect();
    let named = rows.iter().any(|row| row.get("scope").is_some() && row.get("scope_id").is_some());
    table == "configurations" && named && rows.into_iter().all(mine)
}

/// References that a plan brings back although the secret store has no such item any more.
fn lost_secrets(open: &Open, plan: &change::Plan) -> ApiResult<Vec<String>> {
    let mut lost = Vec::new();
    for step in &plan.steps {
        let change::Action::Registry { after: Some(row), .. } = &step.action else { continue };
        if row.get("is_encrypted").and_then(serde_json::Value::as_i64) != Some(1) {
            continue;
        }
        let value = ["config_value", "var_value", "value"].iter().find_map(|name| row.get(name)?.as_str());
        if let Some(account) = value.filter(|account| account.contains('#')) {
            let there = open.registry().read(|c| sanctum_registry::secret_items::get(c, account))?;
            if there.is_none() {
                lost.push(format!(
                    "The secret `{account}` is not in the secret store any more; set it anew afterwards"
                ));
            }
        }
    }
    Ok(lost)
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
        is_undo: row.depth % 2 == 1,
    }
}
