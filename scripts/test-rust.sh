#!/usr/bin/env bash
# Every Rust test. Real windows, processes and clocks share a small machine here, and one may starve another: where at most three
# tests failed, they are run once more, one by one, and must pass then. Both outcomes are printed, so that an unsteady test is seen
# and mended.
set -euo pipefail
out=$(mktemp)
trap 'rm -f "$out"' EXIT
if cargo test --workspace --no-fail-fast 2>&1 | tee "$out"; then exit 0; fi
mapfile -t failed < <(sed -n 's/^test \(.*\) \.\.\. FAILED$/\1/p' "$out")
counted=$(sed -n 's/^test result: FAILED\..* \([0-9]*\) failed;.*/\1/p' "$out" | awk '{ sum += $1 } END { print sum + 0 }')
ended=$(grep -c '^test result: FAILED' "$out" || true)
targets=$(sed -n 's/^    `\(-p .*\)`$/\1/p' "$out" | sort -u | wc -l)
# What did not end as a test (a crash, a build that broke) is no unsteady test.
if [ "${#failed[@]}" -eq 0 ] || [ "${#failed[@]}" -gt 3 ] || [ "${#failed[@]}" -ne "$counted" ] || [ "$ended" -ne "$targets" ]; then exit 1; fi
printf '\nUnsteady, run once more: %s\n' "${failed[*]}"
cargo test --workspace --no-fail-fast --lib --bins --tests -- --exact "${failed[@]}" --test-threads=1 2>&1 | tee "$out"
for name in "${failed[@]}"; do grep -qxF "test $name ... ok" "$out"; done
