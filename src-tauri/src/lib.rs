//! The shell.
pub mod bindings;
mod commands;
mod window;
