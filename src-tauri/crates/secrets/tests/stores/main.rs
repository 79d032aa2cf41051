//! What a person relies on in each store: values come back, strangers cannot read or swap them, trouble has a name.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod choosing;
mod file;
#[cfg(target_os = "linux")]
mod keyring;

use sanctum_secrets::Secret;

fn secret(text: &str) -> Secret {
    Secret::new(text.to_owned())
}
