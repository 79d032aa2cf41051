//! The next or the previous line that is an error, or that matches.

use crate::LogError;
use crate::filter::{Filter, Matcher};
use crate::line::Level;
use crate::page::Reading;
use crate::view::{Content, View};

/// What is looked for, and in which direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seek {
    NextError,
    PreviousError,
    NextMatch,
    PreviousMatch,
}

/// Lines looked at under one lock.
const MARKS: u32 = 200_000;
/// Lines read at once.
const LINES: u32 = 2048;

impl View {
    /// The number of the shown line that is looked for, seen from the `from`-th; `None` where there is none. A text is taken as
    /// the filter takes its own: as a pattern, with capitals, or not.
    ///
    /// # Errors
    /// A pattern that cannot be used, lines that were replaced meanwhile, a view that was closed.
    pub fn seek(&self, seek: Seek, text: &str, from: u32) -> Result<Option<u32>, LogError> {
        match seek {
            Seek::NextError => self.error(from, true),
            Seek::PreviousError => self.error(from, false),
            Seek::NextMatch => self.matching(text, from, true),
            Seek::PreviousMatch => self.matching(text, from, false),
        }
    }

    /// An error is where its first line is shown; where only lines of its middle are, the first of these.
    fn error(&self, from: u32, ahead: bool) -> Result<Option<u32>, LogError> {
        let (mut at, generation) = {
            let content = self.inner.lock();
            (content.nth(from), content.generation)
        };
        let mut inside = None;
        loop {
            let content = self.inner.lock();
            still(&content, generation)?;
            let Some(start) = at else { return Ok(None) };
            let is_error = |line: u32| {
                let mark = content.order.mark(line).filter(|mark| mark.level() == Some(Level::Error))?;
                Some(mark.first())
            };
            if ahead {
                let end = content.filtered().min(start.saturating_add(MARKS));
                let mut before = is_error(start).is_some();
                for line in (start + 1..end).filter(|line| content.passes(*line)) {
                    let error = is_error(line);
                    if error == Some(true) || (error.is_some() && !before) {
                        return Ok(Some(content.shown_as(line)));
                    }
                    before = error.is_some();
                }
                // The last line that was looked at is where the next round begins.
                at = (end < content.filtered() && end > start + 1).then(|| end - 1);
            } else {
                let end = start.saturating_sub(MARKS);
                for line in (end..start).rev().filter(|line| content.passes(*line)) {
                    match is_error(line) {
                        Some(true) => return Ok(Some(content.shown_as(line))),
                        Some(false) => inside = Some(line),
                        None if inside.is_some() => return Ok(inside.map(|line| content.shown_as(line))),
                        None => {}
                    }
                }
                if end == 0 {
                    return Ok(inside.map(|line| content.shown_as(line)));
                }
                at = Some(end);
            }
        }
    }

    fn matching(&self, text: &str, from: u32, ahead: bool) -> Result<Option<u32>, LogError> {
        let (matcher, generation) = {
            let content = self.inner.lock();
            let own = &content.matcher.filter;
            let filter = Filter { level: None, text: text.to_owned(), regex: own.regex, case: own.case };
            (Matcher::new(&filter)?, content.generation)
        };
        let mut reading = Reading::default();
        let (mut at, mut left) = if ahead { (from.saturating_add(1), u32::MAX) } else { (from, from) };
        loop {
            let most = LINES.min(left);
            if !ahead {
                at = at.saturating_sub(LINES);
            }
            let wanted = {
                let content = self.inner.lock();
                still(&content, generation)?;
                content.wanted(at, most)
            };
            let mut found = None;
            for (n, mark, spot) in &wanted {
                let mut hit = false;
                if let Some(spot) = spot {
                    reading.line(spot, |line, _| hit = matcher.passes(mark.level(), line))?;
                }
                if hit {
                    found = Some(*n);
                    if ahead {
                        break;
                    }
                }
            }
            if found.is_some() || wanted.is_empty() || (!ahead && at == 0) {
                return Ok(found);
            }
            if ahead {
                at = at.saturating_add(most);
            } else {
                left = at;
            }
        }
    }
}

pub(crate) fn still(content: &Content, generation: u32) -> Result<(), LogError> {
    if content.closed {
        return Err(LogError::Closed);
    }
    if content.generation != generation {
        return Err(LogError::Moved);
    }
    Ok(())
}
