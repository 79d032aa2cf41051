//! Messages as lines of a program's input and output.
//!
//! Its other output is read to its end, so that it never has to wait, and the last line kept for the words of an error, without
//! the values it was given in its environment.

use crate::incoming::{Incoming, MAX_MESSAGE};
use crate::link::{Line, Link, Out, Task, Why};
use crate::process::{self, Running};
use crate::text::shown_line;
use crate::trouble::{Trouble, mib};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::ChildStdin;
use tokio::sync::mpsc;

/// Messages that may wait to be taken, or to be written.
const WAITING: usize = 16;
/// How much is kept of what it says beside its messages.
const KEPT: usize = 8 * 1024;
/// How long its last words are waited for after its messages have ended.
const LAST_WORDS: Duration = Duration::from_millis(500);
/// Values of the environment of at least this length are not repeated.
const TELLING: usize = 6;

/// Starts the program.
pub(crate) fn open(
    program: &Path,
    args: &[String],
    env: &[(String, String)],
    cwd: &Path,
) -> Result<(Link, Running), Trouble> {
    let mut child = process::start(program, args, env, cwd)?;
    let (input, output, beside) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let running = process::watch(child);
    let (Some(input), Some(output), Some(beside)) = (input, output, beside) else {
        return Err(Trouble::Ended { said: String::new() });
    };
    let why = Why::default();
    let words = Words::new(env);
    let (to, incoming) = mpsc::channel(WAITING);
    let (lines, written) = mpsc::channel(WAITING);
    let listening = Task::of(listen(beside, words.clone()));
    let reader = read(output, Incoming::new(to), why.clone(), words, listening);
    let tasks = vec![Task::of(reader), Task::of(write(input, written))];
    Ok((Link { incoming, out: Out::Line(lines), why, tasks }, running))
}

async fn write(mut input: ChildStdin, mut lines: mpsc::Receiver<Line>) {
    while let Some((line, written)) = lines.recv().await {
        if input.write_all(&line).await.is_err() || input.flush().await.is_err() {
            return;
        }
        // Whoever waited may be gone.
        let _ = written.send(());
    }
}

async fn read(output: impl AsyncRead + Unpin, mut incoming: Incoming, why: Why, words: Words, mut listening: Task) {
    let mut output = BufReader::with_capacity(64 * 1024, output);
    let mut line = Vec::new();
    let reason = loop {
        let (taken, whole) = match output.fill_buf().await {
            Ok(bytes) if !bytes.is_empty() => {
                let end = bytes.iter().position(|byte| *byte == b'\n');
                line.extend_from_slice(&bytes[..end.unwrap_or(bytes.len())]);
                (end.map_or(bytes.len(), |end| end + 1), end.is_some())
            }
            _ => {
                // Its last words may come a moment later.
                let _ = tokio::time::timeout(LAST_WORDS, listening.ended()).await;
                break Trouble::Ended { said: words.last() };
            }
        };
        output.consume(taken);
        if line.len() > MAX_MESSAGE {
            break Trouble::TooLarge { what: "a message", limit: mib(MAX_MESSAGE) };
        }
        let mut told = incoming.came(taken);
        if whole && told.is_ok() && !line.trim_ascii().is_empty() {
            told = incoming.take(line.trim_ascii()).await;
        }
        if whole {
            line.clear();
        }
        if let Err(trouble) = told {
            break trouble;
        }
    };
    why.set(reason);
}

async fn listen(mut beside: impl AsyncRead + Unpin, words: Words) {
    let mut piece = vec![0; 4 * 1024];
    while let Ok(count @ 1..) = beside.read(&mut piece).await {
        words.add(&piece[..count]);
    }
}

/// The end of what a program says beside its messages.
#[derive(Clone)]
struct Words {
    kept: Arc<Mutex<Vec<u8>>>,
    hidden: Arc<Vec<String>>,
}

impl Words {
    fn new(env: &[(String, String)]) -> Words {
        // Paths are no secrets, and an error without them helps nobody.
        let hidden = env.iter().map(|(_, value)| value.clone());
        let hidden = hidden.filter(|value| value.len() >= TELLING && !value.starts_with('/')).collect();
        Words { kept: Arc::default(), hidden: Arc::new(hidden) }
    }

    fn add(&self, bytes: &[u8]) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.extend_from_slice(bytes);
        let over = kept.len().saturating_sub(KEPT);
        kept.drain(..over);
    }

    fn last(&self) -> String {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let text = String::from_utf8_lossy(&kept);
        let line = text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default();
        let line = self.hidden.iter().fold(line.to_owned(), |line, value| line.replace(value.as_str(), "…"));
        shown_line(&line)
    }
}

#[cfg(test)]
mod tests {
    use super::{KEPT, Words};

    #[test]
    fn the_last_words_are_kept_without_what_was_given() {
        let env =
            [("KEY", "hunter2hunter2"), ("HOME", "/tmp/home")].map(|(name, value)| (name.to_owned(), value.to_owned()));
        let words = Words::new(&env);
        words.add(&vec![b'x'; 3 * KEPT]);
        words.add(b"\nKeyError: no hunter2hunter2 in /tmp/home\x1b[0m\n\n");
        assert_eq!(words.last(), "KeyError: no … in /tmp/home", "the last line, and no value of the environment");
    }
}
