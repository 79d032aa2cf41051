//! A module's `run/start.sh`, with and without secrets.
//!
//! Both are fixed text from the catalogue alone: no path, port or name of an install is ever put into a script, so
//! nothing in them can be executed by accident, and a script can be recognised as ours by its bytes. The one with secrets
//! leaves it to `sanctumctl secrets exec` to hand them to the module; it never sees one itself.

use crate::catalogue::{Catalogue, Entry, Known};

/// The two start scripts of a module, as they are written byte for byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StartScripts {
    /// Starts the module with what `config/.env` says.
    pub plain: Vec<u8>,
    /// The same, through `sanctumctl secrets exec`, or the program that `SANCTUMCTL` names.
    pub with_secrets: Vec<u8>,
}

/// The start scripts of the catalogue module `name`; `None` for what our layout does not start.
pub fn start_scripts(name: &str) -> Option<StartScripts> {
    let module = Catalogue::builtin().get(name)?;
    let entry = module.entry.as_ref()?;
    Some(StartScripts { plain: plain(module, entry), with_secrets: with_secrets(module, entry) })
}

/// The script of a module without secrets: started from any folder, safe for any path the layout allows.
pub(super) fn plain(module: &Known, entry: &Entry) -> Vec<u8> {
    let Parts { head, source, python, args } = parts(module, entry, "its settings are in config/.env.");
    format!("{head}{source}{python}exec {args}\n").into_bytes()
}

/// What runs `sanctumctl` is settled before the settings are read, so that none of them can change it; the positional
/// parameters are the one thing an assignment in `config/.env` cannot reach.
fn with_secrets(module: &Known, entry: &Entry) -> Vec<u8> {
    let about = "its settings are in config/.env, its secrets come from sanctumctl.";
    let Parts { head, source, python, args } = parts(module, entry, about);
    let title = &module.title;
    format!(
        r#"{head}CTL="${{SANCTUMCTL:-sanctumctl}}"
set -- "$CTL" secrets exec --dir "$ROOT"
{source}{python}if ! command -v -- "$1" >/dev/null; then
  echo "{title} needs its secrets, and sanctumctl, which hands them over, was not found: $1" >&2
  echo "Put sanctumctl into your PATH, or name it in SANCTUMCTL." >&2
  exit 69
fi
exec "$@" -- {args}
"#
    )
    .into_bytes()
}

struct Parts {
    /// Finds the module's folder, sees that its code is there and goes where it runs.
    head: String,
    /// Reads the settings.
    source: &'static str,
    /// Sees that its Python is there, where it runs by one.
    python: String,
    /// The program with its arguments, as shell words.
    args: String,
}

fn parts(module: &Known, entry: &Entry, about: &str) -> Parts {
    let title = &module.title;
    let needs = word(&entry.needs);
    let cwd = if entry.cwd == "." { "\"$ROOT\"".to_owned() } else { format!("\"$ROOT\"/{}", word(&entry.cwd)) };
    let port = format!("\"${}\"", entry.env_port);
    let args: Vec<String> = entry.args.iter().map(|arg| arg_word(arg, &port)).collect();
    // A program of its own lies in the folder it runs in; named from there, no setting can lead elsewhere.
    let (check, program) = match &entry.program {
        Some(program) => (String::new(), format!("\"./{program}\"")),
        None => (interpreter(&entry.python), format!("\"${}\"", entry.python)),
    };
    Parts {
        head: format!(
            r#"#!/usr/bin/env bash
# Starts {title} by hand. Fixed text: {about}
set -euo pipefail
ROOT="$(CDPATH= cd -- "$(dirname -- "${{BASH_SOURCE[0]}}")/.." && pwd)"
if [ ! -f "$ROOT"/{needs} ]; then
  echo "{title} is not installed yet: $ROOT/{plain} is missing." >&2
  exit 66
fi
cd -- {cwd}
"#,
            plain = entry.needs,
        ),
        source: "set -a; source \"$ROOT/config/.env\"; set +a\n",
        python: check,
        args: format!("{program} {}", args.join(" ")),
    }
}

fn interpreter(python: &str) -> String {
    format!(
        r#"if [ ! -x "${python}" ]; then
  echo "Its Python is missing: ${python}" >&2
  exit 69
fi
"#
    )
}

/// One argument as a shell word. Only `{port}` is variable; the rest is the catalogue's own constant text.
fn arg_word(arg: &str, port: &str) -> String {
    if arg.contains("{port}") { format!("\"{}\"", arg.replace("{port}", port.trim_matches('"'))) } else { word(arg) }
}

fn word(arg: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-/=+,".contains(c);
    if !arg.is_empty() && arg.chars().all(plain) { arg.to_owned() } else { format!("'{}'", arg.replace('\'', r"'\''")) }
}
