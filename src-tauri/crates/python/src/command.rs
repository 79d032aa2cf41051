//! Running a program with a time limit that can be called off: no shell, exactly the variables given, its own process group.
//!
//! The whole group is ended when the time is up or it is called off, so that no installer goes on behind one's back.

use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::RecvTimeoutError;
use std::thread;
use std::time::{Duration, Instant};

use sanctum_foreign::child::{end_group, lines};

/// Lines kept of what it says, and bytes of a line.
const MOST_LINES: usize = 20_000;
const LONGEST_LINE: u64 = 64 * 1024;
/// How long a group gets between TERM and KILL.
const GRACE: Duration = Duration::from_secs(2);

/// What a program that ended said.
#[derive(Debug, Clone, Default)]
pub(crate) struct Said {
    pub code: Option<i32>,
    /// Both outputs, line by line, without control characters.
    pub lines: Vec<String>,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// It could not be started.
    #[error("`{program}` could not be started: {source}.")]
    Start { program: String, source: std::io::Error },
    /// It took longer than it may.
    #[error("`{program}` was ended because it took longer than {seconds} s.")]
    TimedOut { program: String, seconds: u64 },
    /// Somebody called it off.
    #[error("It was called off.")]
    Cancelled,
    /// The temporary folder could not be used.
    #[error("The temporary folder could not be used: {0}.")]
    Temporary(std::io::Error),
}

pub(crate) fn run(
    argv: &[String],
    env: &[(String, String)],
    cwd: &Path,
    limit: Duration,
    cancel: &AtomicBool,
) -> Result<Said, CommandError> {
    let (program, arguments) = argv.split_first().ok_or(CommandError::Cancelled)?;
    let start = |source| CommandError::Start { program: program.clone(), source };
    let mut child = Command::new(program)
        .args(arguments)
        .env_clear()
        .envs(env.iter().map(|(name, value)| (name, value)))
        .current_dir(cwd)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .spawn()
        .map_err(start)?;
    let lines = lines(&mut child, LONGEST_LINE);
    let began = Instant::now();
    let mut said = Said::default();
    let keep = |said: &mut Said, line: String| {
        let line = crate::plain(&line);
        if said.lines.len() < MOST_LINES && !line.trim().is_empty() {
            said.lines.push(line);
        }
    };
    let mut open = true;
    loop {
        if open {
            match lines.recv_timeout(Duration::from_millis(30)) {
                Ok(line) => keep(&mut said, line),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => open = false,
            }
        } else {
            thread::sleep(Duration::from_millis(5));
        }
        if let Some(status) = child.try_wait().map_err(start)? {
            // Something that it left behind may talk on for ever.
            let until = Instant::now() + GRACE;
            while let Ok(line) = lines.recv_timeout(Duration::from_millis(100)) {
                keep(&mut said, line);
                if Instant::now() >= until {
                    break;
                }
            }
            said.code = status.code();
            return Ok(said);
        }
        let late = began.elapsed() >= limit;
        if late || cancel.load(Ordering::SeqCst) {
            end_group(&mut child, GRACE);
            return Err(match late {
                true => CommandError::TimedOut { program: program.clone(), seconds: limit.as_secs() },
                false => CommandError::Cancelled,
            });
        }
    }
}
