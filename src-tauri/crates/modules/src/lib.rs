//! Modules that run: a keeper for each instance, what the system runs, and how they do.

mod clean;
pub mod control;
pub mod found;
pub mod health;
pub mod keep;
#[cfg(target_os = "linux")]
mod linux;
mod macos;
pub mod process;
pub mod recipe;
pub mod record;
pub mod units;
