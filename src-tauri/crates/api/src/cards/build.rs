//! Cards from what the registry knows and what was found on disk. Pure but for the measuring.

use std::collections::{HashMap, HashSet};

use sanctum_install::catalogue::Catalogue;
use sanctum_install::discovery::{Discovery, Found, Kind, Scope};
use sanctum_registry::cards::{Broken, Card};
use sanctum_registry::tool_instances::ToolInstance;

use super::{Ground, Rows, builtin, measure};
use crate::dto::{AgentModule, Status, StatusWord};
use crate::open::Open;

pub(crate) struct Built {
    pub cards: Vec<Card>,
    pub agents: HashMap<String, Status>,
    pub modules: HashMap<String, Vec<AgentModule>>,
}

/// What is said of a manifest that cannot be used; what is wrong with it stands above.
pub(crate) const UNTOUCHED: &str = "left untouched";

/// Statuses that a person should look at.
pub(crate) fn needs_you(word: StatusWord) -> bool {
    matches!(word, StatusWord::Degraded | StatusWord::Error)
}

pub(crate) fn word_text(word: StatusWord) -> &'static str {
    match word {
        StatusWord::Healthy => "Healthy",
        StatusWord::Degraded => "Degraded",
        StatusWord::Off => "Off",
        StatusWord::Ready => "Ready",
        StatusWord::Unknown => "Unknown",
        StatusWord::Active => "Active",
        StatusWord::Inactive => "Inactive",
        StatusWord::Error => "Error",
    }
}

pub(crate) fn build(open: &Open, rows: &Rows, discovery: &Discovery, ground: &Ground) -> Built {
    let mut built =
        Built { cards: builtin::cards(open, rows, ground), agents: HashMap::new(), modules: HashMap::new() };
    let mut by_path: HashMap<&str, &Found> =
        discovery.items.iter().map(|f| (f.rel_path.as_str(), f.as_ref())).collect();
    let agent_ids: HashMap<&str, i64> = rows.agents.iter().map(|a| (a.uid.as_str(), a.id)).collect();
    let mut sums: HashMap<String, Vec<(String, Status)>> = HashMap::new();
    for instance in &rows.instances {
        let found = instance.path.as_deref().and_then(|path| by_path.remove(path));
        let (card, status, uid) = of_instance(open, rows, ground, instance, found);
        note(&mut built, &mut sums, &card, &status, uid, rows, &agent_ids);
        built.cards.push(card);
    }
    let mut rest: Vec<&Found> = by_path.into_values().collect();
    rest.sort_by(|a, b| a.rel_path.cmp(&b.rel_path));
    for found in rest {
        let (card, status) = of_found(open, ground, found);
        if let (Kind::Module, Scope::Agent(uid)) = (&found.kind, &found.scope) {
            note(&mut built, &mut sums, &card, &status, Some(uid.clone()), rows, &agent_ids);
        }
        built.cards.push(card);
    }
    built.cards.extend(definitions(rows, &built.cards, ground));
    for agent in &rows.agents {
        let modules = sums.remove(&agent.uid).unwrap_or_default();
        built.agents.insert(agent.uid.clone(), measure::sum(ground, agent.letta().is_some(), &modules));
    }
    for (uid, modules) in sums {
        built.agents.insert(uid, measure::sum(ground, false, &modules));
    }
    built
}

fn note(
    built: &mut Built,
    sums: &mut HashMap<String, Vec<(String, Status)>>,
    card: &Card,
    status: &Status,
    uid: Option<String>,
    rows: &Rows,
    agent_ids: &HashMap<&str, i64>,
) {
    let Some(uid) = uid else { return };
    sums.entry(uid.clone()).or_default().push((card.title.clone(), status.clone()));
    let agent_id = card.instance_id.and_then(|_| agent_ids.get(uid.as_str()).copied());
    built.modules.entry(uid).or_default().push(AgentModule {
        name: card.name.clone(),
        title: card.title.clone(),
        port: agent_id.and_then(|id| rows.port(Some(id), &card.name)).map(u32::from),
        status: status.clone(),
        tool_id: Some(card.id.clone()),
    });
}

fn of_instance(
    open: &Open,
    rows: &Rows,
    ground: &Ground,
    instance: &ToolInstance,
    found: Option<&Found>,
) -> (Card, Status, Option<String>) {
    let tool = rows.tool(instance.tool_id);
    let agent = instance.agent_id.and_then(|id| rows.agent(id));
    let slug = tool.map_or_else(String::new, |t| t.slug.clone());
    let path = instance.path.clone().unwrap_or_default();
    let broken = found.and_then(|f| f.broken.as_ref().map(|b| broken(f, b)));
    let status = match &broken {
        Some(broken) => ground.status(StatusWord::Error, broken.message.clone(), vec![broken.file.clone()]),
        None => measure(ground, &open.root().join(&path), &slug, rows.port(instance.agent_id, &slug)),
    };
    let tab = match (agent, slug.as_str()) {
        (Some(agent), _) => format!("agent:{}", agent.uid),
        (None, "smcp") => "smcp".to_owned(),
        (None, _) => "global".to_owned(),
    };
    let card = Card {
        id: format!("p:{path}"),
        tab,
        needs_you: needs_you(status.word),
        title: tool.map_or_else(|| slug.clone(), |t| t.name.clone()),
        description: tool.and_then(|t| t.description.clone()).unwrap_or_default(),
        icon: tool.and_then(|t| t.icon.clone()),
        emoji: tool.and_then(|t| t.emoji.clone()),
        kind: "module".to_owned(),
        origin: "registry".to_owned(),
        version: found.and_then(|f| f.version.clone()).or_else(|| tool.and_then(|t| t.version.clone())),
        path: Some(path),
        tool_id: Some(instance.tool_id),
        instance_id: Some(instance.id),
        reason: if broken.is_some() { UNTOUCHED.to_owned() } else { status.reason.clone() },
        broken,
        status: word_text(status.word).to_owned(),
        name: slug,
    };
    (card, status, agent.map(|a| a.uid.clone()))
}

fn of_found(open: &Open, ground: &Ground, found: &Found) -> (Card, Status) {
    let known = Catalogue::builtin().get(&found.name);
    let broken = found.broken.as_ref().map(|b| broken(found, b));
    let status = match (&broken, found.kind) {
        (Some(broken), _) => ground.status(StatusWord::Error, broken.message.clone(), vec![broken.file.clone()]),
        (None, Kind::Plugin) => ground.status(
            StatusWord::Unknown,
            "found on disk; whether it is loaded was not asked",
            vec![found.rel_path.clone()],
        ),
        (None, _) => measure(ground, &open.root().join(&found.rel_os), &found.name, None),
    };
    let tab = match &found.scope {
        Scope::Global => "global".to_owned(),
        Scope::Agent(uid) => format!("agent:{uid}"),
        Scope::Smcp => "smcp".to_owned(),
    };
    let kind = match found.kind {
        Kind::Module => "module",
        Kind::Tool => "tool",
        Kind::Plugin => "plugin",
    };
    let icon = known.map_or(if found.kind == Kind::Plugin { "plugin" } else { "module" }, |k| k.icon.as_str());
    let card = Card {
        id: format!("p:{}", found.id),
        tab,
        needs_you: needs_you(status.word),
        name: found.name.clone(),
        title: known.filter(|_| found.synthesised).map_or_else(|| found.title.clone(), |k| k.title.clone()),
        description: found.description.clone().or_else(|| known.map(|k| k.description.clone())).unwrap_or_default(),
        icon: Some(if broken.is_some() { "file" } else { icon }.to_owned()),
        emoji: found.manifest.as_ref().and_then(|m| m.emoji.clone()),
        kind: kind.to_owned(),
        origin: if found.synthesised { "layout" } else { "manifest" }.to_owned(),
        version: found.version.clone(),
        path: Some(found.rel_path.clone()),
        tool_id: None,
        instance_id: None,
        reason: if broken.is_some() { UNTOUCHED.to_owned() } else { status.reason.clone() },
        broken,
        status: word_text(status.word).to_owned(),
    };
    (card, status)
}

fn broken(found: &Found, broken: &sanctum_install::manifest::Broken) -> Broken {
    Broken {
        file: found.manifest_file(),
        line: broken.line,
        column: broken.column,
        message: broken.message.clone(),
        hint: broken.hint.clone(),
    }
}

/// Global tools whose instances stand on other tabs, and tools without any instance: their definition, with the sum.
fn definitions(rows: &Rows, cards: &[Card], ground: &Ground) -> Vec<Card> {
    let by_tool: HashMap<i64, Vec<&Card>> = cards.iter().fold(HashMap::new(), |mut all, card| {
        if let Some(id) = card.tool_id {
            all.entry(id).or_insert_with(Vec::new).push(card);
        }
        all
    });
    let shown_globally: HashSet<i64> =
        cards.iter().filter(|c| !c.tab.starts_with("agent:")).filter_map(|c| c.tool_id).collect();
    rows.tools
        .iter()
        .filter(|tool| !shown_globally.contains(&tool.id))
        .map(|tool| {
            let instances = by_tool.get(&tool.id).map(Vec::as_slice).unwrap_or_default();
            let status = of_definition(ground, tool.is_enabled, instances);
            Card {
                id: format!("t:{}", tool.slug),
                tab: "global".to_owned(),
                // The instance itself asks for attention on its own tab.
                needs_you: false,
                name: tool.slug.clone(),
                title: tool.name.clone(),
                description: tool.description.clone().unwrap_or_default(),
                icon: tool.icon.clone(),
                emoji: tool.emoji.clone(),
                kind: "tool".to_owned(),
                origin: "registry".to_owned(),
                version: tool.version.clone(),
                path: tool.path.clone(),
                tool_id: Some(tool.id),
                instance_id: None,
                broken: None,
                status: word_text(status.word).to_owned(),
                reason: status.reason,
            }
        })
        .collect()
}

fn of_definition(ground: &Ground, enabled: bool, instances: &[&Card]) -> Status {
    let with = |status: &str| instances.iter().filter(|c| c.status == status).count();
    let all = crate::words::count(instances.len(), "instance", "instances");
    let (word, reason) = if !enabled {
        (StatusWord::Off, "disabled".to_owned())
    } else if instances.is_empty() {
        (StatusWord::Off, "nobody uses it".to_owned())
    } else if with("Degraded") + with("Error") > 0 {
        (StatusWord::Degraded, format!("{} of {all} needs you", with("Degraded") + with("Error")))
    } else if with("Healthy") == instances.len() {
        (StatusWord::Healthy, format!("{all} answering"))
    } else if with("Unknown") > 0 {
        (StatusWord::Unknown, format!("{} of {all} could not be asked", with("Unknown")))
    } else if with("Ready") == instances.len() {
        (StatusWord::Ready, format!("{all}, none started"))
    } else {
        (StatusWord::Off, format!("{all}, {} off", with("Off")))
    };
    ground.status(word, reason, Vec::new())
}
