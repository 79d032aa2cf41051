//! The tools grid from a terminal.

use serde_json::json as value;

use crate::support::{at_root, column, json, made, put, refused};

#[test]
fn the_tabs_and_what_is_in_them() {
    let place = made(&["Athena", "Monday"], "broca2,smcp");
    put(&place.root(), "agents/agent-athena/notes/manifest.json", r#"{"name":"notes","type":"tool","emoji":"📝"}"#);
    put(&place.root(), "smcp/plugins/clock/manifest.json", r#"{"name":"clock","type":"plugin"}"#);
    let all = json(&place, &["tools", "list"]);
    let of = |tab: &str| json(&place, &["tools", "list", "--tab", tab]);
    let (global, smcp, athena, monday) = (of("global"), of("smcp"), of("agent:athena"), of("agent:monday"));
    let sum: u64 = [&global, &smcp, &athena, &monday].iter().map(|page| page["total"].as_u64().unwrap()).sum();
    assert_eq!(all["total"], value!(sum), "all of them are the tabs together");
    assert_eq!(column(&all, "id").len() as u64, sum, "in one list");
    assert!(column(&athena, "name").contains(&"notes".to_owned()), "a dropped-in manifest is a card: {athena}");
    assert!(!column(&monday, "name").contains(&"notes".to_owned()), "on its own tab only");
    assert!(column(&smcp, "name").contains(&"clock".to_owned()), "a plugin of the shared service too: {smcp}");
    assert!(column(&global, "tab").iter().all(|tab| tab == "global"), "a tab holds its own: {global}");
    for card in all["items"].as_array().unwrap() {
        assert!(card["status"]["reason"].as_str().is_some_and(|r| !r.is_empty()), "a status has its reason: {card}");
    }
}

#[test]
fn windows_over_all_tabs_join_without_gaps() {
    let place = made(&["Athena", "Monday"], "broca2,smcp");
    let all = column(&json(&place, &["tools", "list"]), "id");
    for size in [1usize, 3, 7] {
        let mut joined = Vec::new();
        for offset in (0..all.len()).step_by(size) {
            let page = json(&place, &["tools", "list", "--limit", &size.to_string(), "--offset", &offset.to_string()]);
            assert_eq!(page["total"], value!(all.len()), "the total is the whole list's");
            joined.extend(column(&page, "id"));
        }
        assert_eq!(joined, all, "windows of {size} give the same list");
    }
    let found = json(&place, &["tools", "list", "--query", "broca"]);
    assert!(found["total"].as_u64().unwrap() >= 3, "a search goes over all tabs: {found}");
}

#[test]
fn a_tab_that_is_none_is_refused() {
    let place = made(&["Athena"], "broca2");
    for tab in ["nope", "agent", "Global", ""] {
        refused(&at_root(&place, &["tools", "list", "--tab", tab]), "tab_unknown");
    }
    let gone = at_root(&place, &["tools", "list", "--tab", "agent:nobody"]);
    refused(&gone, "tab_unknown");
}

#[test]
fn a_broken_manifest_is_a_card_with_its_line() {
    let place = made(&["Athena"], "broca2");
    put(&place.root(), "agents/agent-athena/notes/manifest.json", "{\n  \"name\": \"notes\",\n  \"type\": tool\n}");
    let page = json(&place, &["tools", "list", "--tab", "agent:athena"]);
    let card = page["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|c| !c["broken"].is_null())
        .unwrap_or_else(|| panic!("a broken card: {page}"));
    assert_eq!(card["broken"]["line"], value!(3), "the line is named: {card}");
    assert_eq!(card["status"]["word"], "Error", "and its status: {card}");
}
