//! From what should be said to the steps that say it: registry rows, settings files, and what was written into them.
//!
//! Owns which instances a change reaches and what of their files it touches: only keys that are ours, only lines that
//! differ. A key that was changed outside since is never overwritten here; that is for the comparison (`drift`).

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use sanctum_change::{Planner, Row};
use sanctum_config::{EnvError, EnvFile, Field, JsonFile};
use serde_json::{Value, json};

use super::files::Text;
use super::snapshot::Snapshot;
use super::target::{Sort, Target};
use super::view::{Spot, View, Want};
use super::world::{Home, Stored, World, encode};
use crate::dto::SettingProblem;
use crate::open::Open;
use crate::secrets::NewSecret;
use crate::{ApiResult, words};

/// One thing that a level says from now on; `stored: None` says nothing any more.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    /// Names it in problems.
    pub id: String,
    pub home: Home,
    pub key: String,
    pub pointer: String,
    pub title: String,
    pub stored: Option<Stored>,
    pub by_environment: bool,
}

/// What a set of edits comes to.
#[derive(Default)]
pub(crate) struct Proposal {
    pub problems: Vec<SettingProblem>,
    /// Instances whose effective value changes.
    pub instances: BTreeSet<String>,
    /// Folders of instances that read the change only at their next start.
    pub restarts: BTreeMap<String, String>,
    /// Keys that change, by file.
    pub files: BTreeMap<String, Vec<Patch>>,
    /// Worth reading before it is applied.
    pub notes: Vec<String>,
    /// Files of instances that get secrets or values in their environment.
    pub by_environment: BTreeSet<String>,
}

/// One key of one file.
#[derive(Debug, Clone)]
pub(crate) struct Patch {
    pub key: String,
    /// `None` takes it out.
    pub text: Option<String>,
    /// What is written about it in `settings_written`; `None` where nothing is kept.
    pub written: Option<Written>,
    /// Heading of its steps.
    pub group: String,
    pub id: String,
    /// Its value is a secret.
    pub secret: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct Written {
    pub value: Option<String>,
    pub by_environment: bool,
    pub restart: bool,
}

/// Works out what `told` changes, without planning anything. `world` is changed to what it will be.
pub(crate) fn work_out(snap: &Snapshot, world: &mut World, told: &[Told], claimed: &HashSet<Spot>) -> Proposal {
    let mut out = Proposal::default();
    let mut by_home: HashMap<(&Home, &str), &Told> = HashMap::new();
    for one in told {
        world.tell(&one.home, &one.key, &one.pointer, one.stored.clone());
        by_home.insert((&one.home, one.key.as_str()), one);
    }
    let touched: HashSet<&Home> = told.iter().map(|one| &one.home).collect();
    for target in snap.targets.iter().filter(|t| matches!(t.sort, Sort::Instance | Sort::Root)) {
        let homes = homes(target);
        if !homes.iter().any(|home| touched.contains(home)) {
            continue;
        }
        let before = snap.view(target, None);
        let after = snap.view_in(world, target, None, claimed);
        for field in after.fields() {
            let hit = homes.iter().find_map(|home| {
                let by_env = matches!(home, Home::Env);
                let key = if by_env { field.env.as_deref()? } else { field.key.as_str() };
                by_home.get(&(home, key)).copied()
            });
            if let Some(one) = hit {
                reach(&mut out, &before, &after, field, one, claimed);
            }
        }
    }
    out
}

/// Homes that can reach a target's files.
fn homes(target: &Target) -> Vec<Home> {
    let mut homes = vec![Home::System, Home::Env];
    if target.sort == Sort::Instance {
        homes.extend(target.agent.as_ref().map(|(id, ..)| Home::Agent(*id)));
        homes.extend(target.tool_id.map(Home::Tool));
        homes.extend(target.path.clone().map(Home::Instance));
    }
    // The nearest level first: it is the one that was edited where several were.
    homes.reverse();
    homes
}

fn reach(out: &mut Proposal, before: &View<'_>, after: &View<'_>, field: &Field, one: &Told, claimed: &HashSet<Spot>) {
    let target = after.target;
    let known = before.field(&field.key);
    let was = known.and_then(|field| before.effective(field));
    let now = after.effective(field);
    let changed = was.as_ref().map(|(value, _)| value) != now.as_ref().map(|(value, _)| value);
    if changed {
        out.instances.insert(target.named());
    }
    if field.secret {
        if let (true, Some(path)) = (now.is_some(), &target.path) {
            out.by_environment.insert(path.clone());
        }
        if changed {
            restart(out, target, field);
        }
        return secret_in_file(out, after, field, one, claimed);
    }
    if field.database.is_some() || field.dead.is_some() && after.spot(field).is_none() {
        return;
    }
    let Some(spot) = after.spot(field) else { return };
    let Some(found) = after.found(&spot) else { return };
    if let Text::Unreadable(why) = &found.text {
        out.problems.push(problem(
            one,
            "unreadable",
            format!("`{}` cannot be read: {why}. It is left as it is; mend it, then try again.", spot.file),
            true,
        ));
        return;
    }
    let theirs = found.says(&spot.key);
    let row = after.written(&spot);
    if let Some(row) = row.filter(|row| row.value != theirs) {
        let same = after.want(field, row.delivery == sanctum_registry::settings_written::Delivery::Environment);
        if same.text() == theirs.as_ref() {
            // The file says already what it should from now on.
        } else if matches!(&one.home, Home::Instance(path) if Some(path) == target.path.as_ref())
            || target.sort == Sort::Root
        {
            return out.problems.push(problem(one, "drift", format!(
                "`{}` was changed outside: `{}` is not what was written last. Compare the file first, then change it here.",
                spot.file, spot.key
            ), true));
        } else {
            out.notes.push(format!(
                "{}: `{}` was changed outside and is left as it is; compare it afterwards.",
                target.named(),
                spot.file
            ));
            return;
        }
    }
    let ours = row.is_some() || claimed.contains(&spot);
    if !ours && theirs.is_some() {
        out.notes.push(format!("{} says `{}` itself, in `{}`, and keeps it.", target.named(), spot.key, spot.file));
        return;
    }
    if changed {
        restart(out, target, field);
    }
    let by_environment = one.by_environment;
    let want = after.want(field, by_environment);
    let written = match &want {
        Want::Nothing => None,
        Want::Absent => Some(Written { value: None, by_environment, restart: field.restart }),
        Want::Text(text) => Some(Written { value: Some(text.clone()), by_environment: false, restart: field.restart }),
    };
    if by_environment && let Some(path) = &target.path {
        out.by_environment.insert(path.clone());
    }
    let patch = Patch {
        key: spot.key,
        text: want.text().cloned(),
        written,
        group: target.named(),
        id: one.id.clone(),
        secret: false,
    };
    out.files.entry(spot.file).or_default().push(patch);
}

/// A secret that is set here from now on must not stand in the file as well.
fn secret_in_file(out: &mut Proposal, after: &View<'_>, field: &Field, one: &Told, claimed: &HashSet<Spot>) {
    let Some(spot) = after.spot(field) else { return };
    if after.found(&spot).is_some_and(|found| found.says(&spot.key).is_some_and(|text| !text.is_empty())) {
        if !claimed.contains(&spot) {
            out.notes.push(format!(
                "{} has its own `{}` in plain text in `{}`, and keeps it until that is moved to the secret store.",
                after.target.named(),
                spot.key,
                spot.file
            ));
            return;
        }
        let patch = Patch {
            key: spot.key,
            text: None,
            written: None,
            group: after.target.named(),
            id: one.id.clone(),
            secret: true,
        };
        out.files.entry(spot.file).or_default().push(patch);
    }
}

fn restart(out: &mut Proposal, target: &Target, field: &Field) {
    if let (true, Some(path)) = (field.restart, &target.path) {
        out.restarts.insert(path.clone(), target.named());
    }
}

pub(crate) fn problem(one: &Told, code: &str, message: String, blocks: bool) -> SettingProblem {
    SettingProblem { id: one.id.clone(), code: code.to_owned(), message, blocks }
}

/// The bytes of a file with its patches; problems where a value cannot be spelled.
pub(crate) fn patched(
    snap: &Snapshot,
    file: &str,
    patches: &[Patch],
    problems: &mut Vec<SettingProblem>,
) -> Option<Vec<u8>> {
    let found = snap.files.read(&snap.root, file);
    let mut refuse = |patch: &Patch, code: &str, message: String| {
        problems.push(SettingProblem { id: patch.id.clone(), code: code.to_owned(), message, blocks: true });
    };
    if file.ends_with(".json") {
        let mut json = match &found.text {
            Text::Json(json) => json.clone(),
            _ => JsonFile::empty(),
        };
        for patch in patches {
            match &patch.text {
                None => drop(json.remove(&patch.key)),
                Some(text) => {
                    let value: Value = serde_json::from_str(text).unwrap_or_else(|_| json!(text));
                    if let Err(fault) = json.set(&patch.key, &value) {
                        refuse(patch, "invalid", format!("`{file}` cannot take it: {}", fault.message));
                    }
                }
            }
        }
        return Some(json.to_bytes());
    }
    let mut env = match &found.text {
        Text::Env(env) => env.clone(),
        _ => EnvFile::parse(b"# Settings. Edit freely: unknown keys and comments are kept.\n"),
    };
    for patch in patches {
        match &patch.text {
            None => drop(env.remove(&patch.key)),
            Some(text) => match env.set(&patch.key, text) {
                Ok(()) => {}
                Err(EnvError::Unquotable(why)) => refuse(patch, "unquotable", why.to_string()),
                Err(error) => refuse(patch, "invalid", format!("`{file}` cannot take it. {error}")),
            },
        }
    }
    Some(env.to_bytes())
}

/// Adds the steps to a plan. `secrets` are on their way to the store; those that leave a line are added to them.
#[expect(clippy::too_many_arguments, reason = "the parts of one plan, each made elsewhere")]
pub(crate) fn steps(
    planner: &mut Planner<'_>,
    open: &Open,
    snap: &Snapshot,
    world: &World,
    told: &[Told],
    out: &Proposal,
    secrets: &mut Vec<NewSecret>,
    maker: i64,
) -> ApiResult<()> {
    // What a person looks for first: their files. The rows are written together at the end, whatever their place here.
    for (file, patches) in &out.files {
        let mut problems = Vec::new();
        let Some(bytes) = patched(snap, file, patches, &mut problems) else { continue };
        let group = patches.first().map_or("", |patch| patch.group.as_str());
        planner.group(group);
        let count = words::count(patches.len(), "setting", "settings");
        let (sealed, fresh) = super::kept::of_file(snap, file, patches, &bytes, secrets)?;
        secrets.extend(fresh);
        if snap.files.read(&snap.root, file).exists() {
            planner.patch_file(&led_to(&snap.root, file), bytes, &sealed, &format!("Change {count}"))?;
        } else if patches.iter().any(|patch| patch.text.is_some()) {
            planner.write_file(file, bytes, 0o600, &format!("Write {count}"))?;
        }
    }
    rows(planner, snap, world, told, maker)?;
    for (file, patches) in &out.files {
        for patch in patches {
            let key = Row::new().with("file", file.as_str()).with("key", patch.key.as_str());
            let title = format!("Remember what {} says about {}", short(file), patch.key);
            match &patch.written {
                None => planner.registry_delete("settings_written", key, &title)?,
                Some(written) => {
                    let row = Row::new()
                        .with("value", written.value.as_ref().map_or(Value::Null, |text| json!(text)))
                        .with("delivery", if written.by_environment { "environment" } else { "file" })
                        .with("restart", i64::from(written.restart))
                        .with("created_by", maker);
                    // The instant is part of what is remembered, also where the same text is written again.
                    let row = row.with("written_at", sanctum_registry::stamp(open.env().now()));
                    planner.registry_put("settings_written", key, row, &title)?;
                }
            }
        }
    }
    Ok(())
}

/// Where a settings file really lies: `settings.json` is often a link to `config/settings.json`.
pub(super) fn led_to(root: &std::path::Path, file: &str) -> String {
    let full = root.join(file);
    let real = full.is_symlink().then(|| full.canonicalize().ok()).flatten();
    let inside = real.as_deref().and_then(|real| real.strip_prefix(root).ok()).and_then(|rest| rest.to_str());
    inside.unwrap_or(file).to_owned()
}

fn short(file: &str) -> &str {
    file.rsplit('/').next().unwrap_or(file)
}

/// What the levels say.
fn rows(planner: &mut Planner<'_>, snap: &Snapshot, world: &World, told: &[Told], maker: i64) -> ApiResult<()> {
    planner.group("Registry");
    let mut instances = BTreeSet::new();
    for one in told {
        let (table, key) = match &one.home {
            Home::Instance(path) => {
                instances.insert(path.clone());
                continue;
            }
            Home::System => ("system_config", Row::new().with("config_key", one.key.as_str())),
            Home::Env => ("env_vars", Row::new().with("var_name", one.key.as_str())),
            Home::Agent(id) => ("agent_configs", Row::new().with("agent_id", *id).with("config_key", one.key.as_str())),
            Home::Tool(id) => ("configurations", scoped("tool", *id, &one.key)),
            Home::User(id) => ("configurations", scoped("user", *id, &one.key)),
        };
        let Some(stored) = &one.stored else {
            planner.registry_delete(table, key, &format!("Forget {} at this level", one.title))?;
            continue;
        };
        let (kind, text) =
            if stored.secret { ("string", stored.value.as_str().map(str::to_owned)) } else { encode(&stored.value) };
        let text = text.map_or(Value::Null, Value::String);
        let row = match table {
            "env_vars" => Row::new().with("var_value", text),
            "configurations" => Row::new().with("value", text).with("type", kind),
            _ => Row::new().with("config_value", text).with("config_type", kind),
        };
        let row = row.with("is_encrypted", i64::from(stored.secret)).with("created_by", maker);
        let what = if stored.secret { "Record the reference of" } else { "Set" };
        planner.registry_put(table, key, row, &format!("{what} {}", one.title))?;
    }
    for path in instances {
        let doc = world.instances.get(&path).map(|own| &own.doc).filter(|doc| !doc.is_empty());
        let config = doc.map_or(Value::Null, |doc| Value::String(Value::Object(doc.clone()).to_string()));
        if record(planner, snap, &path, &config, maker)? {
            continue;
        }
        let title = snap.targets.iter().find(|t| t.path.as_deref() == Some(&path)).map_or(path.clone(), Target::named);
        planner.registry_put(
            "tool_instances",
            Row::new().with("path", path),
            Row::new().with("config", config),
            &format!("Keep what {title} says itself"),
        )?;
    }
    Ok(())
}

fn scoped(scope: &str, id: i64, key: &str) -> Row {
    Row::new().with("scope", scope).with("scope_id", id).with("key", key)
}

/// What was only found on disk gets its rows, with what it says in them, so that its settings have a home. `false` where it
/// has them already.
fn record(planner: &mut Planner<'_>, snap: &Snapshot, path: &str, config: &Value, maker: i64) -> ApiResult<bool> {
    let mut found = snap.targets.iter().filter(|t| t.path.as_deref() == Some(path) && t.sort == Sort::Instance);
    let Some(target) = found.next().filter(|target| !target.recorded) else { return Ok(false) };
    let key = Row::new().with("slug", target.name.as_str());
    if target.tool_id.is_none() {
        let scope = if target.agent.is_some() { "agent" } else { "global" };
        let row = Row::new()
            .with("name", target.title.as_str())
            .with("module_scope", scope)
            .with("category", target.agent.as_ref().map_or("master", |(_, uid, _)| uid.as_str()))
            .with("created_by", maker);
        planner.registry_put("tools", key.clone(), row, &format!("Record the tool {}", target.title))?;
    }
    let row = Row::new()
        .with("tool_id", Row::reference("tools", key, "id"))
        .with("agent_id", target.agent.as_ref().map_or(Value::Null, |(id, ..)| json!(id)))
        .with("name", target.named())
        .with("config", config.clone())
        .with("created_by", maker);
    planner.registry_put(
        "tool_instances",
        Row::new().with("path", path),
        row,
        &format!("Record {}", target.named()),
    )?;
    Ok(true)
}
