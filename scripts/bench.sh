#!/usr/bin/env bash
# Runs every benchmark program. usage: bench.sh BUILD_DIR [ARGUMENT...]
set -euo pipefail
build=$1
shift
for program in "$build"/bin/bench_*; do
  [ -x "$program" ] || continue
  echo "== ${program##*/}"
  "$program" "$@"
done
