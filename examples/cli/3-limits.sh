#!/usr/bin/env bash
# Code that does not stop, does not fit, or tries what it may not do
set -uo pipefail
GORU=${GORU:-build/release/goru}

# The command, the line that says what went wrong, and the exit code.
try() {
  echo "\$ goru $*"
  said=$("$GORU" "$@" 2>&1)
  code=$?
  grep -E '^(goru|[A-Za-z]*Error):' <<<"$said" | tail -n 1
  echo "exit code $code"
}

try --timeout 500ms -c 'while True: pass'
try --timeout 500ms -l js -c '/(a+)+$/.test("a".repeat(60) + "b")'
try --memory 64mb -c 'x = bytearray(10 ** 9)'
try --memory 64mb -l js -c 'for (const all = [];;) all.push(new Uint8Array(1e6))'
try --max-output 1kb -c 'print("x" * 2000)'
try -c 'open("/etc/passwd")'
try -c 'import os; os.system("ls")'
try -c 'f = lambda: f(); f()'
try -l js -c 'process.exit(1)'
try -c 'raise SystemExit(3)'
