//! The registry as its callers see it: files in temporary folders, one topic per file.

mod opening;
