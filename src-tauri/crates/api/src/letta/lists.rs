//! Agents here and in Letta, side by side; and the models that can be chosen.

use std::collections::HashMap;

use sanctum_letta::Agent;
use sanctum_registry::agents::{self, AgentRow};

use super::connection::of;
use super::convert::{model, trouble};
use crate::app::App;
use crate::blocking::blocking;
use crate::dto::{LettaAgent, LettaModels, LinkState};
use crate::{Actor, ApiResult};

impl App {
    /// The models that can be chosen now. Administrators only: choosing is theirs.
    ///
    /// # Errors
    /// `letta_unset`, `letta_refused`, `letta_away`.
    pub async fn letta_models(&self, actor: &Actor) -> ApiResult<LettaModels> {
        actor.may_change()?;
        let server = of(&self.opened().await?).await?;
        let found = server.models().await.map_err(|error| trouble(&error))?;
        Ok(LettaModels {
            llm: found.llm.iter().map(model).collect(),
            embedding: found.embedding.iter().map(model).collect(),
        })
    }

    /// Every agent of either side, and how the two stand to each other: half-done states first. Administrators only, since
    /// Letta knows nothing of who may see whom.
    ///
    /// # Errors
    /// As [`App::letta_models`].
    pub async fn letta_agents(&self, actor: &Actor) -> ApiResult<Vec<LettaAgent>> {
        actor.must_be_admin()?;
        let open = self.opened().await?;
        let server = of(&open).await?;
        let there = server.agents().await.map_err(|error| trouble(&error))?;
        let here = blocking(move || Ok(open.registry().read(agents::all)?)).await?;
        let mut all = side_by_side(&here, &there);
        all.sort_by_key(|agent| (rank(agent.link), agent.name.to_lowercase()));
        Ok(all)
    }
}

fn rank(link: LinkState) -> u8 {
    match link {
        LinkState::GoneInLetta => 0,
        LinkState::RenamedInLetta => 1,
        LinkState::OnlyHere => 2,
        LinkState::OnlyInLetta => 3,
        LinkState::Linked => 4,
    }
}

/// Each agent once, whichever side knows it.
pub(super) fn side_by_side(here: &[AgentRow], there: &[Agent]) -> Vec<LettaAgent> {
    let by_letta: HashMap<&str, &AgentRow> = here.iter().filter_map(|row| Some((row.letta()?, row))).collect();
    let mut all: Vec<LettaAgent> =
        there.iter().map(|agent| beside(Some(agent), by_letta.get(agent.id.as_str()).copied())).collect();
    let known: Vec<&str> = there.iter().map(|agent| agent.id.as_str()).collect();
    all.extend(
        here.iter().filter(|row| row.letta().is_none_or(|id| !known.contains(&id))).map(|row| beside(None, Some(row))),
    );
    all
}

/// One agent of either side. `there: None` for one that Letta does not have.
pub(super) fn beside(there: Option<&Agent>, here: Option<&AgentRow>) -> LettaAgent {
    let name_here = here.map(|row| row.title().to_owned());
    let (link, words) = match (there, here) {
        (Some(agent), Some(row)) if agent.name != row.title() => (
            LinkState::RenamedInLetta,
            format!("It is called {} in Letta and {} here. Take one of the two names for both.", agent.name, row.title()),
        ),
        (Some(_), Some(_)) => (LinkState::Linked, "Linked, and called the same on both sides.".to_owned()),
        (Some(_), None) => (
            LinkState::OnlyInLetta,
            "It is in Letta and nobody here speaks for it. Link it to an agent, or add one for it.".to_owned(),
        ),
        (None, Some(row)) if row.letta().is_some() => (
            LinkState::GoneInLetta,
            "It was linked to an agent that Letta does not have any more. Make it anew there, link another one, or unlink it."
                .to_owned(),
        ),
        (None, _) => (
            LinkState::OnlyHere,
            "It is not linked to an agent in Letta, so its modules have nobody to ask. Create it there, or link one.".to_owned(),
        ),
    };
    LettaAgent {
        id: there.map(|agent| agent.id.clone()).or_else(|| here.and_then(|row| row.letta().map(str::to_owned))),
        name: there.map_or_else(|| name_here.clone().unwrap_or_default(), |agent| agent.name.clone()),
        description: there.and_then(|agent| agent.description.clone()),
        model: there.and_then(|agent| agent.model.clone()),
        embedding: there.and_then(|agent| agent.embedding.clone()),
        tags: there.map(|agent| agent.tags.clone()).unwrap_or_default(),
        uid: here.map(|row| row.uid.clone()),
        name_here,
        link,
        words,
    }
}
