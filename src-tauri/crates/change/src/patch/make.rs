//! Finds the hunks between two states of a file.
//!
//! Lines are compared without their ends and without a byte order mark, so that a line which only gets a line break because
//! another one follows counts as unchanged: it may hold a secret that nobody was told of.

use std::ops::Range;

use similar::{Algorithm, DiffOp};

use super::{Hunk, Piece, Sealed, breaks_first};

const MARK: &[u8] = b"\xEF\xBB\xBF";

/// A stretch of the file before and the stretch of the file after that stands in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Edit {
    before: Range<usize>,
    after: Range<usize>,
}

/// The lines of a file, without their `\n`: one more than there are line breaks, so that joining them gives the file.
struct Lines<'a> {
    bytes: &'a [u8],
    at: Vec<Range<usize>>,
    keys: Vec<&'a [u8]>,
}

impl<'a> Lines<'a> {
    fn new(bytes: &'a [u8]) -> Lines<'a> {
        let (mut at, mut start) = (Vec::new(), 0);
        for line in bytes.split(|b| *b == b'\n') {
            at.push(start..start + line.len());
            start += line.len() + 1;
        }
        let mut lines = Lines { bytes, at, keys: Vec::new() };
        lines.keys = (0..lines.at.len())
            .map(|n| &bytes[lines.at[n].start + lines.mark(n)..lines.at[n].end - lines.carriage(n)])
            .collect();
        lines
    }

    /// Bytes of a byte order mark before line `n`.
    fn mark(&self, n: usize) -> usize {
        if n == 0 && self.bytes.starts_with(MARK) { MARK.len() } else { 0 }
    }

    /// Bytes of a carriage return behind line `n`.
    fn carriage(&self, n: usize) -> usize {
        let line = &self.bytes[self.at[n].clone()];
        usize::from(line.len() > self.mark(n) && line.ends_with(b"\r"))
    }

    /// The bytes of the lines `from..to` with a line break: the one behind them, or at the end of the file the one before.
    fn taken(&self, from: usize, to: usize) -> Range<usize> {
        if to < self.at.len() {
            self.at[from].start..self.at[to].start
        } else {
            self.at[from.saturating_sub(1)].end..self.at[to - 1].end
        }
    }

    /// The place between lines where `taken` of the other side would have stood.
    fn gap(&self, n: usize) -> usize {
        if n < self.at.len() { self.at[n].start } else { self.bytes.len() }
    }
}

/// What differs between `before` and `after`, with every sealed value that stands in it replaced by its reference.
pub(crate) fn make(before: &[u8], after: &[u8], sealed: &[Sealed]) -> Vec<Hunk> {
    let mut edits = edits(&Lines::new(before), &Lines::new(after));
    let (hidden_before, hidden_after) = (hidden(before, sealed), hidden(after, sealed));
    cover(&mut edits, &hidden_before, &hidden_after);
    edits
        .into_iter()
        .map(|edit| {
            let late = usize::from(breaks_first(&before[edit.before.clone()], &after[edit.after.clone()]));
            Hunk {
                line_before: line_at(before, edit.before.start) + late,
                line_after: line_at(after, edit.after.start) + late,
                start_before: edit.before.start,
                len_before: edit.before.len(),
                start_after: edit.after.start,
                len_after: edit.after.len(),
                before: pieces(before, &edit.before, &hidden_before),
                after: pieces(after, &edit.after, &hidden_after),
            }
        })
        .collect()
}

fn line_at(bytes: &[u8], offset: usize) -> usize {
    1 + bytes[..offset].iter().filter(|b| **b == b'\n').count()
}

fn edits(before: &Lines<'_>, after: &Lines<'_>) -> Vec<Edit> {
    let mut edits: Vec<Edit> = Vec::new();
    let mut push = |before: Range<usize>, after: Range<usize>| match edits.last_mut() {
        Some(last) if last.before.end == before.start && last.after.end == after.start => {
            (last.before.end, last.after.end) = (before.end, after.end);
        }
        _ => edits.push(Edit { before, after }),
    };
    let (mut b, mut a) = (0, 0);
    for (old, new, len) in equal_runs(before, after) {
        changed(before, after, b..old, a..new, &mut push);
        for (i, j) in (old..old + len).zip(new..new + len) {
            let (x, y) = (&before.at[i], &after.at[j]);
            if before.mark(i) != after.mark(j) {
                push(x.start..x.start + before.mark(i), y.start..y.start + after.mark(j));
            }
            if before.carriage(i) != after.carriage(j) {
                push(x.end - before.carriage(i)..x.end, y.end - after.carriage(j)..y.end);
            }
        }
        (b, a) = (old + len, new + len);
    }
    edits
}

/// Runs of lines that are the same on both sides; the last one is empty and stands at the end.
fn equal_runs(before: &Lines<'_>, after: &Lines<'_>) -> Vec<(usize, usize, usize)> {
    let mut runs: Vec<_> = similar::capture_diff_slices(Algorithm::Myers, &before.keys, &after.keys)
        .into_iter()
        .filter_map(|op| match op {
            DiffOp::Equal { old_index, new_index, len } => Some((old_index, new_index, len)),
            _ => None,
        })
        .collect();
    runs.push((before.at.len(), after.at.len(), 0));
    runs
}

fn changed(
    before: &Lines<'_>,
    after: &Lines<'_>,
    b: Range<usize>,
    a: Range<usize>,
    push: &mut impl FnMut(Range<usize>, Range<usize>),
) {
    match (b.is_empty(), a.is_empty()) {
        (true, true) => {}
        (false, false) => {
            push(before.at[b.start].start..before.at[b.end - 1].end, after.at[a.start].start..after.at[a.end - 1].end);
        }
        (false, true) => push(before.taken(b.start, b.end), after.gap(a.start)..after.gap(a.start)),
        (true, false) => push(before.gap(b.start)..before.gap(b.start), after.taken(a.start, a.end)),
    }
}

/// Where sealed values stand, in order, the longest first where they overlap; with the reference of each.
fn hidden<'s>(bytes: &[u8], sealed: &'s [Sealed]) -> Vec<(Range<usize>, &'s str)> {
    let mut values: Vec<&Sealed> = sealed.iter().filter(|s| !s.value.is_empty()).collect();
    values.sort_by_key(|s| std::cmp::Reverse(s.value.len()));
    let mut found: Vec<(Range<usize>, &str)> = Vec::new();
    for Sealed { reference, value } in values {
        let mut at = 0;
        while at + value.len() <= bytes.len() {
            let here = at..at + value.len();
            if bytes[here.clone()] != **value {
                at += 1;
                continue;
            }
            match found.iter().find(|(taken, _)| taken.start < here.end && here.start < taken.end) {
                Some((taken, _)) => at = taken.end,
                None => {
                    at = here.end;
                    found.push((here, reference));
                }
            }
        }
    }
    found.sort_by_key(|(range, _)| range.start);
    found
}

/// Widens edits until each holds a hidden value whole or not at all. What lies between edits is the same on both sides, so
/// both sides widen by as much, and an edit that would be reached becomes one with it.
fn cover(edits: &mut Vec<Edit>, before: &[(Range<usize>, &str)], after: &[(Range<usize>, &str)]) {
    let mut n = 0;
    while n < edits.len() {
        let (b, a) = (cut(&edits[n].before, before), cut(&edits[n].after, after));
        let (left, right) = (b.0.max(a.0), b.1.max(a.1));
        let room = |from: usize| edits[from + 1].before.start - edits[from].before.end;
        if left > 0 && n > 0 && left > room(n - 1) {
            n -= 1;
            join(edits, n);
        } else if right > 0 && n + 1 < edits.len() && right > room(n) {
            join(edits, n);
        } else if left + right > 0 {
            let Edit { before, after } = &mut edits[n];
            (before.start, after.start) = (before.start - left, after.start - left);
            (before.end, after.end) = (before.end + right, after.end + right);
        } else {
            n += 1;
        }
    }
}

fn join(edits: &mut Vec<Edit>, n: usize) {
    let next = edits.remove(n + 1);
    (edits[n].before.end, edits[n].after.end) = (next.before.end, next.after.end);
}

/// By how much `range` would have to begin earlier and end later so as not to cut a hidden value in two.
fn cut(range: &Range<usize>, hidden: &[(Range<usize>, &str)]) -> (usize, usize) {
    hidden.iter().filter(|(h, _)| h.start < range.end && range.start < h.end).fold((0, 0), |(left, right), (h, _)| {
        (left.max(range.start.saturating_sub(h.start)), right.max(h.end.saturating_sub(range.end)))
    })
}

fn pieces(bytes: &[u8], range: &Range<usize>, hidden: &[(Range<usize>, &str)]) -> Vec<Piece> {
    let (mut pieces, mut at) = (Vec::new(), range.start);
    let plain = |from: usize, to: usize, pieces: &mut Vec<Piece>| {
        if from < to {
            pieces.push(Piece::Bytes(bytes[from..to].to_vec()));
        }
    };
    for (place, reference) in hidden.iter().filter(|(h, _)| range.start <= h.start && h.end <= range.end) {
        plain(at, place.start, &mut pieces);
        pieces.push(Piece::Secret { reference: (*reference).to_owned() });
        at = place.end;
    }
    plain(at, range.end, &mut pieces);
    pieces
}
