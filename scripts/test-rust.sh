#!/usr/bin/env bash
# Every Rust test. The flows in the real window run two at a time, and on a small machine one may starve the other: where nothing
# else failed, at most three of them are run once more, one by one, and must pass then. Both outcomes are printed, so that an
# unsteady flow is seen and mended.
set -euo pipefail
out=$(mktemp)
trap 'rm -f "$out"' EXIT
if cargo test --workspace --no-fail-fast 2>&1 | tee "$out"; then exit 0; fi
mapfile -t targets < <(sed -n 's/^    `\(.*\)`$/\1/p' "$out" | sort -u)
mapfile -t flows < <(sed -n 's/^test \([a-z_:0-9]*\) \.\.\. FAILED$/\1/p' "$out" | sort -u)
if [ "${targets[*]}" != '-p sanctum-tests --test window' ] || [ "${#flows[@]}" -eq 0 ] || [ "${#flows[@]}" -gt 3 ]; then exit 1; fi
printf '\nUnsteady, run once more: %s\n' "${flows[*]}"
cargo test --workspace --test window -- --exact "${flows[@]}" --test-threads=1
