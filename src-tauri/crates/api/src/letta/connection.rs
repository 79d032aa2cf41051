//! Where the Letta server answers, and the one connection to it that everything shares while the address stays the same.

use std::sync::Arc;
use std::time::Duration;

use sanctum_letta::{Flavour, Patience, Refused, Server, connect};
use sanctum_registry::Registry;
use sanctum_secrets::Secret;

use super::convert::{features, trouble};
use crate::app::App;
use crate::blocking::blocking;
use crate::dto::{LettaFeatures, LettaState, Status, StatusWord};
use crate::open::Open;
use crate::secrets::Keyring;
use crate::{Actor, ApiError, ApiResult, stamps};

/// Key of the address in `system_config`.
pub(crate) const ADDRESS: &str = "letta.base_url";
/// Key of the password's reference.
pub(crate) const PASSWORD: &str = "letta.password";
/// For one answer; answers of agents take longer and have their own.
const WAIT: Duration = Duration::from_secs(20);

/// The connection of an open install; what is there before the install itself is, so that recovery can ask as well.
pub(crate) struct Connection {
    registry: Arc<Registry>,
    keyring: Arc<Keyring>,
    kept: tokio::sync::Mutex<Option<Kept>>,
}

struct Kept {
    address: String,
    /// The reference of the password it was made with.
    reference: Option<String>,
    server: Arc<dyn Server>,
}

/// Address and reference of the password as the registry says.
fn set(registry: &Registry) -> ApiResult<(Option<String>, Option<String>)> {
    let said = registry.read(|c| {
        Ok::<_, sanctum_registry::RegistryError>((
            sanctum_registry::system_config::by_key(c, ADDRESS)?,
            sanctum_registry::system_config::by_key(c, PASSWORD)?,
        ))
    })?;
    let value = |row: Option<sanctum_registry::system_config::SystemSetting>| row.and_then(|row| row.config_value);
    Ok((value(said.0).filter(|url| !url.is_empty()), value(said.1)))
}

/// The server of an open install; see [`Connection::server`].
pub(crate) async fn of(open: &Arc<Open>) -> ApiResult<Arc<dyn Server>> {
    open.letta.server().await
}

impl Connection {
    pub fn new(registry: Arc<Registry>, keyring: Arc<Keyring>) -> Self {
        Self { registry, keyring, kept: tokio::sync::Mutex::default() }
    }

    /// The server, connected now or before.
    ///
    /// # Errors
    /// `letta_unset`, `letta_refused` with what answered instead, and what the secret store says.
    pub async fn server(&self) -> ApiResult<Arc<dyn Server>> {
        let registry = self.registry.clone();
        let (address, reference) = blocking(move || set(&registry)).await?;
        let address = address.ok_or_else(|| {
            ApiError::refused(
                "letta_unset",
                "No address of a Letta server is set.",
                "Set it in Settings, or on an agent's page under Letta.",
            )
        })?;
        let mut kept = self.kept.lock().await;
        if let Some(kept) = kept.as_ref().filter(|kept| kept.address == address && kept.reference == reference) {
            return Ok(kept.server.clone());
        }
        let (keyring, account) = (self.keyring.clone(), reference.clone());
        let password: Option<Secret> = match account {
            Some(account) => Some(blocking(move || Ok(keyring.get()?.get(&account)?)).await?),
            None => None,
        };
        let patience = Patience::from(WAIT);
        let server = connect(&address, password.as_ref(), patience).await.map_err(|refused| refusal(&refused))?;
        *kept = Some(Kept { address, reference, server: server.clone() });
        Ok(server)
    }
}

fn refusal(refused: &Refused) -> ApiError {
    ApiError::refused("letta_refused", refused.0.sentence.clone(), refused.0.hint.clone())
}

/// The connection is made anew at the next question: somebody found it broken.
pub(crate) async fn forget(open: &Open) {
    *open.letta.kept.lock().await = None;
}

impl App {
    /// The Letta server, asked now.
    ///
    /// # Errors
    /// What the registry says. A server that does not answer is a status.
    pub async fn letta_state(&self, _actor: &Actor) -> ApiResult<LettaState> {
        let open = self.opened().await?;
        let registry = open.registry().clone();
        let (address, reference) = blocking(move || set(&registry)).await?;
        let now = Some(stamps::rfc3339(self.env().now()));
        let status = |word, reason: String, evidence| Status { word, reason, evidence, measured_at: now.clone() };
        let mut state = LettaState {
            url: address.clone().unwrap_or_default(),
            password: reference.is_some(),
            status: status(StatusWord::Off, "no address is set".to_owned(), Vec::new()),
            flavour: None,
            version: None,
            features: LettaFeatures::default(),
        };
        let Some(address) = address else { return Ok(state) };
        match of(&open).await {
            Ok(server) => match server.who().await {
                Ok(who) => {
                    let took = format!("answered in {} ms", who.latency.as_millis());
                    state.status = status(StatusWord::Healthy, took.clone(), vec![format!("asked {address}"), took]);
                    state.flavour = Some(flavour(who.flavour).to_owned());
                    state.version = who.version;
                    state.features = features(server.features());
                }
                Err(error) => {
                    forget(&open).await;
                    let told = trouble(&error);
                    state.status = status(StatusWord::Degraded, told.message, vec![format!("asked {address}")]);
                }
            },
            Err(error) => {
                state.status =
                    status(StatusWord::Degraded, error.message, vec![format!("asked {address}"), error.hint]);
            }
        }
        Ok(state)
    }
}

fn flavour(flavour: Flavour) -> &'static str {
    flavour.name()
}
