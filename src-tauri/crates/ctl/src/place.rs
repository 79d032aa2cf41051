//! From an address and a key as typed to the setting they name.

use sanctum_api::{Actor, ApiError, dto};

use crate::args;
use crate::console::Console;

/// A target with its settings, and the one that was named.
pub struct Place {
    /// Card that everything else is asked for by.
    pub target: String,
    pub id: String,
    pub row: dto::SettingRow,
    pub levels: Vec<dto::LevelInfo>,
}

impl Place {
    /// Looks a setting up.
    pub async fn find(console: &Console, actor: &Actor, address: &str, key: &str) -> Result<Self, ApiError> {
        let found = console.app.settings_find(actor, &format!("{address} {key}")).await?;
        let detail = console.app.tool_get(actor, &found.target).await?;
        let row = detail.settings.into_iter().find(|row| Some(&row.id) == found.id.as_ref());
        let row = row.ok_or_else(|| {
            ApiError::refused(
                "setting_unknown",
                format!("`{address}` has no setting `{key}`."),
                format!("`sanctumctl config list {address}` lists what it has."),
            )
        })?;
        Ok(Self { target: found.target, id: row.id.clone(), row, levels: detail.target.levels })
    }

    /// The level that was named, or the nearest to the target.
    pub fn level(&self, named: Option<args::Level>) -> dto::Level {
        named.map_or_else(|| nearest(&self.levels), wire)
    }

    /// What a level says now.
    pub fn said(&self, level: dto::Level) -> Option<&dto::ChainLink> {
        self.row.chain.iter().find(|link| link.level == level && link.value.is_some())
    }
}

/// A target as a whole: its card and what it has.
pub async fn target(console: &Console, actor: &Actor, address: &str) -> Result<(String, dto::ToolDetail), ApiError> {
    let found = console.app.settings_find(actor, address).await?;
    let detail = console.app.tool_get(actor, &found.target).await?;
    Ok((found.target, detail))
}

/// The instance where there is one, else the level of what was named; one's own only where there is no other.
pub fn nearest(levels: &[dto::LevelInfo]) -> dto::Level {
    let settable = || levels.iter().map(|info| info.level).filter(|level| *level != dto::Level::Default);
    settable().rfind(|level| *level != dto::Level::User).or_else(|| settable().next_back()).unwrap_or(dto::Level::User)
}

pub fn wire(level: args::Level) -> dto::Level {
    match level {
        args::Level::System => dto::Level::System,
        args::Level::Agent => dto::Level::Agent,
        args::Level::Tool => dto::Level::Tool,
        args::Level::Instance => dto::Level::Instance,
        args::Level::User => dto::Level::User,
    }
}

/// The id under which a variable is added that is not there yet.
pub async fn new_variable(
    console: &Console,
    actor: &Actor,
    address: &str,
    key: &str,
    new: bool,
) -> Result<(String, String, Vec<dto::LevelInfo>), ApiError> {
    let (card, detail) = target(console, actor, address).await?;
    if !new && !detail.target.open_ended {
        return Err(ApiError::refused(
            "setting_unknown",
            format!("`{address}` has no setting `{key}`."),
            format!(
                "`sanctumctl config list {address}` lists what it has; `--new` adds a variable that no schema names."
            ),
        ));
    }
    Ok((card, format!("env:{key}"), detail.target.levels))
}

#[cfg(test)]
mod tests {
    use super::nearest;
    use sanctum_api::dto::{Level, LevelInfo};

    fn levels(all: &[Level]) -> Vec<LevelInfo> {
        all.iter().map(|level| LevelInfo { level: *level, title: String::new(), why_not: None }).collect()
    }

    #[test]
    fn the_nearest_level_is_not_one_s_own_unless_there_is_no_other() {
        use Level::{Agent, Default, Instance, System, User};
        assert_eq!(nearest(&levels(&[Default, System, Agent, Instance, User])), Instance, "an instance has its own");
        assert_eq!(nearest(&levels(&[Default, System, Agent])), Agent, "an agent’s is the agent’s");
        assert_eq!(nearest(&levels(&[Default, System])), System, "the system’s is the system’s");
        assert_eq!(nearest(&levels(&[Default, User])), User, "preferences are one’s own");
    }
}
