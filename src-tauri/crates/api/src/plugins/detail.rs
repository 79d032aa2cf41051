//! One plugin opened: what it is, what it reaches for, what it needs, its tools, versions, and who uses it.

use sanctum_plugins::place::Put;
use sanctum_plugins::read::{self, Kind, Plugin};
use sanctum_plugins::shown;
use sanctum_registry::agents;

use super::place::{self, Placed};
use super::see::{self, Seen};
use super::{compare, governor, kept, quarantine};
use crate::app::App;
use crate::blocking::blocking;
use crate::dto::{Fact, Finding, FindingLevel, Json, PluginDetail, PluginTool, PluginVersion};
use crate::open::Open;
use crate::plan::lock;
use crate::settings::Snapshot;
use crate::{Actor, ApiError, ApiResult, stamps};

impl App {
    /// One plugin with everything known of it.
    ///
    /// # Errors
    /// `plugin_unknown` for one that is gone or that the actor may not see.
    pub async fn plugin_get(&self, actor: &Actor, id: &str) -> ApiResult<PluginDetail> {
        let open = self.opened().await?;
        see::refresh(&open).await;
        let (actor, id) = (actor.clone(), id.to_owned());
        blocking(move || {
            let snap = Snapshot::of(&open)?;
            let placed = place::find(&open, &snap, &actor, &id)?;
            detail(&open, &actor, &placed)
        })
        .await
    }
}

fn detail(open: &Open, actor: &Actor, placed: &Placed) -> ApiResult<PluginDetail> {
    let seen = Seen::now(open)?;
    let row = seen.row(open, placed);
    let read = lock(&open.plugins.reads).read(&placed.at.dir, &placed.at.name);
    let mut findings: Vec<Finding> = placed.at.trouble.iter().map(quarantine::finding).collect();
    let plugin = match read.as_ref() {
        Ok(plugin) => plugin,
        Err(why) => {
            findings.push(Finding {
                code: "plugin_unreadable".to_owned(),
                level: FindingLevel::Error,
                message: why.clone(),
                hint: "Put a version back, or remove it.".to_owned(),
                path: Some(placed.at.dir.display().to_string()),
            });
            return Ok(PluginDetail {
                facts: Vec::new(),
                hash: String::new(),
                trusted: false,
                files: Vec::new(),
                reach: Vec::new(),
                needs: Vec::new(),
                tools: Vec::new(),
                versions: versions(placed, None),
                used_by: Vec::new(),
                settings_card: None,
                settings: Vec::new(),
                findings,
                readme: None,
                tool_note: None,
                log: Some(row.tool.clone()),
                row,
            });
        }
    };
    let matters = |found: &&sanctum_plugins::Finding| found.level != sanctum_plugins::Level::Note;
    findings.extend(plugin.findings.iter().filter(matters).map(quarantine::finding));
    if placed.changed(plugin) {
        findings.push(Finding {
            code: "plugin_changed".to_owned(),
            level: FindingLevel::Error,
            message: "Its files are not what was installed: somebody changed them where they lie.".to_owned(),
            hint:
                "If that was you, trust them. If not, install it again from where it came, or put another version back."
                    .to_owned(),
            path: None,
        });
    }
    let env = if placed.tool.takes == Some(Kind::Smcp) { "smcp" } else { "agents" };
    let trusted = kept::read(open)?.trusted.contains_key(&plugin.hash);
    let known = quarantine::known(open, &placed.at.dir, &placed.at.name, plugin).filter(|_| trusted);
    let tools = match known {
        Some(known) => quarantine::tools_of(&placed.at.name, &known),
        None => plugin
            .tools
            .iter()
            .map(|tool| PluginTool {
                name: shown(&format!("{}__{}", placed.at.name, tool.command)),
                description: shown(&tool.description),
                schema: Json(tool.schema.clone()),
                enabled: None,
            })
            .collect(),
    };
    let governor = governor::of(open, &*Snapshot::of(open)?, &placed.tool);
    let tools = governor::complete(open, governor.as_ref(), placed, tools);
    let note = governor.as_ref().map(|governor| governor::note(open, governor, placed, &tools));
    Ok(PluginDetail {
        facts: facts(open, placed, plugin),
        hash: plugin.hash.clone(),
        trusted,
        files: compare::since_installed(open, placed, plugin),
        reach: quarantine::reach(plugin),
        needs: quarantine::needs(open, plugin, env),
        tools,
        versions: versions(placed, Some(plugin)),
        used_by: used_by(open, actor, placed)?,
        settings_card: Some(placed.tool.instance.card.clone()).filter(|_| !plugin.settings.is_empty()),
        settings: plugin.settings.iter().filter_map(|setting| setting.env.as_deref()).map(shown).collect(),
        findings,
        readme: plugin.readme.clone(),
        tool_note: note,
        log: Some(placed.tool.address().to_owned()),
        row,
    })
}

fn facts(open: &Open, placed: &Placed, plugin: &Plugin) -> Vec<Fact> {
    let mut facts = Vec::new();
    let mut fact = |name: &str, value: Option<String>, mono: bool| {
        if let Some(value) = value {
            facts.push(Fact { name: name.to_owned(), value, mono });
        }
    };
    let record = placed
        .at
        .versions
        .iter()
        .find(|v| Some(&v.short) == placed.at.current.as_ref())
        .and_then(|v| v.record.as_ref());
    let from = record.map(|record| shown(&record.from));
    fact("Source", from.or_else(|| (placed.at.put != Put::Store).then(|| "put there by somebody".to_owned())), false);
    fact("Commit", record.and_then(|record| record.commit.clone()), true);
    fact("Licence", Some(plugin.licence.as_deref().map_or_else(|| "none named".to_owned(), shown)), false);
    fact("Signature", Some("None. Sources do not sign.".to_owned()), false);
    fact("Content", Some(plugin.hash.clone()), true);
    fact("Folder", Some(open.env().short(&placed.at.dir)), true);
    facts
}

fn versions(placed: &Placed, plugin: Option<&Plugin>) -> Vec<PluginVersion> {
    // A copy, as Broca has it, is known by its content.
    let content =
        plugin.filter(|_| placed.at.enabled).map(|plugin| sanctum_plugins::place::short(&plugin.hash).to_owned());
    let current = placed.at.current.clone().or(content);
    placed
        .at
        .versions
        .iter()
        .map(|version| PluginVersion {
            hash: version.short.clone(),
            version: read::read_as(&version.path, &placed.at.name).ok().and_then(|p| p.version).as_deref().map(shown),
            from: version.record.as_ref().map_or_else(|| "unknown".to_owned(), |record| shown(&record.from)),
            installed_at: version
                .path
                .metadata()
                .and_then(|meta| meta.modified())
                .ok()
                .map(|at| stamps::rfc3339(at.into())),
            current: Some(&version.short) == current.as_ref(),
            size: version.record.as_ref().map_or(0.0, |record| record.bytes as f64),
        })
        .collect()
}

/// Agents whose tools it adds to: nobody's where it is off, and for the shared tool server those that a Letta server has.
fn used_by(open: &Open, actor: &Actor, placed: &Placed) -> ApiResult<Vec<String>> {
    if !placed.at.enabled {
        return Ok(Vec::new());
    }
    Ok(reached(open, actor, &placed.tool)?.into_iter().map(|(_, title)| title).collect())
}

/// The agents that reach a tool, by uid and title, as far as the actor may see them.
pub(super) fn reached(open: &Open, actor: &Actor, tool: &place::Tool) -> ApiResult<Vec<(String, String)>> {
    if let Some((_, uid, title)) = &tool.instance.agent {
        return Ok(vec![(uid.clone(), title.clone())]);
    }
    let viewer = crate::cards::viewer(actor);
    open.registry().read(|c| {
        let mut all = Vec::new();
        for agent in agents::all(c)?.into_iter().filter(|agent| agent.letta().is_some()) {
            if agents::is_visible(c, agent.id, &viewer)? {
                let title = agent.title().to_owned();
                all.push((agent.uid, title));
            }
        }
        Ok::<_, ApiError>(all)
    })
}
