//! What the tests of the whole app stand on: a place of its own for each test, the terminal program, the real window.
//!
//! Every process that is started here gets a home, a data folder and a temporary folder inside one temporary folder, so
//! that nothing of the real home is touched. Programs are the ones `make test` has built; a missing one is a failure.

pub mod ctl;
mod desktop;
mod drag;
pub mod panel;
mod picture;
pub mod place;
pub mod window;
pub mod yard;

pub use ctl::{Ctl, Run};
pub use place::Place;
pub use window::Window;
