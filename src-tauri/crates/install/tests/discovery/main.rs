//! What a person sees of a tree on disk: cards, candidates and news, also when the tree is hostile.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails the test where it cannot go on")]

mod hostile;
mod layouts;
mod malformed;
mod many;
mod permissions;
mod places;
mod rescan;
mod scan;
mod support;
mod watcher;
