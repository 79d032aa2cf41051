//! What a probe found, in types and in words.
//!
//! Every outcome has a sentence (what happened) and a hint (what to do). The words are made here and only
//! here, from parts that never include the password.

use crate::target::Target;
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

/// How the probe ended. The details are in the words of [`Probe`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// A Letta answered, and (for the REST server) let us read its agents. Look at [`Probe::is_usable`].
    Healthy,
    /// Nothing accepts connections at that address and port.
    Refused,
    /// A password was sent and the server refused it.
    WrongPassword,
    /// The server wants a password and none was given.
    NeedsPassword,
    /// The encrypted connection could not be made.
    Tls,
    /// No full answer within the time allowed.
    Timeout,
    /// Something answered, but it is not a Letta.
    NotLetta,
    /// It is a Letta, but it answered its list of agents with a server error.
    Unwell,
    /// The address (or the password) cannot be used as it stands.
    BadUrl,
    /// The host name has no address.
    Dns,
}

/// The outcome with its details, before they become words.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Found {
    Healthy { version: Option<String>, flavour: Flavour, password_needed: Option<bool> },
    Refused,
    WrongPassword,
    NeedsPassword,
    Tls { detail: String },
    Timeout,
    NotLetta { what: String },
    Unwell { status: u16 },
    BadUrl { reason: String },
    Dns { host: String },
}

/// The answer of [`crate::probe`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// How it ended.
    pub outcome: Outcome,
    /// Name of the product that answered, if one did.
    pub flavour: Option<String>,
    /// The version it reports, if it answered and reports one.
    pub version: Option<String>,
    /// Whether a healthy server asks for a password at all; `None` where that was not measured.
    pub password_needed: Option<bool>,
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
    /// Puts the words to what was found.
    pub(crate) fn new(found: Found, target: Option<&Target>, latency: Option<Duration>) -> Probe {
        let at = target.map(Target::authority).unwrap_or_default();
        let https = target.is_some_and(Target::is_https);
        let (sentence, hint) = words(&found, &at, https);
        let base_url = target.map(Target::shown).unwrap_or_default();
        let outcome = found.outcome();
        let (flavour, version, password_needed) = match found {
            Found::Healthy { version, flavour, password_needed } => {
                (Some(flavour.name().to_owned()), version, password_needed)
            }
            _ => (None, None, None),
        };
        Probe { outcome, flavour, version, password_needed, base_url, latency, sentence, hint }
    }

    /// True when a REST server answered and let us in: the only outcome that agents can use.
    pub fn is_usable(&self) -> bool {
        self.outcome == Outcome::Healthy && self.flavour.as_deref() == Some(Flavour::Server.name())
    }
}

impl Probe {
    /// Which kind answered and may be tried, if one did.
    pub(crate) fn kind(&self) -> Option<Flavour> {
        let named = |flavour: Flavour| self.flavour.as_deref() == Some(flavour.name());
        [Flavour::Server, Flavour::AppServer].into_iter().find(|flavour| named(*flavour))
    }

    /// The same probe after the door of the app server turned out otherwise.
    pub(crate) fn turned(self, found: Found, target: &Target) -> Probe {
        Probe::new(found, Some(target), self.latency)
    }
}

impl Found {
    fn outcome(&self) -> Outcome {
        match self {
            Found::Healthy { .. } => Outcome::Healthy,
            Found::Refused => Outcome::Refused,
            Found::WrongPassword => Outcome::WrongPassword,
            Found::NeedsPassword => Outcome::NeedsPassword,
            Found::Tls { .. } => Outcome::Tls,
            Found::Timeout => Outcome::Timeout,
            Found::NotLetta { .. } => Outcome::NotLetta,
            Found::Unwell { .. } => Outcome::Unwell,
            Found::BadUrl { .. } => Outcome::BadUrl,
            Found::Dns { .. } => Outcome::Dns,
        }
    }
}

fn words(found: &Found, at: &str, https: bool) -> (String, String) {
    let (sentence, hint) = match found {
        Found::Healthy { version, flavour: Flavour::Server, password_needed } => (
            format!("{} answers at `{at}` and shows its agents.", named(Flavour::Server, version.as_deref())),
            match password_needed {
                Some(false) => "It asks for no password: whoever reaches that address can use it.".into(),
                _ => String::new(),
            },
        ),
        Found::Healthy { version, flavour: Flavour::AppServer, .. } => (
            format!("{} answers at `{at}`.", named(Flavour::AppServer, version.as_deref())),
            "Its agents can be talked to here, but it has no `/v1/agents`: Broca cannot drive them. Use a Letta server (REST) for those.".into(),
        ),
        Found::Refused => (
            format!("Nothing answers at `{at}`."),
            "Start Letta, or check the port: a Letta server uses 8283 unless told otherwise.".into(),
        ),
        Found::WrongPassword => (
            format!("Letta answers at `{at}`, but it refused the password."),
            "Enter the password the server was started with (`LETTA_SERVER_PASSWORD`; a random one is printed in its log).".into(),
        ),
        Found::NeedsPassword => (
            format!("Letta answers at `{at}` and wants a password."),
            "Enter the password the server was started with (`LETTA_SERVER_PASSWORD`; a random one is printed in its log).".into(),
        ),
        Found::Tls { detail } => (
            format!("No encrypted connection to `{at}` could be made: {detail}."),
            if https {
                "If the server is on this machine it most likely speaks plain HTTP: use `http://`. Otherwise its certificate must be one this machine trusts.".into()
            } else {
                "Check the certificates of this machine.".into()
            },
        ),
        Found::Timeout => (
            format!("No complete answer came from `{at}` in time."),
            "Letta takes up to a minute to start. Wait, then try again; if it stays so, check the address and a firewall.".into(),
        ),
        Found::NotLetta { what } => (
            format!("What answers at `{at}` is {what}, not a Letta."),
            if https { "Check the port and the path.".into() } else { "Check the port and the path; a server that wants encryption needs `https://`.".into() },
        ),
        Found::Unwell { status } => (
            format!("Letta answers at `{at}`, but could not list its agents (HTTP {status})."),
            "Look into Letta's own log: its database is the usual reason.".into(),
        ),
        Found::BadUrl { reason } => (
            format!("The connection cannot be tried, because {reason}."),
            "Write the address like `http://127.0.0.1:8283`, and the password on one line.".into(),
        ),
        Found::Dns { host } => (
            format!("The name `{host}` has no address."),
            "Check its spelling and the network connection; `127.0.0.1` is this machine.".into(),
        ),
    };
    (sentence, hint)
}

fn named(flavour: Flavour, version: Option<&str>) -> String {
    match version {
        Some(version) => format!("{} {version}", flavour.name()),
        None => flavour.name().to_owned(),
    }
}
