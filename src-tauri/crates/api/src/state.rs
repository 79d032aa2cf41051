//! What the window should show.

use std::time::Duration;

use sanctum_secrets::{Kind, StoreHealth, StoreState};

use crate::app::App;
use crate::session::Session;
use crate::{ApiResult, dto, setup, stamps};

/// A look at the store must not keep the window waiting.
const PEEK: Duration = Duration::from_secs(2);

impl App {
    /// What was settled when this install was opened, told once.
    pub fn settled(&self) -> Vec<dto::RecoveryNote> {
        self.with_state(|state| std::mem::take(&mut state.recovered))
    }

    /// The state of the app. The first call opens what was open last.
    ///
    /// # Errors
    /// Only when the app's own files cannot be read.
    pub async fn state(&self) -> ApiResult<dto::AppState> {
        self.ensure_started().await?;
        self.still_valid().await?;
        let resume = setup::resume(self.env())?;
        let (open, phase, user, recovered, trouble, store) = self.with_state(|state| {
            let phase = match (&state.open, &state.trouble, &state.session) {
                (None, Some(_), _) => dto::Phase::Trouble,
                (None, None, _) => dto::Phase::Setup,
                (Some(_), _, Session::None) => dto::Phase::SignIn,
                (Some(_), _, Session::Locked(_)) => dto::Phase::Locked,
                (Some(_), _, Session::In(_)) => dto::Phase::Ready,
            };
            (
                state.open.clone(),
                phase,
                state.session.person().map(Into::into),
                state.recovered.clone(),
                state.trouble.clone(),
                state.store.clone(),
            )
        });
        let install = match open {
            Some(open) => Some(crate::blocking::blocking(move || open.info()).await?),
            None => None,
        };
        Ok(dto::AppState {
            phase,
            brand: brand(install.as_ref().map(|i| i.root.as_str())).to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            platform: std::env::consts::OS.to_owned(),
            install,
            user,
            resume,
            recovered,
            trouble,
            secret_store: match (store_info(self.env().secret_store, None), store) {
                (info, Some(status)) => dto::SecretStoreInfo { status, ..info },
                (info, None) => info,
            },
        })
    }

    /// Tries the secret store for real: writes a test item, reads it back, deletes it.
    ///
    /// # Errors
    /// Never for a store that does not work: that is its status.
    pub async fn secrets_check(&self) -> ApiResult<dto::SecretStoreInfo> {
        let env = self.env().clone();
        crate::blocking::blocking(move || {
            let health = match sanctum_secrets::open(env.secret_store, "check", &env.data_dir, env.passphrase.get()) {
                Ok(store) => store.check(Duration::from_secs(10)),
                Err(error) => StoreHealth::from_error(&error, Duration::ZERO),
            };
            Ok(store_info(env.secret_store, Some((health, env.now()))))
        })
        .await
    }
}

/// A look that writes nothing and causes no prompt.
pub(crate) fn peek(open: &crate::open::Open) -> dto::Status {
    let now = open.env().now();
    let health = match open.secrets() {
        Ok(store) => store.peek(PEEK),
        Err(error) => {
            return dto::Status {
                word: dto::StatusWord::Off,
                reason: error.message,
                evidence: Vec::new(),
                measured_at: Some(stamps::rfc3339(now)),
            };
        }
    };
    store_info(open.env().secret_store, Some((health, now))).status
}

/// The one place the system's name comes from: the install that is open, ours by default.
fn brand(root: Option<&str>) -> &'static str {
    match root.and_then(|root| root.rsplit('/').next()) {
        Some(folder) if folder.eq_ignore_ascii_case("animus") => "Animus",
        _ => "Sanctum",
    }
}

pub(crate) fn store_info(kind: Kind, measured: Option<(StoreHealth, time::OffsetDateTime)>) -> dto::SecretStoreInfo {
    let name = match kind {
        Kind::Os if cfg!(target_os = "macos") => "Keychain",
        Kind::Os => "Secret Service",
        Kind::File => "encrypted file",
        Kind::Memory => "memory",
    };
    let status = match measured {
        None => dto::Status {
            word: dto::StatusWord::Unknown,
            reason: "not looked at yet".to_owned(),
            evidence: Vec::new(),
            measured_at: None,
        },
        Some((health, at)) => dto::Status {
            word: match health.state {
                StoreState::Ok => dto::StatusWord::Healthy,
                StoreState::Absent => dto::StatusWord::Off,
                StoreState::Slow => dto::StatusWord::Unknown,
                _ => dto::StatusWord::Degraded,
            },
            reason: health.reason.clone(),
            evidence: vec![format!("answered in {} ms", health.latency.as_millis())],
            measured_at: Some(stamps::rfc3339(at)),
        },
    };
    dto::SecretStoreInfo { kind: kind.word().to_owned(), name: name.to_owned(), status }
}
