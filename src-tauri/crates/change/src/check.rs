//! What no plan may do, whatever it finds: touch the engine's own files or the registry, or name rows it may not.
//!
//! Pure: it looks at the plan and the paths of the install, never at the disk.

use std::path::Path;

use crate::lock::LOCK_FILE;
use crate::{Action, ChangeError, Plan, RelPath, rows};

fn within(path: &Path, root: &Path) -> Option<RelPath> {
    RelPath::new(path.strip_prefix(root).ok()?.to_str()?).ok()
}

/// Refuses a plan that is not well formed or reaches for what is the engine's.
pub(crate) fn plan(plan: &Plan, root: &Path, state_dir: &Path, registry: &Path) -> Result<(), ChangeError> {
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
        let paths = match &step.action {
            Action::Run { creates, final_path, .. } => vec![creates, final_path],
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
