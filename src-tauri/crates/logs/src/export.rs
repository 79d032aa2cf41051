//! What a view shows, written out whole, with secrets covered.

use std::io::Write;

use crate::clean;
use crate::cover::Cover;
use crate::page::{GONE, Reading};
use crate::seek::still;
use crate::view::View;
use crate::{LogError, lines};

/// Lines read at once.
const LINES: u32 = 2048;

impl View {
    /// Writes the lines that are shown at this moment, as they stand in their files but cleaned and covered; where there is more
    /// than one of `names` (one of each place), each behind the name of its source. How many lines, and how many values were
    /// covered. `told` hears of how many lines of how many are written, again and again, and says whether to go on.
    ///
    /// # Errors
    /// What the system says, lines that were replaced meanwhile, a view that was closed, [`LogError::Stopped`] by `told`.
    pub fn export(
        &self,
        cover: &Cover,
        names: &[String],
        out: &mut dyn Write,
        told: &mut dyn FnMut(u32, u32) -> bool,
    ) -> Result<(u32, u32), LogError> {
        let (total, generation) = {
            let content = self.inner.lock();
            (content.shown(), content.generation)
        };
        let (mut at, mut covered) = (0, 0);
        let mut reading = Reading::default();
        while at < total {
            if !told(at, total) {
                return Err(LogError::Stopped);
            }
            let wanted = {
                let content = self.inner.lock();
                still(&content, generation)?;
                content.wanted(at, LINES.min(total - at))
            };
            if wanted.is_empty() {
                break;
            }
            at += u32::try_from(wanted.len()).unwrap_or(u32::MAX);
            for (_, _, spot) in &wanted {
                let mut text = GONE.to_owned();
                if let Some(spot) = spot {
                    reading.line(spot, |line, more| {
                        let (shown, left_out) = clean::text(line, lines::KEPT);
                        text = shown;
                        // A value that is cut through at the end of what is read would not be known again.
                        if more + left_out > 0 {
                            cut(&mut text);
                            text.push_str(" ⟨cut: a line of more than 64 KiB⟩");
                        }
                    })?;
                    if let Some(name) = names.get(spot.source).filter(|_| names.len() > 1) {
                        write!(out, "{name}: ")?;
                    }
                }
                let (text, count) = cover.text(&text);
                covered += count;
                writeln!(out, "{text}")?;
            }
        }
        Ok((at, covered))
    }
}

/// Takes the last word away.
fn cut(text: &mut String) {
    let at = text.rfind([' ', '\t']).unwrap_or(0);
    text.truncate(at);
}
