//! A registry with two agents, a clock that is set by hand, and a bridge on a free port.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use sanctum_bridge::{Clock, Key, Keys, Limits, RegistryStore, Rules, Settings, bind};
use sanctum_registry::{Registry, RegistryError, agents, users, web_chat};
use sanctum_secrets::Secret;
use serde_json::Value;
use tempfile::TempDir;
use time::{Duration, OffsetDateTime, macros::datetime};
use tokio_util::sync::CancellationToken;

pub const NOW: OffsetDateTime = datetime!(2026-01-02 03:04:05 UTC);
pub const RULES: Rules = Rules { lease: Duration::seconds(60), attempts: 50, repeat: Duration::seconds(20) };

pub struct Place {
    _dir: TempDir,
    pub registry: Arc<Registry>,
    seconds: Arc<AtomicI64>,
}

impl Place {
    pub fn new() -> Place {
        let dir = tempfile::tempdir().unwrap();
        let registry = Arc::new(Registry::open(&dir.path().join("registry.db"), NOW).unwrap());
        registry
            .write(|c| {
                users::create(
                    c,
                    users::NewUser {
                        username: "rowan".into(),
                        email: None,
                        password_hash: "$x".into(),
                        role: users::Role::Admin,
                        created_by: None,
                    },
                )?;
                for (i, uid) in ["athena", "monday"].into_iter().enumerate() {
                    agents::insert(
                        c,
                        &agents::NewAgent {
                            uid: uid.into(),
                            letta_uid: None,
                            name: None,
                            description: None,
                            path: format!("agents/agent-{uid}"),
                            agent_index: i as i64,
                            color: 1,
                            created_by: 1,
                        },
                    )?;
                }
                Ok::<_, RegistryError>(())
            })
            .unwrap();
        Place { _dir: dir, registry, seconds: Arc::default() }
    }

    pub fn clock(&self) -> Clock {
        let seconds = Arc::clone(&self.seconds);
        Arc::new(move || NOW + Duration::seconds(seconds.load(Ordering::SeqCst)))
    }

    pub fn later(&self, seconds: i64) {
        self.seconds.fetch_add(seconds, Ordering::SeqCst);
    }

    pub fn store(&self) -> RegistryStore {
        RegistryStore::new(Arc::clone(&self.registry), self.clock(), RULES, |_| {})
    }

    /// The conversation of the one account with an agent.
    pub fn conversation(&self, agent: i64) -> web_chat::ChatSession {
        self.registry.write(|c| web_chat::open_main(c, 1, agent, (self.clock())())).unwrap()
    }

    /// A message in it, for Broca.
    pub fn says(&self, session: &str, text: &str) -> i64 {
        self.registry.write(|c| web_chat::insert_message(c, session, text, Some(1))).unwrap()
    }

    pub fn one(&self, sql: &str) -> i64 {
        self.registry.read(|c| Ok::<i64, RegistryError>(c.query_row(sql, [], |r| r.get(0))?)).unwrap()
    }

    pub async fn open(&self, limits: Limits, guests: bool) -> Door {
        let keys = Keys::new(vec![
            Key::of_agent(&Secret::new("athena-key".into()), 1),
            Key::of_agent(&Secret::new("monday-key".into()), 2),
            Key::of_admin(&Secret::new("admin-key".into()), None),
        ]);
        let address: SocketAddr = "127.0.0.1:0".parse().unwrap();
        let settings = Settings { limits, guests };
        let bound = bind(address, Arc::new(self.store()), keys, self.clock(), settings).await.unwrap();
        let (address, ring, stop) = (bound.address(), bound.keys(), CancellationToken::new());
        let served = tokio::spawn(bound.serve(stop.clone()));
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        Door { address, ring, stop, served, http }
    }
}

/// An open bridge and a client before it.
pub struct Door {
    pub address: SocketAddr,
    pub ring: sanctum_bridge::KeyRing,
    pub stop: CancellationToken,
    pub served: tokio::task::JoinHandle<()>,
    http: reqwest::Client,
}

impl Door {
    pub fn url(&self, rest: &str) -> String {
        format!("http://{}/api/v1/{rest}", self.address)
    }

    pub async fn get(&self, rest: &str, key: &str) -> (u16, Value) {
        let mut request = self.http.get(self.url(rest));
        if !key.is_empty() {
            request = request.bearer_auth(key);
        }
        read(request.send().await.unwrap()).await
    }

    pub async fn post(&self, rest: &str, key: &str, body: Value) -> (u16, Value) {
        let mut request = self.http.post(self.url(rest)).json(&body);
        if !key.is_empty() {
            request = request.bearer_auth(key);
        }
        read(request.send().await.unwrap()).await
    }

    pub fn client(&self) -> &reqwest::Client {
        &self.http
    }
}

async fn read(response: reqwest::Response) -> (u16, Value) {
    let status = response.status().as_u16();
    (status, response.json().await.unwrap())
}
