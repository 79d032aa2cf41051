//! What the system tells the keeper: to stop, and that a child changed. A hang-up is heard and left alone. Beside it, that whoever
//! asked for the start went without hearing of it.

use std::fs::File;
use std::io::Read;
use std::os::fd::OwnedFd;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use signal_hook::consts::{SIGCHLD, SIGHUP, SIGINT, SIGTERM};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Told {
    Stop,
    Child,
    /// Nobody knows that it was started.
    Unheard,
}

#[derive(Debug)]
pub(crate) struct Signals {
    hear: Receiver<Told>,
    tell: Sender<Told>,
}

impl Signals {
    /// Handlers and not “ignore”: what is ignored would be ignored by the module too.
    pub fn listen() -> std::io::Result<Signals> {
        let mut signals = signal_hook::iterator::Signals::new([SIGTERM, SIGINT, SIGHUP, SIGCHLD])?;
        let (tell, hear) = channel();
        let teller = tell.clone();
        std::thread::Builder::new().name("signals".to_owned()).stack_size(128 * 1024).spawn(move || {
            for signal in signals.forever() {
                let told = match signal {
                    SIGTERM | SIGINT => Told::Stop,
                    SIGCHLD => Told::Child,
                    _ => continue,
                };
                if teller.send(told).is_err() {
                    break;
                }
            }
        })?;
        Ok(Signals { hear, tell })
    }

    /// Waits beside for the line that says that the answer was heard, and tells where the caller went without it.
    pub fn expect(&self, line: &'static [u8], from: OwnedFd) -> std::io::Result<()> {
        let tell = self.tell.clone();
        let wait = move || {
            let mut said = vec![0; line.len()];
            let heard = File::from(from).read_exact(&mut said).is_ok() && said == line;
            if !heard {
                // A keeper that is ending has nobody to tell.
                let _ = tell.send(Told::Unheard);
            }
        };
        std::thread::Builder::new().name("answer".to_owned()).stack_size(128 * 1024).spawn(wait).map(drop)
    }

    /// The next one, or nothing within this time.
    pub fn next(&self, within: Duration) -> Option<Told> {
        match self.hear.recv_timeout(within) {
            Ok(told) => Some(told),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => {
                // The thread is gone, which it never should be. Time still has to pass.
                std::thread::sleep(within);
                None
            }
        }
    }
}
