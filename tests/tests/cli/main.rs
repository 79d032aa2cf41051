//! `sanctumctl` as a script or a person at a terminal runs it: what it makes, what it refuses, what survives a kill.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails the test where it cannot go on")]

mod support;

mod agents;
mod changes;
mod crash;
mod doctor;
mod refuse;
mod scan;
mod setup;
mod terminal;
mod tools;
