//! What the system tells the keeper: to stop, and that a child changed. A hang-up is heard and left alone.

use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use signal_hook::consts::{SIGCHLD, SIGHUP, SIGINT, SIGTERM};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Told {
    Stop,
    Child,
}

#[derive(Debug)]
pub(crate) struct Signals(Receiver<Told>);

impl Signals {
    /// Handlers and not “ignore”: what is ignored would be ignored by the module too.
    pub fn listen() -> std::io::Result<Signals> {
        let mut signals = signal_hook::iterator::Signals::new([SIGTERM, SIGINT, SIGHUP, SIGCHLD])?;
        let (tell, hear) = channel();
        std::thread::Builder::new().name("signals".to_owned()).stack_size(128 * 1024).spawn(move || {
            for signal in signals.forever() {
                let told = match signal {
                    SIGTERM | SIGINT => Told::Stop,
                    SIGCHLD => Told::Child,
                    _ => continue,
                };
                if tell.send(told).is_err() {
                    break;
                }
            }
        })?;
        Ok(Signals(hear))
    }

    /// The next one, or nothing within this time.
    pub fn next(&self, within: Duration) -> Option<Told> {
        match self.0.recv_timeout(within) {
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
