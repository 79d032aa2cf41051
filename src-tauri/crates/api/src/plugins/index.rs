//! What could be installed: what the index in this Sanctum (`control/plugins.json`) names, and what one at an address names that the
//! operator set (`remote`). Each entry is a stranger's word: shown as text, and looked at in quarantine like any other source.

use sanctum_plugins::read::Kind;
use sanctum_plugins::shown;
use sanctum_python::version::Version;
use serde::Deserialize;

use super::place::{self, Placed};
use super::remote;
use crate::app::App;
use crate::blocking::blocking;
use crate::dto::{ModuleSource, PluginOffer};
use crate::open::Open;
use crate::plan::lock;
use crate::settings::Snapshot;
use crate::{Actor, ApiError, ApiResult};

/// Where the index of a Sanctum lies.
const FILE: &str = "control/plugins.json";
/// A larger index is none.
pub(super) const LARGEST: usize = 4 << 20;
/// Entries that are looked at.
const MOST: usize = 5_000;

/// One entry of an index.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Offer {
    pub name: String,
    title: Option<String>,
    #[serde(default)]
    description: String,
    pub version: Option<String>,
    #[serde(default)]
    kind: String,
    source: ModuleSource,
    /// Which index names it, in words.
    #[serde(skip)]
    by: String,
}

impl App {
    /// What could be installed: what the index of this Sanctum names, and the one at the address that is set. That one is read again
    /// where what was read of it is old; where it cannot be reached, what was read last is shown with its age.
    ///
    /// # Errors
    /// `index_unreadable` where the file is there and cannot be read; `index_unreachable` where nothing is known of the one at the
    /// address, and the file names nothing either.
    pub async fn plugins_offered(&self, actor: &Actor, query: &str) -> ApiResult<Vec<PluginOffer>> {
        let open = self.opened().await?;
        let trouble = remote::refresh(&open).await.err();
        let (actor, query) = (actor.clone(), sanctum_registry::fold(query));
        blocking(move || {
            let offers = offers(&open)?;
            if let Some(trouble) = trouble.filter(|_| offers.is_empty()) {
                return Err(trouble);
            }
            let snap = Snapshot::of(&open)?;
            let there = place::all(&open, &snap, &actor)?;
            let fits = |offer: &Offer| {
                sanctum_registry::fold(&format!("{} {}", offer.name, offer.description)).contains(query.trim())
            };
            Ok(offers.into_iter().filter(fits).map(|offer| offer.wire(&open, &there)).collect())
        })
        .await
    }
}

impl Offer {
    /// It is what lies there in a newer version: of this name, for this tool. Where either version is none that can be compared,
    /// nobody knows, and it counts as none.
    pub fn updates(&self, placed: &Placed, present: Option<&str>) -> bool {
        let fits = match (self.kind.to_ascii_lowercase().as_str(), placed.tool.takes) {
            ("", _) | ("bundle" | "mcpb", Some(Kind::Smcp)) => true,
            (kind, takes) => kind == takes.unwrap_or(Kind::Manifest).as_str(),
        };
        let version = |text: Option<&str>| text.and_then(Version::parse);
        let newer = version(self.version.as_deref()).zip(version(present)).is_some_and(|(new, old)| new > old);
        self.name == placed.at.name && fits && newer
    }

    fn wire(self, open: &Open, there: &[Placed]) -> PluginOffer {
        let updates = |placed: &&Placed| {
            let read = lock(&open.plugins.reads).read(&placed.at.dir, &placed.at.name);
            self.updates(placed, read.as_ref().as_ref().ok().and_then(|plugin| plugin.version.as_deref()))
        };
        PluginOffer {
            updates: there.iter().find(updates).map(Placed::id),
            title: shown(self.title.as_deref().unwrap_or(&self.name)),
            name: shown(&self.name),
            description: shown(&self.description),
            version: self.version.as_deref().map(shown),
            kind: shown(&self.kind),
            source: self.source,
            offered_by: self.by,
        }
    }
}

/// What both indexes name, as far as it is known; nothing is asked for. The one in the Sanctum has the first word.
pub(super) fn offers(open: &Open) -> ApiResult<Vec<Offer>> {
    let mut all = of_file(open)?;
    for offer in remote::known(open) {
        if !all.iter().any(|own| own.name == offer.name) {
            all.push(offer);
        }
    }
    all.truncate(MOST);
    Ok(all)
}

fn of_file(open: &Open) -> ApiResult<Vec<Offer>> {
    let bytes = match std::fs::read(open.root().join(FILE)) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        read => read.ok().filter(|bytes| bytes.len() < LARGEST),
    };
    let unreadable = || {
        ApiError::refused(
            "index_unreadable",
            format!("`{FILE}` is no index of plugins."),
            "It is a list of {name, title, description, version, kind, source}; docs/writing-a-plugin.md shows one.",
        )
    };
    let all: Vec<Offer> = serde_json::from_slice(&bytes.ok_or_else(unreadable)?).map_err(|_| unreadable())?;
    Ok(all.into_iter().map(|offer| Offer { by: FILE.to_owned(), ..offer }).collect())
}

/// The entries of an index from elsewhere, `None` where it is no list. What is no entry is passed over, and so is one that does not
/// come from git over https: what lies on this computer is not for others to name.
pub(super) fn of_strangers(bytes: &[u8], by: &str) -> Option<Vec<Offer>> {
    let all: Vec<serde_json::Value> = serde_json::from_slice(bytes).ok()?;
    let entry = |value: serde_json::Value| serde_json::from_value::<Offer>(value).ok();
    let far = |offer: &Offer| match &offer.source {
        ModuleSource::Git { url, rev } => {
            let plain =
                |text: &str| text.len() < 1_000 && !text.contains(|c: char| c.is_control() || c.is_whitespace());
            remote::may_be_read(url) && plain(url) && rev.as_deref().is_none_or(plain)
        }
        _ => false,
    };
    Some(
        all.into_iter()
            .take(MOST)
            .filter_map(entry)
            .filter(far)
            .map(|offer| Offer { by: by.to_owned(), ..offer })
            .collect(),
    )
}
