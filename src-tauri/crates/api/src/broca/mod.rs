//! A look inside the Broca of an agent, and what may be done to its queue.
//!
//! Its database is another program's: it is read as it is, each time anew, and changed only by a plan. What it has said to
//! whom is for administrators; that there is so much of it, for everybody who may see the agent.

mod act;
mod look;
mod place;

pub(crate) use look::question;
