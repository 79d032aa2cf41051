//! Domain errors become codes, here and nowhere else. Never by matching on message text.

use sanctum_change::ChangeError;
use sanctum_registry::RegistryError;
use sanctum_secrets::SecretError;

use crate::{ApiError, dto};

impl From<RegistryError> for ApiError {
    fn from(error: RegistryError) -> Self {
        let (code, hint) = match &error {
            RegistryError::Newer { .. } => (
                "registry_newer",
                "Open it with the newer app that wrote it, or put back a copy made before it was upgraded: `sanctumctl registry copies`.",
            ),
            RegistryError::Damaged { .. } => (
                "registry_damaged",
                "`sanctumctl registry salvage` (or the app) copies what can be read into a new file; the damaged one is kept.",
            ),
            RegistryError::NotSqlite { .. } | RegistryError::NotOurs { .. } => (
                "registry_foreign",
                "If it was this Sanctum's registry, `sanctumctl registry copies` lists what can be put back.",
            ),
            RegistryError::Locked => ("registry_locked", "Close the other program that has it open, then try again."),
            RegistryError::Constraint { .. } => ("registry_refused", "Nothing was written."),
            _ => ("registry_failed", "Check the disk and the file's permissions; nothing was written."),
        };
        let refused = matches!(error, RegistryError::Constraint { .. } | RegistryError::Newer { .. });
        let message = error.to_string();
        if refused { Self::refused(code, message, hint) } else { Self::broken(code, message, hint) }
    }
}

impl From<ChangeError> for ApiError {
    fn from(error: ChangeError) -> Self {
        let message = error.to_string();
        match error {
            ChangeError::Stale { targets } => {
                Self::refused("plan_stale", message, "Look at the plan again; it is made afresh.")
                    .with_details(listed(&targets))
            }
            ChangeError::UndoConflict { conflicts } => {
                Self::refused("undo_conflict", message, "Nothing was taken back. The details say what changed.")
                    .with_details(listed(&conflicts))
            }
            ChangeError::NotUndoable { .. } => {
                Self::refused("not_undoable", message, "The details of the change say what it did.")
            }
            ChangeError::Cancelled => Self::refused("cancelled", message, "Nothing is left of it."),
            ChangeError::Busy => Self::refused(
                "change_busy",
                message,
                "Most take a moment, installing Python packages takes minutes; then try again.",
            ),
            ChangeError::NoSuchChange { .. } => {
                Self::refused("change_unknown", message, "The list of changes shows what there is.")
            }
            ChangeError::CommandFailed { tail, .. } => {
                Self::broken("command_failed", message, "The details hold its last lines.").with_details(tail)
            }
            ChangeError::CommandTimedOut { tail, .. } | ChangeError::CommandMadeNothing { tail, .. } => {
                Self::broken("command_failed", message, "The details hold its last lines.").with_details(tail)
            }
            ChangeError::BadPath { .. }
            | ChangeError::ThroughLink { .. }
            | ChangeError::WrongKind { .. }
            | ChangeError::TooLarge { .. }
            | ChangeError::Absent { .. } => Self::refused("path_refused", message, "Nothing was written."),
            ChangeError::Io { ref source, .. } => {
                let details = [source.to_string()];
                Self::broken("disk_refused", message, "Nothing is left half done.").with_details(details)
            }
            ChangeError::NeedsYou { conflicts, .. } => {
                Self::broken("change_needs_you", message, "Activity shows what stands in the way.")
                    .with_details(listed(&conflicts))
            }
            ChangeError::RollbackFailed { .. } | ChangeError::Unfinished { .. } => Self::broken(
                "change_unfinished",
                message,
                "Start the app again once the disk answers; it takes the change back.",
            ),
            ChangeError::Held { .. } => Self::refused("database_held", message, "It takes a moment; then try again."),
            ChangeError::BadTheirRows { .. } => Self::refused("database_refused", message, "Nothing was written."),
            ChangeError::SecretUnavailable { .. } => Self::refused(
                "secret_unavailable",
                message,
                "Unlock the secret store, then try again. Nothing was written.",
            ),
            ChangeError::RemoteFailed { .. } => Self::broken(
                "letta_failed",
                message,
                "Nothing is left half done: what was changed before it was taken back. Try again once that server answers.",
            ),
            ChangeError::Registry(error) => error.into(),
            _ => Self::broken("change_failed", message, "Nothing is left half done."),
        }
    }
}

fn listed(conflicts: &[sanctum_change::Conflict]) -> Vec<String> {
    conflicts.iter().map(|c| format!("{}: {}", c.target, c.what)).collect()
}

impl From<SecretError> for ApiError {
    fn from(error: SecretError) -> Self {
        let message = error.to_string();
        Self::broken("secret_store", message, "Nothing was changed. Its card says what it needs; then try again.")
    }
}

/// What a root, a name or a port check found, as the window shows it.
pub(crate) fn root_finding(finding: &sanctum_install::roots::RootFinding) -> dto::Finding {
    use sanctum_install::roots::Level;
    dto::Finding {
        code: finding.code.to_owned(),
        level: match finding.level {
            Level::Error => dto::FindingLevel::Error,
            Level::Warn => dto::FindingLevel::Warn,
            Level::Info => dto::FindingLevel::Info,
        },
        message: finding.message.clone(),
        hint: finding.hint.clone(),
        path: None,
    }
}

pub(crate) fn name_finding(error: &sanctum_install::names::NameError) -> dto::Finding {
    dto::Finding {
        code: error.code.to_owned(),
        level: dto::FindingLevel::Error,
        message: error.message.clone(),
        hint: error.hint.clone(),
        path: None,
    }
}

impl From<sanctum_install::names::NameError> for ApiError {
    fn from(error: sanctum_install::names::NameError) -> Self {
        Self::refused(error.code, error.message, error.hint)
    }
}

impl From<sanctum_install::ports::PortError> for ApiError {
    fn from(error: sanctum_install::ports::PortError) -> Self {
        let code = match &error {
            sanctum_install::ports::PortError::Held { .. } => "port_held",
            sanctum_install::ports::PortError::Reserved { .. } => "port_reserved",
            _ => "port_refused",
        };
        Self::refused(code, error.to_string(), "Choose another port, or stop what holds it.")
    }
}
