//! A hook before every durable action, so that tests can end or fail the engine at each of them.
//!
//! Always compiled, because what ships is what was tested; without a hook it is one virtual call that returns at once.

/// What happens at a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    Go,
    /// Stop as if the process had been killed: nothing is taken back, nothing more is written.
    Die,
    /// The action fails with this errno.
    Errno(i32),
}

/// Called with the name of the point and the index of the step before each action that changes disk or journal.
pub trait Faults: Send + Sync {
    fn at(&self, point: &'static str, step: usize) -> Fault;
}

/// No faults: what runs outside of tests.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoFaults;

impl Faults for NoFaults {
    fn at(&self, _point: &'static str, _step: usize) -> Fault {
        Fault::Go
    }
}
