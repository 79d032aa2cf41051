//! `sanctumctl` as a script or a person at a terminal runs it: what it makes, what it refuses, what survives a kill.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails the test where it cannot go on")]

mod support;

mod agents;
mod broca;
mod by_hand;
mod canary;
mod changes;
mod chat;
mod config;
mod copied;
mod crash;
mod discovered;
mod doctor;
mod drift;
mod ears;
mod exchange;
mod files;
mod history;
mod inherit;
mod joining;
mod judgement;
mod letta;
mod login;
mod module_faults;
mod modules;
mod one_truth;
mod plain;
mod plugin_changes;
mod plugin_disk;
mod plugin_faults;
mod plugin_index;
mod plugin_kills;
mod plugin_needs;
mod plugin_packages;
mod plugin_refresh;
mod plugin_settings;
mod plugin_tools;
mod plugins;
mod ports;
mod python;
mod refuse;
mod restarting;
mod scan;
mod secrets;
mod services;
mod setup;
mod sources;
mod start;
mod system;
mod terminal;
mod tools;
mod trials;
mod web_bridge;
