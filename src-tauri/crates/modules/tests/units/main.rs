//! Units for launchd and systemd: what their files say to those who read them, and what is said to the system.

mod commands;
mod files;
