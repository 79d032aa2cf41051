//! `run/start.sh` of an instance that gets secrets: fixed text that asks `sanctumctl` to hand them over.

use sanctum_change::Planner;
use sanctum_install::layout;

use super::propose::Proposal;
use super::snapshot::Snapshot;
use crate::ApiResult;
use crate::dto::StatusWord;
use crate::open::Open;

/// Replaces our own plain script by our own one with secrets; a script that somebody else wrote is left as it is, and said.
pub(crate) fn steps(
    planner: &mut Planner<'_>,
    open: &Open,
    snap: &Snapshot,
    out: &Proposal,
) -> ApiResult<Vec<(StatusWord, String)>> {
    let mut said = Vec::new();
    for path in &out.by_environment {
        let Some(target) = snap.targets.iter().find(|t| t.path.as_ref() == Some(path)) else { continue };
        let file = format!("{path}/run/start.sh");
        let there = std::fs::read(snap.root.join(&file)).ok();
        match (layout::start_scripts(&target.name), there) {
            (Some(ours), Some(bytes)) if bytes == ours.with_secrets => {}
            (Some(ours), Some(bytes)) if bytes == ours.plain => {
                planner.group(&target.named());
                planner.patch_file(&file, ours.with_secrets, &[], "Start it with its secrets")?;
                // Nothing is added to a tree that was adopted to be left as it is.
                if !open.is_adopted() {
                    stop_script(planner, snap, path, &target.name)?;
                }
            }
            (_, Some(_)) => said.push((
                StatusWord::Degraded,
                format!(
                    "`{file}` is not ours and stays as it is. Started by it, {} gets no secrets; `sanctumctl secrets exec --instance {} -- …` hands them over.",
                    target.named(),
                    layout::quote(&target.address).unwrap_or_else(|_| "…".to_owned())
                ),
            )),
            (_, None) => said.push((
                StatusWord::Degraded,
                format!(
                    "{} is not started from here. Whatever starts it must hand the secrets over: `sanctumctl secrets exec --instance {} -- …`.",
                    target.named(),
                    layout::quote(&target.address).unwrap_or_else(|_| "…".to_owned())
                ),
            )),
        }
    }
    Ok(said)
}

/// Beside our own start script stands our own stop script; one that was laid out before there was one gets it now.
fn stop_script(planner: &mut Planner<'_>, snap: &Snapshot, path: &str, name: &str) -> ApiResult<()> {
    let file = format!("{path}/run/stop.sh");
    match layout::stop_script(name) {
        Some(script) if snap.root.join(&file).symlink_metadata().is_err() => {
            Ok(planner.write_file(&file, script, 0o700, "Write its stop script")?)
        }
        _ => Ok(()),
    }
}
