//! The life of an item in the secret store: put there before the change that refers to it, kept while something does, kept
//! once more for undo, then taken out.

use sanctum_registry::secret_items::{self, SecretItem, SecretState};
use sanctum_secrets::Secret;
use time::Duration;

use crate::open::Open;
use crate::settings::World;
use crate::{ApiError, ApiResult};

/// A value that goes into the store when its plan is applied.
#[derive(Clone)]
pub(crate) struct NewSecret {
    pub account: String,
    pub key: String,
    pub value: Secret,
}

/// What a plan does besides its steps.
#[derive(Clone, Default)]
pub(crate) struct Aside {
    /// Put into the store first; taken out again where the plan is not applied.
    pub secrets: Vec<NewSecret>,
    /// Groups of items that are taken out of the store once it is applied.
    pub purge: Vec<String>,
    /// Only the actor's own preferences: no right to change the install is needed.
    pub personal: bool,
    /// What is made or taken away at the Letta server around it.
    pub letta: Option<crate::letta::Around>,
    /// Plugins that get other code by it: one that does not work with its new code takes the plan back.
    pub plugins: Vec<String>,
}

impl std::fmt::Debug for Aside {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Aside").field("secrets", &self.secrets.len()).field("personal", &self.personal).finish()
    }
}

/// A new reference of a group, `agent/athena/AGENT_API_KEY`.
///
/// # Errors
/// Where the system gives no random bytes.
pub(crate) fn account(group: &str) -> ApiResult<String> {
    let mut bytes = [0u8; 3];
    getrandom::fill(&mut bytes).map_err(|error| {
        ApiError::broken("no_random", "The system gave no random bytes.", "Try again.")
            .with_details([error.to_string()])
    })?;
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(format!("{group}#{hex}"))
}

/// The group of a reference.
pub(crate) fn group(account: &str) -> &str {
    account.rsplit_once('#').map_or(account, |(group, _)| group)
}

/// Puts the values into the store; none stays there where one cannot be put.
pub(crate) fn put(open: &Open, secrets: &[NewSecret], maker: i64) -> ApiResult<()> {
    if secrets.is_empty() {
        return Ok(());
    }
    let store = open.secrets()?;
    let now = open.env().now();
    for (at, secret) in secrets.iter().enumerate() {
        open.registry().write(|tx| secret_items::put_pending(tx, &secret.account, &secret.key, Some(maker), now))?;
        if let Err(error) = store.set(&secret.account, &secret.value) {
            take_away(open, &secrets[..=at]);
            return Err(error.into());
        }
    }
    Ok(())
}

/// Takes values out again whose plan was not applied; never one that a setting refers to. What cannot be taken out stays
/// known as pending, and goes later.
pub(crate) fn take_away(open: &Open, secrets: &[NewSecret]) {
    let Ok(world) = World::read(open.registry()) else { return };
    let referenced = world.references();
    for secret in secrets.iter().filter(|secret| !referenced.contains(&secret.account)) {
        remove(open, &secret.account);
    }
}

fn remove(open: &Open, account: &str) {
    let Ok(store) = open.secrets() else { return };
    let gone = matches!(store.delete(account), Ok(()) | Err(sanctum_secrets::SecretError::NoSuchItem(_)));
    if gone && let Err(error) = open.registry().write(|tx| secret_items::forget(tx, account)) {
        eprintln!("The list of secrets could not be written: {error}");
    }
}

/// Pending items are waited for this long: their plan may still be on its way.
const ON_THEIR_WAY: Duration = Duration::hours(1);

/// What nothing refers to any more stays this long for undo.
const KEPT_FOR_UNDO: Duration = Duration::days(30);

/// Of one secret that was replaced again and again, the newest old values stay.
const KEPT_OF_EACH: usize = 10;

/// Brings the list of items up to what the levels say. The newest unreferenced items of each group stay for undo;
/// `purge` names groups of which none stays, and after a month none stays of any.
///
/// # Errors
/// What the registry says. What the store refuses is tried again the next time.
pub(crate) fn settle(open: &Open, purge: &[String]) -> ApiResult<()> {
    let items = open.registry().read(secret_items::all)?;
    if items.is_empty() {
        return Ok(());
    }
    let world = World::read(open.registry())?;
    // A document that cannot be read may refer to any of them.
    let blind = world.instances.values().any(|own| own.broken);
    let referenced = world.references();
    let now = open.env().now();
    let (mut idle, mut moved): (Vec<&SecretItem>, Vec<(&SecretItem, SecretState)>) = (Vec::new(), Vec::new());
    for item in &items {
        let is_new = item.state == SecretState::Pending && item.made_at.is_some_and(|made| now - made < ON_THEIR_WAY);
        if referenced.contains(&item.account) {
            moved.push((item, SecretState::Live));
        } else if !(is_new || blind) || purge.iter().any(|name| name == group(&item.account)) {
            moved.push((item, SecretState::Old));
            idle.push(item);
        }
    }
    open.registry().write(|tx| {
        for (item, state) in &moved {
            if item.state != *state {
                secret_items::set_state(tx, &item.account, *state, now)?;
            }
        }
        Ok::<_, sanctum_registry::RegistryError>(())
    })?;
    // A change that a crash cut off, or another process is applying, may still need any of them.
    let under_way: bool = open.registry().read(|c| {
        let sql = "SELECT EXISTS (SELECT 1 FROM change_sets WHERE state = 'applying')";
        Ok::<_, sanctum_registry::RegistryError>(c.query_row(sql, [], |row| row.get(0))?)
    })?;
    if under_way {
        return Ok(());
    }
    // The newest of each group first; what became idle just now counts as newest.
    let age = |item: &SecretItem| if item.state == SecretState::Old { item.changed_at } else { Some(now) };
    idle.sort_by_key(|item| std::cmp::Reverse(age(item)));
    let mut kept: Vec<&str> = Vec::new();
    let still = World::read(open.registry())?.references();
    for item in idle.into_iter().filter(|item| !still.contains(&item.account)) {
        let name = group(&item.account);
        let stale = item.state == SecretState::Old && item.changed_at.is_some_and(|at| now - at > KEPT_FOR_UNDO);
        let many = kept.iter().filter(|kept| **kept == name).count() >= KEPT_OF_EACH;
        if stale || purge.iter().any(|purged| purged == name) || many {
            remove(open, &item.account);
        } else {
            kept.push(name);
        }
    }
    Ok(())
}
