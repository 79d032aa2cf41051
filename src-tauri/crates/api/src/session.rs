//! Sign-in, lock and sign-out at the window.
//!
//! The token of a session stays in this process and in the secret store, so that the next start can take it up; it never
//! reaches the window, a file or a log. Where the store cannot keep it, the session ends with the app and says so.

use sanctum_registry::{user_sessions, users};
use sanctum_secrets::{Secret, StoreHealth, StoreState};
use serde::{Deserialize, Serialize};
use time::Duration;

use crate::app::App;
use crate::blocking::blocking;
use crate::{Actor, ApiError, ApiResult, Via, dto, files, stamps};

/// A session that ends with the app ends by itself after this at the latest.
const LASTS: Duration = Duration::days(1);

/// Who sits at the window.
#[derive(Debug, Clone, Default)]
pub(crate) enum Session {
    #[default]
    None,
    Locked(Person),
    In(Person),
}

#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub id: i64,
    pub username: String,
    pub role: String,
    pub session_id: String,
    pub expires_at: time::OffsetDateTime,
    pub remembered: bool,
}

/// `session.json`: that there is something to restore, and for which install. Not a secret.
#[derive(Serialize, Deserialize)]
struct Kept {
    install: String,
    /// The screen was locked; a start takes the session up locked.
    #[serde(default)]
    locked: bool,
}

impl Session {
    pub fn actor(&self) -> ApiResult<Actor> {
        match self {
            Self::In(person) => Ok(Actor {
                user_id: person.id,
                name: person.username.clone(),
                role: person.role.clone(),
                via: Via::App,
            }),
            Self::Locked(_) => Err(ApiError::refused("locked", "The app is locked.", "Unlock it with the password.")),
            Self::None => Err(ApiError::refused("not_signed_in", "Nobody is signed in.", "Sign in first.")),
        }
    }

    pub fn person(&self) -> Option<&Person> {
        match self {
            Self::In(person) | Self::Locked(person) => Some(person),
            Self::None => None,
        }
    }
}

impl App {
    /// Signs in.
    ///
    /// # Errors
    /// `wrong_sign_in` (the same for an unknown name, a wrong password and a disabled account), `locked_until` after too
    /// many tries, with the time in the message.
    pub async fn sign_in(&self, username: &str, password: String) -> ApiResult<dto::AppState> {
        let open = self.opened().await?;
        let (username, now) = (username.trim().to_owned(), self.env().now());
        let password = Secret::new(password);
        let registry = open.registry().clone();
        let at = open.clone();
        let user = blocking(move || {
            users::sign_in(&registry, &username, password.expose(), now).map_err(|error| {
                crate::audit::note(&at, None, "session.refused", &username);
                sign_in_refused(error)
            })
        })
        .await?;
        self.begin_session(user).await?;
        self.state().await
    }

    /// Starts a session for somebody whose password was just proven.
    pub(crate) async fn begin_session(&self, user: users::User) -> ApiResult<()> {
        let open = self.opened().await?;
        let (now, env) = (self.env().now(), self.env().clone());
        let (person, store) = blocking(move || {
            let lasts = crate::settings::sign_in_lasts(&open, user.id)?;
            let expires_at = now + lasts.unwrap_or(LASTS);
            let session = open.registry().write(|tx| {
                user_sessions::purge(tx, now)?;
                user_sessions::create(tx, user.id, expires_at, None, Some("Sanctum Configurator"), now)
            })?;
            let item = account(open.registry().install_id());
            let store = (!open.is_sample() && lasts.is_some())
                .then(|| used(&open, now, |store| store.set(&item, &Secret::new(session.token))));
            // What memory keeps ends with the app.
            let kept = open.env().secret_store != sanctum_secrets::Kind::Memory;
            let remembered = kept && matches!(store, Some((Some(()), _)));
            if remembered {
                files::write(
                    &env.data_dir.join("session.json"),
                    &Kept { install: open.registry().install_id().to_owned(), locked: false },
                )?;
            }
            let person = Person {
                id: user.id,
                username: user.username,
                role: user.role.as_str().to_owned(),
                session_id: session.id,
                expires_at,
                remembered,
            };
            Ok((person, store.map(|(_, status)| status)))
        })
        .await?;
        self.with_state(|state| {
            state.session = Session::In(person);
            state.store = store;
        });
        self.changed(&["session"]);
        if let (Ok(actor), Ok(open)) = (self.with_state(|state| state.session.actor()), self.opened().await) {
            blocking(move || {
                crate::audit::note(&open, Some(&actor), "session.start", &actor.name);
                Ok(())
            })
            .await?;
        }
        // The card of the accounts counts who is signed in; the sign-in does not wait for it.
        crate::cards::again(&self.opened().await?);
        Ok(())
    }

    /// Takes up the session of the last start. Where that is not possible nobody is signed in, and that is no error.
    ///
    /// # Errors
    /// As [`App::opened`].
    pub async fn restore_session(&self) -> ApiResult<dto::AppState> {
        self.ensure_started().await?;
        let open = self.with_state(|state| match state.session {
            Session::None => state.open.clone(),
            _ => None,
        });
        if let Some(open) = open {
            let (env, now) = (self.env().clone(), self.env().now());
            let found = blocking(move || Ok(restore(&env, &open, now))).await?;
            if let Some((person, locked)) = found {
                self.with_state(|state| {
                    state.session = if locked { Session::Locked(person) } else { Session::In(person) }
                });
            }
        }
        self.state().await
    }

    /// Ends the session here and in the registry, and forgets its token.
    ///
    /// # Errors
    /// What the registry says.
    pub async fn sign_out(&self) -> ApiResult<dto::AppState> {
        let open = self.opened().await?;
        let person = self.with_state(|state| std::mem::take(&mut state.session).person().cloned());
        crate::chat::hush(&open);
        let (env, measured) = (self.env().clone(), open.clone());
        if let Some(person) = person {
            blocking(move || {
                open.registry().write(|tx| user_sessions::revoke(tx, &person.session_id))?;
                if person.remembered
                    && let Ok(store) = open.secrets()
                    && let Err(error) = store.delete(&account(open.registry().install_id()))
                {
                    // The session itself is revoked, so the item left behind opens nothing.
                    eprintln!("The session's item could not be removed from the secret store: {error}");
                }
                files::forget(&env.data_dir.join("session.json"))
            })
            .await?;
        }
        crate::cards::again(&measured);
        self.changed(&["session"]);
        self.state().await
    }

    /// Ends the session of an install that is about to go; what cannot be removed from the secret store opens nothing.
    pub(crate) async fn sign_out_quietly(&self, open: &std::sync::Arc<crate::open::Open>) {
        self.with_state(|state| state.session = Session::None);
        let (env, open) = (self.env().clone(), open.clone());
        let gone = blocking(move || {
            if let Ok(store) = open.secrets() {
                let _not_there = store.delete(&account(open.registry().install_id()));
            }
            files::forget(&env.data_dir.join("session.json"))
        })
        .await;
        if let Err(error) = gone {
            eprintln!("The session could not be forgotten: {error}");
        }
    }

    /// Hides everything until the password is given again.
    ///
    /// # Errors
    /// `not_signed_in`.
    pub async fn lock(&self) -> ApiResult<dto::AppState> {
        self.with_state(|state| match std::mem::take(&mut state.session) {
            Session::In(person) | Session::Locked(person) => {
                state.session = Session::Locked(person);
                Ok(())
            }
            Session::None => Session::None.actor().map(|_| ()),
        })?;
        if let Some(open) = self.with_state(|state| state.open.clone()) {
            crate::chat::hush(&open);
        }
        let env = self.env().clone();
        blocking(move || keep_lock(&env, true)).await?;
        self.changed(&["session"]);
        self.state().await
    }

    /// A session that has ended by itself, or whose account was disabled, is over now and not at the next start; a role that
    /// was changed meanwhile counts at once.
    pub(crate) async fn still_valid(&self) -> ApiResult<()> {
        let found = self.with_state(|state| Some((state.open.clone()?, state.session.person()?.clone())));
        let Some((open, person)) = found else { return Ok(()) };
        let (now, id) = (self.env().now(), person.id);
        let user = blocking(move || Ok(open.registry().read(|c| users::get(c, id))?)).await?;
        let user = user.filter(|user| user.is_active && now < person.expires_at);
        self.with_state(|state| match (&mut state.session, user) {
            (Session::In(at) | Session::Locked(at), Some(user)) if at.id == id => {
                user.role.as_str().clone_into(&mut at.role)
            }
            (Session::In(at) | Session::Locked(at), None) if at.session_id == person.session_id => {
                state.session = Session::None
            }
            _ => {}
        });
        Ok(())
    }

    /// Takes the lock away.
    ///
    /// # Errors
    /// As [`App::sign_in`].
    pub async fn unlock(&self, password: String) -> ApiResult<dto::AppState> {
        let open = self.opened().await?;
        let Some(person) = self.with_state(|state| state.session.person().cloned()) else {
            return Err(ApiError::refused("not_signed_in", "Nobody is signed in.", "Sign in first."));
        };
        let (now, id) = (self.env().now(), person.id);
        let password = Secret::new(password);
        let env = self.env().clone();
        blocking(move || {
            users::verify(open.registry(), id, password.expose(), now).map_err(sign_in_refused)?;
            keep_lock(&env, false)
        })
        .await?;
        self.with_state(|state| state.session = Session::In(person));
        self.changed(&["session"]);
        self.state().await
    }
}

fn restore(env: &crate::AppEnv, open: &crate::open::Open, now: time::OffsetDateTime) -> Option<(Person, bool)> {
    let kept = files::read::<Kept>(&env.data_dir.join("session.json")).ok()??;
    if kept.install != open.registry().install_id() {
        return None;
    }
    let token = open.secrets().ok()?.get(&account(&kept.install)).ok()?;
    let found = open.registry().read(|c| user_sessions::lookup(c, token.expose(), now)).ok()??;
    let person = Person {
        id: found.user.id,
        username: found.user.username,
        role: found.user.role.as_str().to_owned(),
        session_id: found.id,
        expires_at: found.expires_at,
        remembered: true,
    };
    Some((person, kept.locked))
}

/// Keeps in mind over a restart whether the screen is locked.
fn keep_lock(env: &crate::AppEnv, locked: bool) -> ApiResult<()> {
    let path = env.data_dir.join("session.json");
    match files::read::<Kept>(&path)? {
        Some(kept) => files::write(&path, &Kept { locked, ..kept }),
        None => Ok(()),
    }
}

/// Uses the secret store once: what it gave, where it did, and how it stands.
fn used<T>(
    open: &crate::open::Open,
    now: time::OffsetDateTime,
    work: impl FnOnce(&dyn sanctum_secrets::SecretStore) -> Result<T, sanctum_secrets::SecretError>,
) -> (Option<T>, dto::Status) {
    let began = std::time::Instant::now();
    let kind = open.env().secret_store;
    let told = |health| crate::state::store_info(kind, Some((health, now))).status;
    match open.secrets() {
        Err(error) => {
            let status = dto::Status {
                word: dto::StatusWord::Off,
                reason: error.message,
                evidence: Vec::new(),
                measured_at: Some(stamps::rfc3339(now)),
            };
            (None, status)
        }
        Ok(store) => match work(store.as_ref()) {
            Ok(found) => {
                let reason = "It answered when the session was kept.".to_owned();
                (Some(found), told(StoreHealth { state: StoreState::Ok, reason, latency: began.elapsed() }))
            }
            Err(error) => (None, told(StoreHealth::from_error(&error, began.elapsed()))),
        },
    }
}

/// Reference of the session's item in the secret store.
fn account(install: &str) -> String {
    format!("session/{install}")
}

pub(crate) fn sign_in_refused(error: users::SignInError) -> ApiError {
    match error {
        users::SignInError::LockedUntil(until) => ApiError::refused(
            "locked_until",
            format!("Too many tries. The next one counts after {}.", stamps::clock_time(until)),
            "Waiting helps; trying again before then does not.",
        )
        .with_details([stamps::rfc3339(until)]),
        users::SignInError::Registry(error) => error.into(),
        _ => ApiError::refused(
            "wrong_sign_in",
            "The name or the password is not right.",
            "Check both; capital letters count in the password.",
        ),
    }
}

impl From<&Person> for dto::UserInfo {
    fn from(person: &Person) -> Self {
        Self {
            id: u32::try_from(person.id).unwrap_or(0),
            username: person.username.clone(),
            role: person.role.clone(),
            session_expires_at: Some(stamps::rfc3339(person.expires_at)),
            remembered: person.remembered,
        }
    }
}
