//! What follows from the cards together: order, names used twice, dependencies between plugins, and how two scans differ.

use super::walk::Out;
use super::{Diff, Discovery, Found, Kind, Scope};
use crate::manifest::Finding;
use std::cmp::Ordering;
use std::collections::HashMap;
use std::os::unix::ffi::OsStrExt;
use std::sync::Arc;

type Key<'a> = (&'a Scope, Kind, Option<&'a str>, &'a str);

/// Orders the cards, counts them, and adds the findings that compare one with others.
pub(super) fn finish(out: &mut Out) {
    out.items.sort_unstable_by(|a, b| a.rel_os.as_bytes().cmp(b.rel_os.as_bytes()));
    out.notes.sort();
    out.notes.dedup();
    let derived = compare(&out.items);
    for (at, item) in out.items.iter_mut().enumerate() {
        let wanted = derived.get(&at).map_or(&[] as &[Finding], Vec::as_slice);
        if item.findings.get(item.own_findings..).unwrap_or_default() != wanted {
            let item = Arc::make_mut(item);
            item.findings.truncate(item.own_findings);
            item.findings.extend_from_slice(wanted);
        }
        match item.kind {
            Kind::Module => out.counts.modules += 1,
            Kind::Tool => out.counts.tools += 1,
            Kind::Plugin => out.counts.plugins += 1,
        }
        out.counts.broken += usize::from(item.broken.is_some());
        out.counts.synthesised += usize::from(item.synthesised);
    }
}

fn key(found: &Found) -> Key<'_> {
    (&found.scope, found.kind, found.owner_tool.as_deref(), found.name.as_str())
}

fn compare(items: &[Arc<Found>]) -> HashMap<usize, Vec<Finding>> {
    let mut first: HashMap<Key<'_>, usize> = HashMap::with_capacity(items.len());
    let mut twice: HashMap<Key<'_>, Vec<usize>> = HashMap::new();
    for (at, item) in items.iter().enumerate() {
        if let Some(before) = first.insert(key(item), at) {
            let same = twice.entry(key(item)).or_default();
            if same.is_empty() {
                same.push(before);
            }
            same.push(at);
        }
    }
    let mut derived: HashMap<usize, Vec<Finding>> = HashMap::new();
    for (key, same) in &twice {
        for at in same {
            let others: Vec<String> = same
                .iter()
                .filter(|o| *o != at)
                .filter_map(|o| items.get(*o))
                .take(3)
                .map(|o| format!("`{}`", o.rel_path))
                .collect();
            let more = same.len().saturating_sub(1 + others.len());
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            derived.entry(*at).or_default().push(Finding::new(
                format!("the name `{}` is used twice here: also by {}{more}", key.3, others.join(", ")),
                "Give one of them another name.",
            ));
        }
    }
    for (at, item) in items.iter().enumerate() {
        let Some(manifest) = item.manifest.as_ref().filter(|m| item.kind == Kind::Plugin && !m.dependencies.is_empty())
        else {
            continue;
        };
        let missing: Vec<&str> = manifest
            .dependencies
            .iter()
            .map(String::as_str)
            .filter(|name| !first.contains_key(&(&item.scope, Kind::Plugin, item.owner_tool.as_deref(), *name)))
            .collect();
        if !missing.is_empty() {
            derived.entry(at).or_default().push(Finding::new(
                format!(
                    "it needs {}, which {} not among the plugins beside it",
                    quoted(&missing),
                    if missing.len() == 1 { "is" } else { "are" }
                ),
                "Add what is missing, or correct `dependencies`.",
            ));
        }
        if needs_itself(at, items, &first) {
            derived.entry(at).or_default().push(Finding::new(
                "its dependencies lead back to itself",
                "Remove one of the dependencies, so that there is an order to load them in.",
            ));
        }
    }
    derived
}

fn quoted(names: &[&str]) -> String {
    let mut shown: Vec<String> = names.iter().take(3).map(|name| format!("`{name}`")).collect();
    if names.len() > 3 {
        shown.push(format!("{} more", names.len() - 3));
    }
    shown.join(", ")
}

fn needs_itself(start: usize, items: &[Arc<Found>], by_name: &HashMap<Key<'_>, usize>) -> bool {
    let next = |at: usize| -> Vec<usize> {
        let Some(item) = items.get(at) else {
            return Vec::new();
        };
        let Some(manifest) = &item.manifest else {
            return Vec::new();
        };
        let find = |name: &String| {
            by_name.get(&(&item.scope, Kind::Plugin, item.owner_tool.as_deref(), name.as_str())).copied()
        };
        manifest.dependencies.iter().filter_map(find).collect()
    };
    let mut seen = std::collections::HashSet::new();
    let mut todo = next(start);
    while let Some(at) = todo.pop() {
        if at == start {
            return true;
        }
        if seen.len() < 1000 && seen.insert(at) {
            todo.extend(next(at));
        }
    }
    false
}

/// How `next` differs from `prev`; both are ordered by path.
pub(super) fn diff(prev: &Discovery, next: &Discovery) -> Diff {
    let mut diff = Diff { findings_changed: prev.findings != next.findings, ..Diff::default() };
    let (mut old, mut new) = (prev.items.iter().peekable(), next.items.iter().peekable());
    loop {
        let order = match (old.peek(), new.peek()) {
            (None, None) => return diff,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(a), Some(b)) => a.rel_os.as_bytes().cmp(b.rel_os.as_bytes()),
        };
        let (a, b) = match order {
            Ordering::Less => (old.next(), None),
            Ordering::Greater => (None, new.next()),
            Ordering::Equal => (old.next(), new.next()),
        };
        match (a, b) {
            (Some(a), Some(b)) if !Arc::ptr_eq(a, b) && a != b => diff.changed.push(b.id.clone()),
            (Some(a), None) => diff.removed.push(a.id.clone()),
            (None, Some(b)) => diff.added.push(b.id.clone()),
            _ => {}
        }
    }
}
