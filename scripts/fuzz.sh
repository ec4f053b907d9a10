#!/usr/bin/env bash
# Runs every fuzz target for some seconds. usage: fuzz.sh BUILD_DIR SECONDS
# What a target found interesting is kept in the per-user cache and is where the next run starts.
set -euo pipefail
cd "$(dirname "$0")/.."
build=$1
seconds=$2
cache=${GORU_CACHE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/goru}

for program in "$build"/bin/fuzz_*; do
  [ -x "$program" ] || continue
  name=${program##*/}
  corpus=$cache/fuzz/$name
  mkdir -p "$corpus" "$build/findings"
  seeds=()
  [ ! -d "tests/fuzz/corpus/$name" ] || seeds=("tests/fuzz/corpus/$name")
  echo "== $name, $seconds s"
  "$program" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -verbosity=0 -print_final_stats=1 \
    -artifact_prefix="$build/findings/$name-" "$corpus" "${seeds[@]}"
done
