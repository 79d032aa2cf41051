//! What no plan may do, whatever it finds: touch the engine's own files or the registry, or name rows it may not.
//!
//! It looks at the plan and the paths of the install; at the disk only to learn where a place outside of the root really is.

use std::path::Path;

use crate::disk::Places;
use crate::lock::LOCK_FILE;
use crate::{Action, ChangeError, Plan, RelPath, rows, theirs};

fn within(path: &Path, root: &Path) -> Option<RelPath> {
    RelPath::new(path.strip_prefix(root).ok()?.to_str()?).ok()
}

/// Refuses a plan that is not well formed or reaches for what is the engine's.
pub(crate) fn plan(
    plan: &Plan,
    root: &Path,
    state_dir: &Path,
    registry: &Path,
    places: &Places,
) -> Result<(), ChangeError> {
    let well_named =
        !plan.id.is_empty() && plan.id.len() <= 64 && plan.id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if !well_named {
        return Err(ChangeError::BadPath {
            path: plan.id.clone(),
            reason: "a plan's number holds letters, digits and `-` only".to_owned(),
        });
    }
    let (state, registry) = (within(state_dir, root), within(registry, root));
    for step in &plan.steps {
        if let Action::Registry { table, key, .. } = &step.action {
            rows::check_shape(table, key)?;
        }
        if let Action::TheirRows { path, table, rows } = &step.action {
            theirs::check_shape(path, table, rows)?;
        }
        let paths: Vec<&RelPath> = match &step.action {
            Action::TheirRows { path, .. } => vec![path],
            Action::Run { creates, final_path, cwd, .. } => {
                vec![creates, final_path].into_iter().chain(cwd.place().map(|_| cwd)).collect()
            }
            other => other.path().into_iter().collect(),
        };
        for path in paths {
            let refuse = |reason: &str| Err(ChangeError::BadPath { path: path.to_string(), reason: reason.to_owned() });
            if path.is_root() {
                return refuse("it is the root itself");
            }
            if path.as_str().split('/').any(|name| name.starts_with(".sanctum-")) {
                return refuse("names that begin with `.sanctum-` are the engine's own");
            }
            if let Some(name) = path.place() {
                let Some(dir) = places.get(name) else {
                    return refuse(&format!("no place named `@{name}` is known here"));
                };
                if let Err(reason) = in_place(path, &step.action, dir, [root, state_dir]) {
                    return refuse(reason);
                }
                continue;
            }
            if let Some(state) = &state {
                let inside = path.as_str().strip_prefix(state.as_str()).map(|rest| rest.trim_start_matches('/'));
                let first = inside.filter(|_| path.is_within(state)).and_then(|rest| rest.split('/').next());
                if matches!(first, Some("trash" | LOCK_FILE)) {
                    return refuse("the engine keeps its trash and its lock there");
                }
                if state.is_within(path) && !matches!(step.action, Action::CreateDir { .. } | Action::SetMode { .. }) {
                    return refuse("it holds the engine's own folder");
                }
            }
            let beside = |file: &RelPath| {
                path == file || path.as_str().strip_prefix(file.as_str()).is_some_and(|rest| rest.starts_with('-'))
            };
            if registry.as_ref().is_some_and(|file| beside(file) || file.is_within(path) && removes(&step.action)) {
                return refuse("it is the registry, which changes through registry steps");
            }
        }
    }
    Ok(())
}

/// What may be done in a place outside of the root, and that it really lies outside: one file must not have two names.
fn in_place(path: &RelPath, action: &Action, dir: &Path, own: [&Path; 2]) -> Result<(), &'static str> {
    if path.is_base() {
        return Err("it is the place itself");
    }
    let allowed = matches!(
        action,
        Action::CreateDir { .. }
            | Action::WriteFile { .. }
            | Action::PatchFile { .. }
            | Action::RemoveFile { .. }
            | Action::RemoveDir { .. }
    );
    if !allowed {
        return Err("outside of the root only files and folders are written and removed");
    }
    if !dir.is_absolute() {
        return Err("its place is not named by an absolute path");
    }
    let real = |folder: &Path| folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let target = path.beneath_base().beneath(&real(dir));
    if own.into_iter().map(real).any(|own| target.starts_with(&own) || own.starts_with(&target)) {
        return Err("its place leads into the root, where it has another name");
    }
    Ok(())
}

fn removes(action: &Action) -> bool {
    matches!(action, Action::Trash { .. } | Action::RemoveDir { .. } | Action::RemoveFile { .. })
}

/// Whether a step makes the very folder in which the journal lies. It was planned before the journal existed, and exists by
/// now because the journal does; so it is done already and is never taken back.
pub(crate) fn holds_registry(action: &Action, root: &Path, state_dir: &Path) -> bool {
    match action {
        Action::CreateDir { path, .. } => within(state_dir, root).is_some_and(|state| state.is_within(path)),
        _ => false,
    }
}
