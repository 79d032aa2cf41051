#!/usr/bin/env bash
# Every test of the interface. As in test-rust.sh, at most three that failed are run once more, with the files they stand in, and must
# pass then; both outcomes are printed.
set -euo pipefail
cd "$(dirname "$0")/../ui"
out=$(mktemp)
trap 'rm -f "$out"' EXIT
if npx --no-install vitest run --reporter=default --reporter=json --outputFile.json="$out"; then exit 0; fi
mapfile -t files < <(node -e '
  const run = JSON.parse(require("fs").readFileSync(process.argv[1], "utf8"));
  const broken = run.testResults.filter((file) => file.status === "failed");
  const tests = broken.flatMap((file) => file.assertionResults.filter((test) => test.status === "failed"));
  if (run.numFailedTests <= 3 && tests.length === run.numFailedTests && tests.length > 0) for (const file of broken) console.log(file.name);
' "$out")
if [ "${#files[@]}" -eq 0 ]; then exit 1; fi
printf '\nUnsteady, run once more: %s\n' "${files[*]}"
npx --no-install vitest run "${files[@]}"
