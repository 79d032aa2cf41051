//! The thread of a view: looks at the folders, reads what is new, merges it by time, filters it, and tells.
//!
//! Everything slow is done without the lock; what was found is handed over a batch at a time, so that a page never waits for
//! more than that. The streams are merged while they are read: of all next lines the earliest goes first, in a stream the order
//! of the file always holds. Lines that come while the view is open go to the end in the order in which they came.

use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use crate::files::{Place, files_of};
use crate::filter::Matcher;
use crate::index::{FileIndex, Seen, StreamIndex};
use crate::marks::{MOST_STREAMS, Mark};
use crate::page::Reading;
use crate::streams::{Feed, Look, Next};
use crate::view::{Content, Inner, Options, State};

/// Lines handed over at once.
const BATCH: usize = 8192;
/// Lines whose level alone is looked at, under one lock.
const LEVELS: u32 = 100_000;
/// Between two events.
const QUIET: Duration = Duration::from_millis(100);

pub struct Worker {
    inner: Arc<Inner>,
    places: Vec<Place>,
    options: Options,
    feeds: Vec<Feed>,
    /// The filter that lines are held against while they are read.
    matcher: Matcher,
    epoch: u32,
    reading: Reading,
    looked: Option<Instant>,
    told: Option<(Instant, State)>,
}

impl Worker {
    pub fn new(inner: Arc<Inner>, places: Vec<Place>, options: Options) -> Self {
        Self {
            inner,
            places,
            options,
            feeds: Vec::new(),
            matcher: Matcher::default(),
            epoch: 0,
            reading: Reading::default(),
            looked: None,
            told: None,
        }
    }

    /// Works until the view is closed.
    pub fn run(mut self) {
        while self.go_on() {}
    }

    fn go_on(&mut self) -> bool {
        {
            let content = self.inner.lock();
            if content.closed {
                return false;
            }
            if content.epoch != self.epoch {
                (self.epoch, self.matcher) = (content.epoch, content.matcher.clone());
                drop(content);
                self.feeds.iter_mut().for_each(Feed::rewind);
                self.reading = Reading::default();
            }
        }
        if self.looked.is_none_or(|at| at.elapsed() >= self.options.every) {
            self.look();
            self.looked = Some(Instant::now());
        }
        if self.filter_some() || self.read_some() {
            self.tell(false);
        } else {
            self.rest();
        }
        true
    }

    /// Looks at the folders.
    fn look(&mut self) {
        let found: Vec<_> = self.places.iter().map(files_of).collect();
        let mut changed = false;
        for feed in &mut self.feeds {
            let stream = found[feed.source].streams.iter().find(|stream| stream.name == feed.name);
            match feed.look(stream.map_or(&[], |stream| &stream.files)) {
                Look::Same | Look::Wait => {}
                Look::On => changed = true,
                Look::Anew => {
                    self.feeds.clear();
                    self.reading = Reading::default();
                    self.inner.lock().clear();
                    return self.look();
                }
            }
        }
        for (source, found) in found.iter().enumerate() {
            for stream in &found.streams {
                let known = self.feeds.iter().any(|feed| feed.source == source && feed.name == stream.name);
                if !known && self.feeds.len() < MOST_STREAMS {
                    let mut feed = Feed::new(source, stream.name.clone());
                    feed.look(&stream.files);
                    self.feeds.push(feed);
                    changed = true;
                }
            }
        }
        if changed {
            let mut content = self.inner.lock();
            follow(&mut content, &self.feeds);
        }
    }

    /// Filters lines that were read before the filter was set. `false` where all are done.
    fn filter_some(&mut self) -> bool {
        let wanted = {
            let mut guard = self.inner.lock();
            let content = &mut *guard;
            let Some(hits) = &mut content.hits else { return false };
            let (from, to) = (hits.len(), content.order.len());
            if from >= to || content.epoch != self.epoch {
                return from < to;
            }
            if !self.matcher.needs_text() {
                for line in from..to.min(from + LEVELS) {
                    let level = content.order.mark(line).and_then(Mark::level);
                    hits.push(self.matcher.level_passes(level));
                }
                return true;
            }
            let streams = &content.streams;
            let batch = content.order.from(from).take(BATCH);
            let spot = |mark: Mark, number| streams.get(mark.stream())?.spot(mark.stream(), number);
            batch.map(|(_, mark, number)| (mark, spot(mark, number))).collect::<Vec<_>>()
        };
        let hits: Vec<bool> = wanted
            .iter()
            .map(|(mark, spot)| {
                let mut hit = false;
                if let Some(spot) = spot.as_ref().filter(|_| self.matcher.level_passes(mark.level())) {
                    let looked = self.reading.line(spot, |line, _| hit = self.matcher.passes(mark.level(), line));
                    hit &= looked.unwrap_or(false);
                }
                hit
            })
            .collect();
        let mut content = self.inner.lock();
        if content.epoch == self.epoch
            && let Some(all) = &mut content.hits
        {
            hits.into_iter().for_each(|hit| all.push(hit));
        }
        true
    }

    /// Reads and merges some lines. `false` where there are none.
    fn read_some(&mut self) -> bool {
        let mut batch: Vec<(usize, Next)> = Vec::new();
        while batch.len() < BATCH {
            let Some((stream, until)) = self.earliest() else { break };
            while let Some(next) = self.feeds[stream].next(&self.options.zone, &self.matcher) {
                if until.is_some_and(|until| (next.entry.at, stream) > until) || batch.len() >= BATCH {
                    break;
                }
                self.feeds[stream].take(&next);
                batch.push((stream, next));
            }
        }
        let some = !batch.is_empty();
        let mut touched = vec![false; self.feeds.len()];
        batch.iter().for_each(|(stream, _)| touched[*stream] = true);
        for (feed, _) in self.feeds.iter_mut().zip(touched).filter(|(_, touched)| *touched) {
            feed.seal();
        }
        let (read, all) = self.feeds.iter().map(Feed::progress).fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
        let mut guard = self.inner.lock();
        let content = &mut *guard;
        #[expect(clippy::cast_precision_loss, reason = "a share that is shown")]
        {
            content.progress = if all == 0 { 1.0 } else { (read as f64 / all as f64).min(1.0) };
        }
        // With another filter in the meantime these are filtered like all that were read before.
        let current = content.epoch == self.epoch && content.filtered() == content.order.len();
        for (stream, next) in batch {
            let Some(file) = content.streams.get_mut(stream).and_then(|index| index.files.get_mut(next.file)) else {
                continue;
            };
            file.push(next.start);
            content.push(Mark::new(stream, next.entry.level, next.entry.first));
            if let Some(hits) = content.hits.as_mut().filter(|_| current) {
                hits.push(next.hit);
            }
        }
        some
    }

    /// The stream whose next line is the earliest, and how far it may go on before another's turn comes.
    fn earliest(&mut self) -> Option<(usize, Option<(i64, usize)>)> {
        let mut first: Option<(i64, usize)> = None;
        let mut second: Option<(i64, usize)> = None;
        for (stream, feed) in self.feeds.iter_mut().enumerate() {
            let Some(next) = feed.next(&self.options.zone, &self.matcher) else { continue };
            let turn = (next.entry.at, stream);
            if first.is_none_or(|first| turn < first) {
                (first, second) = (Some(turn), first);
            } else if second.is_none_or(|second| turn < second) {
                second = Some(turn);
            }
        }
        first.map(|(_, stream)| (stream, second))
    }

    /// Nothing is to be done until the next look.
    fn rest(&mut self) {
        {
            let mut content = self.inner.lock();
            if content.epoch != self.epoch {
                return;
            }
            content.complete = true;
            self.inner.bell.notify_all();
        }
        self.tell(true);
        let content = self.inner.lock();
        if content.closed || content.epoch != self.epoch {
            return;
        }
        let waited = self.inner.bell.wait_timeout(content, self.options.every);
        drop(waited.unwrap_or_else(PoisonError::into_inner));
    }

    /// Tells how far it is, where that is new and the last time was not a moment ago.
    fn tell(&mut self, at_rest: bool) {
        let state = self.inner.lock().state();
        if let Some((at, before)) = self.told {
            if before == state {
                return;
            }
            let since = at.elapsed();
            if since < QUIET {
                if !at_rest {
                    return;
                }
                std::thread::sleep(QUIET - since);
            }
        }
        self.told = Some((Instant::now(), state));
        (self.options.told)(state);
    }
}

/// Takes names and new files over to where pages look for them.
fn follow(content: &mut Content, feeds: &[Feed]) {
    for (stream, feed) in feeds.iter().enumerate() {
        if content.streams.len() <= stream {
            content.streams.push(StreamIndex { source: feed.source, files: Vec::new() });
        }
        let index = &mut content.streams[stream];
        for (at, file) in feed.files.iter().enumerate() {
            match index.files.get_mut(at) {
                Some(known) if known.seen.path == file.path && known.seen.identity == file.identity => {}
                Some(known) => known.seen = Seen::of(file),
                None => index.files.push(FileIndex::new(Seen::of(file))),
            }
        }
    }
}
