//! The merged order of all lines, and which of them pass a filter, as compact as they can be: two bytes a line for the one,
//! one bit a line for the other. Both only grow at their end.

use crate::line::Level;

/// Stream, level and whether an entry begins, of one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark(u16);

/// As many streams as a mark can tell apart.
pub const MOST_STREAMS: usize = 1 << 12;

impl Mark {
    pub fn new(stream: usize, level: Option<Level>, first: bool) -> Self {
        let level = level.map_or(0, |level| level as u16 + 1);
        let stream = u16::try_from(stream.min(MOST_STREAMS - 1)).unwrap_or(0);
        Self(level | (u16::from(first) << 3) | (stream << 4))
    }

    pub fn stream(self) -> usize {
        usize::from(self.0 >> 4)
    }

    pub fn level(self) -> Option<Level> {
        match self.0 & 7 {
            1 => Some(Level::Debug),
            2 => Some(Level::Info),
            3 => Some(Level::Warn),
            4 => Some(Level::Error),
            _ => None,
        }
    }

    pub fn first(self) -> bool {
        self.0 & 8 != 0
    }
}

/// Lines of one block.
const BLOCK: usize = 4096;

struct Block {
    /// Lines of each stream before it.
    before: Vec<u32>,
    marks: Vec<Mark>,
}

/// The merged order.
#[derive(Default)]
pub struct Order {
    blocks: Vec<Block>,
    /// Lines of each stream in all.
    counts: Vec<u32>,
    len: u32,
}

impl Order {
    pub fn len(&self) -> u32 {
        self.len
    }

    pub fn push(&mut self, mark: Mark) {
        if self.blocks.last().is_none_or(|block| block.marks.len() == BLOCK) {
            self.blocks.push(Block { before: self.counts.clone(), marks: Vec::with_capacity(BLOCK) });
        }
        let stream = mark.stream();
        if self.counts.len() <= stream {
            self.counts.resize(stream + 1, 0);
        }
        self.counts[stream] += 1;
        self.len += 1;
        if let Some(block) = self.blocks.last_mut() {
            block.marks.push(mark);
        }
    }

    pub fn mark(&self, n: u32) -> Option<Mark> {
        let n = n as usize;
        self.blocks.get(n / BLOCK)?.marks.get(n % BLOCK).copied()
    }

    /// The marks from `n` on, each with the number of the line in its stream.
    pub fn from(&self, n: u32) -> Walk<'_> {
        let at = n as usize;
        let mut counts = self.blocks.get(at / BLOCK).map_or_else(|| self.counts.clone(), |block| block.before.clone());
        counts.resize(self.counts.len(), 0);
        if let Some(block) = self.blocks.get(at / BLOCK) {
            block.marks.iter().take(at % BLOCK).for_each(|mark| counts[mark.stream()] += 1);
        }
        Walk { order: self, counts, n }
    }
}

/// Goes through the order.
pub struct Walk<'a> {
    order: &'a Order,
    counts: Vec<u32>,
    n: u32,
}

impl Walk<'_> {
    /// Goes on to `n`, over whole blocks where it can.
    pub fn skip_to(&mut self, n: u32) {
        if (n as usize) / BLOCK > (self.n as usize) / BLOCK {
            *self = Walk { ..self.order.from(n) };
        }
        while self.n < n && self.next().is_some() {}
    }
}

impl Iterator for Walk<'_> {
    /// Number in the order, mark, number in its stream.
    type Item = (u32, Mark, u32);

    fn next(&mut self) -> Option<Self::Item> {
        let mark = self.order.mark(self.n)?;
        let count = &mut self.counts[mark.stream()];
        let found = (self.n, mark, *count);
        *count += 1;
        self.n += 1;
        Some(found)
    }
}

/// Words between two sums.
const STEP: usize = 64;

/// A bit for each line; the n-th set one is found quickly.
#[derive(Default)]
pub struct Hits {
    words: Vec<u64>,
    /// Set bits before each [`STEP`] words.
    sums: Vec<u32>,
    len: u32,
    set: u32,
}

impl Hits {
    /// Lines that were looked at.
    pub fn len(&self) -> u32 {
        self.len
    }

    /// Lines that pass.
    pub fn set(&self) -> u32 {
        self.set
    }

    pub fn push(&mut self, hit: bool) {
        let bit = self.len % 64;
        if bit == 0 {
            if self.words.len().is_multiple_of(STEP) {
                self.sums.push(self.set);
            }
            self.words.push(0);
        }
        if hit && let Some(word) = self.words.last_mut() {
            *word |= 1 << bit;
            self.set += 1;
        }
        self.len += 1;
    }

    /// The line that is the n-th to pass.
    pub fn nth(&self, n: u32) -> Option<u32> {
        if n >= self.set {
            return None;
        }
        let step = self.sums.partition_point(|sum| *sum <= n) - 1;
        let mut left = n - self.sums[step];
        for (at, word) in self.words.iter().enumerate().skip(step * STEP) {
            let ones = word.count_ones();
            if left < ones {
                let mut word = *word;
                for _ in 0..left {
                    word &= word - 1;
                }
                return u32::try_from(at * 64).ok().map(|start| start + word.trailing_zeros());
            }
            left -= ones;
        }
        None
    }

    /// How many pass before `line`.
    pub fn before(&self, line: u32) -> u32 {
        let line = line.min(self.len);
        let word = line as usize / 64;
        let step = (word / STEP).min(self.sums.len().saturating_sub(1));
        let mut sum = self.sums.get(step).copied().unwrap_or(0);
        sum += self.words.iter().take(word).skip(step * STEP).map(|word| word.count_ones()).sum::<u32>();
        let rest = line % 64;
        sum + self.words.get(word).map_or(0, |word| (word & ((1u64 << rest) - 1)).count_ones())
    }

    pub fn passes(&self, line: u32) -> bool {
        self.words.get(line as usize / 64).is_some_and(|word| word >> (line % 64) & 1 == 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_and_its_hits_are_found_as_by_counting() {
        let (mut order, mut hits) = (Order::default(), Hits::default());
        let streams: Vec<usize> = (0..30_000usize).map(|n| (n * n / 7) % 3).collect();
        let mut numbers = [0u32; 3];
        let mut want = Vec::new();
        for (n, stream) in streams.iter().enumerate() {
            order.push(Mark::new(*stream, (n % 5 == 0).then_some(Level::Error), n % 2 == 0));
            hits.push(n % 7 == 3);
            want.push((n as u32, numbers[*stream]));
            numbers[*stream] += 1;
        }
        for from in [0u32, 1, 4095, 4096, 4097, 12_345, 29_999] {
            let got: Vec<_> = order.from(from).take(3).map(|(n, _, number)| (n, number)).collect();
            assert_eq!(got, want[from as usize..].iter().take(3).copied().collect::<Vec<_>>(), "from {from} on");
            let mut walk = order.from(0);
            walk.skip_to(from);
            assert_eq!(walk.next().map(|(n, _, number)| (n, number)), Some(want[from as usize]), "skipped to {from}");
        }
        let set: Vec<u32> = (0..30_000).filter(|n| n % 7 == 3).collect();
        assert_eq!(hits.set() as usize, set.len(), "all that pass are counted");
        for n in [0usize, 1, 584, 585, 586, 4000, set.len() - 1] {
            assert_eq!(hits.nth(n as u32), Some(set[n]), "the {n}th");
            assert_eq!(hits.before(set[n]), n as u32, "and how many stand before it");
        }
        assert_eq!(hits.nth(hits.set()), None, "there is none behind the last");
        assert_eq!(order.from(30_000).next(), None, "nor a line behind the end");
    }
}
