//! Plugins of all tools: seen, understood before they run, installed, switched, tried.
//!
//! Crate `plugins` reads folders and never runs one that was not trusted; crate `mcp` asks the running tool server; every change is a
//! plan, and what runs with it is watched (`modules/trial`).

mod author;
pub(crate) mod bisect;
mod compare;
mod culprit;
mod detail;
mod governor;
mod graph;
mod in_letta;
mod index;
mod installing;
pub(crate) mod kept;
mod lines;
mod mcp;
mod place;
mod plans;
mod quarantine;
mod remote;
mod removing;
mod see;
mod settings;
mod switching;
mod tools;

pub(crate) use culprit::{is_back, is_guilty, is_innocent, let_out, look as look_for_culprit, was_not_tried};
pub(crate) use plans::tools_of;
pub(crate) use see::Plugins;
pub(crate) use settings::{Asked, asked};
