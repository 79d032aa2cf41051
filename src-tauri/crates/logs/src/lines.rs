//! Lines of one file from a place on, in big blocks, however long a line is.

use std::fs::File;
use std::io::{BufRead, Read, Seek, SeekFrom};

/// Of a longer line only so much is looked at; the rest is counted.
pub const KEPT: usize = 64 * 1024;
const BLOCK: usize = 256 * 1024;

/// A line as it stands in the file.
pub struct Raw<'a> {
    /// At most [`KEPT`] bytes of it, with its end.
    pub bytes: &'a [u8],
    /// Where the next one begins.
    pub end: u64,
    /// Characters behind what was kept.
    pub more: usize,
    /// It ends with a line feed; otherwise the file ends here.
    pub whole: bool,
}

/// Reads lines one after the other.
pub struct Lines {
    file: File,
    buffer: Vec<u8>,
    /// What is not yet handed out of the buffer.
    from: usize,
    to: usize,
    /// Place in the file of `from`.
    at: u64,
    /// The start of a line longer than the buffer.
    long: Vec<u8>,
}

impl Lines {
    /// # Errors
    /// What the system says.
    pub fn new(mut file: File, at: u64) -> std::io::Result<Self> {
        file.seek(SeekFrom::Start(at))?;
        Ok(Self { file, buffer: Vec::new(), from: 0, to: 0, at, long: Vec::new() })
    }

    pub fn file(&self) -> &File {
        &self.file
    }

    /// Goes elsewhere in the same file.
    ///
    /// # Errors
    /// What the system says.
    pub fn go(&mut self, at: u64) -> std::io::Result<()> {
        let buffered = self.at..=self.at + (self.to - self.from) as u64;
        if buffered.contains(&at) {
            self.from += usize::try_from(at - self.at).unwrap_or(0);
        } else {
            self.file.seek(SeekFrom::Start(at))?;
            (self.from, self.to) = (0, 0);
        }
        self.at = at;
        Ok(())
    }

    /// The next line; `None` at the end of the file.
    ///
    /// # Errors
    /// What the system says.
    pub fn next(&mut self) -> std::io::Result<Option<Raw<'_>>> {
        self.long.clear();
        let mut more = 0;
        loop {
            let have = &self.buffer[self.from..self.to];
            if let Some(length) = line_length(have) {
                let from = self.from;
                self.from += length;
                self.at += length as u64;
                return Ok(Some(if self.long.is_empty() {
                    let kept = length.min(KEPT);
                    let more = characters(&self.buffer[from + kept..from + length]);
                    Raw { bytes: &self.buffer[from..from + kept], end: self.at, more, whole: true }
                } else {
                    more += characters(&self.buffer[from..from + length]);
                    Raw { bytes: &self.long, end: self.at, more, whole: true }
                }));
            }
            if self.to - self.from >= KEPT {
                // Too long to be kept: its start is put aside, the rest is counted as it goes by.
                let mut rest = &self.buffer[self.from..self.to];
                if self.long.is_empty() {
                    self.long.extend_from_slice(&rest[..KEPT]);
                    rest = &rest[KEPT..];
                }
                more += characters(rest);
                self.at += (self.to - self.from) as u64;
                (self.from, self.to) = (0, 0);
            } else {
                self.buffer.copy_within(self.from..self.to, 0);
                (self.from, self.to) = (0, self.to - self.from);
            }
            if self.buffer.is_empty() {
                self.buffer = vec![0; BLOCK];
            }
            let read = self.file.read(&mut self.buffer[self.to..])?;
            self.to += read;
            if read == 0 {
                let (from, length) = (self.from, self.to - self.from);
                self.from = self.to;
                self.at += length as u64;
                return Ok(match (self.long.is_empty(), length) {
                    (true, 0) => None,
                    (true, _) => Some(Raw { bytes: &self.buffer[from..self.to], end: self.at, more, whole: false }),
                    (false, _) => {
                        more += characters(&self.buffer[from..self.to]);
                        Some(Raw { bytes: &self.long, end: self.at, more, whole: false })
                    }
                });
            }
        }
    }
}

/// Length with the line feed. The system's own search is far quicker than a loop, and std reaches it only this way.
fn line_length(have: &[u8]) -> Option<usize> {
    let mut rest = have;
    let length = rest.skip_until(b'\n').ok()?;
    (length > 0 && have[length - 1] == b'\n').then_some(length)
}

/// Characters of UTF-8, without the line's end.
fn characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|b| (**b & 0xc0) != 0x80 && !matches!(b, b'\n' | b'\r')).count()
}
