//! Whose logs may be read by whom, and where they lie.

use sanctum_logs::{Place, files_of};

use crate::open::Open;
use crate::settings::{Snapshot, Sort, Target, visible};
use crate::{Actor, ApiError, ApiResult, diff, dto, words};

/// Instances of one view.
const MOST: usize = 64;
/// Names that a note lists.
const NAMED: usize = 3;

/// The logs of one instance.
pub(super) struct Source {
    pub place: Place,
    pub shown: dto::LogSource,
    /// Its agent; `None` for a service of all.
    pub agent: Option<i64>,
}

/// The logs of all these instances.
///
/// # Errors
/// `log_nothing`, `log_unknown`.
pub(super) fn all(open: &Open, actor: &Actor, instances: &[String]) -> ApiResult<Vec<Source>> {
    if instances.is_empty() || instances.len() > MOST {
        return Err(ApiError::refused(
            "log_nothing",
            format!("Logs of {} cannot be shown together.", words::count(instances.len(), "module", "modules")),
            format!("Choose between 1 and {MOST}."),
        ));
    }
    let snap = Snapshot::of(open)?;
    let mut sources: Vec<Source> = Vec::new();
    for name in instances {
        let target = visible(open, &snap, actor, name).ok().filter(|target| may_read(actor, target));
        let target = target.ok_or_else(|| unknown(name))?;
        if sources.iter().all(|source| source.shown.instance != target.address) {
            sources.push(one(open, actor, target).ok_or_else(|| unknown(name))?);
        }
    }
    Ok(sources)
}

/// What services of all write is for administrators; who only looks at things does not read what was said to an agent.
fn may_read(actor: &Actor, target: &Target) -> bool {
    actor.must_be_admin().is_ok() || (actor.role == "user" && target.agent.is_some())
}

/// Whether this actor may still read what belongs to these agents (`None`: to all). Asked with each page, so it looks at the
/// registry alone.
///
/// # Errors
/// `log_unknown`.
pub(super) fn still(open: &Open, actor: &Actor, instances: &[String], agents: &[Option<i64>]) -> ApiResult<()> {
    if actor.must_be_admin().is_ok() {
        return Ok(());
    }
    let refused = || unknown(instances.first().map_or("", String::as_str));
    if actor.role != "user" {
        return Err(refused());
    }
    let viewer = crate::cards::viewer(actor);
    let seen = |id: &i64| open.registry().read(|c| sanctum_registry::agents::is_visible(c, *id, &viewer));
    for agent in agents {
        let Some(id) = agent else { return Err(refused()) };
        if !seen(id)? {
            return Err(refused());
        }
    }
    Ok(())
}

fn unknown(name: &str) -> ApiError {
    ApiError::refused(
        "log_unknown",
        format!("There is no module `{}` whose logs you may read.", diff::visible(name)),
        "Use an address such as `athena/broca2` or `smcp`.",
    )
}

fn one(open: &Open, actor: &Actor, target: &Target) -> Option<Source> {
    let path = target.path.as_ref().filter(|_| target.sort == Sort::Instance)?;
    let folder = open.root().join(path);
    // A link in a module's folder may lead an administrator elsewhere in this Sanctum, others nowhere.
    let within = if actor.must_be_admin().is_ok() { open.root().to_owned() } else { folder };
    let dir = crate::modules::log_dir_at(open, path);
    // In a tree that is left as it is they may lie in a folder of this app's own.
    let within = if dir.starts_with(open.root()) { within } else { dir.clone() };
    let place = Place { dir, within };
    let found = files_of(&place);
    let files: Vec<_> = found.streams.iter().flat_map(|stream| &stream.files).collect();
    let relative = |file: &&sanctum_logs::LogFile| {
        let inside = file.path.strip_prefix(open.root()).unwrap_or(&file.path);
        diff::visible(&inside.display().to_string())
    };
    let mut notes = Vec::new();
    if files.is_empty() {
        notes.push("It has written no log yet.".to_owned());
    }
    notes.extend(skipped(&found.skipped));
    if target.name.starts_with("letta") {
        notes.push(
            "What Letta writes to `~/.letta/logs` itself lies outside of this Sanctum and is not shown.".to_owned(),
        );
    }
    #[expect(clippy::cast_precision_loss, reason = "a size that is shown")]
    let bytes = files.iter().map(|file| file.bytes).sum::<u64>() as f64;
    let shown = dto::LogSource {
        instance: target.address.clone(),
        title: target.named(),
        files: files.iter().map(relative).collect(),
        bytes,
        note: (!notes.is_empty()).then(|| notes.join(" ")),
    };
    Some(Source { place, shown, agent: target.agent.as_ref().map(|(id, ..)| *id) })
}

/// "2 files are not read: a.log.1.gz (compressed), …".
fn skipped(files: &[(String, &'static str)]) -> Option<String> {
    let (first, more) = files.split_at(files.len().min(NAMED));
    let names: Vec<String> = first.iter().map(|(name, why)| format!("{} ({why})", diff::visible(name))).collect();
    let rest = if more.is_empty() { "" } else { ", …" };
    let verb = if files.len() == 1 { "is" } else { "are" };
    let count = words::count(files.len(), "file", "files");
    (!files.is_empty()).then(|| format!("{count} {verb} not read: {}{rest}.", names.join(", ")))
}
