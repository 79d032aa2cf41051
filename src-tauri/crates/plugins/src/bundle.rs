//! How SMCP uses an MCP bundle, which is a server of its own: by a `cli.py` that is put beside its manifest.
//!
//! It starts the server, asks it over MCP, and ends it, for each call anew. It is put there before the bundle is looked at as a
//! plugin, so that the hash that a person trusts counts it, and `--describe` asks the real server.

use crate::new::NewFile;

const CLI: &str = include_str!("bundle/cli.py");

/// What makes a plugin of SMCP from a bundle that has no `cli.py`.
#[must_use]
pub fn bridge() -> NewFile {
    NewFile { path: "cli.py", text: CLI.to_owned(), executable: true }
}

/// The variable that carries a setting of a bundle where its manifest names none. The bridge makes the same one.
pub(crate) fn variable(bundle: &str, key: &str) -> String {
    let mut out = String::new();
    for c in format!("{bundle}_{key}").to_uppercase().chars() {
        match c {
            'A'..='Z' | '0'..='9' => out.push(c),
            _ if out.ends_with('_') => {}
            _ => out.push('_'),
        }
    }
    out.trim_matches('_').to_owned()
}
