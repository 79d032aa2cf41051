//! Imported values of system and agents that stand in `configurations`: read and counted where they are, and moved to their
//! homes when the operator says so (DESIGN section 2).

use sanctum_change::Row;
use sanctum_registry::configurations;

use crate::app::App;
use crate::blocking::blocking;
use crate::dto::{Plan, StatusWord};
use crate::plan::Words;
use crate::{Actor, ApiError, ApiResult, words};

impl App {
    /// The plan that moves them. A value that its home has already is left as the home has it, and said.
    ///
    /// # Errors
    /// `nothing_to_move`.
    pub async fn settings_homes_plan(&self, actor: &Actor) -> ApiResult<Plan> {
        actor.may_change()?;
        let open = self.opened().await?;
        let (app, who) = (self.clone(), actor.clone());
        blocking(move || {
            let snap = super::Snapshot::of(&open)?;
            let stray: Vec<_> = open
                .registry()
                .read(configurations::all)?
                .into_iter()
                .filter(|row| row.scope == "system" || row.scope == "agent")
                .collect();
            if stray.is_empty() {
                return Err(ApiError::refused(
                    "nothing_to_move",
                    "Every value stands in its home.",
                    "There is nothing to move.",
                ));
            }
            let mut planner = open.planner();
            planner.icon("tools");
            planner.group("Registry");
            let mut kept = Vec::new();
            for row in &stray {
                let agent = row.scope_id.filter(|_| row.scope == "agent");
                let home = match agent {
                    Some(id) => snap.world.agents.get(&id).is_some_and(|keyed| keyed.contains_key(&row.key)),
                    None => snap.world.system.contains_key(&row.key),
                };
                if home {
                    kept.push(row.key.clone());
                } else {
                    let value = row.value.clone().map_or(serde_json::Value::Null, serde_json::Value::String);
                    let said = Row::new()
                        .with("config_value", value)
                        .with("config_type", row.kind.as_str())
                        .with("is_encrypted", i64::from(row.is_encrypted))
                        .with("created_by", row.created_by);
                    let (table, key) = match agent {
                        Some(id) => ("agent_configs", Row::new().with("agent_id", id)),
                        None => ("system_config", Row::new()),
                    };
                    planner.registry_put(
                        table,
                        key.with("config_key", row.key.as_str()),
                        said,
                        &format!("Keep {} in its home", row.key),
                    )?;
                }
                planner.registry_delete(
                    "configurations",
                    Row::new().with("id", row.id),
                    &format!("Forget the imported {}", row.key),
                )?;
            }
            let count = words::count(stray.len(), "imported value", "imported values");
            let plan = planner.finish(
                &format!("Move {count} to their homes"),
                "No module gets another value. Nothing has been written yet.",
            );
            let mut checks = vec![(StatusWord::Healthy, "Each value keeps its type and its maker".to_owned())];
            if !kept.is_empty() {
                checks.push((
                    StatusWord::Degraded,
                    format!("Their homes have other values of {}; those stay, the imported ones go", kept.join(", ")),
                ));
            }
            let words = Words {
                undo: "With Undo or from Activity.".to_owned(),
                action: format!("Move {count}"),
                command: None,
                checks,
                notes: Vec::new(),
            };
            Ok(app.0.plans.keep(plan, words, Some(who.user_id), open.env().now()))
        })
        .await
    }
}
