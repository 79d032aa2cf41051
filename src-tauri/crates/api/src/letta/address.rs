//! The plan that sets the address of the Letta server and its password.

use sanctum_change::{Planner, Row};
use sanctum_secrets::Secret;

use super::connection::{ADDRESS, PASSWORD};
use super::plans::words;
use crate::app::App;
use crate::blocking::blocking;
use crate::dto::{Plan, StatusWord};
use crate::open::Open;
use crate::secrets::{Aside, NewSecret, account};
use crate::{Actor, ApiError, ApiResult};

/// Has a Letta that is added here asked from now on, where nothing else is. What the plan says of that.
pub(crate) fn propose_own(
    planner: &mut Planner<'_>,
    open: &Open,
    port: u16,
    maker: i64,
) -> ApiResult<(StatusWord, String)> {
    let url = format!("http://127.0.0.1:{port}");
    let there = |name: &str| open.registry().read(|c| sanctum_registry::system_config::by_key(c, name));
    let row = there(ADDRESS)?;
    let known = row.is_some();
    if let Some(said) = row.and_then(|row| row.config_value).filter(|said| !said.is_empty()) {
        if sanctum_letta::same_server(&said, &url) {
            return Ok((StatusWord::Healthy, "The address of the Letta server leads to it already".to_owned()));
        }
        // What is no address may hold anything.
        let said = if sanctum_letta::check_url(&said).is_ok() { format!("stays {said}") } else { "stays".to_owned() };
        let words = format!(
            "The address of the Letta server {said}, and does not lead to this one; `sanctumctl letta address {url} --yes` changes that"
        );
        return Ok((StatusWord::Degraded, words));
    }
    planner.group("Registry");
    if there(PASSWORD)?.is_some() {
        let key = Row::new().with("config_key", PASSWORD);
        planner.registry_delete("system_config", key, "Forget the Letta password: it is for another server")?;
    }
    let said = Row::new()
        .with("config_value", url.as_str())
        .with("is_encrypted", 0)
        .with("category", "letta")
        .with("description", "Where the Letta server answers");
    let said = if known { said } else { said.with("created_by", maker) };
    let key = Row::new().with("config_key", ADDRESS);
    planner.registry_put("system_config", key, said, "Keep the address of the Letta server")?;
    Ok((StatusWord::Healthy, format!("No Letta server is set yet: from now on the one at {url} is asked")))
}

impl App {
    /// The plan that sets the address of the Letta server, and its password: `None` leaves it where the server is the
    /// same one (scheme, host, port) and otherwise takes it out, for it is none of another server's; an empty one takes it out.
    ///
    /// # Errors
    /// `letta_address` for one that cannot be used; `nothing_to_change`.
    pub async fn letta_address_plan(&self, actor: &Actor, url: &str, password: Option<String>) -> ApiResult<Plan> {
        let password = password.map(Secret::new);
        actor.may_change()?;
        let url = url.trim().trim_end_matches('/').to_owned();
        sanctum_letta::check_url(&url).map_err(|bad| {
            ApiError::refused("letta_address", bad.to_string(), "Enter one such as `http://127.0.0.1:8283`.")
        })?;
        let open = self.opened().await?;
        let (app, who) = (self.clone(), actor.clone());
        blocking(move || {
            let mut planner = open.planner();
            planner.icon("service");
            planner.group("Registry");
            let key = |name: &str| Row::new().with("config_key", name);
            let said = |value: &str, secret: bool, description: &str| {
                Row::new()
                    .with("config_value", value)
                    .with("is_encrypted", i64::from(secret))
                    .with("category", "letta")
                    .with("description", description)
            };
            let there = |name: &str| open.registry().read(|c| sanctum_registry::system_config::by_key(c, name));
            let made = |row: Row, name: &str| -> ApiResult<Row> {
                Ok(if there(name)?.is_none() { row.with("created_by", who.user_id) } else { row })
            };
            let address = made(said(&url, false, "Where the Letta server answers"), ADDRESS)?;
            planner.registry_put("system_config", key(ADDRESS), address, "Keep the address of the Letta server")?;
            let mut aside = Aside::default();
            let before = there(ADDRESS)?.and_then(|row| row.config_value).unwrap_or_default();
            match password {
                None if there(PASSWORD)?.is_some() && !sanctum_letta::same_server(&before, &url) => {
                    let title = "Forget the Letta password: it is for another server";
                    planner.registry_delete("system_config", key(PASSWORD), title)?;
                }
                None => {}
                Some(value) if value.is_empty() => {
                    planner.registry_delete("system_config", key(PASSWORD), "Forget the Letta password")?;
                }
                Some(value) => {
                    let reference = account(crate::setup::LETTA_PASSWORD)?;
                    let row = said(&reference, true, "Reference of the Letta password in the secret store");
                    let title = "Refer to the Letta password in the secret store";
                    planner.registry_put("system_config", key(PASSWORD), made(row, PASSWORD)?, title)?;
                    aside.secrets.push(NewSecret { account: reference, key: PASSWORD.to_owned(), value });
                }
            }
            if planner.steps().is_empty() {
                return Err(super::plans::nothing());
            }
            let plan = planner.finish("Set the Letta server", &format!("{url}. Nothing has been written yet."));
            let words = words("Set the server", "The address can be asked");
            Ok(app.0.plans.keep_aside(plan, words, aside, Some(who.user_id), open.env().now()))
        })
        .await
    }
}
