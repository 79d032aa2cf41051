//! The module's log: one file that the module writes into directly, so that its life never depends on the keeper.
//!
//! The keeper only looks at it: it hears what is new, and where the file has grown beyond its limit it copies the content
//! beside and cuts the file to nothing. The module writes at the file's end (`O_APPEND`), so it goes on at the beginning.
//! What comes in between the copy and the cut is lost, and counted: a line in the copy says how much. The same where a
//! module floods: of gigabytes between two looks only the last part is kept.

use std::fs::{File, OpenOptions};
use std::io::{Error, ErrorKind, Result, Write};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use crate::recipe::LogFile;

/// Of what is new at one look, so much of its beginning and of its end is listened to. What a module floods in between is not
/// searched for its words.
const MOST_HEARD: u64 = 2 * 1024 * 1024;

/// A longer line is heard in parts.
const LONGEST_LINE: usize = 64 * 1024;

/// How much of the end is read for a reason.
const TAIL: u64 = 64 * 1024;

#[derive(Debug)]
pub(crate) struct Log {
    rule: LogFile,
    file: File,
    /// Up to here it was heard.
    heard: u64,
    /// The beginning of a line whose end has not come.
    open_line: Vec<u8>,
    /// Where the present run's output begins.
    run: u64,
    rotated_in_run: bool,
    size: u64,
}

/// How far a log was copied.
struct Copied {
    at: u64,
    /// No further than that.
    end: u64,
    /// The last byte was the end of a line.
    newline: bool,
}

impl Log {
    /// Opens it for appending, and makes it, mode 600, where it is not there.
    pub fn open(rule: &LogFile) -> Result<Log> {
        if let Some(folder) = rule.file.parent() {
            make_folder(folder)?;
        }
        let file = OpenOptions::new().read(true).append(true).create(true).mode(0o600).open(&rule.file)?;
        if !file.metadata()?.is_file() {
            return Err(Error::new(ErrorKind::InvalidInput, "it is not a plain file"));
        }
        let size = file.metadata()?.len();
        let rule = rule.clone();
        Ok(Log { rule, file, heard: size, open_line: Vec::new(), run: size, rotated_in_run: false, size })
    }

    /// What the module is given to write into.
    pub fn for_module(&self) -> Result<File> {
        self.file.try_clone()
    }

    /// From here on it is another run's output.
    pub fn run_begins(&mut self) {
        self.size = self.file.metadata().map_or(self.size, |meta| meta.len());
        self.heard = self.size;
        self.run = self.size;
        self.open_line.clear();
        self.rotated_in_run = false;
    }

    /// Where the present run's output begins.
    pub fn begins(&self) -> u64 {
        self.run
    }

    /// Hears what is new, if somebody listens, and keeps the file within its limit. Returns by how much it grew.
    pub fn look(&mut self, listen: bool, hear: &mut dyn FnMut(&str)) -> Result<u64> {
        let size = self.file.metadata()?.len();
        if size < self.size {
            // Somebody else cut it.
            (self.heard, self.run) = (0, 0);
            self.open_line.clear();
        }
        let grown = size.saturating_sub(self.size);
        self.size = size;
        if listen {
            self.hear(size, hear)?;
        } else {
            self.heard = size;
        }
        if size > self.rule.max_bytes {
            self.rotate(size)?;
        }
        Ok(grown)
    }

    fn hear(&mut self, size: u64, hear: &mut dyn FnMut(&str)) -> Result<()> {
        if size.saturating_sub(self.heard) > 2 * MOST_HEARD {
            self.hear_to(self.heard + MOST_HEARD, hear)?;
            self.heard = size - MOST_HEARD;
            self.open_line.clear();
        }
        self.hear_to(size, hear)
    }

    fn hear_to(&mut self, size: u64, hear: &mut dyn FnMut(&str)) -> Result<()> {
        let mut buffer = [0_u8; 16 * 1024];
        while self.heard < size {
            let want = usize::try_from(size - self.heard).unwrap_or(usize::MAX).min(buffer.len());
            let got = self.file.read_at(&mut buffer[..want], self.heard)?;
            if got == 0 {
                break;
            }
            self.heard += got as u64;
            for part in buffer[..got].split_inclusive(|byte| *byte == b'\n') {
                self.open_line.extend_from_slice(part);
                if part.ends_with(b"\n") || self.open_line.len() >= LONGEST_LINE {
                    hear(&String::from_utf8_lossy(&self.open_line));
                    self.open_line.clear();
                }
            }
        }
        Ok(())
    }

    fn older(&self, number: u32) -> PathBuf {
        let mut name = self.rule.file.clone().into_os_string();
        name.push(format!(".{number}"));
        PathBuf::from(name)
    }

    fn rotate(&mut self, size: u64) -> Result<()> {
        let copied = if self.rule.kept == 0 { Ok(()) } else { self.put_away(size) };
        // Where there is no room for a copy the next look tries again, up to a size at which room matters more.
        if let Err(error) = copied
            && size < self.rule.max_bytes.saturating_mul(4)
        {
            return Err(error);
        }
        self.file.set_len(0)?;
        (self.size, self.heard, self.run) = (0, 0, 0);
        self.open_line.clear();
        self.rotated_in_run = true;
        Ok(())
    }

    /// Copies the last part to `.1`, and moves the older ones on.
    fn put_away(&self, size: u64) -> Result<()> {
        let mut temp = self.older(1).into_os_string();
        temp.push(".tmp");
        let temp = PathBuf::from(temp);
        let copied = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&temp);
        let copied = copied.and_then(|mut out| Ok((self.copy(size, &mut out)?, out)));
        let (mut place, mut out) = match copied {
            Ok(copied) => copied,
            Err(error) => {
                // The error counts.
                let _ = std::fs::remove_file(&temp);
                return Err(error);
            }
        };
        for number in (1..self.rule.kept).rev() {
            match std::fs::rename(self.older(number), self.older(number + 1)) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        std::fs::rename(&temp, self.older(1))?;
        // The part is whole as it is; on a full disk it stays so, without what came since.
        let _full = self.what_came_since(&mut place, &mut out);
        Ok(())
    }

    /// The log is cut right after this, so that no more than what is written in between can get lost.
    fn what_came_since(&self, place: &mut Copied, out: &mut File) -> Result<()> {
        self.copy_on(place, out)?;
        let more = self.file.metadata()?.len().saturating_sub(place.at);
        if more > 0 {
            if !place.newline {
                out.write_all(b"\n")?;
            }
            left_out(out, more)?;
        }
        Ok(())
    }

    fn copy(&self, size: u64, out: &mut File) -> Result<Copied> {
        let mut at = size.saturating_sub(self.rule.max_bytes);
        if at > 0 && size > self.rule.max_bytes.saturating_mul(2) {
            left_out(out, at)?;
        } else {
            at = 0;
        }
        // Not for ever: a module that floods is faster than any copy.
        let mut place = Copied { at, end: at.saturating_add(self.rule.max_bytes.saturating_mul(2)), newline: true };
        self.copy_on(&mut place, out)?;
        Ok(place)
    }

    fn copy_on(&self, place: &mut Copied, out: &mut File) -> Result<()> {
        let mut buffer = [0_u8; 64 * 1024];
        while place.at < place.end {
            let want = usize::try_from(place.end - place.at).unwrap_or(usize::MAX).min(buffer.len());
            let got = self.file.read_at(&mut buffer[..want], place.at)?;
            if got == 0 {
                break;
            }
            out.write_all(&buffer[..got])?;
            place.newline = buffer[got - 1] == b'\n';
            place.at += got as u64;
        }
        Ok(())
    }

    /// The last lines of the present run.
    pub fn last_lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        let size = self.file.metadata().map_or(0, |meta| meta.len());
        let from = size.saturating_sub(TAIL).max(self.run.min(size));
        if self.rotated_in_run && size < TAIL / 16 {
            let older = File::open(self.older(1)).and_then(|file| {
                let size = file.metadata()?.len();
                tail(&file, size.saturating_sub(TAIL / 4), size)
            });
            lines.extend(older.unwrap_or_default());
        }
        lines.extend(tail(&self.file, from, size).unwrap_or_default());
        lines
    }
}

/// Keeps a log within its limit that somebody else writes at its end, such as the system that runs a keeper. One that is not there is
/// not made.
///
/// # Errors
/// What the disk says; the log is then as it was.
pub fn keep_within(rule: &LogFile) -> Result<()> {
    if !rule.file.is_file() {
        return Ok(());
    }
    Log::open(rule)?.look(false, &mut |_| {}).map(drop)
}

fn tail(file: &File, from: u64, to: u64) -> Result<Vec<String>> {
    let mut bytes = vec![0; usize::try_from(to - from.min(to)).unwrap_or(0)];
    let mut got = 0;
    while got < bytes.len() {
        match file.read_at(&mut bytes[got..], from + got as u64)? {
            0 => break,
            more => got += more,
        }
    }
    bytes.truncate(got);
    Ok(String::from_utf8_lossy(&bytes).lines().map(str::to_owned).collect())
}

fn left_out(out: &mut File, bytes: u64) -> Result<()> {
    writeln!(out, "[keeper] {bytes} bytes were left out here: they came faster than they could be put away.")
}

/// Makes a folder, and those above it, for this account alone. What is there stays as it is.
pub(crate) fn make_folder(folder: &Path) -> Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    if folder.is_dir() {
        return Ok(());
    }
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}
