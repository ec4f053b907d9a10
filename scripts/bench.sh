#!/usr/bin/env bash
# Runs every benchmark program and prints one table, with the figures to reach. Arguments go to the programs.
# usage: bench.sh BUILD_DIR [--engine native|wasmtime] [--benchmark_filter=NAME...]
set -euo pipefail
here=$(realpath "$(dirname "$0")/..")
build=$(realpath "$1")
shift
if [ "${1:-}" = --engine ]; then
  case ${2:-} in native | wasmtime) ;; *) echo "bench: no engine \"${2:-}\": native or wasmtime" >&2; exit 2 ;; esac
  export GORU_BENCH_ENGINE=$2
  shift 2
fi

results=$build/bench/results
rm -rf "$results"
mkdir -p "$results"
for program in "$build"/bin/bench_*; do
  [ -x "$program" ] || continue
  name=${program##*/}
  # Progress goes to standard error, so that the table can be kept with a redirection.
  echo "bench: $name" >&2
  "$program" --benchmark_out="$results/$name.json" --benchmark_out_format=json "$@" >"$results/$name.txt" 2>&1 || {
    tail -n 5 "$results/$name.txt" >&2
    exit 1
  }
  # A filter that matches nothing leaves an empty file.
  [ -s "$results/$name.json" ] || rm -f "$results/$name.json"
done
python3 "$here/bench/report.py" "$results"/*.json
