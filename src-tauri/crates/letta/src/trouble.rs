//! What can go wrong between this app and a Letta, in types and in words.
//!
//! One enum for both adapters. The words are made here and only here: what happened, and what to do about it. A
//! server's own words enter them as one short harmless line (`clean`), the password never.

use crate::clean;
use crate::wire::Broken;

/// Why a question to a Letta has no good answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.sentence())]
pub enum Trouble {
    /// No connection could be made; the server saw nothing of the question.
    Unreachable {
        /// Why not, fit to follow "Letta cannot be reached: ".
        why: String,
    },
    /// The time allowed ran out. The server may have acted all the same.
    Late,
    /// The connection ended before the answer was complete. The server may have acted all the same.
    Cut,
    /// The password is missing or wrong.
    Password,
    /// What was asked for is not there (any more).
    Missing {
        /// The server's own words.
        detail: String,
    },
    /// The server refused the question as it stands.
    Rejected {
        /// The HTTP status, where there was one.
        status: Option<u16>,
        /// The server's own words.
        detail: String,
    },
    /// The server failed.
    Unwell {
        /// The HTTP status, where there was one.
        status: Option<u16>,
        /// The server's own words.
        detail: String,
    },
    /// The model behind the agent failed, not Letta itself.
    Model {
        /// The server's own words.
        detail: String,
    },
    /// The answer is not what a Letta answers.
    Strange {
        /// What is odd about it.
        what: String,
    },
    /// The answer is larger than this app reads.
    TooBig {
        /// The limit in MiB.
        limit: usize,
    },
    /// The server wants to send the question on to another host.
    Elsewhere {
        /// That host.
        host: String,
    },
    /// This kind or version of Letta cannot do that.
    Unsupported {
        /// What, as a noun phrase.
        what: &'static str,
    },
}

impl Trouble {
    /// What happened, in one sentence.
    pub fn sentence(&self) -> String {
        match self {
            Trouble::Unreachable { why } => format!("Letta cannot be reached: {why}."),
            Trouble::Late => "Letta gave no complete answer in the time allowed.".into(),
            Trouble::Cut => "The connection to Letta ended before its answer was complete.".into(),
            Trouble::Password => "Letta refused the password, or wants one.".into(),
            Trouble::Missing { detail } => said("Letta does not have what was asked for", detail),
            Trouble::Rejected { detail, .. } => said("Letta refused this", detail),
            Trouble::Unwell { status: Some(status), detail } => said(&format!("Letta failed (HTTP {status})"), detail),
            Trouble::Unwell { status: None, detail } => said("Letta failed", detail),
            Trouble::Model { detail } => said("The model of this agent failed", detail),
            Trouble::Strange { what } => format!("The answer is not one of a Letta: {what}."),
            Trouble::TooBig { limit } => format!("The answer of Letta is larger than {limit} MiB and was not read."),
            Trouble::Elsewhere { host } => format!("The server wants to send this on to `{host}`; that was not done."),
            Trouble::Unsupported { what } => format!("This Letta has no {what}."),
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Trouble::Unreachable { .. } => "Start Letta, or check its address. Nothing was sent.",
            Trouble::Late | Trouble::Cut => {
                "It may have been carried out all the same: look at the agent before you try again."
            }
            Trouble::Password => "Enter the password the server was started with (`LETTA_SERVER_PASSWORD`).",
            Trouble::Missing { .. } => "It may have been deleted or renamed in Letta: read the list again.",
            Trouble::Rejected { .. } => "Change what it names, then try again.",
            Trouble::Unwell { .. } => "Look into Letta's own log, then try again.",
            Trouble::Model { .. } => "Check the key, the address and the credit of the model's provider in Letta.",
            Trouble::Strange { .. } => "Check the port and the path: another program may answer there now.",
            Trouble::TooBig { .. } => "Ask for less at a time, or use Letta's own tools for this agent.",
            Trouble::Elsewhere { .. } => "Enter the address it names if that is the server you mean.",
            Trouble::Unsupported { .. } => "A Letta server (REST) of a current version has it.",
        }
    }

    /// True where it is certain that the server never got the question, so that it may be sent again as it is.
    pub fn never_arrived(&self) -> bool {
        matches!(self, Trouble::Unreachable { .. })
    }

    pub(crate) fn strange(what: impl Into<String>) -> Trouble {
        Trouble::Strange { what: what.into() }
    }

    /// A refusal that this app makes before anything is sent.
    pub(crate) fn refused(detail: impl Into<String>) -> Trouble {
        Trouble::Rejected { status: None, detail: detail.into() }
    }
}

fn said(what: &str, detail: &str) -> String {
    match detail.trim_end_matches(['.', ' ']) {
        "" => format!("{what}."),
        detail => format!("{what}: {detail}."),
    }
}

impl From<Broken> for Trouble {
    fn from(broken: Broken) -> Trouble {
        let why = match broken {
            Broken::Dns(host) => format!("the name `{}` has no address", clean::line(&host, 80)),
            Broken::Refused => "nothing answers at its address".into(),
            Broken::Tls(detail) => format!("no encrypted connection could be made ({})", clean::line(&detail, 120)),
            Broken::NoHttp => return Trouble::Cut,
            Broken::Circle => return Trouble::strange("it redirects in a circle"),
            Broken::Password(what) => return Trouble::refused(what),
        };
        Trouble::Unreachable { why }
    }
}

#[cfg(test)]
mod tests {
    use super::Trouble;

    #[test]
    fn every_trouble_says_what_happened_and_what_to_do() {
        let detail = || "no such thing.".to_owned();
        for trouble in [
            Trouble::Unreachable { why: "nothing answers".into() },
            Trouble::Late,
            Trouble::Cut,
            Trouble::Password,
            Trouble::Missing { detail: detail() },
            Trouble::Rejected { status: Some(422), detail: String::new() },
            Trouble::Unwell { status: Some(500), detail: detail() },
            Trouble::Model { detail: detail() },
            Trouble::strange("a web page"),
            Trouble::TooBig { limit: 16 },
            Trouble::Elsewhere { host: "a.b".into() },
            Trouble::Unsupported { what: "memory blocks" },
        ] {
            let sentence = trouble.sentence();
            assert!(sentence.ends_with('.') && !sentence.ends_with(".."), "one sentence: {sentence}");
            assert!(!sentence.contains('!') && !trouble.hint().is_empty(), "a calm one, and a way on: {sentence}");
            assert_eq!(trouble.to_string(), sentence, "an error shows its sentence");
            let unsent = matches!(trouble, Trouble::Unreachable { .. });
            assert_eq!(trouble.never_arrived(), unsent, "only a failed connection is certain: {sentence}");
        }
    }
}
