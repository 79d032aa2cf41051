//! The grid's commands: tabs, pages, one card measured anew.

use std::sync::Arc;

use sanctum_registry::agents::Viewer;
use sanctum_registry::cards::{self, Card};
use sanctum_registry::users::Role;

use super::build::needs_you;
use super::{Ground, Rows, builtin, measure};
use crate::app::App;
use crate::blocking::blocking;
use crate::dto::{self, Status, StatusWord, ToolCard, ToolPage, ToolTab};
use crate::open::Open;
use crate::plan::lock;
use crate::{Actor, ApiError, ApiResult, stamps};

/// Rows of one page at most; a list asks for what it shows.
const MOST: u32 = 500;

impl App {
    /// Global, one tab per agent the actor may see, SMCP.
    ///
    /// # Errors
    /// What the registry says.
    pub async fn tools_tabs(&self, actor: &Actor) -> ApiResult<Vec<ToolTab>> {
        let open = self.opened().await?;
        let viewer = viewer(actor);
        blocking(move || {
            let counted = open.registry().read(cards::tabs)?;
            let agents = open.registry().read(|c| sanctum_registry::agents::page(c, "", &viewer, 0, u32::MAX))?.0;
            let tab = |id: &str, title: &str| {
                let (count, needs_you) =
                    counted.iter().find(|t| t.tab == id).map_or((0, 0), |t| (t.total, t.needs_you));
                ToolTab { id: id.to_owned(), title: title.to_owned(), count, needs_you }
            };
            let mut tabs = vec![tab("global", "Global")];
            tabs.extend(agents.iter().map(|agent| tab(&format!("agent:{}", agent.uid), agent.title())));
            // Folders of agents the registry does not know are shown to those who see everything.
            let recorded = |id: &str| tabs.iter().any(|t| t.id == id);
            let found: Vec<ToolTab> = counted
                .iter()
                .filter(|t| viewer.role == Role::Admin && t.tab.starts_with("agent:") && !recorded(&t.tab))
                .map(|t| tab(&t.tab, t.tab.trim_start_matches("agent:")))
                .collect();
            tabs.extend(found);
            tabs.push(tab("smcp", "SMCP"));
            Ok(tabs)
        })
        .await
    }

    /// One page of a tab's cards. An empty grid that was never filled is filled first.
    ///
    /// # Errors
    /// `tab_unknown` for a tab the actor may not see.
    pub async fn tools_list(
        &self,
        actor: &Actor,
        tab: &str,
        query: &str,
        offset: u32,
        limit: u32,
    ) -> ApiResult<ToolPage> {
        let open = self.opened().await?;
        let (tab, query, viewer) = (tab.to_owned(), query.to_owned(), viewer(actor));
        blocking(move || page(&open, &viewer, &tab, &query, offset, limit.min(MOST))).await
    }

    /// Brings the cards up to date now; `sanctumctl` does so before it lists.
    ///
    /// # Errors
    /// What the registry says.
    pub async fn refresh(&self) -> ApiResult<()> {
        let open = self.opened().await?;
        blocking(move || super::refresh(&open).map(drop)).await
    }

    /// Measures one card now.
    ///
    /// # Errors
    /// `tool_unknown`.
    pub async fn tool_probe(&self, actor: &Actor, id: &str) -> ApiResult<ToolCard> {
        let open = self.opened().await?;
        let (id, viewer) = (id.to_owned(), viewer(actor));
        blocking(move || {
            let card = find(&open, &viewer, &id)?;
            Ok(probe(&open, &card)?.0)
        })
        .await
    }
}

pub(crate) fn viewer(actor: &Actor) -> Viewer {
    Viewer { user_id: actor.user_id, role: Role::parse(&actor.role).unwrap_or(Role::Viewer) }
}

fn page(open: &Arc<Open>, viewer: &Viewer, tab: &str, query: &str, offset: u32, limit: u32) -> ApiResult<ToolPage> {
    may_see(open, viewer, tab)?;
    let (rows, (total, needs_you)) = open
        .registry()
        .read(|c| Ok::<_, ApiError>((cards::page(c, tab, query, offset, limit)?, cards::counts(c, tab, query)?)))?;
    let measured = measured_at(open);
    Ok(ToolPage {
        items: rows.into_iter().map(|card| shown(open, card, measured.as_deref())).collect(),
        total,
        needs_you,
    })
}

/// Visibility of an agent is visibility of its tab.
fn may_see(open: &Open, viewer: &Viewer, tab: &str) -> ApiResult<()> {
    let unknown = || {
        ApiError::refused(
            "tab_unknown",
            format!("There is no tab `{tab}`."),
            "Choose `global`, `smcp` or `agent:<uid>`.",
        )
    };
    match tab.strip_prefix("agent:") {
        None if tab == "global" || tab == "smcp" => Ok(()),
        None => Err(unknown()),
        Some(uid) if viewer.role == Role::Admin => {
            let there = open.registry().read(|c| {
                let recorded = sanctum_registry::agents::by_uid(c, uid)?.is_some();
                Ok::<_, ApiError>(recorded || cards::counts(c, tab, "")?.0 > 0)
            })?;
            if there { Ok(()) } else { Err(unknown()) }
        }
        Some(uid) => {
            let seen = open.registry().read(|c| {
                let agent = sanctum_registry::agents::by_uid(c, uid)?;
                agent.map_or(Ok(false), |agent| sanctum_registry::agents::is_visible(c, agent.id, viewer))
            })?;
            if seen { Ok(()) } else { Err(unknown()) }
        }
    }
}

pub(crate) fn find(open: &Open, viewer: &Viewer, id: &str) -> ApiResult<Card> {
    let card = open.registry().read(|c| cards::get(c, id))?.ok_or_else(|| {
        ApiError::refused("tool_unknown", "This tool is not there any more.", "The list shows what there is now.")
    })?;
    may_see(open, viewer, &card.tab)?;
    Ok(card)
}

/// Measures one card, keeps what was found, and gives the status with its evidence.
pub(crate) fn probe(open: &Arc<Open>, card: &Card) -> ApiResult<(ToolCard, Status)> {
    let rows = Rows::read(open)?;
    let ground = Ground::look(open, &rows);
    let status = status(open, &rows, &ground, card);
    let mut fresh = card.clone();
    fresh.status = super::build::word_text(status.word).to_owned();
    fresh.reason = status.reason.clone();
    fresh.needs_you = needs_you(status.word) && !fresh.id.starts_with("t:");
    if fresh != *card {
        open.registry().write(|tx| cards::upsert(tx, &fresh))?;
    }
    lock(&open.live).single.insert(fresh.id.clone(), ground.now);
    let mut shown = shown(open, fresh, None);
    shown.status = status.clone();
    Ok((shown, status))
}

fn status(open: &Open, rows: &Rows, ground: &Ground, card: &Card) -> Status {
    if let Some(broken) = &card.broken {
        return ground.status(
            StatusWord::Error,
            super::build::UNTOUCHED,
            vec![format!("{}: {}", broken.file, broken.message)],
        );
    }
    if card.kind == "builtin" {
        return builtin::status(open, rows, ground, &card.name);
    }
    match (&card.path, card.kind.as_str()) {
        (Some(path), "module" | "tool") if card.origin != "registry" || card.instance_id.is_some() => {
            let agent =
                card.instance_id.and_then(|id| rows.instances.iter().find(|i| i.id == id)).and_then(|i| i.agent_id);
            measure(ground, &open.root().join(path), &card.name, rows.port(agent, &card.name))
        }
        _ => ground.status(word(&card.status), card.reason.clone(), Vec::new()),
    }
}

fn measured_at(open: &Open) -> Option<String> {
    lock(&open.live).measured_at.map(stamps::rfc3339)
}

/// A stored card as the window has it.
pub(crate) fn shown(open: &Open, card: Card, measured: Option<&str>) -> ToolCard {
    let single = lock(&open.live).single.get(&card.id).copied().map(stamps::rfc3339);
    ToolCard {
        status: Status {
            word: word(&card.status),
            reason: card.reason,
            evidence: Vec::new(),
            measured_at: single.or_else(|| measured.map(str::to_owned)),
        },
        id: card.id,
        tab: card.tab,
        name: card.name,
        title: card.title,
        description: card.description,
        icon: card.icon.unwrap_or_else(|| "module".to_owned()),
        emoji: card.emoji,
        kind: card.kind,
        origin: card.origin,
        version: card.version,
        path: card.path,
        needs_you: card.needs_you,
        broken: card.broken.map(|b| dto::Broken {
            file: b.file,
            line: b.line,
            column: b.column,
            message: b.message,
            hint: b.hint,
        }),
    }
}

fn word(text: &str) -> StatusWord {
    match text {
        "Healthy" => StatusWord::Healthy,
        "Degraded" => StatusWord::Degraded,
        "Off" => StatusWord::Off,
        "Ready" => StatusWord::Ready,
        "Active" => StatusWord::Active,
        "Inactive" => StatusWord::Inactive,
        "Error" => StatusWord::Error,
        _ => StatusWord::Unknown,
    }
}
