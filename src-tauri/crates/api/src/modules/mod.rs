//! Instances of modules: what there is, how each is run, started, stopped, installed, and how all do at one glance.
//!
//! Crate `modules` keeps and asks processes; crate `change` writes files. Here is what an instance is run with, in which order, who may
//! do it, and what is told of it.

mod act;
mod add;
mod bridge;
mod detail;
mod foreground;
mod install;
mod instances;
mod join;
mod leave;
mod leftover;
mod list;
mod look;
mod order;
mod overview;
mod quit;
mod recipe;
mod said;
mod scripts;
mod system;
mod trial;

pub(crate) use act::{launcher, secrets_for, take_over};
pub(crate) use install::source_words;
pub(crate) use instances::{Instance, all as all_instances, bare as bare_instances, seen as seen_instances};
pub(crate) use leave::must_not_run;
pub(crate) use leftover::leftovers;
pub(crate) use list::{EVERY, ground};
pub(crate) use look::{Look, Runs, at as look_now, at_all as looks, kept_in, stamps_of_records};
pub(crate) use overview::{after_look, any_runs, everybody, hear};
pub(crate) use recipe::log_dir_at;
pub(crate) use said::{began, covered, said};
pub(crate) use scripts::{amiss as scripts_amiss, command as scripts_command};
pub(crate) use system::{after_change, away, busy as busy_by_system, propose_away, propose_forgotten, units_place};
pub(crate) use trial::{Tried, run as try_out, start_again, that_run};
