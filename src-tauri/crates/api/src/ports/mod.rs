//! The ledger of ports beside what really listens, and moving an instance to another port.
//!
//! Who names which port is read from the settings ([`named`]), who listens is asked of the system ([`heard`]). A move goes
//! through the plan of settings; everything that says the old port is in it.

mod heard;
mod list;
mod moving;
mod named;

use crate::app::App;
use crate::blocking::blocking;
use crate::settings::Snapshot;
use crate::{Actor, ApiResult, dto};

/// What the bridge of this app is called where a port is moved.
const BRIDGE: &str = "bridge";

impl App {
    /// Who has which port, and who listens. What another agent has is not there for those who may not see it.
    ///
    /// # Errors
    /// `no_install`, and what the registry says.
    pub async fn ports_list(&self, actor: &Actor) -> ApiResult<dto::PortsView> {
        let open = self.opened().await?;
        let who = actor.clone();
        blocking(move || list::list(&open, &*Snapshot::of(&open)?, &who)).await
    }

    /// The plan of giving an instance another port, with everything that names the old one; without a port the next that
    /// is free.
    ///
    /// # Errors
    /// `not_allowed`; `setting_target_unknown`; `port_held`, `port_reserved` and `port_refused` for a port it cannot have;
    /// `port_none` for what has none; `nothing_to_change`.
    pub async fn port_move_plan(&self, actor: &Actor, instance: &str, port: Option<u32>) -> ApiResult<dto::Plan> {
        actor.may_change()?;
        let open = self.opened().await?;
        let (app, who, instance) = (self.clone(), actor.clone(), instance.to_owned());
        blocking(move || {
            let snap = Snapshot::of(&open)?;
            let (plan, words, aside) = moving::plan(&open, &snap, &who, &instance, port)?;
            Ok(app.0.plans.keep_aside(plan, words, aside, Some(who.user_id), open.env().now()))
        })
        .await
    }
}
