//! Views over real files: formats, merging, filters, following, size, what is hostile.

#![expect(clippy::unwrap_used, reason = "in a test an unexpected error is a failure, told with its place")]

mod filters;
mod follow;
mod formats;
mod merge;
mod support;
mod unsafe_files;
