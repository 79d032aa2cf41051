//! What a person relies on in each store: values come back, strangers cannot read or swap them, trouble has a name.

mod choosing;
mod file;
#[cfg(target_os = "linux")]
mod keyring;

use sanctum_secrets::Secret;

fn secret(text: &str) -> Secret {
    Secret::new(text.to_owned())
}
