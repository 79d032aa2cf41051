//! What a probe found, in types and in words.
//!
//! Every outcome has a sentence (what happened) and a hint (what to do). The words are made here and only
//! here, from parts that never include the password.

use std::time::Duration;

/// Which of the two products that carry the name Letta answered (`facts/modules.md` 3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flavour {
    /// The V1 server with agents under `/v1/agents/`: what Broca and this app talk to.
    Server,
    /// Letta Code's app server (WebSocket, no `/v1/agents`).
    AppServer,
}

impl Flavour {
    /// The name shown to a person.
    pub fn name(self) -> &'static str {
        match self {
            Flavour::Server => "Letta server (REST)",
            Flavour::AppServer => "Letta Code app server",
        }
    }
}

/// How the probe ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// A Letta answered, and (for the REST server) let us read its agents.
    Healthy {
        /// The version it reports, when it reports one.
        version: Option<String>,
        /// Which product answered.
        flavour: Flavour,
        /// Whether the server asked for a password at all. `None` where that was not measured.
        password_needed: Option<bool>,
    },
    /// Nothing accepts connections at that address and port.
    Refused,
    /// A password was sent and the server refused it.
    WrongPassword,
    /// The server wants a password and none was given.
    NeedsPassword,
    /// The encrypted connection could not be made.
    Tls {
        /// What went wrong, in the words of the TLS library.
        detail: String,
    },
    /// No full answer within the time allowed.
    Timeout,
    /// Something answered, but it is not a Letta.
    NotLetta {
        /// What answered, as far as it could be seen.
        what: String,
    },
    /// It is a Letta, but it answered its list of agents with a server error.
    Unwell {
        /// The HTTP status it answered with.
        status: u16,
    },
    /// The address cannot be used as it stands; nothing was sent.
    BadUrl {
        /// What is wrong with it.
        reason: String,
    },
    /// The host name has no address.
    Dns {
        /// The name that was looked up.
        host: String,
    },
}

/// The answer of [`crate::probe`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// How it ended.
    pub outcome: Outcome,
    /// The address that was probed, normalised, without user information; empty for a bad one.
    pub base_url: String,
    /// How long the first answer took; `None` when there was none.
    pub latency: Option<Duration>,
    /// What happened, in one sentence.
    pub sentence: String,
    /// What to do about it; empty when there is nothing to do.
    pub hint: String,
}

impl Probe {
    /// True when a REST server answered and let us in: the only outcome that agents can use.
    pub fn is_usable(&self) -> bool {
        matches!(
            self.outcome,
            Outcome::Healthy {
                flavour: Flavour::Server,
                ..
            }
        )
    }

    /// The version the server reports, if it answered.
    pub fn version(&self) -> Option<&str> {
        match &self.outcome {
            Outcome::Healthy { version, .. } => version.as_deref(),
            _ => None,
        }
    }

    /// The product that answered, if it is known.
    pub fn flavour(&self) -> Option<Flavour> {
        match &self.outcome {
            Outcome::Healthy { flavour, .. } => Some(*flavour),
            _ => None,
        }
    }
}
