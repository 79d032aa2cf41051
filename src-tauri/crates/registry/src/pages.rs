//! Reading table rows out of a SQLite file's pages without SQLite, as far as each page makes sense.
//!
//! For salvage only (`recover.rs`): SQLite stops at the first bad page of a table, this goes on. Format: sqlite.org/fileformat2.html.

use std::collections::HashSet;

use rusqlite::types::Value;

/// One row as found: its rowid and the values of its record.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Found {
    pub(crate) rowid: i64,
    pub(crate) values: Vec<Value>,
}

/// What a walk of one b-tree gave.
#[derive(Debug, Default)]
pub(crate) struct Walk {
    pub(crate) rows: Vec<Found>,
    /// Pages or cells that made no sense.
    pub(crate) unreadable: u32,
}

/// The bytes of a database file, cut in pages.
pub(crate) struct Pages<'a> {
    bytes: &'a [u8],
    size: usize,
    usable: usize,
    /// Pages that belong to something: trees walked, overflow chains, the free list.
    pub(crate) used: HashSet<u32>,
}

const LEAF: u8 = 0x0d;
const INTERIOR: u8 = 0x05;
const INDEX_LEAF: u8 = 0x0a;
const INDEX_INTERIOR: u8 = 0x02;

impl<'a> Pages<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Pages<'a> {
        let size = match u16_at(bytes, 16) {
            Some(1) => 65_536,
            Some(n) if n >= 512 && n.is_power_of_two() => usize::from(n),
            _ => 4096,
        };
        let reserved = bytes.get(20).copied().map_or(0, usize::from);
        Pages { bytes, size, usable: size.saturating_sub(reserved).max(480), used: HashSet::new() }
    }

    /// Page `n`, from 1; the last one of a file that was cut may be short, and what is whole on it still reads.
    fn page(&self, n: u32) -> Option<&'a [u8]> {
        let start = usize::try_from(n).ok()?.checked_sub(1)?.checked_mul(self.size)?;
        let end = start.checked_add(self.size)?.min(self.bytes.len());
        self.bytes.get(start..end).filter(|page| !page.is_empty())
    }

    pub(crate) fn count(&self) -> u32 {
        u32::try_from(self.bytes.len().div_ceil(self.size)).unwrap_or(u32::MAX)
    }

    /// Every readable row of the table whose tree begins at `root`.
    pub(crate) fn table(&mut self, root: u32) -> Walk {
        let mut walk = Walk::default();
        let mut waiting = vec![root];
        while let Some(n) = waiting.pop() {
            let (Some(page), false) = (self.page(n), self.used.contains(&n)) else {
                walk.unreadable += 1;
                continue;
            };
            let head = head_of(n);
            match page.get(head) {
                Some(&LEAF) => {
                    self.used.insert(n);
                    self.leaf(page, head, &mut walk);
                }
                Some(&INTERIOR) => {
                    self.used.insert(n);
                    self.children(page, head, &mut walk, &mut waiting);
                }
                _ => walk.unreadable += 1,
            }
        }
        walk
    }

    fn children(&self, page: &[u8], head: usize, walk: &mut Walk, waiting: &mut Vec<u32>) {
        let cells = u16_at(page, head + 3).map_or(0, usize::from);
        let fits = head + 12 + 2 * cells <= self.size;
        if !fits {
            walk.unreadable += 1;
        }
        for i in 0..if fits { cells } else { 0 } {
            match u16_at(page, head + 12 + 2 * i).and_then(|at| u32_at(page, usize::from(at))) {
                Some(child) => waiting.push(child),
                None => walk.unreadable += 1,
            }
        }
        match u32_at(page, head + 8) {
            Some(child) => waiting.push(child),
            None => walk.unreadable += 1,
        }
    }

    fn leaf(&mut self, page: &[u8], head: usize, walk: &mut Walk) {
        let cells = u16_at(page, head + 3).map_or(0, usize::from);
        if head + 8 + 2 * cells > self.size {
            walk.unreadable += 1;
            return;
        }
        for i in 0..cells {
            let at = u16_at(page, head + 8 + 2 * i).map_or(0, usize::from);
            match self.cell(page, at) {
                Some(row) => walk.rows.push(row),
                None => walk.unreadable += 1,
            }
        }
    }

    fn cell(&mut self, page: &[u8], at: usize) -> Option<Found> {
        if at < 8 {
            return None;
        }
        let (length, at) = varint(page, at)?;
        let (rowid, at) = varint(page, at)?;
        let length = usize::try_from(length).ok().filter(|n| *n <= self.bytes.len())?;
        let most = self.usable - 35;
        let local = if length <= most {
            length
        } else {
            let least = (self.usable - 12) * 32 / 255 - 23;
            let k = least + (length - least) % (self.usable - 4);
            if k <= most { k } else { least }
        };
        let mut payload = page.get(at..at.checked_add(local)?)?.to_vec();
        if local < length {
            let mut next = u32_at(page, at + local)?;
            let mut chain = Vec::new();
            while payload.len() < length {
                let more = self.page(next).filter(|_| !self.used.contains(&next) && !chain.contains(&next))?;
                chain.push(next);
                let take = (length - payload.len()).min(self.usable - 4);
                payload.extend_from_slice(more.get(4..4 + take)?);
                next = u32_at(more, 0)?;
            }
            self.used.extend(chain);
        }
        Some(Found { rowid, values: record(&payload)? })
    }

    /// Marks the pages of an index, so that they are not taken for lost rows.
    pub(crate) fn mark_index(&mut self, root: u32) {
        let mut waiting = vec![root];
        while let Some(n) = waiting.pop() {
            let Some(page) = self.page(n) else { continue };
            let head = head_of(n);
            match page.get(head) {
                Some(&(INDEX_LEAF | INDEX_INTERIOR)) if self.used.insert(n) => {}
                _ => continue,
            }
            if page.get(head) == Some(&INDEX_INTERIOR) {
                self.children(page, head, &mut Walk::default(), &mut waiting);
            }
        }
    }

    /// Marks the free list: its pages may hold rows that were deleted on purpose.
    pub(crate) fn mark_free(&mut self) {
        let mut trunk = u32_at(self.bytes, 32).unwrap_or(0);
        while trunk != 0 && self.used.insert(trunk) {
            let Some(page) = self.page(trunk) else { return };
            let leaves = u32_at(page, 4).map_or(0, |n| n.min(u32::try_from(self.size / 4).unwrap_or(0)));
            for i in 0..leaves {
                if let Some(n) = u32_at(page, 8 + 4 * usize::try_from(i).unwrap_or(0)) {
                    self.used.insert(n);
                }
            }
            trunk = u32_at(page, 0).unwrap_or(0);
        }
    }

    /// Rows of table leaves that nothing points to, page by page: the children of a page that is gone.
    pub(crate) fn orphans(&mut self) -> Vec<Found> {
        let mut walk = Walk::default();
        for n in 2..=self.count() {
            if let Some(page) = self.page(n).filter(|p| p.first() == Some(&LEAF) && !self.used.contains(&n)) {
                self.leaf(page, 0, &mut walk);
            }
        }
        walk.rows
    }
}

/// The values of a record; `None` unless its header and body fit exactly.
fn record(payload: &[u8]) -> Option<Vec<Value>> {
    let (header, mut at) = varint(payload, 0)?;
    let header = usize::try_from(header).ok().filter(|h| *h <= payload.len())?;
    let mut body = header;
    let mut values = Vec::new();
    while at < header {
        let (kind, next) = varint(payload, at)?;
        at = next;
        let length = match kind {
            0 | 8 | 9 => 0,
            1..=4 => usize::try_from(kind).ok()?,
            5 => 6,
            6 | 7 => 8,
            n if n >= 12 => usize::try_from((n - 12) / 2).ok()?,
            _ => return None,
        };
        let bytes = payload.get(body..body.checked_add(length)?)?;
        body += length;
        values.push(match kind {
            0 => Value::Null,
            8 => Value::Integer(0),
            9 => Value::Integer(1),
            1..=6 => Value::Integer(signed(bytes)),
            7 => Value::Real(f64::from_be_bytes(bytes.try_into().ok()?)),
            n if n % 2 == 0 => Value::Blob(bytes.to_vec()),
            _ => Value::Text(String::from_utf8_lossy(bytes).into_owned()),
        });
    }
    (at == header && body == payload.len()).then_some(values)
}

fn signed(bytes: &[u8]) -> i64 {
    let start = if bytes.first().is_some_and(|b| b & 0x80 != 0) { -1 } else { 0 };
    bytes.iter().fold(start, |n, b| (n << 8) | i64::from(*b))
}

fn varint(bytes: &[u8], at: usize) -> Option<(i64, usize)> {
    let mut value: u64 = 0;
    for i in 0..8 {
        let byte = *bytes.get(at + i)?;
        value = (value << 7) | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return Some((value.cast_signed(), at + i + 1));
        }
    }
    value = (value << 8) | u64::from(*bytes.get(at + 8)?);
    Some((value.cast_signed(), at + 9))
}

fn head_of(page: u32) -> usize {
    if page == 1 { 100 } else { 0 }
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(bytes.get(at..at.checked_add(2)?)?.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}
