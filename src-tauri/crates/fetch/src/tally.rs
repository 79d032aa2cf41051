//! Counting while reading: no limit trusts what a source says of itself.

use std::io::{self, Read};

use crate::error::shown;
use crate::{FetchError, Limits};

/// What was counted so far.
#[derive(Debug)]
pub(crate) struct Tally<'a> {
    limits: &'a Limits,
    /// Bytes of the archive itself.
    packed: Option<u64>,
    pub entries: usize,
    pub bytes: u64,
}

impl<'a> Tally<'a> {
    pub(crate) fn new(limits: &'a Limits, packed: Option<u64>) -> Self {
        Self { limits, packed, entries: 0, bytes: 0 }
    }

    pub(crate) fn entry(&mut self) -> Result<(), FetchError> {
        self.entries += 1;
        if self.entries > self.limits.entries {
            return Err(FetchError::TooMany { limit: self.limits.entries });
        }
        Ok(())
    }

    fn more(&mut self, n: u64) -> Result<(), FetchError> {
        self.bytes = self.bytes.saturating_add(n);
        check(self.bytes, self.packed, self.limits.total, self.limits)
    }

    /// Passes the bytes of a file on to `to`, and counts them.
    pub(crate) fn pass(
        &mut self,
        name: &str,
        from: &mut dyn Read,
        cancelled: &dyn Fn() -> bool,
        to: &mut dyn FnMut(&[u8]) -> Result<(), FetchError>,
    ) -> Result<u64, FetchError> {
        let mut buffer = vec![0; 64 * 1024];
        let mut all = 0_u64;
        loop {
            let n = match from.read(&mut buffer) {
                Ok(0) => return Ok(all),
                Ok(n) => n,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
                Err(e) => return Err(FetchError::io(std::path::Path::new(&shown(name)), "read", e)),
            };
            all += n as u64;
            if all > self.limits.file {
                return Err(FetchError::FileTooLarge { name: shown(name), limit: self.limits.file });
            }
            self.more(n as u64)?;
            if cancelled() {
                return Err(FetchError::Cancelled);
            }
            to(&buffer[..n])?;
        }
    }
}

fn check(bytes: u64, packed: Option<u64>, total: u64, limits: &Limits) -> Result<(), FetchError> {
    if let Some(packed) = packed
        && bytes > limits.ratio_from
        && bytes / limits.ratio > packed
    {
        return Err(FetchError::Bomb { ratio: limits.ratio });
    }
    if bytes > total {
        return Err(FetchError::TooLarge { limit: limits.total });
    }
    Ok(())
}

/// A stream that ends with an error once it gave too much: what is skipped in a tar is unpacked too.
pub(crate) struct Bounded<'a, R> {
    inner: R,
    limits: &'a Limits,
    packed: u64,
    given: u64,
    /// Its end was reached.
    pub ended: bool,
}

impl<'a, R: Read> Bounded<'a, R> {
    pub(crate) fn new(inner: R, limits: &'a Limits, packed: u64) -> Self {
        Self { inner, limits, packed, given: 0, ended: false }
    }
}

impl<R: Read> Read for Bounded<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.ended |= n == 0 && !buffer.is_empty();
        self.given = self.given.saturating_add(n as u64);
        // Each entry has a header, a padding, and may have a long name.
        let room = self.limits.total.saturating_add(self.limits.entries as u64 * 4096);
        check(self.given, Some(self.packed), room, self.limits).map_err(io::Error::other)?;
        Ok(n)
    }
}
