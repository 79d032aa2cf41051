//! "Look around": a real install in a temporary folder, made by the same engine, labelled everywhere, gone when it is left.

use std::sync::Arc;

use sanctum_change::{ApplyControl, Planner, Row};
use sanctum_install::{layout, sample};
use sanctum_registry::users;

use super::bootstrap::Bootstrap;
use super::ports::Seat;
use super::rows;
use crate::app::App;
use crate::blocking::blocking;
use crate::open::Open;
use crate::{ApiError, ApiResult, AppEnv, dto};

/// The account of a sample; its password is random, known to nobody and never asked.
const VISITOR: &str = "visitor";
const PREFIX: &str = "sanctum-sample-";

impl App {
    /// Makes a sample Sanctum, opens it and signs its visitor in.
    ///
    /// # Errors
    /// What the disk says about the temporary folder.
    pub async fn sample_open(&self) -> ApiResult<dto::AppState> {
        self.ensure_started().await?;
        let (env, sink) = (self.env().clone(), self.0.sink.clone());
        let open = blocking(move || {
            remove_left_samples();
            let folder = tempfile::Builder::new().prefix(PREFIX).tempdir().map_err(|error| {
                ApiError::broken(
                    "disk_refused",
                    "No temporary folder could be made for the sample.",
                    "Check that the disk has room.",
                )
                .with_details([error.to_string()])
            })?;
            let root = folder.path().canonicalize().unwrap_or_else(|_| folder.path().to_owned());
            make(&env, &root)?;
            Ok(Open::at(&env, &root, sink, Some(folder))?.0)
        })
        .await?;
        self.take(open.clone(), Vec::new())?;
        let registry = open.registry().clone();
        let visitor = blocking(move || Ok(registry.read(crate::open::first_admin)?)).await?;
        if let Some(visitor) = visitor {
            self.begin_session(visitor).await?;
        }
        self.changed(&["install", "tools", "agents", "changes"]);
        self.state().await
    }
}

/// Samples that a crash left: ours by name and content, and held by nobody.
fn remove_left_samples() {
    let Ok(entries) = std::fs::read_dir(std::env::temp_dir()) else { return };
    for folder in entries.flatten().filter(|e| e.file_name().to_string_lossy().starts_with(PREFIX)).map(|e| e.path()) {
        let is_sample = folder.join("control/registry.db").is_file()
            && sanctum_registry::peek(&folder.join("control/registry.db"), |c| {
                let sql = "SELECT EXISTS (SELECT 1 FROM users WHERE username = ?1 AND email = 'visitor@localhost')";
                Ok(c.query_row(sql, [VISITOR], |row| row.get::<_, bool>(0))?)
            })
            .unwrap_or(false);
        if is_sample && std::fs::File::open(&folder).is_ok_and(|held| held.try_lock().is_ok()) {
            // What cannot be removed is left to the system, which empties its temporary folder.
            let _left = std::fs::remove_dir_all(&folder);
        }
    }
}

fn make(env: &AppEnv, root: &std::path::Path) -> ApiResult<()> {
    let sample = sample::sample_spec(root);
    let bootstrap = Bootstrap::intend(root, &root.join("control"));
    let (_registry, engine) = bootstrap.make(env)?;
    let mut planner = Planner::new(root, None);
    planner.icon("module");
    layout::propose_new(&mut planner, &sample.spec).map_err(super::build::layout_refused)?;
    planner.group("Sample files");
    for (path, text) in &sample.files {
        planner.write_file(path, text.as_bytes().to_vec(), 0o644, "Write a sample file")?;
    }
    let mut random = [0u8; 32];
    getrandom::fill(&mut random).map_err(|error| {
        ApiError::broken("no_randomness", "The system gave no random numbers.", "Try again.")
            .with_details([error.to_string()])
    })?;
    let hash = users::hash_password(blake3::hash(&random).to_hex().as_str())?;
    rows::admin(&mut planner, VISITOR, "visitor@localhost", &hash)?;
    let maker = Row::reference("users", rows::user_key(VISITOR), "id");
    for (agent, shown) in sample.spec.agents.iter().zip(&sample.agents) {
        planner.group(&format!("Registry · {}", agent.name));
        let port = |port: u16| Some(sanctum_install::ports::Assigned { port, moved_from: None, held_by: None });
        let seat = Seat {
            uid: agent.uid.clone(),
            name: agent.name.clone(),
            description: shown.description.clone(),
            index: agent.index,
            modules: agent.modules.iter().map(|(name, p)| (name.clone(), port(*p))).collect(),
            places: std::collections::BTreeMap::new(),
        };
        rows::agent_rows(&mut planner, env, &seat, &agent.uid.folder(), None, &maker)?;
    }
    if let Some(smcp) = sanctum_install::catalogue::Catalogue::builtin().get("smcp") {
        planner.group("Registry · shared");
        rows::tool(&mut planner, smcp, &maker)?;
        rows::instance(&mut planner, "smcp", None, &smcp.title, "smcp", &maker)?;
        if let Some(port) = sample.spec.smcp_port {
            rows::port(&mut planner, "smcp", None, port, &maker)?;
        }
    }
    let plan = planner.finish("Make the sample", "A sample Sanctum in a temporary folder.");
    let actor = sanctum_change::Actor { user_id: None, name: VISITOR.to_owned(), via: sanctum_change::Via::App };
    let clock = env.clock.clone();
    Arc::clone(&engine).apply(&plan, &actor, &move || clock(), &ApplyControl::quiet())?;
    Ok(())
}
