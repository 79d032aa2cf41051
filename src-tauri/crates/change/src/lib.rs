//! Plans, journal, apply, verify, undo and recovery: the only writer of the install tree and of configuration.
//!
//! Everything else proposes a [`Plan`] (made with [`Planner`], which only reads); [`Engine::apply`] checks that it still
//! fits, journals it with all it needs to take it back, acts, reads back, and commits. A crash at any instant leaves the
//! old state or the new one, and [`Engine::recover`] says which. Undo is a plan like any other. DESIGN section 4.
//!
//! Of a file that is patched it keeps only what differs, with secrets by reference ([`Sealed`], [`Vault`]). Outside of the root
//! it writes only in places it was told of by name ([`Engine::with_place`]).
//! It refuses to know what the files mean (crates `install` and `config`), to draw diffs, and to send events (`api`).

mod back;
mod check;
mod control;
mod disk;
mod engine;
mod error;
mod failed;
mod faults;
mod filestate;
mod forward;
mod journal;
mod keep;
mod load;
mod lock;
mod patch;
mod plan;
mod planner;
mod recover;
mod relpath;
mod remote;
mod report;
mod row;
mod rows;
mod run;
mod theirs;
mod undo;
mod world;

pub use control::{ApplyControl, Outcome, Receipt, Recovered, StepProgress, StepState};
pub use engine::Engine;
pub use error::{ChangeError, Conflict};
pub use faults::{Fault, Faults, NoFaults};
pub use filestate::{FileState, LARGEST_PRE_IMAGE, TreeDigest};
pub use journal::ChangeHeader;
pub use load::{StoredChange, StoredStep};
pub use patch::{Hunk, HunkView, LARGEST_PATCHED, MOST_LINES_PATCHED, Piece, Sealed, Vault};
pub use plan::{Action, Actor, Plan, Step, StepView, Via, describe};
pub use planner::{LARGEST_REMOVED, Planner, RunSpec};
pub use relpath::RelPath;
pub use remote::{Remote, RemoteTrouble};
pub use row::{HIDDEN_COLUMNS, MASK, MEASURED_COLUMNS, Row};
pub use theirs::{MOST_THEIR_ROWS, TheirRow};

/// What the functions of this crate return.
pub type Result<T, E = ChangeError> = std::result::Result<T, E>;
