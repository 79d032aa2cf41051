//! Keys of callers: kept as hashes, compared in constant time, each with what it opens.

use sanctum_secrets::Secret;

/// What one key opens.
#[derive(Debug, Clone)]
pub struct Key {
    hash: blake3::Hash,
    /// Names the key in leases; not the key.
    pub name: String,
    /// The agent whose messages it fetches; `None` for a key of all agents.
    pub agent_id: Option<i64>,
    /// Whether it may list sessions, see the configuration and clean up.
    pub admin: bool,
}

impl Key {
    /// The key of one agent's Broca.
    pub fn of_agent(secret: &Secret, agent_id: i64) -> Key {
        Key { hash: hash(secret.expose()), name: format!("agent {agent_id}"), agent_id: Some(agent_id), admin: false }
    }

    /// A key that may look after the bridge: of one agent, or of all.
    pub fn of_admin(secret: &Secret, agent_id: Option<i64>) -> Key {
        Key { hash: hash(secret.expose()), name: "admin".into(), agent_id, admin: true }
    }
}

fn hash(text: &str) -> blake3::Hash {
    blake3::hash(text.as_bytes())
}

/// All keys that are known.
#[derive(Debug, Clone, Default)]
pub struct Keys(Vec<Key>);

impl Keys {
    /// These keys.
    pub fn new(keys: Vec<Key>) -> Keys {
        Keys(keys)
    }

    /// The key with this text. Every key is looked at, and `blake3::Hash` compares in constant time.
    pub(crate) fn find(&self, text: &str) -> Option<&Key> {
        let wanted = hash(text);
        self.0.iter().fold(None, |found, key| if key.hash == wanted { Some(key) } else { found })
    }

    /// The one agent that is served, if there is one only.
    pub(crate) fn only_agent(&self) -> Option<i64> {
        let mut agents: Vec<i64> = self.0.iter().filter_map(|key| key.agent_id).collect();
        agents.sort_unstable();
        agents.dedup();
        match agents.as_slice() {
            [one] => Some(*one),
            _ => None,
        }
    }
}

/// A new key: 256 random bits in hex.
///
/// # Errors
/// The system has no randomness to give.
pub fn new_key() -> Result<Secret, getrandom::Error> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes)?;
    Ok(Secret::new(blake3::Hash::from_bytes(bytes).to_hex().to_string()))
}
