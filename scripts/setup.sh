#!/usr/bin/env bash
# Installs from apt what a build needs and is missing. A second call does nothing.
# usage: setup.sh [build|test|lint|fuzz|package]...      (build when none is given)
set -euo pipefail

build_packages=(
  ca-certificates git make cmake ninja-build g++ pkg-config
  python3 python3-pip python3-venv python3-pytest python3-jsonschema mypy
  clang-22 lld-22 llvm-22 libclang-rt-22-dev wasi-libc libclang-rt-22-dev-wasm32 libc++-22-dev-wasm32 libc++abi-22-dev-wasm32 binaryen
  nlohmann-json3-dev libboost1.81-dev prometheus-cpp-dev libcli11-dev libedit-dev libxxhash-dev libcurl4-openssl-dev libsqlite3-dev libzip-dev libssl-dev
  libgtest-dev libgmock-dev libbenchmark-dev openssl
  bash zsh fish man-db mandoc dpkg-dev
)
# A browser for the tests of the playground, which a build needs not: 100 MB to fetch, 300 MB on the disk.
test_packages=(chromium-headless-shell)
lint_packages=(clang-format-22 clang-tidy-22)
fuzz_packages=(clang-22 libclang-rt-22-dev)
# What `make test-package` tries a package with.
package_packages=(lintian mmdebstrap)

# cargo fetches Wasmtime's headers; nothing is compiled with it. Any that reads edition 2024 will do.
has_cargo() {
  local version
  version=$(cargo --version 2>/dev/null | sed -nE 's/^cargo ([0-9]+)\.([0-9]+).*/\1 \2/p')
  [ -n "$version" ] && set -- $version && { [ "$1" -gt 1 ] || [ "$2" -ge 85 ]; }
}

wanted=()
for group in "${@:-build}"; do
  case $group in
    build)
      wanted+=("${build_packages[@]}")
      has_cargo || wanted+=(cargo-web)
      ;;
    test) wanted+=("${test_packages[@]}") ;;
    lint) wanted+=("${lint_packages[@]}") ;;
    fuzz) wanted+=("${fuzz_packages[@]}") ;;
    package) wanted+=("${package_packages[@]}") ;;
    *)
      echo "setup: unknown group '$group' (build, test, lint, fuzz, package)" >&2
      exit 2
      ;;
  esac
done

if ! command -v dpkg-query >/dev/null; then
  echo "setup: not a Debian system; needed are the equivalents of: ${wanted[*]}" >&2
  exit 0
fi

installed=$(dpkg-query -W -f '${db:Status-Abbrev} ${Package}\n' "${wanted[@]}" 2>/dev/null | sed -n 's/^.i  *//p' || true)
missing=()
for package in "${wanted[@]}"; do
  grep -qxF -- "$package" <<<"$installed" || missing+=("$package")
done
if [ ${#missing[@]} -eq 0 ]; then
  echo "setup: nothing to install"
  exit 0
fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  if command -v sudo >/dev/null; then
    as_root=(sudo)
  else
    echo "setup: packages are missing. As root, run:" >&2
    echo "  apt-get update && apt-get install --no-install-recommends ${missing[*]}" >&2
    exit 2
  fi
fi

apt() {
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -o Acquire::Retries=3 -o DPkg::Lock::Timeout=300 "$@" </dev/null
}

# Package lists may be there already, and then may be too old: the second and third attempt refresh them.
known() { apt-get -qq --simulate install --no-install-recommends "${missing[@]}" >/dev/null 2>&1; }

echo "setup: installing ${missing[*]}"
for attempt in 1 2 3; do
  if [ "$attempt" -gt 1 ] || ! known; then
    apt update -o Dpkg::Use-Pty=0 || true
  fi
  if apt install -y --no-install-recommends -o Dpkg::Use-Pty=0 "${missing[@]}"; then
    echo "setup: done"
    exit 0
  fi
  echo "setup: attempt $attempt failed" >&2
  sleep $((attempt * 3))
done
echo "setup: could not install ${missing[*]}" >&2
exit 1
