#!/usr/bin/env bash
# Makes the stock CPython command resumable.
#
# usage: build.sh PYTHON.wasm GORU_IMAGE OUTPUT.wasm
#
# The interpreter's loop stays untouched: only the C functions that are on the stack while the command waits for a line are
# given the means to leave it and to come back (binaryen's asyncify).
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
stock=$1
goru_image=$2
output=$3

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Their indices, and the names that binaryen gives to functions without one.
"$goru_image" stack "$here/image.json" "$stock" > "$work/indices"
wasm-opt "$stock" --print-function-map > "$work/map"
names=$(awk -F: 'NR == FNR { wanted[$1] = 1; next } $1 in wanted { printf "%s%s", sep, $2; sep = "," }' \
  "$work/indices" "$work/map")
if [ "$(tr -cd , <<< "$names" | wc -c)" -ge 64 ]; then
  echo "build.sh: more functions are on the stack at rest than an interactive loop has; is this CPython?" >&2
  exit 1
fi

wasm-opt "$stock" --strip-dwarf --strip-debug --strip-producers --asyncify \
  --pass-arg=asyncify-imports@wasi_snapshot_preview1.fd_read \
  --pass-arg="asyncify-onlylist@$names" \
  -o "$work/out.wasm"
mv "$work/out.wasm" "$output.tmp.$$"
mv "$output.tmp.$$" "$output"
