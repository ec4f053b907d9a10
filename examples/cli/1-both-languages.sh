#!/usr/bin/env bash
# Python and JavaScript from the command line
set -euo pipefail
GORU=${GORU:-build/release/goru}

"$GORU" -c 'import sys; print("Python", sys.version.split()[0])'
"$GORU" -l js -c 'console.log("JavaScript", [3, 1, 2].toSorted())'
"$GORU" -p -c '2 ** 100'
echo 'print(sum(range(101)))' | "$GORU"
