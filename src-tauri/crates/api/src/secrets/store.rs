//! The open install's secret store: opened at the first use and never at start, shared by everything that needs it.

use std::sync::{Arc, OnceLock};

use sanctum_change::Vault;
use sanctum_secrets::{SecretError, SecretStore};

use crate::AppEnv;

/// Opens the store once it is asked for.
pub(crate) struct Keyring {
    env: AppEnv,
    install: String,
    store: OnceLock<Arc<dyn SecretStore>>,
}

impl Keyring {
    pub fn new(env: AppEnv, install: String) -> Self {
        Self { env, install, store: OnceLock::new() }
    }

    pub fn get(&self) -> Result<Arc<dyn SecretStore>, SecretError> {
        if let Some(store) = self.store.get() {
            return Ok(store.clone());
        }
        let store =
            sanctum_secrets::open(self.env.secret_store, &self.install, &self.env.data_dir, self.env.passphrase.get())?;
        Ok(self.store.get_or_init(|| store).clone())
    }
}

/// Gives the change engine the values that its journal only refers to.
pub(crate) struct Unsealing(pub Arc<Keyring>);

impl Vault for Unsealing {
    fn reveal(&self, reference: &str) -> Result<Vec<u8>, String> {
        // Its words become the end of a sentence.
        let words = |error: SecretError| error.to_string().trim_end_matches('.').to_owned();
        let store = self.0.get().map_err(words)?;
        store.get(reference).map(|secret| secret.expose().as_bytes().to_vec()).map_err(words)
    }
}
