//! What the operator is promised about changes: whole or not at all, refused when stale, taken back exactly.

#![expect(clippy::unwrap_used, reason = "in a test an unexpected error is a failure, told with its place")]

mod apply;
mod budget;
mod commands;
#[cfg(target_os = "linux")]
mod cost;
mod crash;
mod disks;
#[cfg(target_os = "linux")]
mod kill9;
mod links;
mod patch;
mod places;
mod random;
mod registry_rows;
mod remote;
mod sealed;
mod store;
mod support;
mod theirs;
mod undo;
