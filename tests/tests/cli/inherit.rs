//! Inheritance over two agents: what one says reaches its own, what is moved up reaches all, and search sees each.

use crate::support::{ENV, at_root, column, done, json, made, read, refused, value};

const MONDAY: &str = "agents/agent-monday/broca2/config/.env";
const WAIT: &str = "LONG_TASK_MAX_WAIT";

#[test]
fn an_agent_s_value_reaches_its_own_module_only() {
    let place = made(&["Athena", "Monday"], "broca2");
    let before = read(&place, MONDAY);
    done(&place, &["config", "set", "agent:athena", WAIT, "200"]);
    assert!(read(&place, ENV).contains("LONG_TASK_MAX_WAIT='200'"), "it reaches her file");
    assert_eq!(read(&place, MONDAY), before, "and not another's");
    let plan = json(&place, &["config", "set", "athena/broca2", WAIT, "300", "--level", "system", "--plan"]);
    let files: Vec<&str> = plan["steps"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|s| s["target"].as_str())
        .filter(|t| t.ends_with(".env"))
        .collect();
    assert_eq!(files, [MONDAY], "what a nearer level says again is not written: {plan}");
}

#[test]
fn a_value_is_moved_to_the_level_above() {
    let place = made(&["Athena", "Monday"], "broca2");
    done(&place, &["config", "set", "athena/broca2", WAIT, "200"]);
    done(&place, &["config", "promote", "athena/broca2", WAIT, "--to", "agent"]);
    assert_eq!(value(&place, "monday/broca2", WAIT), "600", "an agent's is the agent's");
    done(&place, &["config", "promote", "athena/broca2", WAIT, "--to", "system"]);
    let row = json(&place, &["config", "explain", "athena/broca2", WAIT]);
    let said: Vec<&str> = row["chain"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|l| !l["value"].is_null())
        .map(|l| l["level"].as_str().unwrap())
        .collect();
    assert_eq!(said, ["default", "system"], "the levels it left say nothing any more: {row}");
    assert_eq!(value(&place, "monday/broca2", WAIT), "200", "the system's is everybody's");
    assert!(read(&place, MONDAY).contains("LONG_TASK_MAX_WAIT='200'"), "and reaches every file");
    refused(&at_root(&place, &["config", "promote", "athena/broca2", WAIT, "--to", "agent", "--yes"]), "level_unknown");
    refused(
        &at_root(&place, &["config", "promote", "athena/broca2", WAIT, "--from", "instance", "--to", "tool", "--yes"]),
        "setting_not_set",
    );
}

#[test]
fn a_value_that_moves_up_is_said_to_be_in_effect_for_whom() {
    let place = made(&["Athena", "Monday"], "broca2");
    done(&place, &["config", "set", "athena/broca2", WAIT, "200"]);
    let to = |level: &str| {
        let plan = json(&place, &["config", "promote", "athena/broca2", WAIT, "--to", level, "--plan"]);
        plan["checks"].to_string()
    };
    let said = to("system");
    assert!(
        said.contains(
            "Afterwards 200 is in effect for 2 modules (Broca of Athena and Broca of Monday), from the system level"
        ),
        "all of them: {said}"
    );
    assert!(said.contains("another value than now for Broca of Monday"), "and for whom that is new: {said}");
    assert!(!said.contains("a nearer level wins"), "nothing is in its way: {said}");

    done(&place, &["config", "set", "tool:broca2", WAIT, "77"]);
    let said = to("agent");
    assert!(said.contains("For Broca of Athena a nearer level wins"), "it is outdone there: {said}");
    assert!(
        said.contains(
            "Afterwards 77 is in effect for 1 module (Broca of Athena), from the tool level: another value than now"
        ),
        "by what, and that this is new: {said}"
    );
    done(&place, &["config", "promote", "athena/broca2", WAIT, "--to", "agent"]);
    assert_eq!(value(&place, "athena/broca2", WAIT), "77", "and so it is");
}

#[test]
fn lists_and_search_see_what_was_set() {
    let place = made(&["Athena", "Monday"], "broca2");
    done(&place, &["config", "set", "athena/broca2", WAIT, "200"]);
    let hits = json(&place, &["config", "search", "longest turn", "@modified"]);
    assert_eq!(column(&hits, "address"), ["athena/broca2"], "only where it was set: {hits}");
    let hits = json(&place, &["config", "search", WAIT, "@agent:monday"]);
    assert_eq!(column(&hits, "address"), ["monday/broca2"], "only of one agent: {hits}");
    let secrets = json(&place, &["config", "search", "@secret", "@agent:athena"]);
    assert!(column(&secrets, "key").contains(&"AGENT_API_KEY".to_owned()), "secrets by their filter: {secrets}");
    let none = json(&place, &["config", "search", "@colour"]);
    assert!(none["unknown"].as_str().unwrap().contains("@colour"), "what is no filter is said: {none}");
    let all = json(&place, &["config", "list", "athena/broca2"]);
    let set = json(&place, &["config", "list", "athena/broca2", "--modified"]);
    assert!(all["total"].as_u64() > set["total"].as_u64(), "only those that were set: {set}");
    assert!(column(&set, "key").contains(&WAIT.to_owned()), "this one is among them: {set}");
    let window = json(&place, &["config", "list", "--limit", "3", "--offset", "2"]);
    let whole = json(&place, &["config", "list"]);
    assert_eq!(column(&window, "key"), column(&whole, "key")[2..5], "a window of everything");
    refused(&at_root(&place, &["config", "list", "nobody/broca2"]), "setting_target_unknown");
}

#[test]
fn a_long_list_is_as_long_as_it_was_wanted() {
    let place = made(&["Athena", "Monday", "Timbre", "Iris"], "broca2");
    let all = json(&place, &["config", "list", "--limit", "1000"]);
    let total = all["total"].as_u64().unwrap();
    assert!(total > 200, "there are more than one answer holds: {total}");
    assert_eq!(column(&all, "key").len() as u64, total, "all of them are there");
    let some = json(&place, &["config", "list", "--limit", "210", "--offset", "5"]);
    assert_eq!(column(&some, "link"), column(&all, "link")[5..215], "and a window over two answers has no gap");
}

#[test]
fn imported_values_move_to_their_homes_only_where_there_are_some() {
    let place = made(&["Athena"], "broca2");
    refused(&at_root(&place, &["config", "homes", "--yes"]), "nothing_to_move");
}
