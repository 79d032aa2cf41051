//! Plans between being shown and being applied: kept here by id, drawn for the operator, applied once.
//!
//! A plan lives in memory only. Nothing of it is written before `plan_apply`, and a plan that is not applied within the
//! hour is forgotten.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use sanctum_change::{self as change, StepView};
use time::{Duration, OffsetDateTime};

use crate::dto::{self, StatusWord, StepKind};
use crate::secrets::Aside;
use crate::{ApiError, ApiResult, diff};

/// Plans are forgotten after this; what they were made from has aged too.
const KEPT_FOR: Duration = Duration::hours(1);

/// What is said about a plan besides its steps.
#[derive(Debug, Clone, Default)]
pub(crate) struct Words {
    pub undo: String,
    pub action: String,
    pub command: Option<String>,
    pub checks: Vec<(StatusWord, String)>,
    /// Told after it was applied.
    pub notes: Vec<String>,
}

/// A plan that waits.
#[derive(Clone)]
pub(crate) struct Pending {
    pub plan: Arc<change::Plan>,
    pub words: Words,
    pub made_at: OffsetDateTime,
    /// Who asked for it; only this person may apply it. `None` before there is an account.
    pub user_id: Option<i64>,
    pub cancel: Arc<AtomicBool>,
    /// Holds only if no module of this agent runs; looked at again when it is applied.
    pub still: Option<String>,
    /// What is done besides its steps.
    pub aside: Aside,
    running: Arc<AtomicBool>,
}

impl Pending {
    /// Marks it as being applied until the guard goes.
    ///
    /// # Errors
    /// `plan_running` where somebody applies it already: two at once would take each other's secrets away.
    pub fn run(&self) -> ApiResult<Running> {
        if self.running.swap(true, Ordering::SeqCst) {
            return Err(ApiError::refused(
                "plan_running",
                "This plan is being applied already.",
                "Wait for its result.",
            ));
        }
        Ok(Running(Some(self.running.clone())))
    }

    fn is_running(&self) -> bool {
        self.running.load(Ordering::SeqCst)
    }
}

/// A plan is being applied for as long as this lives.
pub(crate) struct Running(Option<Arc<AtomicBool>>);

impl Running {
    /// It was applied, and is never applied again by whoever still holds it.
    pub fn applied(mut self) {
        self.0 = None;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(running) = self.0.take() {
            running.store(false, Ordering::SeqCst);
        }
    }
}

/// All plans that wait or run.
#[derive(Default)]
pub(crate) struct Plans(Mutex<HashMap<String, Pending>>);

impl Plans {
    pub fn keep(&self, plan: change::Plan, words: Words, user_id: Option<i64>, now: OffsetDateTime) -> dto::Plan {
        self.keep_while(plan, words, user_id, now, None)
    }

    /// Keeps a plan that holds only while no module of the agent `still` runs.
    pub fn keep_while(
        &self,
        plan: change::Plan,
        words: Words,
        user_id: Option<i64>,
        now: OffsetDateTime,
        still: Option<String>,
    ) -> dto::Plan {
        self.wait(plan, words, user_id, now, still, Aside::default())
    }

    /// Keeps a plan with what is done besides its steps.
    pub fn keep_aside(
        &self,
        plan: change::Plan,
        words: Words,
        aside: Aside,
        user_id: Option<i64>,
        now: OffsetDateTime,
    ) -> dto::Plan {
        self.wait(plan, words, user_id, now, None, aside)
    }

    /// Both: what is done besides its steps, and only while no module of `still` runs.
    pub fn wait(
        &self,
        plan: change::Plan,
        words: Words,
        user_id: Option<i64>,
        now: OffsetDateTime,
        still: Option<String>,
        aside: Aside,
    ) -> dto::Plan {
        let shown = show(&plan, &words);
        let pending = Pending {
            plan: Arc::new(plan),
            words,
            made_at: now,
            user_id,
            cancel: Arc::default(),
            still,
            aside,
            running: Arc::default(),
        };
        let mut plans = lock(&self.0);
        plans.retain(|_, kept| kept.is_running() || now - kept.made_at < KEPT_FOR);
        plans.insert(shown.id.clone(), pending);
        shown
    }

    /// Looks a plan up for `user_id`.
    ///
    /// # Errors
    /// `plan_unknown` where it was applied, forgotten, or made for somebody else.
    pub fn get(&self, id: &str, user_id: Option<i64>, now: OffsetDateTime) -> ApiResult<Pending> {
        let waits = |kept: &&Pending| kept.user_id == user_id && now - kept.made_at < KEPT_FOR;
        lock(&self.0).get(id).filter(waits).cloned().ok_or_else(|| {
            ApiError::refused(
                "plan_unknown",
                "This plan is not waiting any more.",
                "Make it again and look at it afresh.",
            )
        })
    }

    pub fn forget(&self, id: &str) {
        lock(&self.0).remove(id);
    }

    /// Forgets all that wait: another install is opened. What runs goes on.
    pub fn clear(&self) {
        lock(&self.0).retain(|_, kept| kept.is_running());
    }

    /// Asks a running plan to stop; it takes back what it did.
    pub fn cancel(&self, id: &str) -> bool {
        lock(&self.0).get(id).map(|kept| kept.cancel.store(true, Ordering::SeqCst)).is_some()
    }
}

/// A poisoned lock only means that another call panicked; the map itself is whole.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// The plan as the operator reads it.
pub(crate) fn show(plan: &change::Plan, words: &Words) -> dto::Plan {
    dto::Plan {
        id: plan.id.clone(),
        title: plan.title.clone(),
        summary: plan.summary.clone(),
        steps: change::describe(plan).iter().map(|view| step(view, None)).collect(),
        restarts: plan.restarts.clone(),
        irreversible: plan.irreversible.clone(),
        undo: words.undo.clone(),
        checks: words.checks.iter().map(|(word, text)| dto::PlanCheck { word: *word, text: text.clone() }).collect(),
        action: words.action.clone(),
        command: words.command.clone(),
    }
}

/// A settings file as it may be shown: the values of keys that look like secrets are covered.
fn covered(target: &str, bytes: Option<&[u8]>) -> Option<Vec<u8>> {
    let bytes = bytes?;
    if !target.ends_with(".env") {
        return Some(bytes.to_vec());
    }
    let text = String::from_utf8_lossy(bytes);
    let lines = text.split_inclusive('\n').map(|line| {
        let (key, value) = line.split_once('=').unwrap_or((line, ""));
        let name = key.trim().trim_start_matches('#').trim().trim_start_matches("export ").trim();
        let bare = value.trim().trim_matches(['\'', '"']);
        if bare.is_empty() || !sanctum_config::effective::looks_secret(name) {
            return line.to_owned();
        }
        format!("{key}=••••••{}", if line.ends_with('\n') { "\n" } else { "" })
    });
    Some(lines.collect::<String>().into_bytes())
}

/// The changed lines of a patched file, each with its number; values that look like secrets are covered.
fn hunks(target: &str, hunks: &[change::HunkView]) -> (Vec<dto::DiffLine>, u32) {
    let mut lines = Vec::new();
    for hunk in hunks {
        let sides =
            [(dto::DiffKind::Del, hunk.line_before, &hunk.before), (dto::DiffKind::Add, hunk.line_after, &hunk.after)];
        for (kind, first, text) in sides {
            let shown = covered(target, Some(text.as_bytes())).unwrap_or_default();
            let shown = String::from_utf8_lossy(&shown).into_owned();
            lines.extend(shown.lines().enumerate().map(|(n, line)| dto::DiffLine {
                kind,
                number: u32::try_from(first + n).unwrap_or(u32::MAX),
                text: diff::visible(line),
            }));
        }
    }
    let left_out = lines.len().saturating_sub(diff::MOST_LINES);
    lines.truncate(diff::MOST_LINES);
    (lines, u32::try_from(left_out).unwrap_or(u32::MAX))
}

/// One step with its difference.
pub(crate) fn step(view: &StepView, state: Option<dto::StepState>) -> dto::PlanStep {
    let (diff, diff_left_out) = match (&view.row_before, &view.row_after) {
        (None, None) if view.patch.is_some() => hunks(&view.target, view.patch.as_deref().unwrap_or_default()),
        (None, None) => {
            let (before, after) =
                (covered(&view.target, view.before.as_deref()), covered(&view.target, view.after.as_deref()));
            diff::lines(before.as_deref(), after.as_deref())
        }
        (before, after) => {
            // Of a row that changes only what changes, and of none what is merely measured.
            let secret = [before, after].into_iter().flatten().any(names_secret);
            let shown = |row: &change::Row, other: &Option<change::Row>| {
                let differs = |(name, value): &(&String, &serde_json::Value)| {
                    let same = other.as_ref().is_some_and(|other| other.get(name.as_str()) == Some(*value));
                    !same && !change::MEASURED_COLUMNS.contains(&name.as_str())
                };
                let of = change::Row(row.0.iter().filter(differs).map(|(k, v)| (k.clone(), v.clone())).collect());
                row_text(&of, secret && !is_sealed(row))
            };
            let (before, after) =
                (before.as_ref().map(|row| shown(row, after)), after.as_ref().map(|row| shown(row, before)));
            diff::lines(before.as_deref().map(str::as_bytes), after.as_deref().map(str::as_bytes))
        }
    };
    dto::PlanStep {
        group: view.group.clone(),
        kind: kind(view.kind),
        title: view.title.clone(),
        target: view.target.clone(),
        detail: view.detail.clone(),
        diff,
        diff_left_out,
        state,
    }
}

/// One step of an applied change set.
pub(crate) fn stored_step(stored: &change::StoredStep, state: dto::StepState) -> dto::PlanStep {
    let view = StepView {
        group: stored.group.clone(),
        title: stored.title.clone(),
        kind: stored.action_kind,
        target: stored.target.clone(),
        detail: stored.detail.clone(),
        before: stored.before.clone(),
        after: stored.after.clone(),
        patch: stored.patch.clone(),
        row_before: stored.row_before.clone(),
        row_after: stored.row_after.clone(),
    };
    step(&view, Some(state))
}

/// Whether its value is the reference of a secret.
fn is_sealed(row: &change::Row) -> bool {
    row.get("is_encrypted").and_then(serde_json::Value::as_i64) == Some(1)
}

/// Whether a row is about something that is a secret, or was or becomes one.
fn names_secret(row: &change::Row) -> bool {
    let names = ["config_key", "var_name", "key"].into_iter().filter_map(|column| row.get(column)?.as_str());
    is_sealed(row) || names.into_iter().any(sanctum_config::effective::looks_secret)
}

/// A registry row as lines: `column = value`; references by what they point at. A secret that stands there in plain text is
/// covered.
fn row_text(row: &change::Row, plain: bool) -> String {
    use sanctum_config::effective::holds_password;
    row.0
        .iter()
        .map(|(column, value)| match value {
            serde_json::Value::String(text) if column == "config" => document_text(text),
            serde_json::Value::String(_)
                if ["config_value", "var_value", "value"].contains(&column.as_str())
                    && (plain || holds_password(value)) =>
            {
                format!("{column} = {}\n", change::MASK)
            }
            serde_json::Value::String(text) => format!("{column} = {text}\n"),
            serde_json::Value::Null => format!("{column} = (nothing)\n"),
            serde_json::Value::Object(_) => format!("{column} = {}\n", reference_text(value)),
            other => format!("{column} = {other}\n"),
        })
        .collect()
}

/// An instance's own settings, one line each.
fn document_text(text: &str) -> String {
    fn leaves(name: &str, value: &serde_json::Value, out: &mut String) {
        match value {
            serde_json::Value::Object(object) if !object.is_empty() && crate::settings::reference(value).is_none() => {
                for (key, inner) in object {
                    let name = format!("{name} · {key}");
                    if inner.is_string() && sanctum_config::effective::looks_secret(key) {
                        out.push_str(&format!("{name} = {}\n", change::MASK));
                    } else {
                        leaves(&name, inner, out);
                    }
                }
            }
            other if sanctum_config::effective::holds_password(other) => {
                out.push_str(&format!("{name} = {}\n", change::MASK));
            }
            other => out.push_str(&format!("{name} = {other}\n")),
        }
    }
    match serde_json::from_str::<serde_json::Value>(text) {
        Ok(document) => {
            let mut out = String::new();
            leaves("config", &document, &mut out);
            out
        }
        Err(_) => format!("config = {text}\n"),
    }
}

fn reference_text(value: &serde_json::Value) -> String {
    let key = value.pointer("/$ref/key").and_then(|key| key.as_object());
    let table = value.pointer("/$ref/table").and_then(|table| table.as_str()).unwrap_or("row");
    let named = key.and_then(|key| key.values().find_map(|v| v.as_str())).unwrap_or("");
    format!("the new row of {table} {named}")
}

fn kind(kind: &str) -> StepKind {
    match kind {
        "create_dir" => StepKind::CreateDir,
        "write_file" | "patch_file" | "their_rows" | "symlink" | "restore" => StepKind::WriteFile,
        "trash" => StepKind::Trash,
        "set_mode" => StepKind::SetMode,
        "registry" => StepKind::Registry,
        "remote" => StepKind::WriteFile,
        "run" => StepKind::Run,
        _ => StepKind::Remove,
    }
}
