//! What the store says about a tool's secrets, and trying a key against its service. Asked only when somebody looks.

use std::time::Duration;

use sanctum_config::{Field, TestKind};
use sanctum_letta::{KeyKind, KeyOutcome};
use sanctum_secrets::{Secret, SecretError, SecretStore};

use crate::app::App;
use crate::blocking::blocking;
use crate::dto::{SecretStatus, Status, StatusWord};
use crate::open::Open;
use crate::settings::{REGISTRY, Snapshot, Target, View, unknown, visible, wire};
use crate::{Actor, ApiError, ApiResult, stamps};

/// Nobody waits longer for a store that does not answer.
const PEEK: Duration = Duration::from_secs(3);
const TRIAL: Duration = Duration::from_secs(15);

/// Where a secret is.
pub(crate) enum Where {
    Nowhere,
    /// In a file or a table of the registry, in plain text.
    Plain(String),
    Stored(String),
}

/// Where the secret that counts for a field is.
pub(crate) fn whereabouts(view: &View<'_>, field: &Field) -> Where {
    let chain = view.chain(field);
    let Some(link) = chain.last() else { return Where::Nowhere };
    let plain = view.in_plain(link, field);
    match link.value.as_str() {
        Some(text) if !text.is_empty() && plain => Where::Plain(link.layer.source.clone()),
        Some(text) if !text.is_empty() => Where::Stored(text.to_owned()),
        _ => Where::Nowhere,
    }
}

impl App {
    /// The secrets of a target as the store answers now.
    ///
    /// # Errors
    /// `setting_target_unknown`. A store that does not answer is a status, not an error.
    pub async fn secrets_status(&self, actor: &Actor, target: &str) -> ApiResult<Vec<SecretStatus>> {
        let open = self.opened().await?;
        let (actor, name) = (actor.clone(), target.to_owned());
        blocking(move || {
            let snap = Snapshot::of(&open)?;
            let target = visible(&open, &snap, &actor, &name)?;
            let view = snap.view(target, Some(actor.user_id));
            let asked =
                view.fields().any(|field| field.secret && matches!(whereabouts(&view, field), Where::Stored(_)));
            let store = if asked { Some(answering(&open)) } else { None };
            let may = actor.may_change().is_ok();
            Ok(view
                .fields()
                .filter(|field| field.secret)
                .map(|field| one(&open, &snap, &view, field, store.as_ref(), may))
                .collect())
        })
        .await
    }

    /// Tries a key against its service.
    ///
    /// # Errors
    /// `secret_not_set`, `secret_no_trial`, and what the store says.
    pub async fn secret_test(&self, actor: &Actor, target: &str, id: &str) -> ApiResult<Status> {
        actor.may_change()?;
        let open = self.opened().await?;
        let (who, name, id) = (actor.clone(), target.to_owned(), id.to_owned());
        let at = open.clone();
        let (kind, base, key) = blocking(move || {
            let snap = Snapshot::of(&at)?;
            let target = visible(&at, &snap, &who, &name)?;
            let view = snap.view(target, None);
            let field = view.field(&id).filter(|field| field.secret).ok_or_else(|| unknown(&name, &id))?;
            let test = field.test.as_ref().ok_or_else(|| {
                ApiError::refused(
                    "secret_no_trial",
                    "Nothing is known to try this key against.",
                    "Use it where it is needed.",
                )
            })?;
            let base = test.with.as_deref().and_then(|with| view.field(with)).and_then(|field| view.effective(field));
            let base = base.and_then(|(value, _)| value.as_str().map(str::to_owned));
            Ok((test.kind, base, value(&at, &view, field)?))
        })
        .await?;
        let kind = match kind {
            TestKind::Letta => KeyKind::Letta,
            TestKind::OpenAi => KeyKind::OpenAi,
            TestKind::Telegram => KeyKind::Telegram,
        };
        let trial = sanctum_letta::try_key(kind, base.as_deref(), &key, TRIAL).await;
        let word = match trial.outcome {
            KeyOutcome::Accepted { .. } => StatusWord::Healthy,
            KeyOutcome::Refused => StatusWord::Degraded,
            KeyOutcome::Unreachable { .. } | KeyOutcome::Odd { .. } => StatusWord::Unknown,
        };
        let mut evidence: Vec<String> =
            trial.latency.map(|took| format!("answered in {} ms", took.as_millis())).into_iter().collect();
        evidence.extend((!trial.hint.is_empty()).then_some(trial.hint));
        Ok(Status { word, reason: trial.sentence, evidence, measured_at: Some(stamps::rfc3339(open.env().now())) })
    }

    /// The value, for the clipboard only, after the password of the person.
    ///
    /// # Errors
    /// `wrong_sign_in`, `locked_until`, `secret_not_set`, and what the store says.
    pub async fn secret_reveal(&self, actor: &Actor, target: &str, id: &str, password: String) -> ApiResult<Secret> {
        actor.may_change()?;
        let open = self.opened().await?;
        let (who, name, id) = (actor.clone(), target.to_owned(), id.to_owned());
        let (password, now) = (Secret::new(password), self.env().now());
        blocking(move || {
            sanctum_registry::users::verify(open.registry(), who.user_id, password.expose(), now)
                .map_err(crate::session::sign_in_refused)?;
            let snap = Snapshot::of(&open)?;
            let target = visible(&open, &snap, &who, &name)?;
            let view = snap.view(target, None);
            let field = view.field(&id).filter(|field| field.secret).ok_or_else(|| unknown(&name, &id))?;
            let value = value(&open, &view, field)?;
            crate::audit::note(&open, Some(&who), "secret.copied", &format!("{}/{id}", target.address));
            Ok(value)
        })
        .await
    }
}

/// The value that counts; from a file or the registry only where it stands there in plain text.
pub(crate) fn value(open: &Open, view: &View<'_>, field: &Field) -> ApiResult<Secret> {
    match whereabouts(view, field) {
        Where::Stored(account) => Ok(open.secrets()?.get(&account)?),
        Where::Plain(_) => {
            let text = view.chain(field).last().and_then(|link| link.value.as_str().map(str::to_owned));
            Ok(Secret::new(text.unwrap_or_default()))
        }
        Where::Nowhere => {
            Err(ApiError::refused("secret_not_set", format!("{} is not set.", field.title), "Set it first."))
        }
    }
}

/// The store, where it answers within a moment: one look for all secrets of a form.
pub(crate) fn answering(open: &Open) -> Result<std::sync::Arc<dyn SecretStore>, String> {
    let store = open.secrets().map_err(|error| error.message)?;
    let health = store.peek(PEEK);
    if health.is_ok() { Ok(store) } else { Err(health.reason) }
}

fn one(
    open: &Open,
    snap: &Snapshot,
    view: &View<'_>,
    field: &Field,
    store: Option<&Result<std::sync::Arc<dyn SecretStore>, String>>,
    may: bool,
) -> SecretStatus {
    let now = Some(stamps::rfc3339(open.env().now()));
    let status =
        |word, reason: String, evidence: Vec<String>| Status { word, reason, evidence, measured_at: now.clone() };
    let found = whereabouts(view, field);
    let level = view.chain(field).last().map(|link| wire(link.layer.level));
    let (status, words, reference) = match &found {
        Where::Nowhere => {
            (status(StatusWord::Off, "no level sets it".to_owned(), Vec::new()), "Not set".to_owned(), None)
        }
        Where::Plain(file) => (
            status(
                StatusWord::Degraded,
                format!("it stands in `{file}`, where others can read it"),
                vec![format!("read {file}")],
            ),
            if file.starts_with(REGISTRY) { "In the registry, in plain text" } else { "In a file, in plain text" }
                .to_owned(),
            None,
        ),
        Where::Stored(account) => {
            let (state, words) = ask(open, store, account);
            (status(state.0, state.1, state.2), words, Some(account.clone()))
        }
    };
    let (changed_by, changed_at) = who(view, field, &found, snap, open);
    SecretStatus {
        id: field.key.clone(),
        words,
        level,
        used_by: reference.as_deref().map(|account| used_by(snap, account)).unwrap_or_default(),
        changed_at,
        changed_by,
        testable: may && field.test.is_some() && !matches!(found, Where::Nowhere),
        copyable: may && !matches!(found, Where::Nowhere) && status.word != StatusWord::Unknown,
        reference,
        status,
    }
}

fn ask(
    open: &Open,
    store: Option<&Result<std::sync::Arc<dyn SecretStore>, String>>,
    account: &str,
) -> ((StatusWord, String, Vec<String>), String) {
    let name = crate::state::store_info(open.env().secret_store, None).name;
    let unreachable = |why: String| ((StatusWord::Unknown, why, Vec::new()), "Can’t be reached".to_owned());
    match store {
        Some(Ok(store)) => match store.contains(account) {
            Ok(true) => {
                let looked = vec![format!("{name} has an item `{account}`")];
                ((StatusWord::Healthy, format!("{name} has it"), looked), format!("In {name}"))
            }
            Ok(false) | Err(SecretError::NoSuchItem(_)) => {
                let looked = vec![format!("looked for `{account}`")];
                let why = format!("{name} has no such item any more; set it again");
                ((StatusWord::Degraded, why, looked), format!("Gone from {name}"))
            }
            Err(error) => unreachable(error.to_string()),
        },
        Some(Err(why)) => unreachable(why.clone()),
        None => unreachable("the store was not asked".to_owned()),
    }
}

/// Who set the value that stands, and when; from its level's row, or from the list of items for an instance's own.
fn who(
    view: &View<'_>,
    field: &Field,
    found: &Where,
    snap: &Snapshot,
    open: &Open,
) -> (Option<String>, Option<String>) {
    let chain = view.chain(field);
    let place = chain.last().map(|link| link.layer.place_of(&field.pointer));
    if let Some(place) = place.filter(|place| place.when.is_some()) {
        return (place.who.clone(), place.when.map(stamps::rfc3339));
    }
    let Where::Stored(account) = found else { return (None, None) };
    let item = open.registry().read(|c| sanctum_registry::secret_items::get(c, account)).ok().flatten();
    item.map_or((None, None), |item| (snap.world.name(item.created_by), item.made_at.map(stamps::rfc3339)))
}

/// Everything whose effective value is this item.
pub(crate) fn used_by(snap: &Snapshot, account: &str) -> Vec<String> {
    let uses = |target: &&Target| {
        let view = snap.view(target, None);
        view.fields()
            .any(|field| field.secret && matches!(whereabouts(&view, field), Where::Stored(at) if at == account))
    };
    let instances = snap.targets.iter().filter(|target| target.sort == crate::settings::Sort::Instance);
    instances.filter(uses).map(Target::named).collect()
}
