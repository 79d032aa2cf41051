//! What a draft comes to: the numbers a form shows while it is edited, and the plan with everything around its steps.

use std::collections::BTreeSet;

use sanctum_change::Planner;

use super::draft::Draft;
use super::ports;
use super::propose::{self, Patch, Proposal};
use super::shown;
use super::snapshot::Snapshot;
use super::start_script;
use super::target::Target;
use crate::dto::{DraftCheck, SettingAfter, SettingEdit, StatusWord};
use crate::open::Open;
use crate::plan::{Words, lock};
use crate::secrets::Aside;
use crate::{Actor, ApiError, ApiResult, words};

impl Draft {
    pub fn check(
        mut self,
        open: &Open,
        snap: &Snapshot,
        target: &Target,
        edits: &[SettingEdit],
        actor: &Actor,
    ) -> DraftCheck {
        let (world, out, _) = self.work_out(snap);
        let after = snap.view_in(&world, target, Some(actor.user_id), &self.claimed);
        let ids: BTreeSet<&str> = edits.iter().map(|edit| edit.id.as_str()).collect();
        let after = ids
            .into_iter()
            .filter_map(|id| {
                let field = after.field(id.strip_prefix("env:").unwrap_or(id))?;
                let effective = after.effective(field);
                Some(SettingAfter {
                    id: id.to_owned(),
                    value: effective.as_ref().map(|(value, _)| shown::text(value, field.secret)),
                    level: effective.map(|(_, level)| shown::wire(level)),
                })
            })
            .collect();
        let touched: Vec<(String, u32, u32)> =
            out.files.iter().filter_map(|(file, patches)| touched(snap, file, patches)).collect();
        DraftCheck {
            problems: self.problems,
            after,
            files: u32::try_from(touched.len()).unwrap_or(u32::MAX),
            touches: touched.iter().map(|(file, changed, rest)| touch(file, *changed, *rest)).collect(),
            instances: out.instances.iter().cloned().collect(),
            restarts: restarts(open, &out),
        }
    }

    /// The plan. `command` is its equivalent in the terminal, where there is one.
    pub fn plan(
        self,
        open: &Open,
        snap: &Snapshot,
        actor: &Actor,
        title: &str,
        command: &str,
    ) -> ApiResult<(sanctum_change::Plan, Words, Aside)> {
        self.plan_with(open, snap, actor, title, command, &|_| Ok(()))
    }

    /// The same with `more` that belongs to it and is no setting.
    pub fn plan_with(
        mut self,
        open: &Open,
        snap: &Snapshot,
        actor: &Actor,
        title: &str,
        command: &str,
        more: &dyn Fn(&mut Planner<'_>) -> ApiResult<()>,
    ) -> ApiResult<(sanctum_change::Plan, Words, Aside)> {
        let (world, out, _) = self.work_out(snap);
        if self.told.is_empty() {
            return Err(ApiError::refused(
                "settings_invalid",
                match self.problems.as_slice() {
                    [] => "There is nothing to change.".to_owned(),
                    [one] => one.message.clone(),
                    more => format!("{} values cannot be taken.", more.len()),
                },
                "Nothing was changed. Correct what is marked, then try again.",
            )
            .with_details(self.problems.iter().map(|p| format!("{}: {}", p.id, p.message))));
        }
        let mut planner = open.planner();
        planner.icon("tools");
        // What was left out takes its value, or its clearing, with it.
        let said: BTreeSet<&str> = self.told.iter().filter_map(|one| one.stored.as_ref()?.value.as_str()).collect();
        let mut secrets = std::mem::take(&mut self.secrets);
        secrets.retain(|one| said.contains(one.account.as_str()));
        let cleared = self.told.iter().any(|one| one.stored.is_none());
        let mut aside = Aside {
            secrets,
            purge: if cleared { std::mem::take(&mut self.purge) } else { Vec::new() },
            ..Aside::default()
        };
        propose::steps(&mut planner, open, snap, &world, &self.told, &out, &mut aside.secrets, actor.user_id)?;
        super::preferences::steps(&mut planner, open, &self.told)?;
        more(&mut planner)?;
        if !aside.purge.is_empty() {
            let store = crate::state::store_info(open.env().secret_store, None).name;
            planner.irreversible(&format!(
                "The value itself: it leaves {store}. Undo brings back the reference, not the value."
            ));
        }
        let (plan, words) = finish(planner, open, snap, actor, &self, &out, title, command)?;
        Ok((plan, words, aside))
    }
}

/// Everything around the steps: ports, start scripts, restarts, notes.
#[expect(clippy::too_many_arguments, reason = "the parts of one plan, each made elsewhere")]
pub(crate) fn finish(
    mut planner: Planner<'_>,
    open: &Open,
    snap: &Snapshot,
    actor: &Actor,
    draft: &Draft,
    out: &Proposal,
    title: &str,
    command: &str,
) -> ApiResult<(sanctum_change::Plan, Words)> {
    ports::steps(&mut planner, &draft.ports, actor.user_id)?;
    let mut checks = start_script::steps(&mut planner, open, snap, out)?;
    let waiting = restarts(open, out);
    waiting.iter().for_each(|what| planner.restarts(what));
    checks.extend(out.notes.iter().map(|note| (StatusWord::Degraded, note.clone())));
    checks.extend(draft.problems.iter().map(|p| {
        let left_out = if p.blocks { "Left out: " } else { "" };
        (StatusWord::Degraded, format!("{left_out}{}", p.message))
    }));
    if checks.is_empty() {
        checks.push((StatusWord::Healthy, "Every value fits its schema".to_owned()));
    }
    let files = words::count(out.files.len(), "file", "files");
    let named: Vec<&str> = out.instances.iter().take(6).map(String::as_str).collect();
    let reached = match (out.instances.len(), named.len()) {
        (0, _) => "No module gets another value".to_owned(),
        (1, _) => format!("{} gets another value", named[0]),
        (all, shown) if all == shown => format!("{} get other values", words::list(&named)),
        (all, shown) => format!("{} and {} more get other values", named.join(", "), all - shown),
    };
    let plan = planner.finish(title, &format!("{reached}; {files} written. Nothing has been written yet."));
    let changes = draft.told.len();
    let words = Words {
        undo: "With Undo or from Activity, as long as nobody changed the same files since.".to_owned(),
        action: if changes == 1 { "Apply 1 change".to_owned() } else { format!("Apply {changes} changes") },
        command: (!command.is_empty()).then(|| command.to_owned()),
        checks,
        notes: if waiting.is_empty() { Vec::new() } else { waiting.iter().map(|what| format!("{what}.")).collect() },
    };
    Ok((plan, words))
}

fn touched(snap: &Snapshot, file: &str, patches: &[Patch]) -> Option<(String, u32, u32)> {
    let found = snap.files.read(&snap.root, file);
    let changed = patches.iter().filter(|patch| found.says(&patch.key) != patch.text).count();
    let changed = u32::try_from(changed).unwrap_or(u32::MAX);
    (changed > 0).then(|| (file.to_owned(), changed, found.lines.saturating_sub(changed)))
}

fn touch(file: &str, changed: u32, rest: u32) -> String {
    let short: Vec<&str> = file.rsplit('/').take(2).collect();
    let short = short.into_iter().rev().collect::<Vec<_>>().join("/");
    let lines = words::count(changed as usize, "line", "lines");
    match rest {
        0 => format!("{lines} of `{short}`"),
        1 => format!("{lines} of `{short}`, the other one stays as it is"),
        n => format!("{lines} of `{short}`, the other {n} stay as they are"),
    }
}

/// Which of the modules that get another value run now.
fn restarts(open: &Open, out: &Proposal) -> Vec<String> {
    let mut processes = lock(&open.settings.processes);
    out.restarts
        .iter()
        .filter_map(|(path, named)| {
            let running = processes.in_folder(&open.root().join(path))?;
            Some(format!("{named} must restart to see it ({} runs since before)", running.who))
        })
        .collect()
}
