//! Lines read from their files, for a page, a filter, a search, an export.

use std::collections::HashMap;
use std::sync::Arc;

use crate::clean;
use crate::files::open;
use crate::index::{STEP, Seen, Spot};
use crate::line::{self, Level};
use crate::lines::Lines;
use crate::marks::Mark;
use crate::stamp::{Stamp, Stamps, Zone};

/// A line as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Number among the lines that are shown.
    pub n: u32,
    /// Index into the places of the view.
    pub source: usize,
    /// As the line says it.
    pub at: Option<Stamp>,
    /// Its own, or that of the line it belongs to.
    pub level: Option<Level>,
    pub part: Option<String>,
    pub text: String,
    /// Characters left out of a long line.
    pub left_out: usize,
}

/// Most characters of a line that is shown.
pub const LONGEST: usize = 4096;
/// Stands for a line whose file was taken away or emptied a moment ago.
pub const GONE: &str = "⟨this line is no longer in its file⟩";

/// A line that is wanted: its number in what is shown, its mark, its place.
pub type Wanted = (u32, Mark, Option<Spot>);

/// Files that are open for reading, one of each stream.
#[derive(Default)]
pub struct Reading {
    open: HashMap<usize, Opened>,
}

struct Opened {
    seen: Arc<Seen>,
    lines: Lines,
    /// Number of the line that would be read next.
    next: u32,
}

impl Reading {
    /// Reads the line at `spot` and hands it to `use_it`, cleaned, with the number of characters that were not kept. `false`
    /// where it is not there any more.
    pub fn line(&mut self, spot: &Spot, use_it: impl FnOnce(&[u8], usize)) -> std::io::Result<bool> {
        if self.open.get(&spot.stream).is_none_or(|opened| !Arc::ptr_eq(&opened.seen, &spot.seen)) {
            let Some(file) = open(&spot.seen.path, spot.seen.identity)? else {
                self.open.remove(&spot.stream);
                return Ok(false);
            };
            let next = spot.number - spot.number % STEP;
            let lines = Lines::new(file, spot.place)?;
            self.open.insert(spot.stream, Opened { seen: spot.seen.clone(), lines, next });
        }
        let Some(opened) = self.open.get_mut(&spot.stream) else { return Ok(false) };
        if spot.number < opened.next || spot.number - opened.next > STEP {
            opened.lines.go(spot.place)?;
            opened.next = spot.number - spot.number % STEP;
        }
        loop {
            let Some(raw) = opened.lines.next()? else {
                self.open.remove(&spot.stream);
                return Ok(false);
            };
            let here = opened.next;
            // A line without an end may get one later; the next look starts at its place again.
            let whole = raw.whole;
            opened.next += 1;
            if here == spot.number {
                use_it(&clean::bytes(raw.bytes), raw.more);
                if !whole {
                    self.open.remove(&spot.stream);
                }
                return Ok(true);
            }
        }
    }

    /// The same as a line to show.
    pub fn shown(&mut self, zone: &Zone, wanted: &Wanted) -> std::io::Result<Line> {
        let (n, mark, spot) = wanted;
        let mut line = Line {
            n: *n,
            source: spot.as_ref().map_or(0, |spot| spot.source),
            at: None,
            level: mark.level(),
            part: None,
            text: GONE.to_owned(),
            left_out: 0,
        };
        if let Some(spot) = spot {
            let mut stamps = Stamps::new(zone.clone(), spot.seen.modified.into());
            self.line(spot, |bytes, more| taken_apart(&mut stamps, bytes, more, &mut line))?;
        }
        Ok(line)
    }
}

fn taken_apart(stamps: &mut Stamps, bytes: &[u8], more: usize, line: &mut Line) {
    let shown = |bytes: &[u8]| clean::text(bytes, LONGEST);
    let (text, left_out) = if let Some(json) = line::json(bytes) {
        line.at = json.at(stamps);
        line.part = json.part.as_ref().map(|part| shown(&clean::bytes(part.as_bytes())).0);
        shown(&clean::bytes(json.text.replace('\n', " ").as_bytes()))
    } else if let Some(head) = line::head(stamps, bytes) {
        line.at = head.at;
        line.part = Some(&bytes[head.part]).filter(|part| !part.is_empty()).map(|part| shown(part).0);
        shown(&bytes[head.text..])
    } else {
        shown(bytes)
    };
    line.text = text;
    line.left_out = left_out + more;
}
