//! The registry as its callers see it: files in temporary folders, one topic per file.

mod accounts;
mod concurrency;
mod damage;
mod fixture;
mod lists;
mod opening;
mod rules;
mod schema;
mod sessions;
mod sign_in;
mod tables;
mod text;
mod upgrade;
