//! Taking over a Sanctum that exists, without changing anything in its folder: the registry goes to the app's own folder.

use std::path::Path;

use sanctum_change::{Planner, Row};
use sanctum_install::catalogue::Catalogue;
use sanctum_install::layouts::{self, Candidate, FoundAgent};
use sanctum_install::names::{self, AgentUid};
use sanctum_install::ports::Assigned;

use super::build::{Account, Target};
use super::ports::Seat;
use super::rows;
use crate::dto::{self, SetupDraft, StatusWord};
use crate::plan::Words;
use crate::{ApiError, ApiResult, AppEnv};

/// A recognised folder as the window shows it.
pub(crate) fn candidate(env: &AppEnv, found: &Candidate) -> dto::Candidate {
    dto::Candidate {
        path: found.path.display().to_string(),
        path_short: env.short(&found.path),
        layout: format!("{:?}", found.layout),
        layout_name: found.layout_name.to_owned(),
        confidence: u32::from(found.confidence),
        evidence: found.evidence.clone(),
        agents: found.agents.iter().map(|agent| agent.name.clone()).collect(),
        modules: found.agents.iter().map(|agent| u32::try_from(agent.modules.len()).unwrap_or(0)).sum(),
        findings: found
            .findings
            .iter()
            .map(|note| dto::Finding {
                code: "scan_note".to_owned(),
                level: dto::FindingLevel::Warn,
                message: note.message.clone(),
                hint: note.hint.clone(),
                path: Some(note.path.clone()),
            })
            .collect(),
        has_registry: crate::open::registry_file(env, &found.path).is_some(),
    }
}

/// The plan of taking over: registry rows only. Nothing beneath the root is a target of any step.
pub(crate) fn plan(
    env: &AppEnv,
    draft: &SetupDraft,
    account: &Account,
) -> ApiResult<(sanctum_change::Plan, Words, Target)> {
    let asked = super::expand(env, &draft.root);
    let root = asked.canonicalize().map_err(|error| {
        ApiError::refused(
            "root_missing",
            format!("`{}` is not there.", draft.root),
            "Choose the folder that holds the Sanctum.",
        )
        .with_details([error.to_string()])
    })?;
    if crate::open::registry_file(env, &root).is_some() {
        return Err(ApiError::refused(
            "has_registry",
            format!("`{}` has a registry already.", env.short(&root)),
            "Open it and sign in; nothing needs to be taken over.",
        ));
    }
    let found = layouts::recognise(&root).ok_or_else(|| {
        ApiError::refused(
            "not_a_sanctum",
            format!("`{}` does not look like a Sanctum.", env.short(&root)),
            "Choose another folder, or set up a new Sanctum.",
        )
    })?;
    drop(crate::open::hold(&root)?);
    let mut planner = Planner::new(&root, None);
    planner.icon("module");
    rows::admin(&mut planner, &account.username, &account.email, &account.hash)?;
    let maker = Row::reference("users", rows::user_key(&account.username), "id");
    let mut taken: Vec<(String, String)> = Vec::new();
    let mut ports = std::collections::BTreeSet::new();
    let (inside, outside): (Vec<_>, Vec<_>) = found.agents.iter().partition(|agent| agent.path.starts_with(&root));
    for (index, agent) in inside.iter().enumerate() {
        let seat = seat(&root, agent, index, &mut taken, &mut ports);
        planner.group(&format!("Registry · {}", seat.name));
        let path = relative(&root, &agent.path);
        rows::agent_rows(&mut planner, env, &seat, &path, agent.letta_uid.as_deref(), &maker)?;
    }
    if root.join("smcp").is_dir()
        && let Some(smcp) = Catalogue::builtin().get("smcp")
    {
        planner.group("Registry · shared");
        rows::tool(&mut planner, smcp, &maker)?;
        rows::instance(&mut planner, "smcp", None, &smcp.title, "smcp", &maker)?;
    }
    let names: Vec<&str> = inside.iter().map(|a| a.name.as_str()).collect();
    let mut checks: Vec<_> = found.evidence.iter().map(|line| (StatusWord::Healthy, line.clone())).collect();
    checks.extend(outside.iter().map(|agent| {
        (
            StatusWord::Degraded,
            format!("{} lies outside this folder, in {}, and is left out", agent.name, env.short(&agent.path)),
        )
    }));
    let state_dir = crate::open::adopted_dir(env, &root);
    let summary = format!(
        "{} with {}. Its folder is not changed: what the app needs to know goes to its own folder, {}.",
        found.layout_name,
        crate::words::list(&names),
        env.short(&state_dir)
    );
    let plan = planner.finish(&format!("Take over {}", env.short(&root)), &summary);
    let words = Words {
        undo: "As a whole from the last step of the setup.".to_owned(),
        action: "Take it over".to_owned(),
        command: None,
        checks,
        notes: vec!["Nothing in the folder was changed.".to_owned()],
    };
    Ok((plan, words, Target { root, state_dir }))
}

fn seat(
    root: &Path,
    agent: &FoundAgent,
    index: usize,
    taken: &mut Vec<(String, String)>,
    ports: &mut std::collections::BTreeSet<u16>,
) -> Seat {
    let uid = unique_uid(agent, index, taken);
    taken.push((uid.to_string(), agent.name.clone()));
    let modules = agent
        .modules
        .iter()
        .map(|module| {
            // Two modules that claim one port: the first keeps it, the doctor names the clash.
            let port = module.port.filter(|port| ports.insert(*port));
            (module.name.clone(), port.map(|port| Assigned { port, moved_from: None, held_by: None }))
        })
        .collect();
    let places = agent.modules.iter().map(|module| (module.name.clone(), relative(root, &module.path))).collect();
    Seat {
        uid,
        name: agent.name.clone(),
        description: String::new(),
        index: u32::try_from(index).unwrap_or(u32::MAX),
        modules,
        places,
    }
}

/// The folder's own uid where it can be one, made from the name or the number otherwise.
fn unique_uid(agent: &FoundAgent, index: usize, taken: &[(String, String)]) -> AgentUid {
    let free = |uid: &AgentUid| taken.iter().all(|(other, _)| other != uid.as_str());
    let tries = [
        agent.uid.clone(),
        names::uid_from_name(&agent.name),
        format!("agent{}", index + 1),
        format!("agent{}-{}", index + 1, taken.len()),
    ];
    tries.iter().filter_map(|text| AgentUid::parse(text).ok()).find(free).unwrap_or_else(|| numbered(taken))
}

fn numbered(taken: &[(String, String)]) -> AgentUid {
    let mut n = taken.len() + 1;
    loop {
        if let Ok(uid) = AgentUid::parse(&format!("prime{n}"))
            && taken.iter().all(|(other, _)| other != uid.as_str())
        {
            return uid;
        }
        n += 1;
    }
}

fn relative(root: &Path, path: &Path) -> String {
    let rest = path.strip_prefix(root).unwrap_or(path).to_string_lossy().into_owned();
    if rest.is_empty() { ".".to_owned() } else { rest.trim_start_matches('/').to_owned() }
}
