//! The bridge that Broca fetches from, open for as long as an agent is talked to through Broca.
//!
//! A key is the one that the agent's Broca is given (its setting `WEB_CHAT_API_KEY`), so there is nothing to be kept in
//! step: whoever has the key of an agent's Broca fetches that agent's messages and nobody else's.

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use sanctum_bridge::{Asker, Key, KeyRing, Keys, RegistryStore, Settings, Store};
use sanctum_registry::agents::{self, AgentRow};
use sanctum_registry::system_config;
use sanctum_registry::web_chat_leases::Handed;
use time::OffsetDateTime;
use tokio_util::sync::CancellationToken;

use super::Chats;
use crate::agents::Profile;
use crate::app::App;
use crate::blocking::blocking;
use crate::dto::{BridgeState, ChatWay, Status, StatusWord};
use crate::open::Open;
use crate::plan::lock;
use crate::settings::{Snapshot, Sort};
use crate::{Actor, ApiResult, secrets, stamps};

/// Key of the port in `system_config`.
const PORT: &str = "bridge.port";
/// Where Broca looks by default (`install::ports`, the web bridge of the first agent).
const USUAL_PORT: u16 = 9300;
/// The setting of Broca that holds the key.
const KEY: &str = "WEB_CHAT_API_KEY";
/// Broca asks every five seconds by default.
const QUIET: time::Duration = time::Duration::seconds(60);

/// The bridge of an open install.
#[derive(Default)]
pub(crate) struct Bridge {
    running: Mutex<Option<Running>>,
    /// Why it is not open although an agent needs it.
    trouble: Mutex<Option<String>>,
    /// When an agent's Broca asked last.
    asked: Arc<Mutex<HashMap<i64, OffsetDateTime>>>,
}

struct Running {
    address: SocketAddr,
    keys: KeyRing,
    stop: CancellationToken,
    /// The agents that have a key, and their names.
    agents: Vec<(i64, String)>,
}

/// What the bridge should be.
struct Wanted {
    port: u16,
    /// Agents that are talked to through Broca, and the key that their Broca has.
    agents: Vec<(AgentRow, Option<sanctum_secrets::Secret>)>,
}

impl Bridge {
    pub fn close(&self) {
        if let Some(running) = lock(&self.running).take() {
            running.stop.cancel();
        }
    }

    /// How it stands, and whether the Broca of this agent (or, with `None`, any) asked it lately.
    pub fn status(&self, agent: Option<i64>, now: OffsetDateTime) -> Status {
        let (word, reason) = match (lock(&self.running).as_ref(), lock(&self.trouble).clone()) {
            (_, Some(trouble)) => (StatusWord::Off, trouble),
            (None, None) => (StatusWord::Off, "the bridge is not open: no agent is talked to through Broca".to_owned()),
            (Some(running), None) if !running.knows(agent) => (
                StatusWord::Degraded,
                format!("the bridge is open on {}, and Broca has no key for it: set {KEY}", running.address),
            ),
            (Some(running), None) => match self.last_asked(agent) {
                Some(at) if now - at < QUIET => {
                    (StatusWord::Healthy, format!("Broca asked {} s ago", (now - at).whole_seconds().max(0)))
                }
                Some(at) => (
                    StatusWord::Degraded,
                    format!("Broca has not asked since {}; what is written waits", stamps::clock_time(at)),
                ),
                None => (
                    StatusWord::Degraded,
                    format!(
                        "the bridge is open on {}; Broca has not asked yet, what is written waits",
                        running.address
                    ),
                ),
            },
        };
        Status { word, reason, evidence: Vec::new(), measured_at: Some(stamps::rfc3339(now)) }
    }

    fn last_asked(&self, agent: Option<i64>) -> Option<OffsetDateTime> {
        let asked = lock(&self.asked);
        match agent {
            Some(agent) => asked.get(&agent).copied(),
            None => asked.values().max().copied(),
        }
    }
}

impl Running {
    /// Whether this agent (or any) has a key.
    fn knows(&self, agent: Option<i64>) -> bool {
        agent.map_or(!self.agents.is_empty(), |agent| self.agents.iter().any(|(id, _)| *id == agent))
    }
}

fn wanted(open: &Arc<Open>) -> ApiResult<Wanted> {
    let rows = open.registry().read(agents::all)?;
    let through: Vec<AgentRow> =
        rows.into_iter().filter(|row| row.is_active && Profile::of(row).way == ChatWay::Broca).collect();
    let port = open.registry().read(|c| system_config::by_key(c, PORT))?;
    let port = port.and_then(|row| row.config_value).and_then(|text| text.parse().ok()).unwrap_or(USUAL_PORT);
    if through.is_empty() {
        return Ok(Wanted { port, agents: Vec::new() });
    }
    let snap = Snapshot::of(open)?;
    let key = |row: &AgentRow| {
        let of = |module: &str| format!("{}/{module}", row.uid);
        let target = snap.targets.iter().find(|target| {
            target.sort == Sort::Instance && (target.address == of("broca2") || target.address == of("broca"))
        })?;
        let view = snap.view(target, None);
        let field = view.fields().find(|field| field.env.as_deref() == Some(KEY))?;
        secrets::value(open, &view, field).ok().filter(|secret| !secret.is_empty())
    };
    let agents = through
        .into_iter()
        .map(|row| {
            let key = key(&row);
            (row, key)
        })
        .collect();
    Ok(Wanted { port, agents })
}

/// Opens the bridge, closes it, or gives it other keys, as the agents want it now. Only the window has it.
pub(crate) async fn settle(open: &Arc<Open>) {
    if !open.env().exclusive {
        return;
    }
    let (chats, at) = (super::of(open), open.clone());
    let wanted = match blocking(move || wanted(&at)).await {
        Ok(wanted) => wanted,
        Err(error) => {
            *lock(&chats.bridge.trouble) = Some(error.message);
            return;
        }
    };
    if wanted.agents.is_empty() {
        *lock(&chats.bridge.trouble) = None;
        return chats.bridge.close();
    }
    let with_key = wanted.agents.iter().filter_map(|(row, key)| Some((row, key.as_ref()?)));
    let keys = Keys::new(with_key.clone().map(|(row, key)| Key::of_agent(key, row.id)).collect());
    let names: Vec<(i64, String)> = with_key.map(|(row, _)| (row.id, row.title().to_owned())).collect();
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, wanted.port));
    let is_open = {
        let mut running = lock(&chats.bridge.running);
        match running.as_mut().filter(|running| running.address == address) {
            Some(running) => {
                running.keys.replace(keys.clone());
                running.agents.clone_from(&names);
                true
            }
            None => false,
        }
    };
    if is_open {
        return;
    }
    chats.bridge.close();
    match sanctum_bridge::bind(address, store(open, &chats), keys, open.env().clock.clone(), Settings::default()).await
    {
        Ok(bound) => {
            let stop = CancellationToken::new();
            let running = Running { address: bound.address(), keys: bound.keys(), stop: stop.clone(), agents: names };
            *lock(&chats.bridge.running) = Some(running);
            *lock(&chats.bridge.trouble) = None;
            tokio::spawn(bound.serve(stop));
        }
        Err(error) => *lock(&chats.bridge.trouble) = Some(error.to_string()),
    }
    chats.changed();
}

fn store(open: &Arc<Open>, chats: &Arc<Chats>) -> Arc<dyn Store> {
    let told = Arc::downgrade(chats);
    let answered = move |session: &str| {
        if let Some(chats) = told.upgrade() {
            chats.answered(session);
        }
    };
    let (clock, seen, told) = (open.env().clock.clone(), chats.bridge.asked.clone(), Arc::downgrade(chats));
    let now = clock.clone();
    let asked = move |asker: &Asker, handed: &[Handed]| {
        if let Some(agent) = asker.agent_id {
            lock(&seen).insert(agent, now());
        }
        if let (Some(chats), false) = (told.upgrade(), handed.is_empty()) {
            handed.iter().for_each(|message| chats.tell_message(&message.session_id, message.id));
            chats.changed();
        }
    };
    let store = RegistryStore::new(open.registry().clone(), clock, RegistryStore::usual_rules(), answered);
    let at = Arc::downgrade(open);
    let question = move |asker: &Asker, session: &str, answer: &str| {
        crate::broca::question(at.upgrade()?.as_ref(), asker.agent_id?, session, answer)
    };
    Arc::new(store.on_asked(asked).told_by(question))
}

impl App {
    /// The bridge that Broca fetches from.
    ///
    /// # Errors
    /// `no_install`.
    pub async fn bridge_state(&self, actor: &Actor) -> ApiResult<BridgeState> {
        actor.must_be_admin()?;
        let open = self.opened().await?;
        let chats = super::of(&open);
        let running = lock(&chats.bridge.running);
        let (address, agents) = match running.as_ref() {
            Some(running) => (
                Some(format!("http://{}/api/v1/", running.address)),
                running.agents.iter().map(|(_, name)| name.clone()).collect(),
            ),
            None => (None, Vec::new()),
        };
        drop(running);
        Ok(BridgeState { status: chats.bridge.status(None, open.env().now()), address, agents })
    }
}
