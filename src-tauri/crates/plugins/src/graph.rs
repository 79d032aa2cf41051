//! What needs what: tools, plugins, packages, ports, secrets, agents, and the edges between them.
//!
//! Owns cycles, what is missing, what switching on would bring and what switching off would break. Everything is built from
//! facts that are given; nothing is looked up. All walks keep their own stack, so that no chain is too long for them.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use crate::text::shown;

/// Names in a sentence about the whole graph; a longer chain helps nobody.
const LONGEST_TOLD: usize = 8;

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NodeKind {
    Tool,
    Plugin,
    Package,
    Port,
    Secret,
    Agent,
}

/// Whether what a node stands for is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// There, and in use.
    On,
    /// There, and switched off.
    Off,
    /// Not there.
    Missing,
}

/// One thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Such as `smcp:gmail`, `package:httpx`.
    pub id: String,
    pub kind: NodeKind,
    /// What a person calls it; hostile.
    pub title: String,
    pub state: State,
    /// What is not in order about it, in words.
    pub trouble: Option<String>,
}

/// How two things hang together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Bond {
    /// `from` does not work without `to`.
    Needs,
    /// An agent, a module or a tool uses what `to` gives; it goes on with less.
    Uses,
    AddsToolsTo,
    Reads,
    ListensOn,
}

impl Bond {
    /// As a person says it.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Bond::Needs => "needs",
            Bond::Uses => "uses",
            Bond::AddsToolsTo => "adds tools to",
            Bond::Reads => "reads",
            Bond::ListensOn => "listens on",
        }
    }
}

/// One edge.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edge {
    pub from: String,
    pub to: String,
    pub bond: Bond,
}

/// Why something cannot be switched on. `Display` is a sentence with the whole chain.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// A chain that ends where it began.
    #[error("{words}")]
    Cycle { chain: Vec<String>, words: String },
    /// The last of the chain is not there.
    #[error("{words}")]
    Missing { chain: Vec<String>, words: String },
}

/// What would break, and by which chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breaks {
    pub id: String,
    /// It stops working; otherwise it goes on with less.
    pub hard: bool,
    /// "`calendar` needs `mail`."
    pub words: String,
}

/// The graph. Nodes and edges keep the order in which they were given; what is there twice counts once.
#[derive(Debug, Clone, Default)]
pub struct Graph {
    pub nodes: Vec<Node>,
    pub edges: Vec<Edge>,
    index: HashMap<String, usize>,
    /// By node: what it needs, and who needs or uses it.
    needs: Vec<Vec<usize>>,
    back: Vec<Vec<(usize, Bond)>>,
}

impl Graph {
    /// Builds it. An edge to something that is not among the nodes leads to a missing plugin of that name.
    #[must_use]
    pub fn new(nodes: Vec<Node>, edges: Vec<Edge>) -> Graph {
        let mut graph = Graph::default();
        for node in nodes {
            graph.add(node);
        }
        let mut seen = BTreeSet::new();
        for edge in edges {
            if !seen.insert((edge.from.clone(), edge.to.clone(), edge.bond)) {
                continue;
            }
            let (from, to) = (graph.named(&edge.from), graph.named(&edge.to));
            if edge.bond == Bond::Needs {
                graph.needs[from].push(to);
            }
            if matches!(edge.bond, Bond::Needs | Bond::Uses) {
                graph.back[to].push((from, edge.bond));
            }
            graph.edges.push(edge);
        }
        graph
    }

    fn add(&mut self, node: Node) -> usize {
        if let Some(at) = self.index.get(&node.id) {
            return *at;
        }
        self.index.insert(node.id.clone(), self.nodes.len());
        self.nodes.push(node);
        self.needs.push(Vec::new());
        self.back.push(Vec::new());
        self.nodes.len() - 1
    }

    fn named(&mut self, id: &str) -> usize {
        let title = id.rsplit(':').next().unwrap_or(id).to_owned();
        let trouble = Some("It is not installed.".to_owned());
        self.add(Node { id: id.to_owned(), kind: NodeKind::Plugin, title, state: State::Missing, trouble })
    }

    fn ids(&self, chain: &[usize]) -> Vec<String> {
        chain.iter().map(|at| self.nodes[*at].id.clone()).collect()
    }

    /// "`a` needs `b`, which needs `c`".
    fn told(&self, chain: &[usize]) -> String {
        let name = |at: &usize| format!("`{}`", shown(&self.nodes[*at].title));
        let mut words = chain.first().map(name).unwrap_or_default();
        for (n, at) in chain.iter().enumerate().skip(1) {
            words.push_str(if n == 1 { " needs " } else { ", which needs " });
            words.push_str(&name(at));
        }
        words
    }

    fn cycle(&self, chain: &[usize]) -> Refused {
        let words = format!("{}: a circle, in which nothing can come first.", self.told(chain));
        Refused::Cycle { chain: self.ids(chain), words }
    }

    fn lacking(&self, chain: &[usize]) -> Refused {
        let kind = chain.last().map(|at| self.nodes[*at].kind);
        let end = match kind {
            Some(NodeKind::Plugin | NodeKind::Package) => "which is not installed",
            Some(NodeKind::Port) => "which is taken",
            Some(NodeKind::Secret) => "which is not set",
            _ => "which is not there",
        };
        let words = match chain {
            [_, _, ..] => format!("{}, {end}.", self.told(chain)),
            _ => format!("{} is not there.", self.told(chain)),
        };
        Refused::Missing { chain: self.ids(chain), words }
    }

    /// All that `id` needs, whatever it is, each after what it needs itself; `id` is not among it.
    ///
    /// # Errors
    /// With the chain, where it leads in a circle or to something that is not there.
    pub fn needs(&self, id: &str) -> Result<Vec<&Node>, Refused> {
        let Some(start) = self.index.get(id).copied() else {
            let words = format!("`{}` is not there.", shown(id));
            return Err(Refused::Missing { chain: vec![id.to_owned()], words });
        };
        let (mut order, mut state) = (Vec::new(), vec![0_u8; self.nodes.len()]);
        let mut path = vec![(start, 0)];
        state[start] = 1;
        if self.nodes[start].state == State::Missing {
            return Err(self.lacking(&[start]));
        }
        while let Some((at, next)) = path.pop() {
            let Some(to) = self.needs[at].get(next).copied() else {
                state[at] = 2;
                order.push(at);
                continue;
            };
            path.push((at, next + 1));
            let chain = || path.iter().map(|(at, _)| *at).chain([to]).collect::<Vec<_>>();
            match state[to] {
                0 if self.nodes[to].state == State::Missing => return Err(self.lacking(&chain())),
                0 => {
                    state[to] = 1;
                    path.push((to, 0));
                }
                1 => {
                    let chain = chain();
                    let begin = chain.iter().position(|at| *at == to).unwrap_or(0);
                    return Err(self.cycle(&chain[begin..]));
                }
                _ => {}
            }
        }
        order.pop();
        Ok(order.into_iter().map(|at| &self.nodes[at]).collect())
    }

    /// What would no longer work, or work with less, when `id` is switched off: the nearest first. Only what is on counts.
    #[must_use]
    pub fn breaks(&self, id: &str) -> Vec<Breaks> {
        let Some(start) = self.index.get(id).copied() else { return Vec::new() };
        let mut came: BTreeMap<usize, (usize, Bond)> = BTreeMap::new();
        let (mut queue, mut out) = (VecDeque::from([start]), Vec::new());
        while let Some(at) = queue.pop_front() {
            // What needs it comes before what only uses it, so that the harder word counts.
            let mut back: Vec<(usize, Bond)> = self.back[at].clone();
            back.sort_by_key(|(_, bond)| *bond);
            for (by, bond) in back {
                if by == start || came.contains_key(&by) || self.nodes[by].state != State::On {
                    continue;
                }
                came.insert(by, (at, bond));
                let hard = bond == Bond::Needs;
                out.push(Breaks { id: self.nodes[by].id.clone(), hard, words: self.because(by, start, &came) });
                if hard {
                    queue.push_back(by);
                }
            }
        }
        out
    }

    fn because(&self, by: usize, start: usize, came: &BTreeMap<usize, (usize, Bond)>) -> String {
        let (mut at, mut words) = (by, format!("`{}`", shown(&self.nodes[by].title)));
        while at != start
            && let Some((to, bond)) = came.get(&at)
        {
            let gap = if at == by { " " } else { ", which " };
            words.push_str(&format!("{gap}{} `{}`", bond.words(), shown(&self.nodes[*to].title)));
            at = *to;
        }
        words + "."
    }

    /// Every knot of needs, each as the shortest chain through its first node; it ends where it began.
    #[must_use]
    pub fn cycles(&self) -> Vec<Vec<String>> {
        let knots = self.knots();
        let mut out = Vec::new();
        for knot in knots {
            let Some(first) = knot.iter().copied().min_by_key(|at| &self.nodes[*at].id) else { continue };
            if let Some(chain) = self.round(first, &knot) {
                out.push(self.ids(&chain));
            }
        }
        out.sort();
        out
    }

    /// The shortest way from `first` back to itself within `knot`.
    fn round(&self, first: usize, knot: &BTreeSet<usize>) -> Option<Vec<usize>> {
        let (mut came, mut queue) = (HashMap::new(), VecDeque::from([first]));
        while let Some(at) = queue.pop_front() {
            for to in self.needs[at].iter().copied().filter(|to| knot.contains(to)) {
                if to == first {
                    let mut chain = vec![first, at];
                    let mut back = at;
                    while back != first {
                        back = *came.get(&back)?;
                        chain.push(back);
                    }
                    chain.reverse();
                    return Some(chain);
                }
                if let std::collections::hash_map::Entry::Vacant(free) = came.entry(to) {
                    free.insert(at);
                    queue.push_back(to);
                }
            }
        }
        None
    }

    /// Strongly connected parts (Tarjan), with its own stack.
    fn knots(&self) -> Vec<BTreeSet<usize>> {
        const NEW: usize = usize::MAX;
        let n = self.nodes.len();
        let (mut number, mut low, mut on) = (vec![NEW; n], vec![0; n], vec![false; n]);
        let (mut stack, mut out, mut next) = (Vec::new(), Vec::new(), 0);
        for root in 0..n {
            if number[root] != NEW {
                continue;
            }
            let mut path = vec![(root, 0)];
            while let Some((at, child)) = path.pop() {
                if child == 0 {
                    number[at] = next;
                    low[at] = next;
                    next += 1;
                    stack.push(at);
                    on[at] = true;
                }
                if let Some(to) = self.needs[at].get(child).copied() {
                    path.push((at, child + 1));
                    if number[to] == NEW {
                        path.push((to, 0));
                    } else if on[to] {
                        low[at] = low[at].min(number[to]);
                    }
                    continue;
                }
                if let Some((above, _)) = path.last() {
                    low[*above] = low[*above].min(low[at]);
                }
                if low[at] == number[at] {
                    let mut knot = BTreeSet::new();
                    while let Some(top) = stack.pop() {
                        on[top] = false;
                        knot.insert(top);
                        if top == at {
                            break;
                        }
                    }
                    if knot.len() > 1 || self.needs[at].contains(&at) {
                        out.push(knot);
                    }
                }
            }
        }
        out
    }

    /// For each need of something that is not there one sentence with a chain from where nobody needs more.
    #[must_use]
    pub fn missing(&self) -> Vec<String> {
        let mut out = BTreeSet::new();
        for (to, node) in self.nodes.iter().enumerate() {
            if node.state != State::Missing {
                continue;
            }
            for (by, bond) in &self.back[to] {
                if *bond != Bond::Needs {
                    continue;
                }
                let (mut chain, mut seen) = (vec![to, *by], BTreeSet::from([to, *by]));
                let mut at = *by;
                while chain.len() < LONGEST_TOLD
                    && let Some((above, _)) =
                        self.back[at].iter().find(|(above, bond)| *bond == Bond::Needs && !seen.contains(above))
                {
                    at = *above;
                    seen.insert(at);
                    chain.push(at);
                }
                chain.reverse();
                if let Refused::Missing { words, .. } = self.lacking(&chain) {
                    out.insert(words);
                }
            }
        }
        out.into_iter().collect()
    }
}
