#!/usr/bin/env bash
# Runs the command line examples. usage: demo.sh BUILD_DIR
set -euo pipefail
cd "$(dirname "$0")/.."
GORU=$(realpath "$1")/goru
export GORU

for example in examples/cli/*.sh; do
  [ -e "$example" ] || continue
  # The first comment of an example says what it shows.
  echo
  echo "== $(sed -n '2s/^# //p' "$example") ($example)"
  bash "$example"
done
for program in "$1"/bin/example_*; do
  [ -x "$program" ] || continue
  echo
  echo "== ${program##*/}"
  "$program"
done
