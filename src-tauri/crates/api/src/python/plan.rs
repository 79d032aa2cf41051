//! The plans: build a new environment beside and swap, put a kept one back. Nothing is ever changed in place.

use sanctum_change::{Action, Plan, Planner, RunSpec, Step};
use sanctum_python::{Machine, State, build, pins, read};

use super::change::{self, Wanted};
use super::kept::{self, Kept, Where};
use super::place::{self, Place};
use crate::dto::StatusWord;
use crate::open::Open;
use crate::plan::Words;
use crate::settings::Snapshot;
use crate::setup::size;
use crate::{ApiError, ApiResult, stamps, words};

const RESTARTED: &str = "What runs on it is started again with it and watched; where it does not come up, the environment before is put back.";

/// Environments kept besides the current one.
pub(crate) const KEPT: usize = 3;

/// What ends the pins in a command that carries them.
const PINS_END: &str = "END_OF_PINS";

/// The plan that builds what is wanted beside and swaps.
pub(crate) fn build(open: &Open, snap: &Snapshot, place: &Place, wanted: &Wanted) -> ApiResult<(Plan, Words)> {
    let around = change::around(open.env());
    let (vars, had_password) = around.environment();
    let chosen = around.choose();
    let now = stamps::rfc3339(open.env().now());
    let id = new_id(open, place);
    let target = format!("{}/{id}", place.builds);
    let note = build::Note { made_at: now, title: wanted.title.clone(), replaces: place.current(open.root()) };
    let job = build::Build {
        python: &wanted.python.path,
        target: &open.root().join(&target),
        tool: &chosen.tool,
        pins: &wanted.pins,
        held: &wanted.held,
        note: &note,
    };
    let mut planner = open.planner();
    planner.icon("terminal");
    planner.group(place.title);
    let version = wanted.python.version.clone().unwrap_or_default();
    let spec = RunSpec {
        argv: job.argv(),
        cwd: place.home().to_owned(),
        env: vars,
        creates: target.clone(),
        final_path: target,
        timeout: build::TIMEOUT,
    };
    let asked = words::count(pins::requirements(&wanted.pins).len(), "package", "packages");
    planner.run(spec, "Build the new environment beside, install and check it")?;
    let built = planner.steps().len() - 1;
    planner.write_file(&place.pins, wanted.pins.clone().into_bytes(), 0o644, "Write the pins")?;
    let unlinked = let_go(open, &mut planner, place)?;
    planner.symlink(&place.link, &Place::leads_to(&id), "Use the new environment")?;
    let old = outlived(open, place)?;
    for kept in &old {
        let path = format!("{}/{}", place.builds, kept.id);
        planner.trash(&path, &format!("Move an old environment of {} to the trash", day(&kept.made_at)))?;
    }
    restarts(&mut planner, place, snap);
    let summary = format!(
        "A new environment with {asked} is built beside and checked; only then it takes the place of the present one. Nothing has been written yet."
    );
    let mut plan = planner.finish(&wanted.title, &summary);
    plan.steps[built].detail = format!("Python {version}, {}, {asked}", chosen.tool.words());
    remove_link(&mut plan, unlinked);
    let mut checks = vec![match wanted.instead.clone() {
        Some(why) => (StatusWord::Degraded, why),
        None => (StatusWord::Healthy, format!("Python {version} passed its checks")),
    }];
    if wanted.env.state != State::Absent {
        checks.push((StatusWord::Healthy, "The present environment stays as it is until then, and is kept".to_owned()));
    }
    checks.extend(chosen.why.map(|why| (StatusWord::Healthy, why)));
    for name in had_password {
        checks.push((
            StatusWord::Degraded,
            format!("`{name}` holds a password, which is left out because plans are kept; put it into ~/.netrc"),
        ));
    }
    if let Some(from) = wanted.pins_now.proposed.as_ref().filter(|_| pins::asks(&wanted.pins)) {
        checks
            .push((StatusWord::Healthy, format!("The pins file asks for nothing yet; the pins are taken from {from}")));
    }
    checks.extend(trap(place, &wanted.pins).map(|words| (StatusWord::Degraded, words)));
    if !old.is_empty() {
        let bytes = old.iter().map(kept::size).sum();
        let count = words::count(old.len(), "old environment", "old environments");
        checks.push((StatusWord::Healthy, format!("{count} ({}) beyond the last {KEPT} go to the trash", size(bytes))));
    }
    let mut command = format!("sanctumctl python install {} {} --yes", place.id, wanted.typed);
    if wanted.fed {
        let end = if wanted.pins.is_empty() || wanted.pins.ends_with('\n') { "" } else { "\n" };
        command.push_str(&format!(" <<'{PINS_END}'\n{}{end}{PINS_END}", wanted.pins));
    }
    let words = said(place, &wanted.title, command);
    Ok((plan, Words { checks, ..words }))
}

/// The plan that puts a kept environment back.
pub(crate) fn rollback(open: &Open, snap: &Snapshot, place: &Place, kept: &Kept) -> ApiResult<(Plan, Words)> {
    let env = read::read(&kept.dir, Machine::here());
    // Set aside, it is judged where it will be: its own paths lead there.
    if !env.runs() {
        let why = match &env.state {
            State::Broken(all) => all.first().map(ToString::to_string).unwrap_or_default(),
            _ => "It is empty.".to_owned(),
        };
        return Err(ApiError::refused(
            "python_kept_broken",
            format!("The kept environment cannot be used any more. {why}"),
            "Repair the present one, or put another one back.",
        ));
    }
    let title = format!("Put {} of {} back", place.named, day(&kept.made_at));
    let mut planner = open.planner();
    planner.icon("undo");
    planner.group(place.title);
    if let Some(pins) = &kept.pins {
        planner.write_file(&place.pins, pins.clone().into_bytes(), 0o644, "Put the pins back as they were")?;
    }
    let unlinked = let_go(open, &mut planner, place)?;
    if kept.place == Where::Beside {
        planner.symlink(&place.link, &Place::leads_to(&kept.id), "Use the kept environment")?;
    }
    restarts(&mut planner, place, snap);
    let summary = "Nothing is installed or removed: the kept environment takes the place of the present one, which is kept in turn. Nothing has been written yet.";
    let mut plan = planner.finish(&title, summary);
    remove_link(&mut plan, unlinked);
    if let Where::Aside(action) = &kept.place {
        plan.steps.push(Step {
            group: place.title.to_owned(),
            title: "Bring the kept environment back from the trash".to_owned(),
            detail: String::new(),
            action: (**action).clone(),
        });
    }
    let mut checks = vec![(
        StatusWord::Healthy,
        format!("Its interpreter is there: Python {}", env.python.as_deref().unwrap_or_default()),
    )];
    if kept.pins.is_none() {
        checks.push((
            StatusWord::Degraded,
            "Which pins belonged to it is not known; the pins stay as they are".to_owned(),
        ));
    }
    let command = format!("sanctumctl python rollback {} --to {} --yes", place.id, kept.id);
    Ok((plan, Words { checks, ..said(place, &title, command) }))
}

fn said(place: &Place, title: &str, command: String) -> Words {
    Words {
        undo: format!("With Undo or from Activity: {} is then as it was before.", place.named),
        action: title.to_owned(),
        command: Some(command),
        checks: Vec::new(),
        notes: vec![RESTARTED.to_owned()],
    }
}

fn restarts(planner: &mut Planner<'_>, place: &Place, snap: &Snapshot) {
    for user in place::used_by(place, &place::users(snap)) {
        planner.restarts(&user.named);
    }
}

/// Plans that what stands at the link goes; the number of the step and the target where that is a link.
fn let_go(open: &Open, planner: &mut Planner<'_>, place: &Place) -> ApiResult<Option<(usize, String)>> {
    let at = open.root().join(&place.link);
    let Ok(meta) = at.symlink_metadata() else { return Ok(None) };
    if !meta.is_symlink() {
        planner.trash(&place.link, "Set the present environment aside")?;
        return Ok(None);
    }
    let target = std::fs::read_link(&at).unwrap_or_default().display().to_string();
    planner.trash(&place.link, "Let go of the present environment")?;
    Ok(Some((planner.steps().len() - 1, target)))
}

/// A link is removed and made again by undo; in the trash it would only be clutter.
fn remove_link(plan: &mut Plan, unlinked: Option<(usize, String)>) {
    let Some((n, target)) = unlinked else { return };
    let step = &mut plan.steps[n];
    if let Action::Trash { path, .. } = &step.action {
        step.detail = format!("was → {target}");
        step.action = Action::RemoveLink { path: path.clone(), target };
    }
}

/// Those beside that are older than the last [`KEPT`], once the present one is kept too.
fn outlived(open: &Open, place: &Place) -> ApiResult<Vec<Kept>> {
    let beside = kept::all(open, place)?.into_iter().filter(|kept| kept.place == Where::Beside);
    let stays = KEPT - usize::from(place.current(open.root()).is_some());
    Ok(beside.skip(stays).collect())
}

/// Moment and a short hash: `20261128-214000-1a2b3c`.
fn new_id(open: &Open, place: &Place) -> String {
    let at = stamps::rfc3339(open.env().now());
    let digits: String = at.chars().filter(char::is_ascii_digit).collect();
    let (day, time) = digits.split_at(digits.len().min(8));
    let hash = blake3::hash(format!("{}{}{at}", uuid::Uuid::now_v7(), place.id).as_bytes()).to_hex();
    format!("{day}-{time}-{}", &hash.as_str()[..6])
}

fn day(at: &str) -> String {
    at.replace('T', " ").trim_end_matches('Z').rsplit_once(':').map_or(at.to_owned(), |(minute, _)| minute.to_owned())
}

/// What is known to go wrong with these pins.
pub(crate) fn trap(place: &Place, text: &str) -> Option<String> {
    let open = |r: &pins::Requirement| {
        let wanted = sanctum_python::version::Wanted::parse(&r.asked);
        r.name == "mcp" && wanted.is_some_and(|wanted| wanted.fits("2.3.0") == Some(true))
    };
    let lets_in = pins::requirements(text).iter().any(open);
    (place.id == "smcp" && lets_in).then(|| "SMCP does not start with mcp 2; pin `mcp<2`".to_owned())
}
