//! Single tools switched on and off by a profile of our own, beside whatever else the file holds.
//!
//! SMCP has no way to say "all but these": a profile that leaves one tool out must name all the others. So ours names them, and
//! keeps beside that, where SMCP does not look, what it was made from: the profile that was in force, and which tools are
//! switched off and on against it. From these the list is made anew whenever more tools are known. Once nothing differs from
//! the profile before, ours is taken away with everything that was made for it.

use std::collections::BTreeSet;

use sanctum_config::JsonFile;
use serde_json::{Map, Value, json};

use super::{FULL, Given, Mode, ProfileFault, Profiles};

/// Its name. Whoever calls a profile of their own so has asked for this.
pub const OURS: &str = "sanctum-switches";
/// Where our words to ourselves lie in it.
const KEPT: &str = "switches";
const WORDS: &str = "Kept by Sanctum Configurator: the tools that are on. Switch them on their plugin’s page.";

/// What is asked for; all of it at once.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wish<'a> {
    /// A tool, and whether it is to be on.
    pub tool: Option<(&'a str, bool)>,
    /// Begins the names of tools that are gone for good.
    pub gone: Option<&'a str>,
    /// The settings that name the file and the profile can be changed with it, as they always are with a switch.
    pub with_settings: bool,
}

/// What comes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Switched {
    /// The file from now on; `None` where it goes, since it was made for this alone.
    pub file: Option<Vec<u8>>,
    /// What `SMCP_ATTACH_PROFILE` must say from now on; `None` where it stays as it is.
    pub attach: Option<String>,
    /// Ours is in force.
    pub ours: bool,
    /// Tools that the list names and did not before, besides the one that was asked for.
    pub more: Vec<String>,
}

/// Why it cannot be done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SwitchFault {
    #[error(transparent)]
    Profiles(#[from] ProfileFault),
    #[error("it cannot take a profile more: {0}")]
    NoPlace(String),
    #[error("SMCP would read something else in it than what was asked for")]
    ReadBack,
}

/// What ours was made from.
#[derive(Debug, Clone, Default)]
struct Kept {
    base: String,
    on: BTreeSet<String>,
    off: BTreeSet<String>,
    /// The file's `default_profile` before, as it was spelled.
    before: Option<String>,
    /// What was made for ours and goes with it: `file`, `profiles` (the group of them), or nothing.
    made: String,
    /// The environment puts ours in force, and named this before.
    attach: Option<String>,
}

/// Tools that are switched off one by one while ours is in force, also those that nobody knows otherwise.
#[must_use]
pub fn off(bytes: &[u8]) -> Vec<String> {
    let Ok(file) = JsonFile::parse(bytes) else { return Vec::new() };
    Kept::read(&file).map(|kept| kept.off.into_iter().collect()).unwrap_or_default()
}

/// The file after `wish`. `known` are the names of all tools that are known to be there.
///
/// # Errors
/// [`SwitchFault`]; nothing half done comes back.
pub fn switched(
    bytes: Option<&[u8]>,
    given: Given<'_>,
    known: &BTreeSet<String>,
    wish: Wish<'_>,
) -> Result<Switched, SwitchFault> {
    let profiles = bytes.map_or_else(|| Ok(Profiles::builtin(given)), |bytes| Profiles::read(bytes, given))?;
    let file = match bytes {
        Some(bytes) => JsonFile::parse(bytes).map_err(|fault| ProfileFault::NotJson { line: fault.line })?,
        None => JsonFile::empty(),
    };
    let force = profiles.in_force(given);
    let ours = force == OURS;
    let before = Kept::read(&file);
    let mut kept = match (ours, &before) {
        (true, Some(kept)) => kept.clone(),
        _ => Kept::begin(&file, bytes, before.as_ref(), &profiles, given, &force),
    };
    let base = profiles.mode(&kept.base)?;
    let listed = match profiles.mode(OURS) {
        Ok(Mode::Explicit(tools)) if ours => tools,
        _ => BTreeSet::new(),
    };
    if ours && before.is_none() {
        // Somebody took our words out of it: what it leaves out was switched off.
        kept.off = known.iter().filter(|tool| base.offers(tool) && !listed.contains(*tool)).cloned().collect();
    }
    match wish.tool {
        Some((tool, true)) => {
            kept.off.remove(tool);
            if !base.offers(tool) {
                kept.on.insert(tool.to_owned());
            }
        }
        Some((tool, false)) => {
            kept.on.remove(tool);
            if base.offers(tool) {
                kept.off.insert(tool.to_owned());
            }
        }
        None => {}
    }
    let is_gone = |tool: &String| wish.gone.is_some_and(|begin| tool.starts_with(begin));
    kept.on.retain(|tool| !is_gone(tool));
    kept.off.retain(|tool| !is_gone(tool));
    // Where the environment names ours, it has to say something else before ours may go.
    if kept.on.is_empty() && kept.off.is_empty() && (wish.tool.is_some() || wish.with_settings || kept.attach.is_none())
    {
        return without(file, &kept, given);
    }
    let mut tools: BTreeSet<String> = known.iter().filter(|tool| base.offers(tool)).cloned().collect();
    if let Mode::Explicit(base) = &base {
        tools.extend(base.iter().cloned());
    }
    tools.extend(listed.iter().filter(|tool| !is_gone(tool)).cloned());
    tools.extend(kept.on.iter().cloned());
    let let_go = |tool: &str| wish.tool == Some((tool, false));
    tools.retain(|tool| !kept.off.contains(tool) && !let_go(tool) && tool != super::GOVERNOR);
    let more = if ours { tools.difference(&listed).cloned().collect() } else { Vec::new() };
    let mut after = with(file, &kept, &tools, given)?;
    after.more = more;
    after.more.retain(|tool| wish.tool.is_none_or(|(asked, _)| asked != tool));
    after.check(given, wish)?;
    Ok(after)
}

impl Kept {
    fn read(file: &JsonFile) -> Option<Self> {
        let kept = file.get(&format!("/profiles/{OURS}/{KEPT}"))?;
        let text = |key: &str| kept.get(key).and_then(Value::as_str).map(str::to_owned);
        let names = |key: &str| {
            let all = kept.get(key).and_then(Value::as_array).into_iter().flatten();
            all.filter_map(Value::as_str).map(str::to_owned).collect()
        };
        let base = text("base").filter(|base| base != OURS)?;
        Some(Self {
            base,
            on: names("on"),
            off: names("off"),
            before: text("default_before"),
            made: text("made").unwrap_or_default(),
            attach: text("attach_before"),
        })
    }

    /// From what is in force now.
    fn begin(
        file: &JsonFile,
        bytes: Option<&[u8]>,
        old: Option<&Self>,
        profiles: &Profiles,
        given: Given<'_>,
        force: &str,
    ) -> Self {
        let attach = given.attach.filter(|_| profiles.by_environment(given)).map(str::to_owned);
        let default = file.get("/default_profile").and_then(|default| default.as_str().map(str::to_owned));
        let made = match (old, file.document().as_object()) {
            (Some(old), _) => old.made.as_str(),
            (None, Some(document)) if bytes.is_none() || document.is_empty() => "file",
            (None, Some(document)) if !document.contains_key("profiles") => "profiles",
            _ => "",
        };
        // Ours without our words: nothing tells any more what was before.
        let ours = |name: &String| name.trim().to_lowercase() == OURS;
        Self {
            base: if force == OURS { FULL.to_owned() } else { force.to_owned() },
            before: default.filter(|default| !ours(default)).or_else(|| old.and_then(|old| old.before.clone())),
            made: made.to_owned(),
            attach: attach.map(|attach| if ours(&attach) { FULL.to_owned() } else { attach }),
            ..Self::default()
        }
    }

    fn profile(&self, tools: &BTreeSet<String>) -> Value {
        let mut kept = Map::new();
        kept.insert("base".to_owned(), json!(self.base));
        kept.insert("off".to_owned(), json!(self.off));
        if !self.on.is_empty() {
            kept.insert("on".to_owned(), json!(self.on));
        }
        for (key, text) in [("default_before", &self.before), ("attach_before", &self.attach)] {
            if let Some(text) = text {
                kept.insert(key.to_owned(), json!(text));
            }
        }
        if !self.made.is_empty() {
            kept.insert("made".to_owned(), json!(self.made));
        }
        json!({ "mode": "explicit", "description": WORDS, "tools": tools, KEPT: kept })
    }
}

fn with(mut file: JsonFile, kept: &Kept, tools: &BTreeSet<String>, given: Given<'_>) -> Result<Switched, SwitchFault> {
    let set = |file: &mut JsonFile, at: &str, value: &Value| {
        file.set(at, value).map_err(|fault| SwitchFault::NoPlace(fault.message))
    };
    let mut attach = None;
    if kept.attach.is_some() {
        attach = Some(OURS.to_owned()).filter(|_| given.attach.map(str::trim) != Some(OURS));
    } else {
        set(&mut file, "/default_profile", &json!(OURS))?;
    }
    set(&mut file, &format!("/profiles/{OURS}"), &kept.profile(tools))?;
    Ok(Switched { file: Some(file.to_bytes()), attach, ours: true, more: Vec::new() })
}

/// As it was before there was ours.
fn without(mut file: JsonFile, kept: &Kept, given: Given<'_>) -> Result<Switched, SwitchFault> {
    file.remove(&format!("/profiles/{OURS}"));
    let no_more = file.get("/profiles").is_some_and(|all| all.as_object().is_some_and(Map::is_empty));
    if no_more && !kept.made.is_empty() {
        file.remove("/profiles");
    }
    let default = file.get("/default_profile").and_then(|default| default.as_str().map(|d| d.trim().to_lowercase()));
    if default.as_deref() == Some(OURS) {
        match &kept.before {
            Some(before) => {
                file.set("/default_profile", &json!(before)).map_err(|fault| SwitchFault::NoPlace(fault.message))?
            }
            None => drop(file.remove("/default_profile")),
        }
    }
    let empty = file.document().as_object().is_some_and(Map::is_empty);
    let bytes = file.to_bytes();
    Profiles::read(&bytes, given)?;
    Ok(Switched {
        file: (!(empty && kept.made == "file")).then_some(bytes),
        attach: kept.attach.clone().filter(|before| given.attach != Some(before)),
        ours: false,
        more: Vec::new(),
    })
}

impl Switched {
    /// Reads it as SMCP will, before anybody writes it.
    fn check(&self, given: Given<'_>, wish: Wish<'_>) -> Result<(), SwitchFault> {
        let given = Given { attach: self.attach.as_deref().or(given.attach), ..given };
        let profiles = Profiles::read(self.file.as_deref().unwrap_or(b"{}"), given)?;
        let force = profiles.in_force(given);
        let asked = wish.tool.is_none_or(|(tool, on)| profiles.mode(&force).is_ok_and(|mode| mode.offers(tool) == on));
        if force == OURS && asked { Ok(()) } else { Err(SwitchFault::ReadBack) }
    }
}
