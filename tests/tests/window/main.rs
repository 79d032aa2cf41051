//! What a person does in the real window.

mod adopt;
mod agents;
mod chat;
mod crash;
mod drift;
mod drops;
mod fields;
mod forms;
mod grid;
mod joining;
mod letta;
mod live;
mod look;
mod modules;
mod panel;
mod plugins;
mod preferences;
mod quit;
mod secrets;
mod session;
mod settings;
mod support;
mod wizard;
