//! Starting, stopping and taking over one instance, through its keeper.
//!
//! Everything here waits, so it is called from a thread that may. Whether one runs already is decided by the keeper with its
//! lock in hand, so that two who start at the same moment get one module and one refusal that says who runs.

mod start;
mod stop;

pub use start::{Outcome, StartError, Started, adopt, start};
pub use stop::{StopError, Stopped, stop};

pub use crate::found::{Entry, Now, Place, Run, Who, WhoKind, look, look_in};
