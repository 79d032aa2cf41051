//! `.sanctum-source.json`: what a fetched folder says of where it came from.

use std::fs::{self, Permissions};
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::{FetchError, Source, Wanted, write};

/// Its name in every fetched folder.
pub const RECORD: &str = ".sanctum-source.json";
const LONGEST: u64 = 64 * 1024;

/// Where the code in a folder came from. It holds no password.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// `folder`, `archive` or `git`.
    pub kind: String,
    pub from: String,
    /// The branch, tag or commit that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rev: Option<String>,
    /// The commit that it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// The folder of the source that was taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only: Option<String>,
    /// What `content_hash` said when it was fetched.
    pub hash: String,
    /// RFC 3339, UTC.
    pub fetched_at: String,
    pub files: usize,
    pub bytes: u64,
}

impl Record {
    pub(crate) fn new(wanted: &Wanted, now: OffsetDateTime) -> Self {
        let rev = match &wanted.source {
            Source::Git { rev, .. } => rev.as_ref().map(|rev| rev.as_str().to_owned()),
            _ => None,
        };
        Self {
            kind: wanted.source.kind().to_owned(),
            from: wanted.source.to_string(),
            rev,
            commit: None,
            only: wanted.only.as_ref().map(|only| only.as_str().to_owned()),
            hash: String::new(),
            fetched_at: now.format(&Rfc3339).unwrap_or_default(),
            files: 0,
            bytes: 0,
        }
    }

    /// The record in `dir`; `None` where there is none, or none that can be read.
    #[must_use]
    pub fn read(dir: &Path) -> Option<Self> {
        let path = dir.join(RECORD);
        fs::symlink_metadata(&path).ok().filter(fs::Metadata::is_file)?;
        let mut text = Vec::new();
        fs::File::open(path).ok()?.take(LONGEST).read_to_end(&mut text).ok()?;
        serde_json::from_slice(&text).ok()
    }

    pub(crate) fn write(&self, dir: &Path) -> Result<(), FetchError> {
        let path = dir.join(RECORD);
        let io = |e| FetchError::io(&path, "write", e);
        let mut text = serde_json::to_vec_pretty(self).map_err(|e| io(e.into()))?;
        text.push(b'\n');
        let mut file = write::create(&path)?;
        file.write_all(&text).map_err(io)?;
        file.set_permissions(Permissions::from_mode(0o644)).map_err(io)?;
        crate::platform::written(&file).map_err(io)
    }
}
