//! What an edit of an agent makes of its row, and what its modules are.

use sanctum_change::Row;
use sanctum_registry::agents::{self, AgentRow as Stored};
use sanctum_registry::users;
use serde_json::Value;

use super::Profile;
use super::plans::Extras;
use crate::dto::AgentEdit;
use crate::open::Open;
use crate::{ApiError, ApiResult};

/// How many identity colours there are.
const COLORS: u32 = 4;
/// Characters of an avatar at most: one emoji may take several.
const AVATAR: usize = 16;
/// Characters of a description at most.
const DESCRIPTION: usize = 2_000;

fn refuse(code: &str, message: impl Into<String>, hint: &str) -> ApiError {
    ApiError::refused(code, message, hint)
}

fn color(color: u32) -> ApiResult<i64> {
    if (1..=COLORS).contains(&color) {
        return Ok(i64::from(color));
    }
    Err(refuse("agent_color", format!("There is no colour {color}."), &format!("Choose one from 1 to {COLORS}.")))
}

/// A short text without control characters; `None` for an empty one.
fn avatar(text: &str) -> ApiResult<Option<String>> {
    let text = text.trim();
    if text.chars().count() > AVATAR || text.chars().any(char::is_control) {
        let hint = "Choose an emoji or a few letters.";
        return Err(refuse("agent_avatar", format!("The avatar can have at most {AVATAR} characters."), hint));
    }
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

/// The columns that become different.
///
/// # Errors
/// `agent_name_…`, `agent_color`, `agent_avatar`, `agent_description`, `user_unknown`, `role_unknown`.
pub(crate) fn edited(open: &Open, row: &Stored, edit: &AgentEdit) -> ApiResult<Row> {
    let mut out = Row::new();
    let mut put = |column: &str, value: Value, same: bool| {
        if !same {
            out = std::mem::take(&mut out).with(column, value);
        }
    };
    if let Some(name) = &edit.name {
        let others: Vec<(String, String)> = open
            .registry()
            .read(agents::all)?
            .into_iter()
            .filter(|other| other.id != row.id)
            .map(|other| (other.uid.clone(), other.title().to_owned()))
            .collect();
        sanctum_install::names::check_name(name, &others)?;
        put("name", name.trim().into(), name.trim() == row.title());
    }
    if let Some(text) = edit.description.as_deref().map(str::trim) {
        if text.chars().count() > DESCRIPTION {
            let message = format!("The description can have at most {DESCRIPTION} characters.");
            return Err(refuse("agent_description", message, "Shorten it."));
        }
        put("description", text.into(), row.description.as_deref().unwrap_or_default() == text);
    }
    if let Some(wanted) = edit.color {
        put("color", color(wanted)?.into(), row.color == i64::from(wanted));
    }
    let mut profile = Profile::of(row);
    if let Some(text) = &edit.avatar {
        profile.avatar = avatar(text)?;
    }
    profile.way = edit.way.unwrap_or(profile.way);
    put("config", profile.within(row).into(), profile == Profile::of(row));
    if let Some(ids) = &edit.visible_to_users {
        let known: Vec<i64> = open.registry().read(users::all)?.iter().map(|user| user.id).collect();
        if let Some(id) = ids.iter().find(|id| !known.contains(&i64::from(**id))) {
            return Err(refuse(
                "user_unknown",
                format!("There is no account with the number {id}."),
                "Read the accounts again.",
            ));
        }
        let text = list(ids);
        put("visible_to_users", text.clone(), row.visible_to_users.as_deref() == text.as_str());
    }
    if let Some(roles) = &edit.visible_to_roles {
        if let Some(role) = roles.iter().find(|role| !["admin", "user", "viewer"].contains(&role.as_str())) {
            return Err(refuse(
                "role_unknown",
                format!("There is no role `{role}`."),
                "Use `admin`, `user` or `viewer`.",
            ));
        }
        let text = list(roles);
        put("visible_to_roles", text.clone(), row.visible_to_roles.as_deref() == text.as_str());
    }
    Ok(out)
}

/// A JSON array; nothing narrows where it is empty.
fn list<T: serde::Serialize>(all: &[T]) -> Value {
    if all.is_empty() { Value::Null } else { serde_json::to_string(all).map_or(Value::Null, Value::String) }
}

impl Extras {
    /// The columns of a new agent that are said.
    pub fn row(&self) -> ApiResult<Row> {
        let mut row = Row::new();
        if let Some(wanted) = self.color {
            row = row.with("color", color(wanted)?);
        }
        if let Some(text) = self.avatar.as_deref().map(avatar).transpose()?.flatten() {
            row = row.with("config", serde_json::json!({ "avatar": text }).to_string());
        }
        for (column, text) in
            [("visible_to_users", &self.visible_to_users), ("visible_to_roles", &self.visible_to_roles)]
        {
            if let Some(text) = text {
                row = row.with(column, text.as_str());
            }
        }
        Ok(row)
    }
}

/// Catalogue names of an agent's modules.
pub(crate) fn modules(open: &Open, row: &Stored) -> ApiResult<Vec<String>> {
    let (tools, instances) = open.registry().read(|c| {
        Ok::<_, sanctum_registry::RegistryError>((
            sanctum_registry::tools::all(c)?,
            sanctum_registry::tool_instances::of_agent(c, row.id)?,
        ))
    })?;
    let slug = |id: i64| tools.iter().find(|tool| tool.id == id).map(|tool| tool.slug.clone());
    Ok(instances.iter().filter_map(|instance| slug(instance.tool_id)).collect())
}
