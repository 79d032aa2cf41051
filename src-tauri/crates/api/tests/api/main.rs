//! The one door from the window's side: who may do what, what a session is, which plan may be applied, which codes come out.

#![expect(clippy::unwrap_used, reason = "in a test an unexpected error is a failure, told with its place")]

mod plans;
mod rights;
mod sessions;
mod support;
mod troubles;
