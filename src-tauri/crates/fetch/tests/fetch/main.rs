//! Fetching as a person meets it: real archives made byte by byte, real folders, a real git.

#![expect(clippy::unwrap_used, reason = "in a test an unexpected error is a failure, told with its place")]

mod archives;
mod bounds;
mod folders;
mod made;
mod repositories;
mod same;
