use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use sanctum_change::{Action, Planner, Step};
use sanctum_install::layout::{LayoutError, pieces_new, propose_agent, propose_new, propose_remove_agent};
use sanctum_install::names::AgentUid;
use sanctum_install::sample::{propose_sample, sample_spec};

use crate::support::{make, python3, two_agents};

fn targets(steps: &[Step]) -> BTreeSet<String> {
    steps.iter().filter_map(|s| s.action.path().map(ToString::to_string)).collect()
}

#[test]
fn a_new_sanctum_is_a_plan_and_planning_writes_nothing() {
    let dir = tempfile::tempdir().expect("a temp folder");
    let root = dir.path().canonicalize().expect("it exists").join("new");
    let mut spec = two_agents(&root);
    spec.python = Some(python3());
    let mut planner = Planner::new(&root, None);
    propose_new(&mut planner, &spec).expect("an empty place can take it");
    assert!(!root.exists(), "planning writes nothing");
    let targets = targets(planner.steps());
    for wanted in [
        ".env",
        "agents/requirements-agents.txt",
        "agents/venv",
        "agents/agent-athena/broca2/config/.env",
        "agents/agent-monday/thalamus/run/start.sh",
        "smcp/run/start.sh",
        "control/gateway",
    ] {
        assert!(targets.contains(wanted), "{wanted} is a step: {targets:?}");
    }
    let plan = planner.finish("Set up a Sanctum", "");
    for step in &plan.steps {
        assert!(
            !step.title.is_empty() && !step.group.is_empty(),
            "each step says what it does and where it belongs: {step:?}"
        );
    }
    let run = plan.steps.iter().find_map(|s| match &s.action {
        Action::Run { argv, creates, final_path, env, .. } => Some((argv, creates, final_path, env)),
        _ => None,
    });
    let (argv, creates, final_path, env) = run.expect("the environment is a command");
    assert_eq!(argv[0], python3().display().to_string(), "by the chosen interpreter");
    assert_eq!(argv.last(), Some(&root.join("agents/venv").display().to_string()), "in the shared place");
    assert_eq!(creates, final_path, "made where it stays: an environment holds its own path");
    assert!(env.iter().all(|(k, _)| !k.contains("KEY") && !k.contains("TOKEN")), "nothing of ours is passed on");
}

#[test]
fn adding_an_agent_never_touches_another() {
    let dir = tempfile::tempdir().expect("a temp folder");
    let root = dir.path().canonicalize().expect("it exists");
    let mut spec = two_agents(&root);
    let monday = spec.agents.pop().expect("there are two");
    make(&root, &pieces_new(&spec).expect("fine"));

    let mut planner = Planner::new(&root, None);
    propose_agent(&mut planner, &monday).expect("its place is free");
    let targets = targets(planner.steps());
    assert!(targets.iter().all(|t| t.starts_with("agents/agent-monday")), "only its own folder: {targets:?}");

    let again = propose_agent(&mut Planner::new(&root, None), &spec.agents[0]);
    assert!(matches!(again, Err(LayoutError::Exists(_))), "an agent that is there is not written over: {again:?}");
    fs::create_dir_all(root.join("agents/agent-monday/broca2/app")).expect("made");
    propose_agent(&mut Planner::new(&root, None), &monday).expect("empty folders of an interrupted try are taken over");
}

#[test]
fn removing_an_agent_is_one_move_to_the_trash() {
    let dir = tempfile::tempdir().expect("a temp folder");
    let root = dir.path().canonicalize().expect("it exists");
    make(&root, &pieces_new(&two_agents(&root)).expect("fine"));
    let athena = AgentUid::parse("athena").expect("valid");
    let mut planner = Planner::new(&root, None);
    propose_remove_agent(&mut planner, &root, &athena).expect("it is there");
    assert_eq!(planner.steps().len(), 1, "one step");
    assert!(
        matches!(&planner.steps()[0].action, Action::Trash { path, .. } if path.as_str() == "agents/agent-athena"),
        "of its whole folder"
    );
    let gone = AgentUid::parse("nobody").expect("valid");
    let missing = propose_remove_agent(&mut Planner::new(&root, None), &root, &gone);
    assert!(matches!(missing, Err(LayoutError::Missing(_))), "one that is not there is said so: {missing:?}");
}

#[test]
fn the_sample_is_a_plan_too() {
    let root = Path::new("/nonexistent/sample");
    let mut planner = Planner::new(root, None);
    propose_sample(&mut planner, &sample_spec(root)).expect("it can be made anywhere");
    let targets = targets(planner.steps());
    assert!(targets.contains("tools/weather/manifest.json"), "the broken manifest is in it");
    assert!(!targets.contains("agents/venv"), "and no environment, so that it is there at once");
}
