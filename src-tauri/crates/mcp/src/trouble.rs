//! What can go wrong between this app and a tool server, in types and in words.
//!
//! What happened and what to do about it are said here and only here. A server's own words enter as one short harmless line,
//! a key or password never.

use std::time::Duration;

/// Why a question to a tool server has no good answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.sentence())]
pub enum Trouble {
    /// The address cannot be used.
    Address {
        /// What is wrong with it, fit to follow "The address cannot be used: ".
        why: String,
    },
    /// Nobody listens there.
    Nobody {
        /// Host and port.
        at: String,
    },
    /// The key is missing or wrong.
    Key,
    /// Somebody answers there, but no MCP server, or one of another kind.
    NotMcp {
        /// What was seen instead, fit to follow "What answers there is no MCP server: ".
        what: String,
    },
    /// It wants to send the question on to somewhere else.
    Elsewhere,
    /// The program could not be started.
    NotStarted {
        /// Its name.
        program: String,
        /// What the system says.
        why: String,
    },
    /// The connection, or the program, ended before the answer was there. It may have acted all the same.
    Ended {
        /// What it said last, where it said anything.
        said: String,
    },
    /// The time allowed ran out. It may act all the same.
    Late {
        /// That time.
        allowed: Duration,
    },
    /// It sent more than this app reads.
    TooLarge {
        /// What was too large, as a noun phrase.
        what: &'static str,
        /// How much is read, with its unit.
        limit: String,
    },
    /// It refused the question as it stands.
    Rejected {
        /// The code of JSON-RPC.
        code: i32,
        /// Its own words.
        said: String,
    },
    /// It answered something that does not fit the question.
    Strange {
        /// What is odd about it.
        what: String,
    },
    /// The arguments are not a set of names and values, or too large.
    Arguments {
        /// What is wrong with them.
        why: &'static str,
    },
}

impl Trouble {
    /// What happened, in one sentence.
    pub fn sentence(&self) -> String {
        match self {
            Trouble::Address { why } => format!("The address of the tool server cannot be used: {why}."),
            Trouble::Nobody { at } => format!("No tool server listens at {at}."),
            Trouble::Key => "The tool server refused the key, or wants one.".into(),
            Trouble::NotMcp { what } => format!("What answers there is no MCP server: {what}."),
            Trouble::Elsewhere => {
                "The tool server wants to send the question on to another place; that is not followed.".into()
            }
            Trouble::NotStarted { program, why } => format!("`{program}` could not be started: {why}."),
            Trouble::Ended { said } => with("The tool server ended before its answer was complete", said),
            Trouble::Late { allowed } => format!("The tool server gave no answer within {}.", span(*allowed)),
            Trouble::TooLarge { what, limit } => {
                format!("The tool server sent {what} of more than {limit}, so it was not read.")
            }
            Trouble::Rejected { said, .. } => with("The tool server refused this", said),
            Trouble::Strange { what } => format!("The tool server gave an answer that does not fit: {what}."),
            Trouble::Arguments { why } => format!("The tool was not called: {why}."),
        }
    }

    /// What to do about it.
    pub fn advice(&self) -> &'static str {
        match self {
            Trouble::Address { .. } => "Enter an address such as http://127.0.0.1:8000/sse.",
            Trouble::Nobody { .. } => "Start the tool server, or check its port.",
            Trouble::Key => "Check the key (MCP_API_KEY) in the tool server's settings.",
            Trouble::NotMcp { .. } | Trouble::Elsewhere => "Check the port: something else may use it.",
            Trouble::NotStarted { .. } => "Check that the program is there and may be run.",
            Trouble::Ended { .. } => "Look at the tool server's log. The tool may have acted all the same.",
            Trouble::Late { .. } => "Look at the tool server's log, or allow more time. The tool may act all the same.",
            Trouble::TooLarge { .. } => "Ask for less, or look at what the plugin does.",
            Trouble::Rejected { .. } => "Look at the list of tools again: they may have changed.",
            Trouble::Strange { .. } => "Look at the tool server's log and its version.",
            Trouble::Arguments { .. } => "Check the arguments.",
        }
    }

    /// Whether the tool may have acted, so that calling it again could do it twice.
    pub fn may_have_acted(&self) -> bool {
        matches!(
            self,
            Trouble::Ended { .. } | Trouble::Late { .. } | Trouble::TooLarge { .. } | Trouble::Strange { .. }
        )
    }
}

fn with(what: &str, said: &str) -> String {
    if said.is_empty() { format!("{what}.") } else { format!("{what}: “{said}”.") }
}

fn span(time: Duration) -> String {
    if time < Duration::from_secs(1) { format!("{} ms", time.as_millis()) } else { format!("{} s", time.as_secs()) }
}

/// `4 MiB`, for limits that are whole ones.
pub(crate) fn mib(bytes: usize) -> String {
    format!("{} MiB", bytes >> 20)
}
