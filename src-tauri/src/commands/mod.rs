//! Typed commands for the window: parse, call `sanctum_api`, return. No logic lives here.

pub mod agents;
pub mod app;
pub mod broca;
pub mod changes;
pub mod chat;
pub mod letta;
pub mod logs;
pub mod modules;
pub mod plan;
pub mod plugins;
pub mod ports;
pub mod python;
pub mod secrets;
pub mod session;
pub mod settings;
pub mod setup;
pub mod tools;

/// The open app, shared by all commands.
pub type App<'a> = tauri::State<'a, sanctum_api::App>;
/// The window system, for the commands that need it.
pub(crate) type Screen<'a> = tauri::State<'a, std::sync::Arc<dyn crate::window::Desk>>;
