#!/usr/bin/env bash
# usage: lint.sh format                 formats the C++ sources
#        lint.sh check BUILD_DIR        checks their format and runs clang-tidy
set -euo pipefail
cd "$(dirname "$0")/.."

mapfile -t files < <(find include src tests bench examples language -name '*.[ch]pp' 2>/dev/null | sort)
case $1 in
  format)
    [ ${#files[@]} -eq 0 ] || clang-format-22 -i "${files[@]}"
    ;;
  check)
    if [ ${#files[@]} -gt 0 ]; then
      clang-format-22 --dry-run -Werror "${files[@]}"
      echo "lint: format of ${#files[@]} files is right"
    fi
    python3 scripts/tidy.py "$2"
    ;;
  *)
    echo "usage: lint.sh format | check BUILD_DIR" >&2
    exit 2
    ;;
esac
