//! What the trial of a key found, in types and in words.
//!
//! The words are made here and only here, from fixed parts, numbers and the address that was asked. What the other side
//! says enters them only where it repeats nothing of the key.

use std::time::Duration;

use sanctum_secrets::Secret;

use crate::target::Target;
use crate::wire::Broken;

/// What a key opens, so how it can be tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    /// The password of a Letta server.
    Letta,
    /// A key of OpenAI, or of a server that speaks as it does.
    OpenAi,
    /// The token of a Telegram bot.
    Telegram,
}

impl KeyKind {
    /// The address that is asked where none is given.
    pub(crate) fn home(self) -> Option<&'static str> {
        match self {
            KeyKind::Letta => None,
            KeyKind::OpenAi => Some("https://api.openai.com/v1"),
            KeyKind::Telegram => Some("https://api.telegram.org"),
        }
    }

    fn noun(self) -> &'static str {
        match self {
            KeyKind::Letta => "password",
            KeyKind::OpenAi => "key",
            KeyKind::Telegram => "token",
        }
    }
}

/// How the trial ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyOutcome {
    /// It was let in.
    Accepted {
        /// By what, for instance "the Telegram bot `@name`".
        what: String,
    },
    /// The right kind of server answered and did not take it.
    Refused,
    /// Nobody could be asked.
    Unreachable {
        /// Why not, in one sentence.
        why: String,
    },
    /// Something answered that says nothing about the key.
    Odd {
        /// What, in one sentence.
        what: String,
    },
}

/// The answer of [`crate::try_key`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyTrial {
    /// How it ended.
    pub outcome: KeyOutcome,
    /// How long the first answer took; `None` where there was none.
    pub latency: Option<Duration>,
    /// What happened, in one sentence.
    pub sentence: String,
    /// What to do about it; empty where there is nothing to do.
    pub hint: String,
}

impl KeyTrial {
    pub(crate) fn accepted(what: String) -> KeyTrial {
        let sentence = format!("The key works: {what} accepted it.");
        KeyTrial { outcome: KeyOutcome::Accepted { what }, latency: None, sentence, hint: String::new() }
    }

    pub(crate) fn refused(kind: KeyKind, target: &Target) -> KeyTrial {
        let (at, noun) = (target.authority(), kind.noun());
        let hint = match kind {
            KeyKind::Letta => "Enter the password that the server was started with (`LETTA_SERVER_PASSWORD`).",
            KeyKind::OpenAi => "Make a new key with that provider, or check that this one is meant for that server.",
            KeyKind::Telegram => {
                "Ask `@BotFather` for the token of that bot; it gives a new one when the old one was revoked."
            }
        };
        let sentence = format!("The server at `{at}` refused the {noun}.");
        KeyTrial { outcome: KeyOutcome::Refused, latency: None, sentence, hint: hint.into() }
    }

    pub(crate) fn unreachable(why: String, hint: impl Into<String>) -> KeyTrial {
        let outcome = KeyOutcome::Unreachable { why: why.clone() };
        KeyTrial { outcome, latency: None, sentence: why, hint: hint.into() }
    }

    pub(crate) fn odd(what: String, hint: impl Into<String>) -> KeyTrial {
        KeyTrial { outcome: KeyOutcome::Odd { what: what.clone() }, latency: None, sentence: what, hint: hint.into() }
    }

    pub(crate) fn took(mut self, latency: Option<Duration>) -> KeyTrial {
        self.latency = latency;
        self
    }

    /// No answer, in words.
    pub(crate) fn lost(broken: Broken, target: &Target) -> KeyTrial {
        let at = target.authority();
        match broken {
            Broken::Dns(host) => KeyTrial::unreachable(
                format!("The name `{host}` has no address."),
                "Check its spelling and the network connection.",
            ),
            Broken::Refused => KeyTrial::unreachable(
                format!("Nothing answers at `{at}`."),
                "Check the address and the network connection.",
            ),
            Broken::Tls(detail) => KeyTrial::unreachable(
                format!("No encrypted connection to `{at}` could be made: {detail}."),
                "This machine must trust its certificate; a server on this machine may want `http://`.",
            ),
            Broken::NoHttp => {
                KeyTrial::odd(format!("What answers at `{at}` does not speak HTTP."), "Check the port of the address.")
            }
            Broken::Circle => {
                KeyTrial::odd(format!("The server at `{at}` redirects in a circle."), "Check the path of the address.")
            }
            Broken::Password(_) => KeyTrial::odd(
                "The key was not sent: it holds a character that no request can carry.".into(),
                "Enter it again, on one line and without blanks around it.",
            ),
        }
    }

    pub(crate) fn late(target: &Target) -> KeyTrial {
        KeyTrial::unreachable(
            format!("No complete answer came from `{}` in time.", target.authority()),
            "Try again; if it stays so, check the address and a firewall.",
        )
    }
}

/// A text of the other side, where it is short and plain and repeats nothing of the key.
pub(crate) fn told(text: &str, key: &Secret) -> Option<String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let fits = !text.is_empty() && text.len() <= 40 && text.chars().all(plain);
    (fits && !repeats(text, key)).then(|| text.to_owned())
}

/// Whether `text` holds a run of the key, whatever its case.
fn repeats(text: &str, key: &Secret) -> bool {
    const RUN: usize = 6;
    let (text, key) = (text.as_bytes(), key.expose().as_bytes());
    let run = RUN.min(key.len());
    run > 0 && key.windows(run).any(|part| text.windows(run).any(|seen| seen.eq_ignore_ascii_case(part)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_repeats_the_key_is_not_told() {
        let key = Secret::new("123456:AAcanary-of-a-token".into());
        assert_eq!(told("sanctum_bot", &key).as_deref(), Some("sanctum_bot"), "an ordinary name is told");
        for text in ["x123456x", "AACANARY", "of-a-token", "", "two words", "a\nb", &"n".repeat(41)] {
            assert_eq!(told(text, &key), None, "{text:?} must not be told");
        }
    }
}
