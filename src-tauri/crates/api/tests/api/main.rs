//! The one door from the window's side: who may do what, what a session is, which plan may be applied, which codes come out.

mod plans;
mod rights;
mod sessions;
mod support;
mod troubles;
