//! The labelled sample that "look around" opens in a temporary folder: three Primes, a few tools, and one manifest that is
//! broken on purpose, so that a person sees what that looks like. Data only; the api makes it and throws it away.

use std::path::Path;

use sanctum_change::Planner;

use crate::layout::{LayoutError, NewAgent, NewSanctum, propose_new};
use crate::names::AgentUid;
use crate::ports::conventional;

/// What the window says while a sample is open.
pub const LABEL: &str = "Sample: nothing here is real, and nothing is kept.";

/// One Prime of the sample.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleAgent {
    /// Short name.
    pub uid: AgentUid,
    /// Name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Its colour, 1 to 8.
    pub color: u8,
}

/// The whole sample.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// The tree to make; without Python, so that it is there at once.
    pub spec: NewSanctum,
    /// The Primes, in the order of `spec.agents`.
    pub agents: Vec<SampleAgent>,
    /// Further files, relative to the root, with their text.
    pub files: Vec<(&'static str, &'static str)>,
}

const PRIMES: &[(&str, &str, &str, &[&str])] = &[
    ("athena", "Athena", "Looks after the configuration of this Sanctum", &["broca2", "thalamus", "web-bridge"]),
    ("monday", "Monday", "Plans the week and keeps the calendar", &["broca2", "thalamus"]),
    ("timbre", "Timbre", "Listens, transcribes and writes the minutes", &["broca2"]),
];

const FILES: &[(&str, &str)] = &[
    (
        "tools/web-search/manifest.json",
        r#"{
  "name": "web-search",
  "type": "tool",
  "title": "Web search",
  "description": "Finds pages and reads them aloud to the Primes",
  "version": "1.2.0",
  "module_scope": "global",
  "emoji": "🔎"
}
"#,
    ),
    ("tools/notes/manifest.json", "{\n  \"name\": \"notes\",\n  \"type\": \"tool\"\n}\n"),
    (
        "tools/weather/manifest.json",
        "{\n  \"name\": \"weather\",\n  \"type\": \"tool\",\n  \"description\": \"Broken on purpose: the comma after this line is missing\"\n  \"version\": \"0.1.0\"\n}\n",
    ),
    (
        "agents/agent-monday/modules/calendar/manifest.json",
        r#"{
  "name": "calendar",
  "type": "module",
  "title": "Calendar",
  "description": "Reads and writes Monday's calendar",
  "version": "0.4.1",
  "module_scope": "agent"
}
"#,
    ),
    (
        "smcp/plugins/demo_math/manifest.json",
        "{\n  \"name\": \"demo_math\",\n  \"type\": \"plugin\",\n  \"description\": \"Calculates, formats bytes and flips a coin\",\n  \"version\": \"1.0.0\"\n}\n",
    ),
];

/// The sample, to be made below `root`. Ports are the conventional ones: nothing of a sample is ever started.
pub fn sample_spec(root: &Path) -> Sample {
    let mut agents = Vec::new();
    let mut new = Vec::new();
    for (index, color, (uid, name, description, modules)) in
        PRIMES.iter().enumerate().filter_map(|(i, p)| Some((u32::try_from(i).ok()?, u8::try_from(i + 1).ok()?, p)))
    {
        let Ok(uid) = AgentUid::parse(uid) else {
            continue;
        };
        new.push(NewAgent {
            uid: uid.clone(),
            name: (*name).to_owned(),
            index,
            modules: modules.iter().filter_map(|m| Some(((*m).to_owned(), conventional(m, index)?))).collect(),
            root: root.to_path_buf(),
        });
        agents.push(SampleAgent { uid, name: (*name).to_owned(), description: (*description).to_owned(), color });
    }
    Sample {
        spec: NewSanctum { root: root.to_path_buf(), python: None, agents: new, smcp_port: conventional("smcp", 0) },
        agents,
        files: FILES.to_vec(),
    }
}

/// Adds the steps that make the sample, its further files included.
///
/// # Errors
/// As [`propose_new`].
pub fn propose_sample(planner: &mut Planner<'_>, sample: &Sample) -> Result<(), LayoutError> {
    propose_new(planner, &sample.spec)?;
    planner.group("Tools");
    for (path, text) in &sample.files {
        planner.write_file(path, (*text).into(), 0o644, "Write a manifest of the sample")?;
    }
    Ok(())
}
