//! What needs what: plugins, the tools that load them, packages, secrets, ports and agents.

use sanctum_plugins::graph::{Bond, Edge, Graph, Node, NodeKind, State};
use sanctum_plugins::read::Kind;
use sanctum_plugins::shown;

use super::place;
use crate::app::App;
use crate::blocking::blocking;
use crate::dto::{GraphEdge, GraphKind, GraphNode, PluginGraph};
use crate::open::Open;
use crate::plan::lock;
use crate::settings::Snapshot;
use crate::{Actor, ApiResult};

impl App {
    /// What needs what; of one tool, or of all.
    ///
    /// # Errors
    /// What the registry says.
    pub async fn plugins_graph(&self, actor: &Actor, tool: Option<&str>) -> ApiResult<PluginGraph> {
        let open = self.opened().await?;
        let (actor, tool) = (actor.clone(), tool.map(str::to_owned));
        blocking(move || {
            let snap = Snapshot::of(&open)?;
            Ok(wire(&graph(&open, &snap, &actor, tool.as_deref())?))
        })
        .await
    }
}

pub(super) fn graph(open: &Open, snap: &Snapshot, actor: &Actor, only: Option<&str>) -> ApiResult<Graph> {
    let (mut nodes, mut edges) = (Vec::new(), Vec::new());
    let node = |id: String, kind, title: String, state, trouble| Node { id, kind, title, state, trouble };
    let kept = super::kept::read(open)?;
    let ground = crate::modules::ground(open)?;
    for tool in place::tools(open, snap, actor)? {
        if only.is_some_and(|only| only != tool.address()) {
            continue;
        }
        let own = format!("tool:{}", tool.address());
        nodes.push(node(own.clone(), NodeKind::Tool, tool.instance.named.clone(), State::On, None));
        for (uid, title) in super::detail::reached(open, actor, &tool)? {
            let agent = format!("agent:{uid}");
            nodes.push(node(agent.clone(), NodeKind::Agent, title, State::On, None));
            edges.push(Edge { from: agent, to: own.clone(), bond: Bond::Uses });
        }
        if let Some(port) = tool.instance.port {
            let id = format!("port:{port}");
            let runs = ground.looks.get(&tool.instance.dir).is_some_and(|look| look.runs());
            let (state, trouble) = match ground.listening.get(&port) {
                Some(other) if !runs => (State::Missing, Some(format!("taken by {other}"))),
                None if !runs => (State::Off, None),
                _ => (State::On, None),
            };
            nodes.push(node(id.clone(), NodeKind::Port, port.to_string(), state, trouble));
            edges.push(Edge { from: own.clone(), to: id, bond: Bond::ListensOn });
        }
        let env = if tool.takes == Some(Kind::Smcp) { "smcp" } else { "agents" };
        let mut set = None;
        for placed in place::of(&tool, &kept) {
            let read = lock(&open.plugins.reads).read(&placed.at.dir, &placed.at.name);
            let plugin = read.as_ref().as_ref();
            let trouble =
                placed.at.trouble.as_ref().map(|finding| finding.words.clone()).or_else(|| plugin.err().cloned());
            let id = placed.id();
            let state = if placed.at.enabled { State::On } else { State::Off };
            nodes.push(node(id.clone(), NodeKind::Plugin, shown(&placed.at.name), state, trouble));
            edges.push(Edge { from: id.clone(), to: own.clone(), bond: Bond::AddsToolsTo });
            let Ok(plugin) = plugin else { continue };
            for other in &plugin.dependencies {
                edges.push(Edge { from: id.clone(), to: format!("{}:{other}", tool.address()), bond: Bond::Needs });
            }
            for need in super::quarantine::needs(open, plugin, env) {
                let package = format!("package:{env}:{}", need.package);
                let there = need.installed.is_some();
                let trouble =
                    (need.verdict.word != crate::dto::StatusWord::Healthy).then(|| need.verdict.reason.clone());
                let state = if there { State::On } else { State::Missing };
                let title = format!("{} {}", need.package, need.installed.as_deref().unwrap_or(&need.wanted));
                nodes.push(node(package.clone(), NodeKind::Package, title, state, trouble));
                edges.push(Edge { from: id.clone(), to: package, bond: Bond::Needs });
            }
            for setting in plugin.settings.iter().filter(|setting| setting.secret) {
                let name = shown(setting.env.as_deref().unwrap_or(&setting.key));
                let secret = format!("secret:{}:{name}", tool.address());
                let is_set = setting.env.as_ref().is_some_and(|env| {
                    set.get_or_insert_with(|| super::see::set_of(snap, tool.address())).contains(env)
                });
                // Without a variable nobody can tell here whether it is set.
                let lacks = setting.required && setting.env.is_some() && !is_set;
                let (state, bond, trouble) = match (lacks, is_set || setting.env.is_none()) {
                    (true, _) => (State::Missing, Bond::Needs, Some("not set".to_owned())),
                    (false, true) => (State::On, Bond::Reads, None),
                    (false, false) => (State::Off, Bond::Reads, None),
                };
                // What one of several that read it cannot do without is missing.
                match nodes.iter_mut().find(|known: &&mut Node| lacks && known.id == secret) {
                    Some(known) => (known.state, known.trouble) = (state, trouble),
                    None => nodes.push(node(secret.clone(), NodeKind::Secret, name, state, trouble)),
                }
                edges.push(Edge { from: id.clone(), to: secret, bond });
            }
        }
    }
    Ok(Graph::new(nodes, edges))
}

fn wire(graph: &Graph) -> PluginGraph {
    PluginGraph {
        nodes: graph
            .nodes
            .iter()
            .map(|node| GraphNode {
                id: node.id.clone(),
                kind: match node.kind {
                    NodeKind::Tool => GraphKind::Tool,
                    NodeKind::Plugin => GraphKind::Plugin,
                    NodeKind::Package => GraphKind::Package,
                    NodeKind::Port => GraphKind::Port,
                    NodeKind::Secret => GraphKind::Secret,
                    NodeKind::Agent => GraphKind::Agent,
                },
                title: shown(&node.title),
                trouble: node
                    .trouble
                    .clone()
                    .or_else(|| (node.state == State::Missing).then(|| "not there".to_owned())),
            })
            .collect(),
        edges: graph
            .edges
            .iter()
            .map(|edge| GraphEdge { from: edge.from.clone(), to: edge.to.clone(), words: edge.bond.words().to_owned() })
            .collect(),
        cycles: graph.cycles(),
        missing: graph.missing(),
    }
}
