//! What the operator is promised about changes: whole or not at all, refused when stale, taken back exactly.

mod apply;
mod commands;
mod crash;
mod disks;
mod kill9;
mod links;
mod random;
mod registry_rows;
mod support;
mod undo;
