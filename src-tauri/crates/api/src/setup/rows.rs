//! Registry rows of a plan: accounts, agents, tools, their instances and ports.

use sanctum_change::{ChangeError, Planner, Row};
use sanctum_install::catalogue::{Catalogue, Known, Scope};

use super::ports::Seat;
use crate::AppEnv;

/// How many identity colours there are.
const COLORS: i64 = 4;

pub(crate) fn user_key(username: &str) -> Row {
    Row::new().with("username", username)
}

pub(crate) fn agent_key(uid: &str) -> Row {
    Row::new().with("uid", uid)
}

fn tool_key(slug: &str) -> Row {
    Row::new().with("slug", slug)
}

/// The first administrator.
pub(crate) fn admin(planner: &mut Planner<'_>, username: &str, email: &str, hash: &str) -> Result<(), ChangeError> {
    planner.group("Your account");
    let row = Row::new().with("email", email).with("password_hash", hash).with("role", "admin").with("is_active", 1);
    planner.registry_put("users", user_key(username), row, &format!("Add the administrator {username}"))
}

/// The definition of a module, once.
pub(crate) fn tool(planner: &mut Planner<'_>, known: &Known, maker: &serde_json::Value) -> Result<(), ChangeError> {
    let scope = match known.scope {
        // The spec names Broca a global tool: one definition, an instance for each agent.
        Scope::Agent if known.name != "broca2" => "agent",
        _ => "global",
    };
    let row = Row::new()
        .with("name", known.title.as_str())
        .with("description", known.description.as_str())
        .with("emoji", known.emoji.as_str())
        .with("icon", known.icon.as_str())
        .with("category", if known.name == "smcp" { "smcp" } else { "master" })
        .with("module_scope", scope)
        .with("config_schema", known.config_schema.to_string())
        .with("created_by", maker.clone());
    planner.registry_put("tools", tool_key(&known.name), row, &format!("Record the tool {}", known.title))
}

/// One agent with its instances and ports.
pub(crate) fn agent_rows(
    planner: &mut Planner<'_>,
    env: &AppEnv,
    seat: &Seat,
    path: &str,
    letta_uid: Option<&str>,
    maker: &serde_json::Value,
) -> Result<(), ChangeError> {
    let uid = seat.uid.as_str();
    let row = Row::new()
        .with(
            "letta_uid",
            letta_uid.map_or_else(|| format!("{}{uid}", sanctum_registry::agents::UNLINKED), str::to_owned),
        )
        .with("name", seat.name.as_str())
        .with("description", seat.description.as_str())
        .with("path", path)
        .with("agent_index", seat.index)
        .with("color", i64::from(seat.index) % COLORS + 1)
        .with("created_by", maker.clone())
        .with("created_at", sanctum_registry::stamp(env.now()));
    planner.registry_put("agents", agent_key(uid), row, &format!("Record the agent {}", seat.name))?;
    let agent = Row::reference("agents", agent_key(uid), "id");
    for (module, assigned) in &seat.modules {
        let at = seat.places.get(module).cloned().unwrap_or_else(|| format!("{path}/{module}"));
        module_rows(planner, module, &agent, &seat.name, &at, assigned.as_ref().map(|a| a.port), maker)?;
    }
    Ok(())
}

/// One module of an agent: its definition, its instance in `path`, its port.
pub(crate) fn module_rows(
    planner: &mut Planner<'_>,
    module: &str,
    agent: &serde_json::Value,
    whose: &str,
    path: &str,
    held: Option<u16>,
    maker: &serde_json::Value,
) -> Result<(), ChangeError> {
    if let Some(known) = Catalogue::builtin().get(module) {
        tool(planner, known, maker)?;
        instance(planner, module, Some(agent), &format!("{} of {whose}", known.title), path, maker)?;
    }
    match held {
        Some(held) => port(planner, module, Some(agent), held, maker),
        None => Ok(()),
    }
}

/// A tool's instance.
pub(crate) fn instance(
    planner: &mut Planner<'_>,
    slug: &str,
    agent: Option<&serde_json::Value>,
    name: &str,
    path: &str,
    maker: &serde_json::Value,
) -> Result<(), ChangeError> {
    let key = Row::new().with("path", path);
    let row = Row::new()
        .with("tool_id", Row::reference("tools", tool_key(slug), "id"))
        .with("agent_id", agent.cloned().unwrap_or(serde_json::Value::Null))
        .with("name", name)
        .with("created_by", maker.clone());
    planner.registry_put("tool_instances", key, row, &format!("Record {name}"))
}

/// A port, kept for a module whether it runs or not.
pub(crate) fn port(
    planner: &mut Planner<'_>,
    module: &str,
    agent: Option<&serde_json::Value>,
    port: u16,
    maker: &serde_json::Value,
) -> Result<(), ChangeError> {
    let row = Row::new()
        .with("agent_id", agent.cloned().unwrap_or(serde_json::Value::Null))
        .with("module", module)
        .with("created_by", maker.clone());
    planner.registry_put("ports", Row::new().with("port", port), row, &format!("Keep port {port} for {module}"))
}

/// Everything the registry says about an agent goes; what refers to it goes first.
pub(crate) fn forget_agent_rows(planner: &mut Planner<'_>, uid: &str, name: &str) -> Result<(), ChangeError> {
    planner.group("Registry");
    planner.registry_delete("agents", agent_key(uid), &format!("Forget {name}"))
}
