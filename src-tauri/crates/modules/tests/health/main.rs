//! How an instance does, against real sockets and real logs.

mod answers;
mod changes;
mod logs;
mod samples;
