//! One card opened: facts, settings, and what is odd about it.

use sanctum_install::catalogue::Catalogue;

use super::{Rows, list};
use crate::app::App;
use crate::blocking::blocking;
use crate::dto::{Fact, Finding, FindingLevel, Status, StatusWord, ToolCard, ToolDetail};
use crate::open::Open;
use crate::plan::lock;
use crate::{Actor, ApiResult};

impl App {
    /// Everything about one card, measured now.
    ///
    /// # Errors
    /// `tool_unknown` for a card that is gone or that the actor may not see.
    pub async fn tool_get(&self, actor: &Actor, id: &str) -> ApiResult<ToolDetail> {
        let open = self.opened().await?;
        let (id, viewer, actor) = (id.to_owned(), list::viewer(actor), actor.clone());
        blocking(move || {
            if let Some(uid) = id.strip_prefix("a:") {
                return of_agent(&open, &actor, &id, uid);
            }
            let stored = list::find(&open, &viewer, &id)?;
            let (card, _) = list::probe(&open, &stored)?;
            let rows = Rows::read(&open)?;
            let form = crate::settings::form(&open, &actor, &id, card.status.word)?;
            let mut findings = of_found(&open, card.path.as_deref());
            findings.extend(form.findings);
            Ok(ToolDetail {
                facts: facts(&rows, &stored),
                settings: form.rows,
                foreign_keys: form.foreign,
                target: form.target,
                findings,
                card,
            })
        })
        .await
    }
}

/// What all modules of an agent share, opened as a card is.
fn of_agent(open: &Open, actor: &Actor, id: &str, uid: &str) -> ApiResult<ToolDetail> {
    let status = lock(&open.live).agents.get(uid).cloned().unwrap_or_else(|| Status {
        word: StatusWord::Unknown,
        reason: "not measured yet".to_owned(),
        evidence: Vec::new(),
        measured_at: None,
    });
    let form = crate::settings::form(open, actor, id, status.word)?;
    let agent = open.registry().read(|c| sanctum_registry::agents::by_uid(c, uid))?;
    let name = agent.as_ref().map_or_else(|| uid.to_owned(), |agent| agent.title().to_owned());
    let fact = |name: &str, value: String, mono: bool| Fact { name: name.to_owned(), value, mono };
    let card = ToolCard {
        id: id.to_owned(),
        tab: format!("agent:{uid}"),
        name: uid.to_owned(),
        title: name,
        description: "What its modules share: a value here counts for all of them, unless one says it itself."
            .to_owned(),
        icon: "users".to_owned(),
        emoji: None,
        kind: "agent".to_owned(),
        origin: "registry".to_owned(),
        version: None,
        path: agent.map(|agent| agent.path),
        needs_you: false,
        status,
        broken: None,
    };
    Ok(ToolDetail {
        facts: vec![fact("Identifier", uid.to_owned(), true)],
        settings: form.rows,
        foreign_keys: form.foreign,
        findings: form.findings,
        target: form.target,
        card,
    })
}

/// What discovery noticed about the thing itself.
fn of_found(open: &Open, path: Option<&str>) -> Vec<Finding> {
    let discovery = lock(&open.live).discovery.clone();
    let Some((discovery, path)) = discovery.zip(path) else { return Vec::new() };
    let Some(found) = discovery.items.iter().find(|f| f.rel_path == path) else { return Vec::new() };
    found
        .findings
        .iter()
        .map(|f| Finding {
            code: "manifest_odd".to_owned(),
            level: FindingLevel::Warn,
            message: f.line.map_or_else(|| f.message.clone(), |line| format!("Line {line}: {}", f.message)),
            hint: f.hint.clone(),
            path: Some(found.manifest_file()),
        })
        .collect()
}

fn facts(rows: &Rows, card: &sanctum_registry::cards::Card) -> Vec<Fact> {
    let mut facts = Vec::new();
    let mut fact = |name: &str, value: Option<String>, mono: bool| {
        if let Some(value) = value {
            facts.push(Fact { name: name.to_owned(), value, mono });
        }
    };
    let instance = card.instance_id.and_then(|id| rows.instances.iter().find(|i| i.id == id));
    let agent = instance.and_then(|i| i.agent_id).and_then(|id| rows.agent(id));
    let known = Catalogue::builtin().get(&card.name);
    fact("Name", Some(card.name.clone()), true);
    fact("Agent", agent.map(|a| a.title().to_owned()), false);
    fact("Version", card.version.clone(), true);
    fact(if card.path.as_deref() == Some(".env") { "File" } else { "Folder" }, card.path.clone(), true);
    fact(
        "Port",
        rows.port(agent.map(|a| a.id), &card.name).filter(|_| instance.is_some()).map(|p| p.to_string()),
        true,
    );
    let from = match card.origin.as_str() {
        "registry" => "recorded in the registry",
        "manifest" => "found by its manifest",
        "layout" => "found by its folders, without a manifest",
        _ => "part of this app",
    };
    fact("Comes from", Some(from.to_owned()), false);
    fact("Tested with", known.and_then(|k| k.tested_version.clone()), true);
    fact("Worth knowing", known.and_then(|k| k.note.clone()), false);
    if card.name == "ports" && card.kind == "builtin" {
        for port in &rows.ports {
            let who = port
                .agent_id
                .and_then(|id| rows.agent(id))
                .map_or_else(|| "shared".to_owned(), |a| a.title().to_owned());
            fact(&port.port.to_string(), Some(format!("{} · {who}", port.module)), false);
        }
    }
    facts
}
