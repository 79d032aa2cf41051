//! What a module is handed in its environment when it is started: its secrets, and values that no file can carry.

use std::path::Path;

use sanctum_config::to_env;
use sanctum_secrets::{Secret, SecretError};

use super::status::{Where, value, whereabouts};
use crate::app::App;
use crate::blocking::blocking;
use crate::open::Open;
use crate::settings::{REGISTRY, Snapshot, Sort, Target, visible};
use crate::{Actor, ApiError, ApiResult};

/// A variable and its value.
pub type Handed = (String, Secret);

impl App {
    /// What an instance is handed. `target` is an address or a card id.
    ///
    /// # Errors
    /// `not_allowed`, `setting_target_unknown`, and what the store says: a module is not started with half of its secrets.
    pub async fn secrets_exec(&self, actor: &Actor, target: &str) -> ApiResult<Vec<Handed>> {
        actor.must_be_admin()?;
        let open = self.opened().await?;
        let (who, name) = (actor.clone(), target.to_owned());
        blocking(move || {
            let snap = Snapshot::of(&open)?;
            let target = visible(&open, &snap, &who, &name)?;
            if target.sort != Sort::Instance {
                return Err(ApiError::refused(
                    "setting_target_unknown",
                    format!("`{name}` is not something that runs."),
                    "Name an instance, such as `athena/broca2`.",
                ));
            }
            handed(&open, &snap, target)
        })
        .await
    }

    /// The address of the instance whose folder this is, for scripts that know only where they lie.
    ///
    /// # Errors
    /// `setting_target_unknown`.
    pub async fn instance_at(&self, actor: &Actor, dir: &Path) -> ApiResult<String> {
        actor.must_be_admin()?;
        let open = self.opened().await?;
        let dir = dir.to_owned();
        blocking(move || {
            let snap = Snapshot::of(&open)?;
            let real = dir.canonicalize().ok();
            let found = snap.targets.iter().find(|target| {
                let path = target.path.as_ref().filter(|_| target.sort == Sort::Instance);
                path.is_some_and(|path| real.is_some() && open.root().join(path).canonicalize().ok() == real)
            });
            found.map(|target| target.address.clone()).ok_or_else(|| {
                ApiError::refused(
                    "setting_target_unknown",
                    format!("`{}` is not the folder of a module of this Sanctum.", dir.display()),
                    "Name the instance with `--instance`, such as `athena/broca2`.",
                )
            })
        })
        .await
    }
}

/// What an instance is handed beside its files.
pub(crate) fn handed(open: &Open, snap: &Snapshot, target: &Target) -> ApiResult<Vec<Handed>> {
    let view = snap.view(target, None);
    let mut handed = Vec::new();
    for field in view.fields() {
        let Some(env) = field.env.clone() else { continue };
        if field.secret {
            // What stands in a file is read from there; what stands in the registry reaches the module only so.
            match whereabouts(&view, field) {
                Where::Stored(account) => match open.secrets()?.get(&account) {
                    // A plugin’s own that left the store with it, and is referred to again since that was undone: the other
                    // plugins run without it.
                    Err(SecretError::NoSuchItem(_)) if target.shape.plugins.contains_key(&field.key) => {}
                    found => handed.push((env, found?)),
                },
                Where::Plain(from) if from.starts_with(REGISTRY) => handed.push((env, value(open, &view, field)?)),
                Where::Plain(_) | Where::Nowhere => {}
            }
        } else if view.by_environment(field)
            && let Some((said, _)) = view.effective(field).filter(|(said, _)| !said.is_null())
        {
            handed.push((env, Secret::new(to_env(field, &said))));
        }
    }
    Ok(handed)
}
