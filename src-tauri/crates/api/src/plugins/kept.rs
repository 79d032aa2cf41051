//! What this app knows of plugins besides their folders: which content was trusted, and what was put aside with the reason.
//!
//! It lies in the app's own folder, one file for an install; it holds hashes and words, never what a plugin was given.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::open::{Open, adopted_dir};
use crate::{ApiResult, files};

#[derive(Debug, Default, Clone, Serialize, Deserialize)]
pub(crate) struct Kept {
    /// Content hashes that the operator trusted to be asked, with when.
    #[serde(default)]
    pub trusted: BTreeMap<String, String>,
    /// By plugin id: why it was put aside.
    #[serde(default)]
    pub aside: BTreeMap<String, Aside>,
    /// By `<plugin id>@<content hash>`: what came of putting it aside. Nothing is put aside by itself twice.
    #[serde(default)]
    pub judged: BTreeMap<String, Judged>,
    /// By address of a Letta: what the tool server offered when Letta was last seen to have that.
    #[serde(default)]
    pub letta: BTreeMap<String, Told>,
}

/// What a Letta was told of the tool server's tools.
#[derive(Debug, Default, Clone, Serialize, Deserialize)]
pub(crate) struct Told {
    /// By name, a digest of what each takes and says.
    pub tools: BTreeMap<String, String>,
    /// What Letta did not take of it although it was told to.
    pub left: BTreeSet<String>,
}

/// What came of putting a plugin aside because its tool's last words named it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Judged {
    pub at: String,
    /// Its tool starts without it. `None` while that is tried.
    pub guilty: Option<bool>,
}

/// What one plugin with one content is kept under.
pub(crate) fn judged_as(id: &str, hash: &str) -> String {
    format!("{id}@{hash}")
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Aside {
    pub reason: String,
    pub at: String,
}

pub(crate) fn dir(open: &Open) -> PathBuf {
    adopted_dir(open.env(), open.root()).join("plugins")
}

fn file(open: &Open) -> PathBuf {
    dir(open).join("known.json")
}

pub(crate) fn read(open: &Open) -> ApiResult<Kept> {
    Ok(files::read::<Kept>(&file(open))?.unwrap_or_default())
}

/// Changes it. Whoever else changes it, in this process or another, waits.
pub(crate) fn change(open: &Open, with: impl FnOnce(&mut Kept)) -> ApiResult<()> {
    let _turn = files::turn(&file(open))?;
    let mut kept = read(open)?;
    with(&mut kept);
    files::write(&file(open), &kept)
}
