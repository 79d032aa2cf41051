//! A module's `run/stop.sh`: what ends it without the window.
//!
//! Fixed text like `start.sh`. `sanctumctl` knows everything that may run of a module; where it is not found, the keeper's own
//! record says whom to ask. A number alone is nobody: the process is asked only where it was started as the keeper of this folder.

use crate::catalogue::{Catalogue, Known};

/// The stop script of the catalogue module `name`; `None` for what our layout does not start.
pub fn stop_script(name: &str) -> Option<Vec<u8>> {
    let module = Catalogue::builtin().get(name)?;
    module.entry.is_some().then(|| script(module))
}

/// Its bytes, as they are written.
pub(super) fn script(module: &Known) -> Vec<u8> {
    let title = &module.title;
    format!(
        r#"#!/usr/bin/env bash
# Stops {title} by hand. Fixed text: sanctumctl stops it, or, where that is not found, the keeper that its record names.
set -euo pipefail
ROOT="$(CDPATH= cd -- "$(dirname -- "${{BASH_SOURCE[0]}}")/.." && pwd -P)"
CTL="${{SANCTUMCTL:-sanctumctl}}"
if command -v -- "$CTL" >/dev/null; then
  exec "$CTL" modules stop --dir "$ROOT"
fi
RECORD="$ROOT/run/keeper.json"
if [ ! -f "$RECORD" ]; then
  echo "{title} was not started by its keeper, and sanctumctl, which finds what was started by hand, is missing: $CTL" >&2
  echo "Put sanctumctl into your PATH, or name it in SANCTUMCTL." >&2
  exit 69
fi
KEEPER="$(tr -d ' \n' <"$RECORD" | sed -n 's/.*"keeper":{{"pid":\([0-9][0-9]*\).*/\1/p')"
words() {{
  if [ -r "/proc/$KEEPER/cmdline" ]; then
    tr '\0' ' ' <"/proc/$KEEPER/cmdline"
  else
    LC_ALL=en_US.UTF-8 ps -ww -o args= -p "${{KEEPER:-0}}"
  fi
}}
keeps() {{
  case " $(words 2>/dev/null || true) " in
    *" keep --state $ROOT/run "*) return 0 ;;
    *) return 1 ;;
  esac
}}
if ! keeps; then
  echo "{title} has no keeper that runs. What was started by hand is ended where it was started, or by sanctumctl." >&2
  exit 1
fi
kill -TERM "$KEEPER"
while keeps; do
  sleep 0.2
done
echo "{title}: stopped"
"#
    )
    .into_bytes()
}
