//! How much one source may hold. Owns the numbers; `tally` holds to them while it reads, whatever an archive says of itself.

use std::time::Duration;

/// The bounds of one source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Files, folders and links together.
    pub entries: usize,
    /// Bytes of all files together, unpacked.
    pub total: u64,
    /// Bytes of one file.
    pub file: u64,
    /// How many times larger than the archive its content may be.
    pub ratio: u64,
    /// Below this many bytes the ratio does not matter: small and repetitive files do no harm.
    pub ratio_from: u64,
    /// Folders within folders.
    pub depth: usize,
    /// How long git may take, for each of its commands.
    pub git: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            entries: 50_000,
            total: 2 << 30,
            file: 1 << 30,
            ratio: 200,
            ratio_from: 32 << 20,
            depth: 32,
            git: Duration::from_secs(15 * 60),
        }
    }
}
