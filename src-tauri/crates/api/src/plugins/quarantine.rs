//! A source before it is installed: brought into the app's own folder, read without running anything, asked only after it was
//! trusted, and thrown away.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use sanctum_fetch::{Limits, OsSpawn, Source, Wanted, World, fetch};
use sanctum_plugins::describe::{self, Cage, Described, Folder, Subject};
use sanctum_plugins::read::{self, Kind, Plugin};
use sanctum_plugins::{Level, shown};
use serde::{Deserialize, Serialize};

use super::place::{self, Tool};
use super::{compare, kept};
use crate::app::App;
use crate::blocking::blocking;
use crate::dto::{
    Finding, FindingLevel, Json, ModuleSource, PluginCandidate, PluginInspection, PluginNeed, PluginReach,
    PluginSetting, PluginTool, Status, StatusWord,
};
use crate::open::Open;
use crate::settings::Snapshot;
use crate::{Actor, ApiError, ApiResult, stamps};

/// Sources that wait; older ones make room.
const MOST: usize = 20;

/// What is known of a source in quarantine.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Held {
    pub from: String,
    /// What its folder would be called where the whole of it is the plugin.
    pub called: String,
    /// What was chosen, as it was typed.
    #[serde(default)]
    pub source: Option<ModuleSource>,
}

/// Stops what runs where nobody waits for it any more.
struct Stop(Arc<AtomicBool>);

impl Drop for Stop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

impl App {
    /// Brings a source into quarantine and reads it. Nothing of it runs, and nothing of the Sanctum is touched.
    ///
    /// # Errors
    /// `not_allowed`, `source_unusable` with what is wrong with it.
    pub async fn plugin_inspect(&self, actor: &Actor, source: &ModuleSource) -> ApiResult<PluginInspection> {
        actor.may_change()?;
        let open = self.opened().await?;
        let stop = Stop(Arc::default());
        let (actor, source, flag) = (actor.clone(), source.clone(), stop.0.clone());
        blocking(move || {
            let id = bring(&open, &source, &flag)?;
            show(&open, &actor, &id).inspect_err(|_| discard(&open, &id))
        })
        .await
    }

    /// Runs `--describe` of what was read, by the operator's word: in a scratch folder, without a secret, with a time limit.
    ///
    /// # Errors
    /// `not_allowed`, `inspection_unknown`, `plugin_describe` with what came of it.
    pub async fn plugin_trust(&self, actor: &Actor, inspection: &str, dir: &str) -> ApiResult<PluginCandidate> {
        actor.may_change()?;
        let open = self.opened().await?;
        let stop = Stop(Arc::default());
        let (actor, id, dir, flag) = (actor.clone(), inspection.to_owned(), dir.to_owned(), stop.0.clone());
        blocking(move || {
            let (held, candidate) = candidate(&open, &id, &dir)?;
            let plugin = read(&candidate)?;
            let at = stamps::rfc3339(open.env().now());
            kept::change(&open, |kept| {
                kept.trusted.insert(plugin.hash.clone(), at);
            })?;
            crate::audit::note(&open, Some(&actor), "plugin.trusted", &plugin.hash);
            ask(&open, &candidate.path, &candidate.name, &plugin, &flag)?;
            shown_candidate(&open, &actor, &held, &candidate)
        })
        .await
    }

    /// Takes a source out of quarantine.
    ///
    /// # Errors
    /// None: what is not there is gone.
    pub async fn plugin_discard(&self, actor: &Actor, inspection: &str) -> ApiResult<()> {
        actor.may_change()?;
        let open = self.opened().await?;
        let id = inspection.to_owned();
        blocking(move || {
            discard(&open, &id);
            Ok(())
        })
        .await
    }
}

fn home(open: &Open) -> PathBuf {
    kept::dir(open).join("quarantine")
}

/// The folder of a source; ids are ours, and anything else is none.
pub(super) fn folder(open: &Open, id: &str) -> ApiResult<PathBuf> {
    let known = id.len() == 32 && id.bytes().all(|b| b.is_ascii_hexdigit());
    let dir = home(open).join(id);
    if known && dir.join("held.json").is_file() {
        return Ok(dir);
    }
    Err(ApiError::refused("inspection_unknown", "This source is not in quarantine any more.", "Choose it again."))
}

/// What was brought of a source.
pub(super) fn content(open: &Open, id: &str) -> ApiResult<PathBuf> {
    Ok(folder(open, id)?.join("content"))
}

fn discard(open: &Open, id: &str) {
    if let Ok(dir) = folder(open, id)
        && let Err(error) = std::fs::remove_dir_all(dir)
    {
        eprintln!("A source could not be taken out of quarantine: {}", error.kind());
    }
}

fn bring(open: &Open, chosen: &ModuleSource, flag: &AtomicBool) -> ApiResult<String> {
    let unusable = |message: String, hint: &str| ApiError::refused("source_unusable", message, hint);
    let (source, from, mut called) = match chosen {
        ModuleSource::Folder { path } | ModuleSource::Link { path } => {
            let path = crate::setup::expand(open.env(), path);
            (Source::Folder(path.clone()), open.env().short(&path), name_of(&path))
        }
        ModuleSource::Archive { path } => {
            let path = crate::setup::expand(open.env(), path);
            (Source::Archive(path.clone()), open.env().short(&path), name_of(&path))
        }
        ModuleSource::Git { url, rev } => {
            let refuse = |error: sanctum_fetch::FetchError| unusable(format!("{error}."), error.advice());
            let rev = rev.as_deref().map(str::trim).filter(|rev| !rev.is_empty());
            let rev = rev.map(str::parse).transpose().map_err(refuse)?;
            let url = url.trim();
            let called = url.trim_end_matches('/').trim_end_matches(".git");
            let called = called.rsplit(['/', ':']).next().unwrap_or(called).to_owned();
            (Source::Git { url: url.parse().map_err(refuse)?, rev }, url.to_owned(), called)
        }
    };
    make_room(open);
    let id = uuid::Uuid::now_v7().simple().to_string();
    let dir = home(open).join(&id);
    crate::files::make_private(&dir).map_err(|error| {
        unusable(format!("The quarantine could not be written ({}).", error.kind()), "Check the space on the disk.")
    })?;
    let env = open.env();
    let mut vars =
        vec![("PATH".to_owned(), env.search_path.clone()), ("HOME".to_owned(), env.home.display().to_string())];
    vars.extend(env.inherited.iter().cloned());
    let world = World {
        spawn: &OsSpawn,
        env: &vars,
        now: env.now(),
        line: &|_| {},
        cancelled: &|| flag.load(Ordering::SeqCst),
    };
    let wanted = Wanted { source, only: None };
    let fetched = fetch(&wanted, &dir.join("content"), &Limits::default(), &world);
    let fetched = match fetched {
        Ok(fetched) => fetched,
        Err(error) => {
            let _nothing_left = std::fs::remove_dir_all(&dir);
            return Err(unusable(format!("Nothing was taken: {error}."), error.advice()));
        }
    };
    if matches!(wanted.source, Source::Archive(_)) {
        // An archive may be called anything; its top folder is what its author, or the forge, called it.
        let top = fetched.wrapping.unwrap_or(called);
        called = read::undecorated(&top).to_owned();
    }
    bridge(&dir.join("content"))?;
    crate::files::write(&dir.join("held.json"), &Held { from, called, source: Some(chosen.clone()) })?;
    Ok(id)
}

/// A bundle is a server of its own; what lets SMCP use it is put beside its manifest before anybody looks at it.
fn bridge(content: &Path) -> ApiResult<()> {
    if read::kind_of(content) != Some(Kind::Bundle) || content.join("cli.py").exists() {
        return Ok(());
    }
    let file = sanctum_plugins::bundle::bridge();
    std::fs::write(content.join(file.path), file.text).map_err(|error| {
        ApiError::broken("own_file_unwritable", "The quarantine could not be written.", "Check the space on the disk.")
            .with_details([error.kind().to_string()])
    })
}

fn make_room(open: &Open) {
    let mut all: Vec<_> =
        std::fs::read_dir(home(open)).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    // Ids begin with the time.
    all.sort();
    let over = (all.len() + 1).saturating_sub(MOST);
    for old in all.into_iter().take(over) {
        let _gone = std::fs::remove_dir_all(old);
    }
}

fn name_of(path: &Path) -> String {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let ends = [".tar.gz", ".tgz", ".zip", ".tar", ".mcpb"];
    ends.iter().find_map(|end| name.strip_suffix(end)).map(str::to_owned).unwrap_or(name)
}

fn held(open: &Open, id: &str) -> ApiResult<(PathBuf, Held)> {
    let dir = folder(open, id)?;
    let held = crate::files::read::<Held>(&dir.join("held.json"))?.ok_or_else(|| {
        ApiError::refused("inspection_unknown", "This source is not in quarantine any more.", "Choose it again.")
    })?;
    Ok((dir.join("content"), held))
}

/// A candidate of a source by its place in it.
pub(super) fn candidate(open: &Open, id: &str, dir: &str) -> ApiResult<(Held, read::Candidate)> {
    let (content, held) = held(open, id)?;
    let all = read::candidates(&content, &held.called);
    let found = all.into_iter().find(|candidate| candidate.dir == dir).ok_or_else(|| {
        ApiError::refused(
            "inspection_unknown",
            format!("There is no plugin at `{}` in it.", shown(dir)),
            "Choose another.",
        )
    })?;
    Ok((held, found))
}

pub(super) fn read(candidate: &read::Candidate) -> ApiResult<Plugin> {
    read::read_as(&candidate.path, &candidate.name)
        .map_err(|error| ApiError::refused("source_unusable", format!("{error}."), error.advice()))
}

fn show(open: &Open, actor: &Actor, id: &str) -> ApiResult<PluginInspection> {
    let (content, held) = held(open, id)?;
    let found = read::candidates(&content, &held.called);
    if found.is_empty() {
        return Err(ApiError::refused(
            "source_unusable",
            format!("There is no plugin in {}.", held.from),
            "A plugin is a folder with `cli.py` (SMCP), `plugin.py` (Broca) or `manifest.json`.",
        ));
    }
    let mut findings = Vec::new();
    let mut candidates = Vec::new();
    for one in &found {
        match shown_candidate(open, actor, &held, one) {
            Ok(shown) => candidates.push(shown),
            Err(error) => findings.push(Finding {
                code: error.code,
                level: FindingLevel::Error,
                message: error.message,
                hint: error.hint,
                path: Some(shown(&one.dir)),
            }),
        }
    }
    Ok(PluginInspection { id: id.to_owned(), from: held.from, candidates, findings })
}

fn shown_candidate(
    open: &Open,
    actor: &Actor,
    _held: &Held,
    candidate: &read::Candidate,
) -> ApiResult<PluginCandidate> {
    let plugin = read(candidate)?;
    let snap = Snapshot::of(open)?;
    let tools = place::tools(open, &snap, actor)?;
    let fits: Vec<&Tool> = tools.iter().filter(|tool| fits(tool, plugin.kind)).collect();
    let kept = kept::read(open)?;
    let replaces = fits.iter().flat_map(|tool| place::of(tool, &kept)).find(|placed| placed.at.name == candidate.name);
    let trusted = kept.trusted.contains_key(&plugin.hash);
    let known = if trusted { known(open, &candidate.path, &candidate.name, &plugin) } else { None };
    // What is only worth knowing to its author is said by `plugins check`.
    let matters = |found: &&sanctum_plugins::Finding| found.level != Level::Note;
    let mut findings: Vec<Finding> = plugin.findings.iter().filter(matters).map(finding).collect();
    findings.extend(known.iter().flat_map(|known| known.findings.iter().filter(matters).map(finding)));
    let env = needs_env(&fits);
    Ok(PluginCandidate {
        dir: candidate.dir.clone(),
        name: candidate.name.clone(),
        kind: plugin.kind.as_str().to_owned(),
        title: shown(&plugin.title),
        description: shown(&plugin.description),
        version: plugin.version.as_deref().map(shown),
        licence: plugin.licence.as_deref().map(shown),
        hash: plugin.hash.clone(),
        files: match &replaces {
            Some(placed) => compare::against(placed, &candidate.path, &plugin),
            None => compare::files(&plugin, None),
        },
        reach: reach(&plugin),
        needs: needs(open, &plugin, env),
        settings: settings(&plugin),
        fits: fits.iter().map(|tool| tool.address().to_owned()).collect(),
        replaces: replaces.map(|placed| placed.id()),
        tools: known.map(|known| tools_of(&candidate.name, &known)).unwrap_or_default(),
        trusted,
        findings,
    })
}

/// Whether a tool loads plugins of this kind.
pub(super) fn fits(tool: &Tool, kind: Kind) -> bool {
    match tool.takes {
        Some(takes) => takes == kind,
        None => kind == Kind::Manifest,
    }
}

fn needs_env(fits: &[&Tool]) -> &'static str {
    if fits.iter().any(|tool| tool.takes == Some(Kind::Smcp)) { "smcp" } else { "agents" }
}

pub(super) fn finding(found: &sanctum_plugins::Finding) -> Finding {
    Finding {
        code: found.code.clone(),
        level: match found.level {
            Level::Error => FindingLevel::Error,
            Level::Warning => FindingLevel::Warn,
            Level::Note => FindingLevel::Info,
        },
        message: found.words.clone(),
        hint: found.todo.clone(),
        path: found.place.clone(),
    }
}

pub(super) fn reach(plugin: &Plugin) -> Vec<PluginReach> {
    let shown = |reach: &read::Reach| PluginReach {
        kind: reach.kind.as_str().to_owned(),
        words: shown(&reach.words),
        seen: reach.seen.iter().map(|place| shown(place)).collect(),
    };
    plugin.reach.iter().map(shown).collect()
}

pub(super) fn settings(plugin: &Plugin) -> Vec<PluginSetting> {
    plugin
        .settings
        .iter()
        .map(|setting| PluginSetting {
            key: shown(setting.env.as_deref().unwrap_or(&setting.key)),
            title: shown(&setting.title),
            description: shown(&setting.description),
            secret: setting.secret,
            required: setting.required,
        })
        .collect()
}

pub(super) fn tools_of(folder: &str, known: &Described) -> Vec<PluginTool> {
    known
        .tools
        .iter()
        .map(|tool| PluginTool {
            name: shown(&Described::full_name(folder, &tool.command)),
            description: shown(&tool.description),
            schema: Json(tool.schema.clone()),
            enabled: None,
        })
        .collect()
}

/// What its packages are in the environment it would run in.
pub(super) fn needs(open: &Open, plugin: &Plugin, env: &str) -> Vec<PluginNeed> {
    let installed = crate::python::installed(open, env);
    let now = stamps::rfc3339(open.env().now());
    plugin
        .requirements
        .iter()
        .map(|need| {
            let name = need.package.to_lowercase().replace(['_', '.'], "-");
            let has = installed.iter().find(|(package, _)| package.to_lowercase().replace(['_', '.'], "-") == name);
            let fits = has.and_then(|(_, version)| crate::python::fits(&need.wanted, version));
            let (word, reason) = match (has, fits) {
                (None, _) => (StatusWord::Unknown, "not installed".to_owned()),
                (Some(_), Some(true)) => (StatusWord::Healthy, "fits".to_owned()),
                (Some((_, version)), Some(false)) => (StatusWord::Degraded, format!("{version} is installed")),
                (Some(_), None) => (StatusWord::Unknown, "whether it fits could not be told".to_owned()),
            };
            PluginNeed {
                package: shown(&need.package),
                wanted: shown(&need.wanted),
                installed: has.map(|(_, version)| version.clone()),
                verdict: Status { word, reason, evidence: Vec::new(), measured_at: Some(now.clone()) },
            }
        })
        .collect()
}

fn cache(open: &Open) -> Folder {
    Folder::new(&kept::dir(open).join("described"))
}

/// What it said when it was asked before; nothing is run.
pub(super) fn known(open: &Open, dir: &Path, name: &str, plugin: &Plugin) -> Option<Described> {
    if plugin.kind != Kind::Smcp {
        return None;
    }
    // A cage that is cancelled from the start: only the cache can answer.
    described(open, dir, name, plugin, &AtomicBool::new(true)).ok()
}

pub(super) fn ask(open: &Open, dir: &Path, name: &str, plugin: &Plugin, stop: &AtomicBool) -> ApiResult<()> {
    if plugin.kind != Kind::Smcp {
        return Ok(());
    }
    described(open, dir, name, plugin, stop)
        .map(drop)
        .map_err(|error| ApiError::refused("plugin_describe", format!("{error}."), error.advice()))
}

fn described(
    open: &Open,
    dir: &Path,
    name: &str,
    plugin: &Plugin,
    stop: &AtomicBool,
) -> Result<Described, describe::DescribeError> {
    let subject = Subject { dir, name, hash: &plugin.hash, listed: &plugin.tools };
    caged(open, stop, |cage, cache| describe::describe(&subject, cage, cache))
}

/// Does something with the cage that plugins are asked in, and the answers that were kept.
pub(super) fn caged<T>(open: &Open, stop: &AtomicBool, with: impl FnOnce(&Cage<'_>, &dyn describe::Cache) -> T) -> T {
    let scratch = kept::dir(open).join("scratch");
    // Where it cannot be made, the cage says so.
    let _made = crate::files::make_private(&scratch);
    let python = crate::python::interpreter(open, "smcp");
    let cage = Cage {
        python: &python,
        path: &open.env().search_path,
        lang: "C.UTF-8",
        scratch: &scratch,
        limits: describe::Limits::default(),
        cancelled: &|| stop.load(Ordering::SeqCst),
    };
    with(&cage, &cache(open))
}
