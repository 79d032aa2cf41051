//! The registry as its callers see it: files in temporary folders, one topic per file.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod accounts;
mod concurrency;
mod damage;
mod fixture;
mod lists;
mod opening;
mod rules;
mod schema;
mod sessions;
mod settings;
mod sign_in;
mod stack;
mod tables;
mod text;
mod upgrade;
