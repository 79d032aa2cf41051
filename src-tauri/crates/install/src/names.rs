//! Names of agents and the uids their folders are called by (`agents/agent-<uid>`).
//!
//! A uid is lower-case ASCII letters, digits and dashes, so that it is the same file name on every volume, a safe word in
//! a URL, and never a path. A name that looks like a path is refused, never quietly bent into something else; two names
//! that a case-insensitive or normalising volume would mix up fold to the same uid and the second is refused.

use std::fmt;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The longest name, in characters.
pub const MAX_NAME: usize = 64;
/// The longest uid, in bytes.
pub const MAX_UID: usize = 63;

/// Uids that would read as something else in a path, a tab or a command.
const RESERVED: &[&str] = &[
    "agent", "agents", "all", "app", "config", "control", "db", "global", "gateway", "logs", "modules", "plugins",
    "run", "sanctum", "smcp", "system", "tools", "venv", "web",
];

/// A valid agent uid: `^[a-z0-9][a-z0-9-]{0,62}$` and not ending in a dash.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AgentUid(String);

impl AgentUid {
    /// Takes a uid that is already in its final form, such as one read from a folder name.
    ///
    /// # Errors
    /// `agent_name_unusable` when `text` does not have the form above.
    pub fn parse(text: &str) -> Result<AgentUid, NameError> {
        let bytes = text.as_bytes();
        let fits = !bytes.is_empty()
            && bytes.len() <= MAX_UID
            && bytes.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'-')
            && bytes[0] != b'-'
            && bytes[bytes.len() - 1] != b'-';
        if fits {
            return Ok(AgentUid(text.to_owned()));
        }
        Err(NameError::new(
            "agent_name_unusable",
            format!("`{}` is not an agent's short name.", shown(text)),
            "Short names are lower-case letters, digits and dashes, at most 63, such as `athena`.",
        ))
    }

    /// The uid as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The agent's folder, relative to the root: `agents/agent-<uid>`.
    pub fn folder(&self) -> String {
        format!("agents/agent-{}", self.0)
    }
}

impl fmt::Display for AgentUid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why a name cannot be used: a stable code, what is wrong, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct NameError {
    /// One of `agent_name_empty`, `_too_long`, `_path`, `_reserved`, `_taken`, `_unusable`.
    pub code: &'static str,
    /// What is wrong, in one sentence.
    pub message: String,
    /// What to do about it.
    pub hint: String,
}

impl NameError {
    fn new(code: &'static str, message: String, hint: impl Into<String>) -> Self {
        NameError { code, message, hint: hint.into() }
    }
}

/// Folds a name to the uid it would get: accents dropped, lower case, everything else a single dash.
/// Empty when nothing of the name can be kept.
pub fn uid_from_name(name: &str) -> String {
    let mut uid = String::new();
    for c in name.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase) {
        let kept: &str = match c {
            'a'..='z' | '0'..='9' => {
                uid.push(c);
                continue;
            }
            'ß' => "ss",
            'æ' => "ae",
            'œ' => "oe",
            'ø' => "o",
            'ł' => "l",
            'đ' | 'ð' => "d",
            'þ' => "th",
            'ı' => "i",
            '\'' | '’' => continue,
            _ if is_combining_mark(c) => continue,
            _ => {
                if !uid.is_empty() && !uid.ends_with('-') {
                    uid.push('-');
                }
                continue;
            }
        };
        uid.push_str(kept);
    }
    uid.truncate(MAX_UID); // ASCII only, so any byte is a boundary.
    uid.truncate(uid.trim_end_matches('-').len());
    uid
}

/// Checks a name for a new agent against the `(uid, name)` pairs that exist, and gives the uid it will have.
///
/// # Errors
/// A [`NameError`] whose code says which rule was broken; nothing is ever silently changed into something acceptable.
pub fn check_name(name: &str, taken: &[(String, String)]) -> Result<AgentUid, NameError> {
    let trimmed = name.trim_matches(|c: char| c == ' ' || c == '\u{a0}');
    if trimmed.is_empty() {
        return Err(NameError::new(
            "agent_name_empty",
            "The agent has no name.".into(),
            "Give it one, such as `Athena`.",
        ));
    }
    let length = trimmed.chars().count();
    if length > MAX_NAME {
        return Err(NameError::new(
            "agent_name_too_long",
            format!("The name has {length} characters; the most is {MAX_NAME}."),
            "Choose a shorter name. A description can be as long as you like.",
        ));
    }
    if let Some(c) = trimmed.chars().find(|c| c.is_control() || is_invisible(*c)) {
        return Err(NameError::new(
            "agent_name_unusable",
            format!("The name holds a character that cannot be seen (U+{:04X}).", c as u32),
            "Type the name again instead of pasting it.",
        ));
    }
    if trimmed.contains(['/', '\\']) || trimmed.contains("..") || trimmed.starts_with(['.', '~']) {
        return Err(NameError::new(
            "agent_name_path",
            format!("`{}` reads as a path, not as a name.", shown(trimmed)),
            "Use letters, digits, spaces and dashes. The folder is made from the name.",
        ));
    }
    let uid = uid_from_name(trimmed);
    if uid.is_empty() {
        return Err(NameError::new(
            "agent_name_unusable",
            format!("No folder name can be made from `{}`.", shown(trimmed)),
            "Use at least one Latin letter or digit; the rest of the name may be anything.",
        ));
    }
    if RESERVED.contains(&uid.as_str()) {
        return Err(NameError::new(
            "agent_name_reserved",
            format!("`{}` is a word that Sanctum uses itself.", shown(trimmed)),
            "Add something to it, such as a number or a second word.",
        ));
    }
    let same = taken.iter().find(|(other, other_name)| {
        other.eq_ignore_ascii_case(&uid) || uid_from_name(other) == uid || uid_from_name(other_name) == uid
    });
    if let Some((other, other_name)) = same {
        let who = if other_name.is_empty() { other } else { other_name };
        return Err(NameError::new(
            "agent_name_taken",
            format!("`{}` would share the folder `agents/agent-{uid}` with `{}`.", shown(trimmed), shown(who)),
            "Choose a name that differs by more than capitals, accents, spaces or dashes.",
        ));
    }
    AgentUid::parse(&uid)
}

/// Characters that are drawn as nothing or turn the reading direction: they make two names look the same. What joins the parts of one
/// emoji may stand in a name.
fn is_invisible(c: char) -> bool {
    sanctum_foreign::steers(c) && c != '\u{200d}'
}

/// A name as it may stand in a message: bounded and on one line.
fn shown(text: &str) -> String {
    let mut out: String = text.chars().take(40).map(|c| if c.is_control() { '␦' } else { c }).collect();
    if text.chars().count() > 40 {
        out.push('…');
    }
    out
}
