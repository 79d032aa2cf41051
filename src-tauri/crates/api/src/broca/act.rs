//! What may be done to Broca's queue while it runs (`facts/modules.md` 1.6), as a plan that can be taken back.
//!
//! A message that the agent never answers is in Broca's hands nearly all the time: it waits between its tries with it. Then it can be
//! set aside only while Broca does not run, for Broca lets it wait again whatever its row says meanwhile.
//!
//! A row that Broca moved on since makes the plan stale, and the undo a conflict: what it has begun is its own.

use sanctum_change::{MOST_THEIR_ROWS, Row, TheirRow};
use sanctum_chat::broca::Broca;
use sanctum_chat::broca::actions::{Action, Touched};

use super::look::{opened, outside, told};
use super::place::{File, Found};
use crate::agents::visible;
use crate::app::App;
use crate::blocking::blocking;
use crate::dto::{self, BrocaAction, StatusWord};
use crate::open::Open;
use crate::plan::Words;
use crate::words::count;
use crate::{Actor, ApiError, ApiResult};

/// Ids named in one call at most.
const MOST_IDS: usize = 1_000;

impl App {
    /// The plan of an act on Broca's queue: on the rows named, or without ids on all that it fits. Rows are taken out only by
    /// their ids.
    ///
    /// # Errors
    /// `agent_unknown`, `not_allowed`, as [`App::broca_queue`]; `broca_no_database`, `broca_nothing_to_do`, `broca_which`.
    pub async fn broca_action_plan(
        &self,
        actor: &Actor,
        uid: &str,
        action: BrocaAction,
        ids: &[u32],
    ) -> ApiResult<dto::Plan> {
        let open = self.opened().await?;
        let (app, who, uid, ids) = (self.clone(), actor.clone(), uid.to_owned(), ids.to_vec());
        blocking(move || {
            let agent = visible(&open, &who, &uid)?;
            who.may_change()?;
            let found = super::place::find(&open, &who, &agent)?;
            let (plan, words) = act(&open, &found, &agent.uid, agent.title(), action, &ids)?;
            Ok(app.0.plans.keep(plan, words, Some(who.user_id), open.env().now()))
        })
        .await
    }
}

fn act(
    open: &Open,
    found: &Found,
    uid: &str,
    name: &str,
    action: BrocaAction,
    ids: &[u32],
) -> ApiResult<(sanctum_change::Plan, Words)> {
    let rel = match &found.file {
        File::At(rel) => rel,
        File::Outside => return Err(outside()),
        File::None => {
            return Err(ApiError::refused(
                "broca_no_database",
                format!("The Broca of {name} has no database yet, so its queue is empty."),
                "It is made when Broca first starts.",
            ));
        }
    };
    let runs = crate::cards::working_in(&found.folder);
    let broca = opened(open, rel)?;
    let mut rows = touched(&broca, action, ids, runs.is_none())?;
    if rows.is_empty() && action == BrocaAction::Flush {
        let held = touched(&broca, action, ids, true)?.len();
        if held > 0 {
            return Err(in_hand(uid, name, held));
        }
    }
    let fit = rows.len();
    rows.truncate(MOST_THEIR_ROWS);
    let (word, title, done) = match action {
        BrocaAction::Requeue => ("requeue", "Let them wait again", "wait again"),
        BrocaAction::Flush => ("flush", "Set them aside", "are set aside"),
        BrocaAction::Delete => ("delete", "Take them out of the queue", "are taken out"),
    };
    let mut planner = open.planner();
    planner.icon("chat");
    planner.group(&found.heading);
    let steps = rows.into_iter().map(step).collect();
    let left = planner.their_rows(rel, "queue", steps, title)?;
    if left == 0 {
        return Err(nothing(name, action));
    }
    let ids_said: String = ids.iter().map(|id| format!(" --id {id}")).collect();
    let mut checks = vec![match &runs {
        Some(who) => (StatusWord::Healthy, format!("Broca may run meanwhile: {who}")),
        None => (StatusWord::Healthy, "Broca does not run".to_owned()),
    }];
    if !ids.is_empty() && left < ids.len() {
        checks.push((StatusWord::Degraded, format!("Of the {} named, {left} can be changed so", ids.len())));
    }
    if fit > MOST_THEIR_ROWS {
        checks.push((StatusWord::Degraded, format!("The oldest {MOST_THEIR_ROWS} of {fit}; do it again for the rest")));
    }
    let rows_said = count(left, "message", "messages");
    let summary = format!("{rows_said} of its queue {done}; what was said stays. Nothing has been written yet.");
    let heading = match action {
        BrocaAction::Requeue => format!("Try {rows_said} of {name}’s Broca again"),
        BrocaAction::Flush => format!("Set {rows_said} of {name}’s Broca aside"),
        BrocaAction::Delete => format!("Take {rows_said} out of the queue of {name}’s Broca"),
    };
    let words = Words {
        undo: "With Undo or from Activity, as long as Broca has not gone on with them.".to_owned(),
        action: heading.clone(),
        command: (action != BrocaAction::Delete).then(|| format!("sanctumctl broca {word} {uid}{ids_said} --yes")),
        checks,
        notes: match (action, runs) {
            (BrocaAction::Requeue, None) => vec!["Broca tries them when it is started.".to_owned()],
            _ => Vec::new(),
        },
    };
    Ok((planner.finish(&heading, &summary), words))
}

fn touched(broca: &Broca, action: BrocaAction, ids: &[u32], idle: bool) -> ApiResult<Vec<Touched>> {
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    ids.dedup();
    if ids.len() > MOST_IDS || (ids.is_empty() && action == BrocaAction::Delete) {
        return Err(ApiError::refused(
            "broca_which",
            "It is not clear which rows of the queue are meant. Nothing was changed.",
            format!("Name 1 to {MOST_IDS} of them by their ids."),
        ));
    }
    let one = |id: Option<u32>| {
        let id = id.map(i64::from);
        let action = match (action, id) {
            (BrocaAction::Requeue, id) => Action::Requeue(id),
            (BrocaAction::Flush, id) if idle => Action::FlushIdle(id),
            (BrocaAction::Flush, id) => Action::Flush(id),
            (BrocaAction::Delete, id) => Action::Delete(id.unwrap_or_default()),
        };
        broca.plan(action).map_err(told)
    };
    if ids.is_empty() {
        return one(None);
    }
    let all: ApiResult<Vec<Vec<Touched>>> = ids.into_iter().map(|id| one(Some(id))).collect();
    Ok(all?.into_iter().flatten().collect())
}

fn step(touched: Touched) -> TheirRow {
    TheirRow {
        key: Row::new().with("id", touched.before.id),
        before: Some(Row::new().with("status", touched.before.status)),
        after: touched.after.map(|status| Row::new().with("status", status)),
    }
}

fn in_hand(uid: &str, name: &str, held: usize) -> ApiError {
    let (has, it) = if held == 1 { ("a message", "it") } else { ("messages", "them") };
    ApiError::refused(
        "broca_in_hand",
        format!("The Broca of {name} has {has} in its hands, and tries {it} again whatever is written here meanwhile."),
        format!("Stop Broca first, then `sanctumctl broca flush {uid}` sets {it} aside for good."),
    )
}

fn nothing(name: &str, action: BrocaAction) -> ApiError {
    let what = match action {
        BrocaAction::Requeue => "has failed",
        BrocaAction::Flush => "waits",
        BrocaAction::Delete => "can be taken out: it is gone, or Broca works on it",
    };
    ApiError::refused(
        "broca_nothing_to_do",
        format!("Nothing that was named in the queue of {name}’s Broca {what}."),
        "Look at the queue again; Broca may have gone on with it.",
    )
}
