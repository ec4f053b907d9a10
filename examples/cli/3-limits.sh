#!/usr/bin/env bash
# Code that will not stop, will not fit, or may not do what it tries
set -uo pipefail
GORU=${GORU:-build/release/goru}

try() {
  echo "\$ goru $*"
  "$GORU" "$@" 2>&1
  echo "exit code $?"
}
try --timeout 500ms -c 'while True: pass'
try --memory 64mb -c 'x = bytearray(10**9)' | grep -E 'goru|exit|Error'
try -c 'open("/etc/passwd")' | grep -E 'goru|exit|Error|sandbox'
try -l js -c 'fetch("http://localhost/")' | grep -E 'goru|exit|Error'
