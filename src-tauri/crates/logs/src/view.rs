//! An open view: what its thread has found, and the pages that are asked of it. Closing it ends the thread.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::LogError;
use crate::files::Place;
use crate::filter::{Filter, Matcher};
use crate::index::StreamIndex;
use crate::line::Level;
use crate::marks::{Hits, Mark, Order};
use crate::page::{Line, Reading, Wanted};
use crate::stamp::Zone;
use crate::worker;

/// What a view needs of its surroundings.
pub struct Options {
    /// For times that are written without a zone.
    pub zone: Zone,
    /// How often the folders are looked at.
    pub every: Duration,
    /// Hears of every change, at most ten times a second; called from the view's own thread.
    pub told: Box<dyn Fn(State) + Send>,
}

/// How far a view has come.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct State {
    /// Lines that pass the filter.
    pub total: u32,
    pub read: u32,
    /// Entries with this level, of all that was read.
    pub errors: u32,
    pub warnings: u32,
    /// 0 to 1.
    pub progress: f64,
    pub complete: bool,
    /// Goes up when lines before the end changed.
    pub generation: u32,
}

/// A view over the logs of one or several places.
pub struct View {
    pub(crate) inner: Arc<Inner>,
}

/// What a view and its thread share.
pub(crate) struct Inner {
    pub zone: Zone,
    content: Mutex<Content>,
    /// Rung when the content changed, the filter is another or the view is closed.
    pub bell: Condvar,
}

#[derive(Default)]
pub(crate) struct Content {
    pub streams: Vec<StreamIndex>,
    pub order: Order,
    pub matcher: Matcher,
    /// Goes up with each filter.
    pub epoch: u32,
    /// `None` where everything passes.
    pub hits: Option<Hits>,
    pub errors: u32,
    pub warnings: u32,
    /// How much of the files was read, 0 to 1.
    pub progress: f64,
    /// Nothing was left to do.
    pub complete: bool,
    pub generation: u32,
    pub closed: bool,
}

impl Inner {
    pub fn lock(&self) -> MutexGuard<'_, Content> {
        self.content.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Content {
    /// Lines whose filtering is done.
    pub fn filtered(&self) -> u32 {
        self.hits.as_ref().map_or(self.order.len(), Hits::len)
    }

    pub fn shown(&self) -> u32 {
        self.hits.as_ref().map_or(self.order.len(), Hits::set)
    }

    /// The line that is shown as the n-th.
    pub fn nth(&self, n: u32) -> Option<u32> {
        match &self.hits {
            Some(hits) => hits.nth(n),
            None => (n < self.order.len()).then_some(n),
        }
    }

    pub fn passes(&self, line: u32) -> bool {
        self.hits.as_ref().is_none_or(|hits| hits.passes(line))
    }

    /// As which it is shown.
    pub fn shown_as(&self, line: u32) -> u32 {
        self.hits.as_ref().map_or(line, |hits| hits.before(line))
    }

    pub fn push(&mut self, mark: Mark) {
        if mark.first() {
            match mark.level() {
                Some(Level::Error) => self.errors += 1,
                Some(Level::Warn) => self.warnings += 1,
                _ => {}
            }
        }
        self.order.push(mark);
    }

    pub fn set_matcher(&mut self, matcher: Matcher) {
        self.hits = (!matcher.is_open()).then(Hits::default);
        self.matcher = matcher;
        self.epoch += 1;
        self.generation += 1;
        self.complete = false;
    }

    /// Forgets all lines; they are read anew.
    pub fn clear(&mut self) {
        self.streams.clear();
        self.order = Order::default();
        self.hits = self.hits.as_ref().map(|_| Hits::default());
        (self.errors, self.warnings, self.progress, self.complete) = (0, 0, 0.0, false);
        self.generation += 1;
    }

    pub fn state(&self) -> State {
        let read = self.order.len();
        let filtered = if read == 0 { 1.0 } else { f64::from(self.filtered()) / f64::from(read) };
        State {
            total: self.shown(),
            read,
            errors: self.errors,
            warnings: self.warnings,
            progress: if self.complete { 1.0 } else { self.progress * filtered },
            complete: self.complete,
            generation: self.generation,
        }
    }

    /// So many shown lines from the `from`-th on, each with its place.
    pub fn wanted(&self, from: u32, most: u32) -> Vec<Wanted> {
        let mut wanted = Vec::new();
        let Some(first) = self.nth(from) else { return wanted };
        let mut walk = self.order.from(first);
        for n in from..from.saturating_add(most) {
            let Some(line) = self.nth(n) else { break };
            walk.skip_to(line);
            let Some((_, mark, number)) = walk.next() else { break };
            let stream = mark.stream();
            let spot = self.streams.get(stream).and_then(|index| index.spot(stream, number));
            wanted.push((n, mark, spot));
        }
        wanted
    }
}

impl View {
    /// Opens a view over the logs of these places; reading begins at once, in a thread of its own.
    ///
    /// # Errors
    /// A pattern that cannot be used, or no thread to be had.
    pub fn open(places: Vec<Place>, filter: &Filter, options: Options) -> Result<Self, LogError> {
        let mut content = Content::default();
        content.set_matcher(Matcher::new(filter)?);
        content.generation = 0;
        let inner = Arc::new(Inner { zone: options.zone.clone(), content: Mutex::new(content), bell: Condvar::new() });
        let own = inner.clone();
        std::thread::Builder::new()
            .name("logs".to_owned())
            .spawn(move || worker::Worker::new(own, places, options).run())?;
        Ok(Self { inner })
    }

    #[must_use]
    pub fn state(&self) -> State {
        self.inner.lock().state()
    }

    /// Waits until all that is there was read, at most so long.
    #[must_use]
    pub fn settle(&self, at_most: Duration) -> State {
        let until = Instant::now() + at_most;
        let mut content = self.inner.lock();
        while !content.complete && !content.closed {
            let Some(left) = until.checked_duration_since(Instant::now()).filter(|left| !left.is_zero()) else { break };
            content = self.inner.bell.wait_timeout(content, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        content.state()
    }

    /// Filters anew; the generation goes up.
    ///
    /// # Errors
    /// A pattern that cannot be used; the old filter stays.
    pub fn filter(&self, filter: &Filter) -> Result<State, LogError> {
        let matcher = Matcher::new(filter)?;
        let mut content = self.inner.lock();
        if content.matcher.filter != *filter {
            content.set_matcher(matcher);
            self.inner.bell.notify_all();
        }
        Ok(content.state())
    }

    /// The lines from the `offset`-th shown one on.
    ///
    /// # Errors
    /// What the system says.
    pub fn page(&self, offset: u32, limit: u32) -> Result<(Vec<Line>, State), LogError> {
        let (wanted, state) = {
            let content = self.inner.lock();
            (content.wanted(offset, limit), content.state())
        };
        let mut reading = Reading::default();
        let mut lines = Vec::with_capacity(wanted.len());
        for wanted in &wanted {
            lines.push(reading.shown(&self.inner.zone, wanted)?);
        }
        Ok((lines, state))
    }

    /// Closes the view: its thread ends, and what still reads from it stops.
    pub fn close(&self) {
        self.inner.lock().closed = true;
        self.inner.bell.notify_all();
    }
}

impl Drop for View {
    fn drop(&mut self) {
        self.close();
    }
}
