//! How an instance does, measured by what it really offers: a connection, an HTTP answer with its body, the first event
//! of a stream, a line of its log.
//!
//! Owns the questions ([`Probe`], [`log::look`]), the samples that are kept of the answers ([`History`]) and which changes
//! are worth telling a person ([`Transitions`]). It refuses to say that something is well because nothing said otherwise:
//! no answer within the time is a failure, and the words say which. It knows no module; what to ask is passed in.

mod history;
mod http;
pub mod log;
mod transitions;

use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

pub use history::{History, SAMPLES, Sample};
pub use transitions::{Because, News, NewsKind, Seen, Transitions};

use crate::clean::line as shown;

/// How something is, in the words of the registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Word {
    /// It runs and answered as it should.
    Healthy,
    /// It runs and does not do what it should, or something stands in its way.
    Degraded,
    /// It does not run.
    Off,
    /// It does not run and can be started.
    Ready,
    /// It could not be seen.
    Unknown,
}

/// What is asked of a module that listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Probe {
    /// It takes a connection.
    Tcp,
    /// It answers a GET of `path` with 200 and what is expected.
    Http {
        /// The route, with its leading `/`.
        path: String,
        /// What the answer has to hold.
        expect: Expect,
    },
    /// It answers a GET of `path` with a stream of events.
    Events {
        /// The route, with its leading `/`.
        path: String,
        /// The name of the first event, where it is known.
        first: Option<String>,
    },
}

/// What the body of an answer has to hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expect {
    /// The status is enough; the body is not read.
    Anything,
    /// It begins with this text.
    Text(String),
    /// It is JSON, and says so.
    Json,
    /// It is a JSON object with this member; where `is` is said, with this value.
    Member {
        /// The member's name.
        name: String,
        /// What it says.
        is: Option<String>,
    },
}

/// What came of asking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// It did as it should.
    pub ok: bool,
    /// That in a clause: "answered GET /health in 4 ms".
    pub words: String,
    /// What was seen, for somebody who wants to know why.
    pub evidence: Vec<String>,
    /// How long it took until it was known.
    pub latency: Duration,
}

/// Asks, and waits no longer than `wait` for everything together. Follows no redirect and uses no proxy.
pub fn ask(probe: &Probe, at: SocketAddr, wait: Duration) -> Answer {
    let began = Instant::now();
    let until = began + wait;
    let told = match probe {
        Probe::Tcp => connect(at, until).map(|_| Told {
            words: format!("took a connection on {}", at.port()),
            evidence: vec![format!("connected to {at}")],
        }),
        Probe::Http { path, expect } => http::get(at, path, expect, until),
        Probe::Events { path, first } => http::events(at, path, first.as_deref(), until),
    };
    let latency = began.elapsed();
    match told {
        Ok(told) => {
            Answer { ok: true, words: format!("{} in {}", told.words, took(latency)), evidence: told.evidence, latency }
        }
        Err(told) => Answer { ok: false, words: told.words, evidence: told.evidence, latency },
    }
}

/// Words and evidence of one look, good or bad.
#[derive(Debug)]
struct Told {
    words: String,
    evidence: Vec<String>,
}

impl Told {
    fn bare(words: String) -> Self {
        Self { evidence: vec![words.clone()], words }
    }
}

fn connect(at: SocketAddr, until: Instant) -> Result<TcpStream, Told> {
    let left = until.saturating_duration_since(Instant::now());
    if left.is_zero() {
        return Err(Told::bare(format!("nobody was asked on {}: there was no time left", at.port())));
    }
    TcpStream::connect_timeout(&at, left).map_err(|error| {
        Told::bare(match error.kind() {
            std::io::ErrorKind::ConnectionRefused => format!("nothing listens on {}", at.port()),
            std::io::ErrorKind::TimedOut => format!("port {} takes no connection", at.port()),
            kind => format!("port {} cannot be reached ({kind})", at.port()),
        })
    })
}

/// "4 ms", "1.2 s".
fn took(time: Duration) -> String {
    match time.as_millis() {
        0..=999 => format!("{} ms", time.as_millis()),
        _ => format!("{:.1} s", time.as_secs_f64()),
    }
}
