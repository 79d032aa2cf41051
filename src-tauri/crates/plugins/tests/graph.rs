//! The graph of what needs what.

use std::collections::BTreeSet;

use proptest::prelude::*;
use sanctum_plugins::graph::{Bond, Edge, Graph, Node, NodeKind, Refused, State};

fn node(id: &str, kind: NodeKind, state: State) -> Node {
    Node { id: id.to_owned(), kind, title: id.to_owned(), state, trouble: None }
}

fn plugin(id: &str) -> Node {
    node(id, NodeKind::Plugin, State::On)
}

fn edge(from: &str, to: &str, bond: Bond) -> Edge {
    Edge { from: from.to_owned(), to: to.to_owned(), bond }
}

fn needs(pairs: &[(&str, &str)]) -> Vec<Edge> {
    pairs.iter().map(|(from, to)| edge(from, to, Bond::Needs)).collect()
}

fn ids(nodes: &[&Node]) -> Vec<String> {
    nodes.iter().map(|node| node.id.clone()).collect()
}

#[test]
fn what_a_plugin_needs_comes_in_the_order_it_is_switched_on() {
    let nodes =
        vec![plugin("calendar"), plugin("mail"), plugin("contacts"), node("httpx", NodeKind::Package, State::On)];
    let graph = Graph::new(
        nodes,
        needs(&[("calendar", "mail"), ("mail", "contacts"), ("mail", "httpx"), ("calendar", "httpx")]),
    );
    assert_eq!(
        ids(&graph.needs("calendar").unwrap()),
        ["contacts", "httpx", "mail"],
        "each after what it needs itself"
    );
    assert_eq!(graph.cycles(), Vec::<Vec<String>>::new(), "there is no circle");
}

#[test]
fn something_missing_is_refused_with_its_chain() {
    let nodes = vec![plugin("calendar"), plugin("mail"), node("google-auth", NodeKind::Package, State::Missing)];
    let graph = Graph::new(nodes, needs(&[("calendar", "mail"), ("mail", "google-auth")]));
    let error = graph.needs("calendar").unwrap_err();
    let want = "`calendar` needs `mail`, which needs `google-auth`, which is not installed.";
    assert_eq!(error.to_string(), want, "the whole chain in a sentence");
    assert_eq!(graph.missing(), [want], "and so says the whole graph");
    let graph = Graph::new(vec![plugin("a")], needs(&[("a", "smcp:b")]));
    assert_eq!(
        graph.needs("a").unwrap_err().to_string(),
        "`a` needs `b`, which is not installed.",
        "an unknown name is missing"
    );
    assert!(graph.needs("zzz").is_err(), "and so is what is asked about and not there");
}

#[test]
fn a_circle_is_refused_with_its_chain() {
    let graph = Graph::new(
        vec![plugin("a"), plugin("b"), plugin("c"), plugin("d")],
        needs(&[("d", "a"), ("a", "b"), ("b", "c"), ("c", "a")]),
    );
    assert_eq!(graph.cycles(), [["a", "b", "c", "a"]], "it ends where it began");
    let error = graph.needs("d").unwrap_err();
    assert!(matches!(&error, Refused::Cycle { chain, .. } if *chain == ["a", "b", "c", "a"]), "{error:?}");
    assert_eq!(
        error.to_string(),
        "`a` needs `b`, which needs `c`, which needs `a`: a circle, in which nothing can come first.",
        "in words"
    );
    let own = Graph::new(vec![plugin("a")], needs(&[("a", "a")]));
    assert_eq!(own.cycles(), [["a", "a"]], "what needs itself is the smallest circle");
}

#[test]
fn what_would_break_is_told_the_nearest_first() {
    let nodes = vec![
        plugin("mail"),
        plugin("calendar"),
        plugin("reminder"),
        node("old", NodeKind::Plugin, State::Off),
        node("athena", NodeKind::Agent, State::On),
    ];
    let mut edges = needs(&[("calendar", "mail"), ("reminder", "calendar"), ("old", "mail")]);
    edges.push(edge("athena", "reminder", Bond::Uses));
    edges.push(edge("mail", "smcp", Bond::AddsToolsTo));
    let graph = Graph::new(nodes, edges);
    let all: Vec<(String, bool, String)> =
        graph.breaks("mail").into_iter().map(|one| (one.id, one.hard, one.words)).collect();
    let want = [
        ("calendar", true, "`calendar` needs `mail`."),
        ("reminder", true, "`reminder` needs `calendar`, which needs `mail`."),
        ("athena", false, "`athena` uses `reminder`, which needs `calendar`, which needs `mail`."),
    ];
    assert_eq!(
        all,
        want.map(|(id, hard, words)| (id.to_owned(), hard, words.to_owned())),
        "what is off does not break"
    );
    assert_eq!(graph.breaks("athena"), [], "nothing needs an agent");
}

#[test]
fn names_of_others_do_no_harm_in_sentences() {
    let mut bad = plugin("bad");
    bad.title = "x\u{1b}[2J\u{202e}y".to_owned();
    let graph = Graph::new(vec![bad], needs(&[("bad", "gone")]));
    assert_eq!(graph.missing(), ["`xy` needs `gone`, which is not installed."], "no terminal codes");
}

#[test]
fn a_thousand_plugins_and_a_chain_of_all_of_them_are_no_load() {
    let nodes: Vec<Node> = (0..1000).map(|n| plugin(&format!("p{n}"))).collect();
    let mut edges: Vec<Edge> = (1..1000).map(|n| edge(&format!("p{n}"), &format!("p{}", n - 1), Bond::Needs)).collect();
    edges.extend((0..4000).map(|n| edge(&format!("p{}", 500 + n % 500), &format!("p{}", (n * 7) % 500), Bond::Needs)));
    let graph = Graph::new(nodes, edges);
    assert_eq!(graph.needs("p999").unwrap().len(), 999, "all that came before");
    assert_eq!(graph.breaks("p0").len(), 999, "all that comes after");
    assert!(graph.cycles().is_empty() && graph.missing().is_empty(), "in order");
}

/// Pairs of twelve plugins.
fn pairs() -> impl Strategy<Value = Vec<(u8, u8)>> {
    prop::collection::vec((0..12_u8, 0..12_u8), 0..40)
}

fn of(pairs: &[(u8, u8)]) -> Graph {
    let edges = pairs.iter().map(|(from, to)| edge(&from.to_string(), &to.to_string(), Bond::Needs)).collect();
    Graph::new((0..12).map(|n| plugin(&n.to_string())).collect(), edges)
}

/// All that can be reached, found the plain way.
fn reached(pairs: &[(u8, u8)], from: u8) -> BTreeSet<u8> {
    let mut seen = BTreeSet::new();
    let mut todo = vec![from];
    while let Some(at) = todo.pop() {
        todo.extend(pairs.iter().filter(|(by, _)| *by == at).map(|(_, to)| *to).filter(|to| seen.insert(*to)));
    }
    seen
}

proptest! {
    #[test]
    fn circles_are_there_exactly_where_something_needs_itself_in_the_end(pairs in pairs()) {
        let cycles = of(&pairs).cycles();
        let round: BTreeSet<u8> = (0..12).filter(|n| reached(&pairs, *n).contains(n)).collect();
        prop_assert_eq!(cycles.is_empty(), round.is_empty(), "{:?}", cycles);
        for chain in &cycles {
            prop_assert_eq!(chain.first(), chain.last(), "a chain ends where it began");
            for step in chain.windows(2) {
                let step = (step[0].parse::<u8>().unwrap(), step[1].parse::<u8>().unwrap());
                prop_assert!(pairs.contains(&step), "each step is a need");
            }
        }
    }

    #[test]
    fn needs_are_all_and_in_order_or_there_is_a_circle(pairs in pairs(), start in 0..12_u8) {
        let graph = of(&pairs);
        let all = reached(&pairs, start);
        let round = std::iter::once(start).chain(all.iter().copied()).any(|n| reached(&pairs, n).contains(&n));
        match graph.needs(&start.to_string()) {
            Err(_) => prop_assert!(round, "it is refused only for a circle"),
            Ok(order) => {
                prop_assert!(!round, "a circle is refused");
                let order: Vec<u8> = order.iter().map(|node| node.id.parse().unwrap()).collect();
                prop_assert_eq!(order.iter().copied().collect::<BTreeSet<_>>(), all, "all of them, each once");
                for (from, to) in &pairs {
                    let at = |n: &u8| order.iter().position(|other| other == n);
                    if let (Some(from), Some(to)) = (at(from), at(to)) {
                        prop_assert!(to < from, "each after what it needs");
                    }
                }
            }
        }
    }

    #[test]
    fn what_breaks_is_what_needs_it(pairs in pairs(), off in 0..12_u8) {
        let broken: BTreeSet<u8> = of(&pairs).breaks(&off.to_string()).iter().map(|one| one.id.parse().unwrap()).collect();
        let want: BTreeSet<u8> = (0..12).filter(|n| *n != off && reached(&pairs, *n).contains(&off)).collect();
        prop_assert_eq!(broken, want, "both ways round");
    }
}
