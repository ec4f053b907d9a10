#!/usr/bin/env bash
# The whole result as JSON, for scripts and other programs
set -euo pipefail
GORU=${GORU:-build/release/goru}

# The result of a program that fails is a result as well, whatever the exit code.
run() { "$GORU" --json "$@" || true; }

# Any JSON tool will do, such as jq; goru itself is one.
pick() { "$GORU" -l js --stdin - -c "const result = JSON.parse(readAll()); console.log($1)"; }

run -p -c 'print("working"); {"answer": 6 * 7}' | pick 'result.status, result.stdout.trim(), result.value'
run -c 'int("seven")' | pick 'result.status, result.error.type, result.error.message'
run --timeout 200ms -l js -c 'for (;;);' | pick 'result.status, result.error.message, result.duration_ms < 5000'
