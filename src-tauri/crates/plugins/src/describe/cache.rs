//! Answers of plugins by the hash of their content, so that the same content is asked once.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::How;
use crate::text;

/// The form of an entry; others are not understood and asked anew.
const FORM: u32 = 1;
/// Twice what an answer may have, for its quotes.
const LONGEST: u64 = 4 << 20;
const MOST_ENTRIES: usize = 1_000;

/// Keeps bytes by key. A cache may forget whatever it likes.
pub trait Cache {
    fn get(&self, key: &str) -> Option<Vec<u8>>;
    /// # Errors
    /// Where it could not be kept; the caller goes on.
    fn put(&self, key: &str, bytes: &[u8]) -> io::Result<()>;
}

/// Keeps nothing.
#[derive(Debug, Clone, Copy)]
pub struct NoCache;

impl Cache for NoCache {
    fn get(&self, _key: &str) -> Option<Vec<u8>> {
        None
    }

    fn put(&self, _key: &str, _bytes: &[u8]) -> io::Result<()> {
        Ok(())
    }
}

/// A folder of files, `<key>.json`. It is made when it is needed; the oldest make room.
#[derive(Debug, Clone)]
pub struct Folder {
    dir: PathBuf,
}

impl Folder {
    #[must_use]
    pub fn new(dir: &Path) -> Folder {
        Folder { dir: dir.to_owned() }
    }

    fn path(&self, key: &str) -> Option<PathBuf> {
        let good = key.len() == 64 && key.bytes().all(|b| b.is_ascii_hexdigit());
        good.then(|| self.dir.join(format!("{key}.json")))
    }

    fn make_room(&self) {
        let mut all: Vec<_> = fs::read_dir(&self.dir)
            .into_iter()
            .flatten()
            .flatten()
            .filter(|entry| entry.path().extension().is_some_and(|end| end == "json"))
            .filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())))
            .collect();
        all.sort();
        let over = all.len().saturating_sub(MOST_ENTRIES);
        for (_, path) in all.into_iter().take(over) {
            let _gone = fs::remove_file(path);
        }
    }
}

impl Cache for Folder {
    fn get(&self, key: &str) -> Option<Vec<u8>> {
        text::load(&self.path(key)?, LONGEST).ok()
    }

    fn put(&self, key: &str, bytes: &[u8]) -> io::Result<()> {
        let path = self.path(key).ok_or(io::ErrorKind::InvalidInput)?;
        fs::create_dir_all(&self.dir)?;
        let mut file = tempfile::NamedTempFile::new_in(&self.dir)?;
        file.write_all(bytes)?;
        file.persist(path).map_err(|error| error.error)?;
        self.make_room();
        Ok(())
    }
}

#[derive(Serialize, Deserialize)]
struct Entry {
    form: u32,
    how: How,
    text: String,
}

pub(super) fn recall(cache: &dyn Cache, hash: &str) -> Option<(How, String)> {
    let entry: Entry = serde_json::from_slice(&cache.get(hash)?).ok()?;
    (entry.form == FORM).then_some((entry.how, entry.text))
}

/// What cannot be kept is asked again the next time.
pub(super) fn keep(cache: &dyn Cache, hash: &str, how: How, text: &str) {
    if let Ok(bytes) = serde_json::to_vec(&Entry { form: FORM, how, text: text.to_owned() }) {
        let _kept = cache.put(hash, &bytes);
    }
}
