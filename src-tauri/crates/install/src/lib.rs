//! What a Sanctum looks like on disk: where it may live, the folders and files it is made of, the modules that are
//! known, their ports and their Python, and how an existing tree is recognised, discovered and watched.
//!
//! Owns: root-folder checks, agent names, the layout of `spec/installation-layout.md`, the catalogue of known modules,
//! port conventions, Python interpreters, the scan, manifest discovery and the watcher.
//! Refuses: writing anything. Every change is proposed to a `sanctum_change::Planner`; the api applies it.

pub mod catalogue;
pub mod discovery;
pub mod host;
pub mod layout;
pub mod layouts;
mod linux;
mod macos;
pub mod manifest;
pub mod names;
pub mod ports;
pub mod python;
pub mod roots;
pub mod sample;
pub mod scan;
pub mod spawn;
pub mod watch;
