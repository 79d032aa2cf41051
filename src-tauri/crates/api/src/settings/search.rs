//! Search over all settings of all tools: words and `@filters`, the best hits first.
//!
//! Everything a query is held against is made once for each snapshot, so that a key press costs one walk over texts.

use std::collections::HashSet;

use sanctum_config::effective;

use super::snapshot::Snapshot;
use super::target::{SYSTEM, Sort, Target};
use super::view::View;
use super::{shown, visible_tabs};
use crate::app::App;
use crate::blocking::blocking;
use crate::dto::{Level, SettingHit, SettingHits, SettingPlace};
use crate::open::Open;
use crate::plan::lock;
use crate::{Actor, ApiError, ApiResult};

/// Hits of one page at most.
const MOST: u32 = 200;
const FILTERS: &str = "@modified, @secret, @invalid, @needs-restart, @drift, @agent:name, @tool:name or @level:name";

impl App {
    /// One page of the settings that a query finds. Words must all be found; an `@filter` narrows.
    ///
    /// # Errors
    /// What the registry says.
    pub async fn settings_search(&self, actor: &Actor, query: &str, offset: u32, limit: u32) -> ApiResult<SettingHits> {
        let open = self.opened().await?;
        let (actor, query) = (actor.clone(), query.to_owned());
        blocking(move || {
            let snap = Snapshot::of(&open)?;
            let tabs = visible_tabs(&open, &snap, &actor)?;
            Ok(search(&open, &snap, &actor, tabs.as_ref(), &query, offset, limit.min(MOST)))
        })
        .await
    }

    /// Where a link to a setting, or `address key`, leads.
    ///
    /// # Errors
    /// `link_unknown`, `setting_target_unknown`, `setting_unknown`.
    pub async fn settings_find(&self, actor: &Actor, link: &str) -> ApiResult<SettingPlace> {
        let open = self.opened().await?;
        let (actor, link) = (actor.clone(), link.to_owned());
        blocking(move || {
            let snap = Snapshot::of(&open)?;
            let (address, key) = parts(&link)?;
            let target = super::visible(&open, &snap, &actor, &address)?;
            let Some(key) = key else { return Ok(SettingPlace { target: target.id.clone(), id: None }) };
            let view = snap.view(target, Some(actor.user_id));
            let found = view.fields().find(|field| field.key == key || field.env.as_deref() == Some(key.as_str()));
            let field = found.ok_or_else(|| super::unknown(&address, &key))?;
            Ok(SettingPlace { target: target.id.clone(), id: Some(field.key.clone()) })
        })
        .await
    }
}

/// Address and key of a link, percent-decoded.
fn parts(link: &str) -> ApiResult<(String, Option<String>)> {
    let unknown = || {
        ApiError::refused(
            "link_unknown",
            "This link leads to nothing here.",
            "A link to a setting reads `sanctum://v1/settings/<tool>/<key>`.",
        )
    };
    if let Some((address, key)) = link.trim().split_once(char::is_whitespace) {
        return Ok((address.to_owned(), Some(key.trim().to_owned())));
    }
    let rest = match link.trim().strip_prefix("sanctum://") {
        Some(rest) => rest.strip_prefix("v1/settings/").ok_or_else(unknown)?,
        None => return Ok((link.trim().to_owned(), None)),
    };
    let (address, key) = rest.rsplit_once('/').ok_or_else(unknown)?;
    Ok((decoded(address).ok_or_else(unknown)?, Some(decoded(key).filter(|key| !key.is_empty()).ok_or_else(unknown)?)))
}

fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digits = [rest.next()?, rest.next()?];
        bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
    }
    String::from_utf8(bytes).ok()
}

/// Everything a query can be held against.
pub(crate) struct Index {
    entries: Vec<Entry>,
}

struct Entry {
    tab: String,
    agent: String,
    tool: String,
    title: String,
    key: String,
    all: String,
    hit: SettingHit,
}

impl Index {
    fn of(open: &Open, snap: &Snapshot) -> Self {
        let system: HashSet<&str> = snap
            .targets
            .iter()
            .filter(|t| t.name == SYSTEM && t.sort == Sort::Root)
            .flat_map(|t| t.shape.schema.fields.iter().filter_map(|field| field.env.as_deref()))
            .collect();
        let mut entries = Vec::new();
        for target in &snap.targets {
            // What an agent's modules share is found at the modules; preferences belong to whoever asks.
            if matches!(target.sort, Sort::Agent | Sort::Preferences) {
                continue;
            }
            let view = snap.view(target, None);
            let running = waits(open, snap, target);
            for field in view.fields() {
                let twice = target.sort == Sort::Root
                    && target.name != SYSTEM
                    && field.env.as_deref().is_some_and(|env| system.contains(env));
                if !twice {
                    entries.push(entry(&view, field, running.as_ref()));
                }
            }
        }
        Self { entries }
    }
}

/// The module's process, where something of it was changed that needs a restart.
fn waits(open: &Open, snap: &Snapshot, target: &Target) -> Option<super::running::Running> {
    let path = target.path.as_ref().filter(|_| target.sort == Sort::Instance)?;
    let written = snap
        .world
        .written
        .iter()
        .any(|(file, rows)| file.starts_with(path.as_str()) && rows.values().any(|row| row.restart));
    if !written {
        return None;
    }
    lock(&open.settings.processes).in_folder(&open.root().join(path))
}

fn entry(view: &View<'_>, field: &sanctum_config::Field, running: Option<&super::running::Running>) -> Entry {
    let target = view.target;
    let effective = view.effective(field);
    let hidden = field.secret || effective.as_ref().is_some_and(|(value, _)| effective::holds_password(value));
    let value = effective.as_ref().map(|(value, _)| shown::text(value, hidden));
    let level = effective.as_ref().map(|(_, level)| shown::wire(*level));
    let agent = target.agent.as_ref().map(|(_, _, name)| name.clone());
    let key = field.env.clone().unwrap_or_else(|| field.key.clone());
    let written = view.changed_at(field);
    // The level that is this target's own: what is said there differs from what it would inherit.
    let own = match target.sort {
        Sort::Root => Some(Level::System),
        Sort::Tool => Some(Level::Tool),
        Sort::Preferences => Some(Level::User),
        Sort::Instance => Some(Level::Instance),
        Sort::Agent | Sort::Fixed => None,
    };
    let lower = |text: &str| text.to_lowercase();
    let shown_value = if hidden { "" } else { value.as_deref().unwrap_or_default() };
    Entry {
        tab: target.tab.clone(),
        agent: target
            .agent
            .as_ref()
            .map_or_else(String::new, |(_, uid, name)| format!("{}\n{}", lower(uid), lower(name))),
        tool: format!("{}\n{}", lower(&target.name), lower(&target.title)),
        title: lower(&field.title),
        key: lower(&key),
        all: lower(&format!(
            "{}\n{key}\n{}\n{}\n{}\n{}\n{}\n{shown_value}",
            field.title,
            field.key,
            target.title,
            agent.as_deref().unwrap_or_default(),
            field.group.as_deref().unwrap_or_default(),
            field.description,
        )),
        hit: SettingHit {
            target: target.id.clone(),
            address: target.address.clone(),
            id: field.key.clone(),
            title: field.title.clone(),
            description: field.description.clone(),
            tool: target.title.clone(),
            agent,
            unit: field.unit.clone(),
            secret: field.secret,
            modified: level.is_some_and(|level| Some(level) == own),
            level,
            invalid: shown::problem(field, effective.as_ref().map(|(value, _)| value)).is_some(),
            needs_restart: field.restart
                && running.zip(written).is_some_and(|(running, written)| written > running.since),
            drift: shown::drift(view, field).is_some(),
            link: shown::link(&target.address, &field.key),
            value,
            key,
        },
    }
}

/// What a query asks for.
#[derive(Default)]
struct Query {
    words: Vec<String>,
    modified: bool,
    secret: bool,
    invalid: bool,
    restart: bool,
    drift: bool,
    agents: Vec<String>,
    tools: Vec<String>,
    levels: Vec<String>,
    unknown: Option<String>,
}

impl Query {
    fn read(text: &str) -> Self {
        let mut query = Self::default();
        for word in text.split_whitespace().map(str::to_lowercase) {
            let Some(filter) = word.strip_prefix('@') else {
                query.words.push(word);
                continue;
            };
            match filter.split_once(':') {
                None if filter == "modified" => query.modified = true,
                None if filter == "secret" => query.secret = true,
                None if filter == "invalid" => query.invalid = true,
                None if filter == "needs-restart" => query.restart = true,
                None if filter == "drift" => query.drift = true,
                Some(("agent", name)) => query.agents.push(name.to_owned()),
                Some(("tool", name)) => query.tools.push(name.to_owned()),
                Some(("level", name)) => query.levels.push(name.to_owned()),
                // A filter that is still being typed narrows nothing yet.
                None if FILTERS.contains(&format!("@{filter}")) => {}
                _ => query.unknown = Some(format!("`@{filter}` is not a filter. Use {FILTERS}.")),
            }
        }
        query
    }

    /// How well it fits; `None` where it does not.
    fn fit(&self, entry: &Entry) -> Option<u8> {
        let hit = &entry.hit;
        let named = |all: &str, names: &[String]| {
            names.is_empty() || names.iter().any(|name| all.split('\n').any(|one| one.starts_with(name.as_str())))
        };
        let flags = (!self.modified || hit.modified)
            && (!self.secret || hit.secret)
            && (!self.invalid || hit.invalid)
            && (!self.restart || hit.needs_restart)
            && (!self.drift || hit.drift);
        let level = self.levels.is_empty()
            || hit.level.is_some_and(|level| self.levels.iter().any(|word| word == super::level_word(level)));
        if !flags || !level || !named(&entry.agent, &self.agents) || !named(&entry.tool, &self.tools) {
            return None;
        }
        self.words.iter().try_fold(u8::MAX, |best, word| {
            let rank = if entry.title.starts_with(word.as_str()) || entry.key == *word {
                4
            } else if entry.title.contains(word.as_str()) {
                3
            } else if entry.key.contains(word.as_str()) {
                2
            } else if entry.all.contains(word.as_str()) {
                1
            } else {
                return None;
            };
            Some(best.min(rank))
        })
    }
}

fn search(
    open: &Open,
    snap: &Snapshot,
    actor: &Actor,
    tabs: Option<&HashSet<String>>,
    text: &str,
    offset: u32,
    limit: u32,
) -> SettingHits {
    let index = snap.index.get_or_init(|| Index::of(open, snap));
    let own: Vec<Entry> = snap
        .targets
        .iter()
        .filter(|target| target.sort == Sort::Preferences)
        .flat_map(|target| {
            let view = snap.view(target, Some(actor.user_id));
            view.fields().map(|field| entry(&view, field, None)).collect::<Vec<_>>()
        })
        .collect();
    let query = Query::read(text);
    let mut of = 0u32;
    let mut fits: Vec<(u8, &Entry)> = index
        .entries
        .iter()
        .chain(&own)
        .filter(|entry| tabs.is_none_or(|tabs| tabs.contains(&entry.tab)))
        .inspect(|_| of += 1)
        .filter_map(|entry| Some((query.fit(entry)?, entry)))
        .collect();
    if !query.words.is_empty() {
        fits.sort_by_key(|(rank, _)| std::cmp::Reverse(*rank));
    }
    SettingHits {
        total: u32::try_from(fits.len()).unwrap_or(u32::MAX),
        of,
        items: fits.iter().skip(offset as usize).take(limit as usize).map(|(_, entry)| entry.hit.clone()).collect(),
        unknown: query.unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::{Query, decoded, parts};

    #[test]
    fn a_link_names_a_tool_and_a_key() {
        let good = parts("sanctum://v1/settings/athena/broca2/database.pool%5Fsize").ok();
        assert_eq!(good, Some(("athena/broca2".to_owned(), Some("database.pool_size".to_owned()))), "decoded");
        assert_eq!(parts("athena/broca2 LOG_LEVEL").ok().and_then(|p| p.1).as_deref(), Some("LOG_LEVEL"), "as typed");
        for bad in [
            "sanctum://v2/settings/a/b",
            "sanctum://v1/agent/x",
            "sanctum://v1/settings/x",
            "sanctum://v1/settings/a/%zz",
        ] {
            assert!(parts(bad).is_err(), "{bad} leads nowhere and says so");
        }
        assert_eq!(decoded("%41"), Some("A".to_owned()), "a byte in hex");
    }

    #[test]
    fn filters_are_told_from_words_and_unknown_ones_are_named() {
        let query = Query::read("time @modified @agent:Athena @colour");
        assert_eq!(query.words, ["time"], "the rest is words");
        assert!(query.modified && query.agents == ["athena"], "filters narrow");
        assert!(query.unknown.is_some_and(|told| told.contains("@colour")), "what means nothing is said");
        assert!(Query::read("@mod").unknown.is_none(), "a filter that is being typed is no mistake yet");
    }
}
