//! What an instance wrote in its present or last run: the beginning or the end of it, bounded, for whoever looks for a reason in it.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use sanctum_modules::health::log::veiled;

use super::instances::Instance;
use super::look::Look;
use super::recipe;
use crate::open::Open;

/// So much of a log is read.
const WINDOW: u64 = 256 * 1024;

/// The end of what it wrote since its present or last run began; nothing where its log cannot be read. Hostile text.
pub(crate) fn said(open: &Open, instance: &Instance, look: &Look) -> String {
    read(open, instance, look, false)
}

/// The beginning of the same, where it tells what it loads; nothing where its log was put away since.
pub(crate) fn began(open: &Open, instance: &Instance, look: &Look) -> String {
    read(open, instance, look, true)
}

fn read(open: &Open, instance: &Instance, look: &Look, first: bool) -> String {
    let begins = look.record.as_ref().and_then(|record| record.log_begins).unwrap_or(0);
    let path = recipe::log_dir(open, instance).join(format!("{}.log", instance.module));
    let read = || -> std::io::Result<Vec<u8>> {
        // A pipe in its place would wait for ever.
        if !std::fs::metadata(&path)?.is_file() {
            return Ok(Vec::new());
        }
        let mut file = File::open(&path)?;
        let size = file.metadata()?.len();
        // A log that was cut since holds nothing but what came after.
        let cut = begins > size;
        if cut && first {
            return Ok(Vec::new());
        }
        let begins = if cut { 0 } else { begins };
        let from = if first { begins } else { size.saturating_sub(WINDOW).max(begins) };
        file.seek(SeekFrom::Start(from))?;
        let mut bytes = Vec::new();
        file.take(WINDOW).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    String::from_utf8_lossy(&read().unwrap_or_default()).into_owned()
}

/// A line of it without what looks like a secret.
pub(crate) fn covered(line: &str) -> String {
    veiled(&sanctum_logs::Cover::new([]).text(line).0)
}
