//! What a person does in the real window.

mod adopt;
mod agents;
mod chat;
mod crash;
mod drift;
mod fields;
mod forms;
mod grid;
mod letta;
mod live;
mod look;
mod modules;
mod plugins;
mod preferences;
mod secrets;
mod session;
mod settings;
mod support;
mod wizard;
