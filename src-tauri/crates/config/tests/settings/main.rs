//! What an operator relies on: files survive, bash and we read alike, a child wins, a schema cannot hurt.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod bash;
mod dotenv;
mod effective;
mod env;
mod exchange;
mod jsonfile;
mod manual;
mod merge;
mod resolve;
mod schema;
mod text;
mod validate;
