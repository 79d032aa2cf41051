//! Text of others: opening files that may be anything, and making words fit to be shown.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use rustix::fs::{CWD, FileType, Mode, OFlags, fstat, openat};

/// Most characters of a text that are shown on a line.
const LONGEST: usize = 300;

/// Text of others as one harmless line: without terminal codes, control characters and marks that turn or hide what stands
/// around them, and cut where it is long.
#[must_use]
pub fn shown(text: &str) -> String {
    shown_up_to(text, LONGEST)
}

pub(crate) fn shown_up_to(text: &str, most: usize) -> String {
    // What is far behind the cut need not be cleaned.
    let end = text.char_indices().nth(most.saturating_mul(8)).map_or(text.len(), |(at, _)| at);
    let (mut out, mut count, mut gap) = (String::new(), 0, false);
    for c in sanctum_python::plain(&text[..end].replace(['\n', '\r'], " ")).chars() {
        if c.is_whitespace() {
            gap = !out.is_empty();
            continue;
        }
        if steers(c) || c.is_control() {
            continue;
        }
        if count + usize::from(gap) >= most {
            out.push('…');
            return out;
        }
        if std::mem::take(&mut gap) {
            out.push(' ');
            count += 1;
        }
        out.push(c);
        count += 1;
    }
    if end < text.len() {
        out.push('…');
    }
    out
}

/// Marks that reorder or hide what stands around them.
fn steers(c: char) -> bool {
    matches!(u32::from(c), 0x061c | 0x200b..=0x200f | 0x2028..=0x202e | 0x2060..=0x206f | 0xfeff | 0xfff9..=0xfffb)
}

/// Why a file was not read.
#[derive(Debug)]
pub(crate) enum NoText {
    Absent,
    /// A link, a pipe, a device, a folder.
    NotAFile,
    TooLarge(u64),
    Io(io::Error),
}

/// At most `most` bytes of a regular file; no link is followed and no pipe is waited for.
pub(crate) fn load(path: &Path, most: u64) -> Result<Vec<u8>, NoText> {
    let (bytes, size) = head(path, most)?;
    if size > most { Err(NoText::TooLarge(size)) } else { Ok(bytes) }
}

/// The beginning of a regular file, and how large the whole is.
pub(crate) fn head(path: &Path, most: u64) -> Result<(Vec<u8>, u64), NoText> {
    use rustix::io::Errno;
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC | OFlags::NOCTTY;
    let fd = match openat(CWD, path, flags, Mode::empty()) {
        Ok(fd) => fd,
        Err(Errno::NOENT | Errno::NOTDIR) => return Err(NoText::Absent),
        Err(Errno::LOOP | Errno::NXIO | Errno::MLINK) => return Err(NoText::NotAFile),
        Err(error) => return Err(NoText::Io(error.into())),
    };
    let stat = fstat(&fd).map_err(|e| NoText::Io(e.into()))?;
    if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
        return Err(NoText::NotAFile);
    }
    let size = u64::try_from(stat.st_size).unwrap_or(0);
    let mut bytes = Vec::new();
    File::from(fd).take(most).read_to_end(&mut bytes).map_err(NoText::Io)?;
    Ok((bytes, size))
}

/// `3 plugins`, `1 plugin`.
pub(crate) fn count(number: usize, one: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {one}s") }
}

#[cfg(test)]
mod tests {
    use super::{NoText, load, shown};

    #[test]
    fn hostile_names_become_one_line_that_moves_nothing() {
        for (text, want, why) in [
            ("\u{1b}[31mred\u{1b}[0m", "red", "colours go"),
            ("a\nb\r\nc", "a b c", "it stays one line"),
            ("user\u{202e}gpj.exe", "usergpj.exe", "what turns the order of letters goes"),
            ("x\u{200b}y\u{feff}", "xy", "what nobody sees goes"),
            ("<b>bold</b>", "<b>bold</b>", "HTML is text, and whoever shows it shows text"),
        ] {
            assert_eq!(shown(text), want, "{why}");
        }
        assert_eq!(shown(&"x".repeat(1_000_000)).chars().count(), 301, "a flood is cut, with a mark");
    }

    #[test]
    fn only_regular_files_of_bounded_size_are_read() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("a"), "12345").unwrap();
        std::os::unix::fs::symlink("a", dir.path().join("l")).unwrap();
        assert_eq!(load(&dir.path().join("a"), 5).unwrap(), b"12345", "a file that fits is read whole");
        assert!(
            matches!(load(&dir.path().join("a"), 4), Err(NoText::TooLarge(5))),
            "one that does not fit says its size"
        );
        assert!(matches!(load(&dir.path().join("l"), 5), Err(NoText::NotAFile)), "a link is not followed");
        assert!(matches!(load(dir.path(), 5), Err(NoText::NotAFile)), "a folder is no file");
        assert!(matches!(load(&dir.path().join("x"), 5), Err(NoText::Absent)), "nothing is nothing");
    }
}
