//! Keepers over real processes: what a person who runs modules counts on, and what modules do to those who keep them.

mod adopting;
mod crashing;
mod finding;
mod flooding;
mod hearing;
mod measuring;
mod racing;
mod secrets;
mod starting;
mod stopping;
mod support;
