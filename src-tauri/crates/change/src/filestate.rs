//! What was found on disk: one file with its bytes, or a whole tree as a digest.
//!
//! Owns the two fingerprints by which a step recognises its "before". How they are read lies in `disk` and `digest`.

use serde::{Deserialize, Serialize};

/// Files above this size are not journalled: a step that would overwrite one is refused, with the reason.
pub const LARGEST_PRE_IMAGE: u64 = 64 * 1024 * 1024;

/// A regular file as it was found, with its bytes. The hash is made from the bytes, so the two cannot disagree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileState {
    hash: String,
    len: u64,
    mode: u32,
    /// Kept beside the journal's JSON, not in it.
    #[serde(skip)]
    bytes: Vec<u8>,
}

impl FileState {
    /// The state of a file with these bytes and permission bits.
    #[must_use]
    pub fn new(bytes: Vec<u8>, mode: u32) -> FileState {
        FileState { hash: hash(&bytes), len: bytes.len() as u64, mode, bytes }
    }

    /// BLAKE3 of the bytes, in hex.
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// Permission bits, for example `0o600`.
    #[must_use]
    pub fn mode(&self) -> u32 {
        self.mode
    }

    /// The content.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Puts back the bytes that the journal keeps apart; `false` where they are not those of the hash.
    pub(crate) fn refill(&mut self, bytes: Vec<u8>) -> bool {
        let same = hash(&bytes) == self.hash;
        self.bytes = bytes;
        same
    }
}

/// The fingerprint of a file, link or folder with all it holds: names, kinds, modes, link targets, and the content of
/// files up to 1 MiB (of larger ones the size: moving to the trash loses nothing, and a log of gigabytes is not read for it).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TreeDigest {
    pub hash: String,
    pub files: u64,
    pub folders: u64,
    pub bytes: u64,
}

/// BLAKE3 in hex.
pub(crate) fn hash(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex().to_string()
}
