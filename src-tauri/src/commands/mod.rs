//! Typed commands for the window: parse, call `sanctum_api`, return. No logic lives here.

pub mod agents;
pub mod app;
pub mod changes;
pub mod plan;
pub mod session;
pub mod setup;
pub mod tools;

/// The open app, shared by all commands.
pub type App<'a> = tauri::State<'a, sanctum_api::App>;
