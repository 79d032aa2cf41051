#!/usr/bin/env bash
# Runs a command with a home of its own and fails when the real home was touched all the same.
set -euo pipefail

real_home=$HOME
own_home=$(mktemp -d "${TMPDIR:-/tmp}/sanctum-home.XXXXXX")
trap 'rm -rf "$own_home"' EXIT

# Toolchains and package caches live in the real home and may be written by their own tools.
listing() {
  find "$real_home" -xdev \( -path "$real_home/.cargo" -o -path "$real_home/.rustup" -o -path "$real_home/.npm" \
    -o -path "$real_home/.pyenv" -o -path "$PWD" \) -prune -o -type f -printf '%p %s %T@\n' 2>/dev/null | LC_ALL=C sort
}

before=$(mktemp)
after=$(mktemp)
listing > "$before"
status=0
HOME=$own_home CARGO_HOME=${CARGO_HOME:-$real_home/.cargo} RUSTUP_HOME=${RUSTUP_HOME:-$real_home/.rustup} \
  npm_config_cache=${npm_config_cache:-$real_home/.npm} "$@" || status=$?
listing > "$after"
if ! cmp -s "$before" "$after"; then
  printf 'A test touched the real home:\n' >&2
  diff "$before" "$after" >&2 || true
  rm -f "$before" "$after"
  exit 1
fi
rm -f "$before" "$after"
exit "$status"
