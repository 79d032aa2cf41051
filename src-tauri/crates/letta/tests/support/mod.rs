//! What the tests of the client share: a small HTTP server on the loopback, and the suite that every Letta must pass.

pub use sanctum_fake_letta::http;
pub mod suite;
