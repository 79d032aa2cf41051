//! What comes from programs and people that are not ours: their words made fit to be shown, their output read, their processes ended.
//!
//! The lowest crate: it knows nothing of a Sanctum, and everything that repeats a stranger's words or runs a stranger's program can
//! stand on it. Refuses: deciding what is run, and what the words mean.

pub mod child;
mod text;

pub use text::{block, hides, line, plain, spelled, steers};
