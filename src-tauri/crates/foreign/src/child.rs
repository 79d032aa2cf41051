//! A program that leads its own process group: what it says, line by line, and its end together with everything that it started.

use std::io::{BufRead, BufReader, Read};
use std::process::Child;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

/// The lines of both outputs as they come, each cut where it is longer than `longest` bytes; empty ones are left out. The channel closes
/// when both outputs have, which a grandchild may put off.
#[must_use]
pub fn lines(child: &mut Child, longest: u64) -> Receiver<String> {
    let (send, lines) = channel();
    if let Some(out) = child.stdout.take() {
        read(out, send.clone(), longest);
    }
    if let Some(err) = child.stderr.take() {
        read(err, send, longest);
    }
    lines
}

fn read(from: impl Read + Send + 'static, to: Sender<String>, longest: u64) {
    thread::spawn(move || {
        let mut from = BufReader::new(from);
        let mut line = Vec::new();
        loop {
            line.clear();
            match from.by_ref().take(longest).read_until(b'\n', &mut line) {
                Ok(0) | Err(_) => return,
                Ok(_) => {
                    let text = String::from_utf8_lossy(&line).trim_end().to_owned();
                    if !text.is_empty() && to.send(text).is_err() {
                        return;
                    }
                }
            }
        }
    });
}

/// Ends the whole group that `child` leads: TERM, and KILL for what is left after `grace`. Returns once the leader is gone.
pub fn end_group(child: &mut Child, grace: Duration) {
    let Some(group) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) else { return };
    // ESRCH means that it is over already, which is what is wanted.
    let _ = kill_process_group(group, Signal::TERM);
    let until = Instant::now() + grace;
    while Instant::now() < until && matches!(child.try_wait(), Ok(None)) {
        thread::sleep(Duration::from_millis(20));
    }
    let _ = kill_process_group(group, Signal::KILL);
    let _ = child.wait();
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::CommandExt;
    use std::process::{Command, Stdio};
    use std::time::Duration;

    use super::{end_group, lines};

    fn shell(script: &str) -> std::process::Child {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", script]).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.process_group(0).spawn().expect("the shell starts")
    }

    #[test]
    fn both_outputs_are_read_line_by_line_and_long_ones_are_cut() {
        let mut child = shell("printf 'one\\n\\n  two  \\nabcdefgh\\n'; printf 'three' >&2");
        let mut said: Vec<String> = lines(&mut child, 7).into_iter().collect();
        said.sort();
        assert_eq!(said, ["  two", "abcdefg", "h", "one", "three"], "nothing is lost, empty lines are left out");
        child.wait().expect("it has ended");
    }

    #[test]
    fn what_it_started_ends_with_it() {
        // The grandchild holds the pipe open for as long as it lives, and does not mind TERM.
        let mut child = shell("trap '' TERM; sleep 600 & echo up; wait");
        let said = lines(&mut child, 100);
        assert_eq!(said.recv().as_deref(), Ok("up"), "it runs");
        end_group(&mut child, Duration::from_millis(50));
        assert!(matches!(child.try_wait(), Ok(Some(_))), "the leader is gone");
        assert!(said.recv().is_err(), "and so is everything that had its output");
    }
}
