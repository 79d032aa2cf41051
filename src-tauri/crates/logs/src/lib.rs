//! Logs of modules: read, followed, filtered, merged by time.
//!
//! A [`View`] lies over the log folders of one or several modules. A thread of its own reads the files forward in big blocks and
//! keeps of each line two bytes (stream, level) and of every 64th its place, so that files of gigabytes cost some ten megabytes;
//! pages are read from the files when they are asked for.
//!
//! Reading forward, and not the newest lines first, is a choice: a line has its number from the moment it is seen, so what was
//! paged stays right while the rest comes in, and levels of tracebacks and the merge by time need what stands before. A
//! gigabyte takes a few seconds, and files that the app keeps itself are 60 MB at most.
//!
//! Refuses to write, to follow links out of the folder it is given, to keep the text of lines, and to know what a module is.

#![forbid(unsafe_code)]

mod clean;
mod cover;
mod entry;
mod error;
mod export;
mod files;
mod filter;
mod index;
mod line;
mod lines;
mod marks;
mod page;
mod seek;
mod stamp;
mod streams;
mod view;
mod worker;
mod zone;

pub use cover::Cover;
pub use error::LogError;
pub use files::{Found, LogFile, Place, Stream, files_of};
pub use filter::Filter;
pub use line::Level;
pub use page::Line;
pub use seek::Seek;
pub use stamp::{Stamp, Zone};
pub use view::{Options, State, View};
pub use zone::local_zone;
