//! What a person does in the real window.

mod adopt;
mod agents;
mod crash;
mod grid;
mod live;
mod look;
mod session;
mod support;
mod wizard;
