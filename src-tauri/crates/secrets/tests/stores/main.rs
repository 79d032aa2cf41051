//! What a person relies on in each store: values come back, strangers cannot read or swap them, trouble has a name.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod choosing;
mod file;
#[cfg(target_os = "linux")]
mod keyring;
mod words;

use sanctum_secrets::Secret;

fn secret(text: &str) -> Secret {
    Secret::new(text.to_owned())
}

/// A hundred names: long ones, and such as differ by little.
fn names() -> Vec<String> {
    let mut names: Vec<String> = [
        "athena/broca2/TELEGRAM_TOKEN@1",
        "athena/broca2/TELEGRAM_TOKEN@2",
        "athena/broca2/TELEGRAM_TOKEN",
        "Athena/broca2/TELEGRAM_TOKEN",
        "athena/broca2",
        "a.b/c d@e.f",
        " leading and trailing ",
        "..",
        "/",
        "ключ/⚙️",
        "50%*?",
        "a\\b'c\"d",
    ]
    .map(str::to_owned)
    .to_vec();
    names.push("l".repeat(512));
    names.push(format!("{}m", "l".repeat(511)));
    names.push("é".repeat(512));
    names.extend((names.len()..100).map(|n| format!("agent-{n}/smcp/KEY_{n}@{n}")));
    names
}

/// Names close to those that were never stored.
fn strangers() -> Vec<String> {
    vec![
        "athena/broca2/TELEGRAM_TOKEN@3".into(),
        "leading and trailing".into(),
        "*".into(),
        ".".into(),
        "l".repeat(511),
    ]
}
