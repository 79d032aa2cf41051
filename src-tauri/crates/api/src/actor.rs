//! Who asks, and what they may do. Checked here and never in the UI.

use sanctum_change as change;

use crate::{ApiError, ApiResult};

/// Where a call comes from; the record of changes names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Via {
    App,
    Cli,
}

/// The person behind a call.
#[derive(Debug, Clone)]
pub struct Actor {
    /// Row in `users`. At the console: the first administrator, who owns what `sanctumctl` makes.
    pub user_id: i64,
    pub name: String,
    /// `admin`, `user` or `viewer`.
    pub role: String,
    pub via: Via,
}

impl Actor {
    /// Whether the person may change the install.
    ///
    /// # Errors
    /// `not_allowed` for every role but `admin`.
    pub fn may_change(&self) -> ApiResult<()> {
        if self.role == "admin" {
            return Ok(());
        }
        Err(ApiError::refused(
            "not_allowed",
            format!("{} is signed in as {} and may look, not change.", self.name, self.role),
            "An administrator can do this, or change the role.",
        ))
    }

    /// For what only administrators see.
    ///
    /// # Errors
    /// `not_allowed`.
    pub fn must_be_admin(&self) -> ApiResult<()> {
        self.may_change()
    }

    pub(crate) fn for_change(&self) -> change::Actor {
        let via = match self.via {
            Via::App => change::Via::App,
            Via::Cli => change::Via::Cli,
        };
        change::Actor { user_id: Some(self.user_id), name: self.name.clone(), via }
    }
}
