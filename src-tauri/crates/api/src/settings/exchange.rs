//! All settings as one text file, and back. Secrets are references in it; what comes in is a plan like any other.

use std::collections::{BTreeMap, HashSet};

use sanctum_config::exchange::{self, Exchange, Settings};
use sanctum_config::{Field, effective};
use serde_json::Value;

use super::import::import;
use super::snapshot::Snapshot;
use super::target::Sort;
use super::world::{Keyed, Stored};
use super::{shown, view};
use crate::app::App;
use crate::blocking::blocking;
use crate::dto::{Plan, SettingsExport};
use crate::{Actor, ApiError, ApiResult, words};

/// A file that is written for the operator lies outside of what this app manages.
///
/// # Errors
/// `export_refused`.
pub(crate) fn must_be_outside(open: &crate::open::Open, path: &std::path::Path) -> ApiResult<()> {
    let parent = path.parent().and_then(|parent| parent.canonicalize().ok());
    if parent.is_none_or(|parent| parent.starts_with(open.root()) || parent.starts_with(&open.env().data_dir)) {
        return Err(ApiError::refused(
            "export_refused",
            format!(
                "`{}` cannot be written: its folder is not there, or it is one that this app manages.",
                path.display()
            ),
            "Choose a folder of your own.",
        ));
    }
    Ok(())
}

impl App {
    /// All settings as text, sorted, the same for the same settings. No secret is in it.
    ///
    /// # Errors
    /// `not_allowed`.
    pub async fn settings_export(&self, actor: &Actor) -> ApiResult<SettingsExport> {
        actor.must_be_admin()?;
        let open = self.opened().await?;
        blocking(move || {
            let snap = Snapshot::of(&open)?;
            let (mut all, counts) = export(&snap);
            let root = open.root().display().to_string();
            each(&mut all, &|value| portable(value, &root));
            let header = [
                "Settings of a Sanctum, written by Sanctum Configurator.",
                "Secrets are references: their values stay in the secret store of the machine they were set on.",
                "`{root}` stands for the folder of the Sanctum.",
                "Read it back with `sanctumctl import FILE`, or in the app under Settings, Import and export.",
            ];
            let name =
                format!("{}-settings.toml", open.root().file_name().and_then(|n| n.to_str()).unwrap_or("sanctum"));
            Ok(SettingsExport { name, text: all.to_text(&header), settings: counts.0, secrets: counts.1 })
        })
        .await
    }

    /// The same into a file that the operator chose, outside of what this app manages.
    ///
    /// # Errors
    /// `export_refused` for a path inside the install's own folders, `file_unwritable`.
    pub async fn settings_export_to(&self, actor: &Actor, path: &str) -> ApiResult<SettingsExport> {
        let made = self.settings_export(actor).await?;
        let open = self.opened().await?;
        let path = crate::setup::expand(self.env(), path);
        blocking(move || {
            must_be_outside(&open, &path)?;
            crate::files::write_text(&path, &made.text)?;
            Ok(made)
        })
        .await
    }

    /// The plan that takes settings from text. What the text does not name stays as it is.
    ///
    /// # Errors
    /// `import_unreadable` with the line, `settings_invalid` where nothing of it can be taken, `nothing_to_import`.
    pub async fn settings_import_plan(&self, actor: &Actor, text: &str) -> ApiResult<Plan> {
        actor.may_change()?;
        let mut all = Exchange::from_text(text).map_err(|fault| {
            ApiError::refused(
                "import_unreadable",
                format!("The settings cannot be read. {fault}"),
                "Correct the text, then try again. Nothing was changed.",
            )
        })?;
        let open = self.opened().await?;
        let (app, who) = (self.clone(), actor.clone());
        blocking(move || {
            let snap = Snapshot::of(&open)?;
            let root = open.root().display().to_string();
            each(&mut all, &|value| local(value, &root));
            let mut draft = import(&open, &snap, &who, &all);
            if draft.told.is_empty() && draft.problems.is_empty() {
                return Err(ApiError::refused(
                    "nothing_to_import",
                    "Everything in it is set so already.",
                    "Nothing needs to be changed.",
                ));
            }
            draft.dedup();
            let title = format!("Import {}", words::count(draft.told.len(), "setting", "settings"));
            let (plan, words, aside) = draft.plan(&open, &snap, &who, &title, "")?;
            Ok(app.0.plans.keep_aside(plan, words, aside, Some(who.user_id), open.env().now()))
        })
        .await
    }

    /// The same from a file that the operator chose.
    ///
    /// # Errors
    /// `file_unreadable`, and as [`App::settings_import_plan`].
    pub async fn settings_import_file_plan(&self, actor: &Actor, path: &str) -> ApiResult<Plan> {
        actor.may_change()?;
        let path = crate::setup::expand(self.env(), path);
        let text = blocking(move || {
            let unreadable = |why: String| {
                ApiError::refused(
                    "file_unreadable",
                    format!("`{}` cannot be read: {why}.", path.display()),
                    "Choose a file of exported settings.",
                )
            };
            let meta = path.metadata().map_err(|error| unreadable(error.kind().to_string()))?;
            if !meta.is_file() || meta.len() > exchange::MAX_FILE as u64 {
                return Err(unreadable("it is not a file of at most 4 MiB".to_owned()));
            }
            std::fs::read_to_string(&path).map_err(|error| unreadable(error.kind().to_string()))
        })
        .await?;
        self.settings_import_plan(actor, &text).await
    }
}

/// Word for the install's folder, so that a file of settings fits another machine.
const ROOT: &str = "{root}";

fn portable(text: &str, root: &str) -> Option<String> {
    let rest = text.strip_prefix(root)?;
    (rest.is_empty() || rest.starts_with('/')).then(|| format!("{ROOT}{rest}"))
}

fn local(text: &str, root: &str) -> Option<String> {
    text.strip_prefix(ROOT).map(|rest| format!("{root}{rest}"))
}

/// Rewrites every text value for which `by` has another one.
fn each(all: &mut Exchange, by: &dyn Fn(&str) -> Option<String>) {
    let owned = [&mut all.agents, &mut all.tools, &mut all.instances, &mut all.users];
    let settings =
        [&mut all.system, &mut all.environment].into_iter().chain(owned.into_iter().flat_map(BTreeMap::values_mut));
    for told in settings.flat_map(BTreeMap::values_mut) {
        if let exchange::Told::Value(Value::String(text)) = told
            && let Some(other) = by(text)
        {
            *text = other;
        }
    }
}

fn told(stored: &Stored) -> exchange::Told {
    match &stored.value {
        Value::Null => exchange::Told::None,
        Value::String(account) if stored.secret => exchange::Told::Secret(account.clone()),
        value => exchange::Told::Value(value.clone()),
    }
}

/// What a keyed table says; a secret that stands in it in plain text is left out.
fn keyed(all: &Keyed, names: &Names<'_>) -> Settings {
    let leaves = |(key, stored): &(&String, &Stored)| {
        let plain = !stored.secret && !stored.value.is_null();
        !(plain && (names.secret(key) || effective::holds_password(&stored.value)))
    };
    all.iter().filter(leaves).map(|(key, stored)| (key.clone(), told(stored))).collect()
}

/// Names of settings that some schema describes: of secrets, and of others.
#[derive(Default)]
struct Names<'a> {
    secrets: HashSet<&'a str>,
    others: HashSet<&'a str>,
}

impl<'a> Names<'a> {
    fn of(snap: &'a Snapshot) -> Self {
        let mut names = Self::default();
        for field in snap.targets.iter().flat_map(|target| &target.shape.schema.fields) {
            let all = if field.secret { &mut names.secrets } else { &mut names.others };
            all.extend([Some(field.key.as_str()), field.env.as_deref()].into_iter().flatten());
        }
        names
    }

    /// What no schema describes is judged by its name.
    fn secret(&self, key: &str) -> bool {
        self.secrets.contains(key) || !self.others.contains(key) && effective::looks_secret(key)
    }
}

fn export(snap: &Snapshot) -> (Exchange, (u32, u32)) {
    let world = &snap.world;
    let names = Names::of(snap);
    let keyed = |all: &Keyed| keyed(all, &names);
    let mut all = Exchange { system: keyed(&world.system), environment: keyed(&world.env), ..Exchange::default() };
    for agent in &snap.rows.agents {
        all.agents.insert(agent.uid.clone(), world.agents.get(&agent.id).map(keyed).unwrap_or_default());
    }
    for tool in &snap.rows.tools {
        all.tools.insert(tool.slug.clone(), world.tools.get(&tool.id).map(keyed).unwrap_or_default());
    }
    for (id, said) in &world.users {
        if let Some(name) = world.name(Some(*id)) {
            all.users.insert(name, keyed(said));
        }
    }
    for target in snap
        .targets
        .iter()
        .filter(|t| t.sort == Sort::Instance || t.sort == Sort::Root && t.name == super::target::SYSTEM)
    {
        let view = snap.view(target, None);
        let own: Settings = view.fields().filter_map(|field| Some((field.key.clone(), own(&view, field)?))).collect();
        if target.sort == Sort::Root {
            for (key, told) in own {
                all.environment.entry(key).or_insert(told);
            }
        } else {
            all.instances.insert(target.address.clone(), own);
        }
    }
    for owned in [&mut all.agents, &mut all.tools, &mut all.instances, &mut all.users] {
        owned.retain(|_, settings| !settings.is_empty());
    }
    let every = [&all.system, &all.environment]
        .into_iter()
        .chain([&all.agents, &all.tools, &all.instances, &all.users].into_iter().flat_map(BTreeMap::values));
    let counts = every.flat_map(BTreeMap::values).fold((0, 0), |(settings, secrets), told| {
        (settings + 1, secrets + u32::from(matches!(told, exchange::Told::Secret(_))))
    });
    (all, counts)
}

/// What the instance (or the root's file) says itself; a secret that stands in a file in plain text is left out.
fn own(view: &view::View<'_>, field: &Field) -> Option<exchange::Told> {
    use sanctum_config::resolve::Level;
    let level = if view.target.sort == Sort::Root { Level::System } else { Level::Instance };
    let link = view.chain(field).into_iter().rev().find(|link| link.layer.level == level)?;
    if shown::read_only(view.target, field).is_some() {
        return None;
    }
    if link.value.is_null() {
        return Some(exchange::Told::None);
    }
    if field.secret {
        return link
            .value
            .as_str()
            .filter(|_| !view.in_plain(&link, field))
            .map(|account| exchange::Told::Secret(account.to_owned()));
    }
    (!effective::holds_password(link.value)).then(|| exchange::Told::Value(link.value.clone()))
}

#[cfg(test)]
mod tests {
    use super::super::world;
    use super::{Keyed, Names, Stored, exchange, keyed};
    use serde_json::json;

    #[test]
    fn a_secret_leaves_as_its_reference() {
        let stored = |value, secret| Stored { value, secret, who: None, when: None };
        let all: Keyed = [
            ("A".to_owned(), stored(json!("agent/x/A#1"), true)),
            ("B".to_owned(), stored(json!(5), false)),
            ("C".to_owned(), stored(json!(null), false)),
        ]
        .into();
        let out = keyed(&all, &Names::default());
        assert_eq!(out["A"], exchange::Told::Secret("agent/x/A#1".to_owned()), "a reference, marked as one");
        assert_eq!(out["B"], exchange::Told::Value(json!(5)), "a value in its type");
        assert_eq!(out["C"], exchange::Told::None, "explicitly none");
        assert_eq!(world::encode(&json!(null)), ("string", None), "none is no text");
    }
}
