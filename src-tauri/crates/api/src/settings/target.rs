//! What has settings: an instance, a tool's definition, an agent, a panel of the app. Each with its address and schema.
//!
//! Made from the card list, so that whatever has a card has its settings. Nothing is measured or read from disk here.

use std::collections::HashMap;
use std::sync::Arc;

use sanctum_config::Field;
use sanctum_install::catalogue::Catalogue;
use sanctum_install::discovery::Discovery;
use sanctum_registry::cards::Card;
use serde_json::{Map, json};

pub(super) use super::shape::Shape;
use super::shape::Shapes;
use super::world::Home;
use crate::cards::Rows;
use crate::dto::Level;
use crate::plugins::Asked;

/// Card of the app's own preferences.
pub(crate) const PREFERENCES: &str = "preferences";
/// Card of the environment of the whole install.
pub(crate) const SYSTEM: &str = "system-settings";

/// What kind of thing it is; decides which levels it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sort {
    /// A folder with its own settings files.
    Instance,
    /// A tool's definition: what all its instances share.
    Tool,
    /// What all modules of an agent share.
    Agent,
    /// The environment of the whole install.
    Root,
    /// What one account prefers.
    Preferences,
    /// Shown, never written.
    Fixed,
}

pub(crate) struct Target {
    /// Id of its card.
    pub id: String,
    /// What a person types: `athena/broca2`, `smcp`, `tool:broca2`, `agent:athena`, `system-settings`.
    pub address: String,
    /// Name for machines.
    pub name: String,
    pub title: String,
    pub sort: Sort,
    pub agent: Option<(i64, String, String)>,
    pub tool_id: Option<i64>,
    /// The definition's own title.
    pub tool_title: String,
    /// Folder of an instance, relative to the root.
    pub path: Option<String>,
    /// A row of `tool_instances` stands for it.
    pub recorded: bool,
    pub shape: Arc<Shape>,
    /// Agents see it in this tab.
    pub tab: String,
}

impl Target {
    /// "Broca of Athena".
    pub fn named(&self) -> String {
        match (&self.agent, self.sort) {
            (Some((_, _, agent)), Sort::Instance) => format!("{} of {agent}", self.title),
            _ => self.title.clone(),
        }
    }

    /// The home of a level; `None` where this has no such level.
    pub fn home(&self, level: Level, field: &Field, user: i64) -> Option<Home> {
        match (self.sort, level) {
            (Sort::Fixed, _) | (_, Level::Default) => None,
            (Sort::Root, Level::System) => field.env.as_ref().map(|_| Home::Env).or(Some(Home::System)),
            (Sort::Root, _) => None,
            (Sort::Preferences, Level::User) => Some(Home::User(user)),
            (Sort::Preferences, _) => None,
            (_, Level::System) => Some(Home::System),
            (Sort::Tool, Level::Tool) | (Sort::Instance, Level::Tool) => self.tool_id.map(Home::Tool),
            (Sort::Agent | Sort::Instance, Level::Agent) => self.agent.as_ref().map(|(id, ..)| Home::Agent(*id)),
            (Sort::Instance, Level::Instance) => self.path.clone().map(Home::Instance),
            (_, Level::User) if field.user => Some(Home::User(user)),
            _ => None,
        }
    }

    /// Key under which a keyed home holds a field.
    pub fn key_in<'a>(&self, home: &Home, field: &'a Field) -> &'a str {
        match (home, &field.env) {
            (Home::Env, Some(env)) => env,
            _ => &field.key,
        }
    }

    /// The file of its environment keys, relative to the root, as it should be.
    pub fn env_file(&self) -> Option<String> {
        match self.sort {
            Sort::Root => Some(".env".to_owned()),
            Sort::Instance => self.path.as_ref().map(|path| format!("{path}/config/.env")),
            _ => None,
        }
    }

    /// The file a field is written to, relative to the root.
    pub fn json_file(&self, field: &Field) -> Option<String> {
        let path = self.path.as_ref().filter(|_| self.sort == Sort::Instance)?;
        field.file.as_ref().map(|file| format!("{path}/{file}"))
    }
}

/// Everything that has settings, in the order of the cards; agents after them.
/// `asked` is what plugins can be set about, by the folder of their tool.
pub(crate) fn all(
    cards: &[Card],
    rows: &Rows,
    discovery: Option<&Discovery>,
    asked: &HashMap<String, Arc<Asked>>,
) -> Vec<Target> {
    let mut shapes = Shapes::new(rows, discovery, asked);
    let mut targets: Vec<Target> = cards.iter().map(|card| of_card(card, cards, rows, &mut shapes)).collect();
    let agents: Vec<Target> = rows
        .agents
        .iter()
        .map(|agent| {
            let own = targets
                .iter()
                .filter(|t| t.sort == Sort::Instance && t.agent.as_ref().is_some_and(|a| a.0 == agent.id));
            let shape = shared(own.map(|t| t.shape.as_ref()));
            Target {
                id: format!("a:{}", agent.uid),
                address: format!("agent:{}", agent.uid),
                name: agent.uid.clone(),
                title: agent.title().to_owned(),
                sort: Sort::Agent,
                agent: Some((agent.id, agent.uid.clone(), agent.title().to_owned())),
                tool_id: None,
                tool_title: agent.title().to_owned(),
                path: None,
                recorded: true,
                shape,
                tab: format!("agent:{}", agent.uid),
            }
        })
        .collect();
    targets.extend(agents);
    unique(&mut targets);
    targets
}

/// The settings that an agent's modules have in common or alone, each once: what can be said for all of them.
fn shared<'a>(shapes: impl Iterator<Item = &'a Shape>) -> Arc<Shape> {
    let mut properties = Map::new();
    for shape in shapes {
        let Some(own) = shape.properties() else { continue };
        for (name, node) in own {
            let skipped = ["x-dead", "x-database", "x-file"].iter().any(|word| node.get(word).is_some());
            if !skipped && !properties.contains_key(name) {
                properties.insert(name.clone(), node.clone());
            }
        }
    }
    Arc::new(Shape::new(json!({ "type": "object", "properties": properties })))
}

/// Two things of one name are told apart by their folder.
fn unique(targets: &mut [Target]) {
    let mut count: HashMap<String, usize> = HashMap::new();
    for target in targets.iter() {
        *count.entry(target.address.clone()).or_default() += 1;
    }
    for target in targets.iter_mut().filter(|t| count[&t.address] > 1) {
        if let Some(path) = &target.path {
            target.address = path.clone();
        }
    }
}

fn of_card(card: &Card, cards: &[Card], rows: &Rows, shapes: &mut Shapes<'_>) -> Target {
    let instance = card.instance_id.and_then(|id| rows.instances.iter().find(|i| i.id == id));
    let uid = card.tab.strip_prefix("agent:");
    let agent = match instance {
        Some(instance) => instance.agent_id.and_then(|id| rows.agent(id)),
        None => uid.and_then(|uid| rows.agents.iter().find(|a| a.uid == uid)),
    };
    let known = Catalogue::builtin().get(&card.name);
    let builtin = card.kind == "builtin";
    let sort = match (card.id.split(':').next(), card.kind.as_str(), card.name.as_str()) {
        (_, "builtin", PREFERENCES) => Sort::Preferences,
        (_, "builtin", SYSTEM | "ports" | "python") => Sort::Root,
        (_, "builtin", _) | (_, "plugin", _) => Sort::Fixed,
        (Some("t"), ..) => Sort::Tool,
        _ if card.broken.is_some() => Sort::Fixed,
        _ => Sort::Instance,
    };
    let tool = card
        .tool_id
        .and_then(|id| rows.tool(id))
        .or_else(|| rows.tools.iter().find(|tool| sort == Sort::Instance && tool.slug == card.name));
    let address = match (&agent, sort) {
        (_, Sort::Tool) => format!("tool:{}", card.name),
        (Some(agent), Sort::Instance | Sort::Fixed) if !builtin => format!("{}/{}", agent.uid, card.name),
        _ => card.name.clone(),
    };
    let tool_id = tool.map(|t| t.id);
    let shape = match sort {
        Sort::Tool => {
            let instances =
                cards.iter().filter(|other| other.name == card.name).filter_map(|other| other.path.as_deref());
            shapes.of_tool(card, tool_id, &instances.collect::<Vec<_>>())
        }
        _ => shapes.of(card, tool_id),
    };
    Target {
        id: card.id.clone(),
        address,
        name: card.name.clone(),
        title: card.title.clone(),
        sort,
        agent: agent.map(|a| (a.id, a.uid.clone(), a.title().to_owned())),
        tool_id,
        tool_title: known.map_or_else(|| card.title.clone(), |k| k.title.clone()),
        path: if builtin { None } else { card.path.clone() },
        recorded: card.instance_id.is_some(),
        shape,
        tab: card.tab.clone(),
    }
}
