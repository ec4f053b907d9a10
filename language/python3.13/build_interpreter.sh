#!/usr/bin/env bash
# Compiles CPython and the libraries that it needs to WebAssembly, and its standard library to byte code.
#
#   build_interpreter.sh PYTHON_SOURCE WASI_SYSROOT ZLIB SQLITE BZIP2 OUTPUT.tar
#
# PYTHON_SOURCE is an unpacked CPython 3.13, WASI_SYSROOT holds include/wasm32-wasi and lib/wasm32-wasi; ZLIB, SQLITE and BZIP2
# hold the C sources. Needs clang 22, lld 22, llvm 22, compiler-rt for wasm32, and gcc or clang for a native Python of the same
# version, which the cross build runs. OUTPUT.tar has include/, lib/ and the native Python's own work. The same inputs give
# the same bytes.
set -euo pipefail

if [ $# -ne 6 ]; then
  echo "usage: $0 PYTHON_SOURCE WASI_SYSROOT ZLIB SQLITE BZIP2 OUTPUT.tar" >&2
  exit 2
fi
absolute() { (cd "$1" && pwd); }
source=$(absolute "$1")
sysroot=$(absolute "$2")
zlib=$(absolute "$3")
sqlite=$(absolute "$4")
bzip2=$(absolute "$5")
mkdir -p "$(dirname "$6")"
output=$(absolute "$(dirname "$6")")/$(basename "$6")
jobs=${JOBS:-$(nproc)}

# GORU_PYTHON_WORK keeps what is compiled, for work on this file.
if [ -n "${GORU_PYTHON_WORK:-}" ]; then
  work=$GORU_PYTHON_WORK
  mkdir -p "$work"
  trap 'rm -f "$output.$$.partial"' EXIT
else
  work=$(mktemp -d "${TMPDIR:-/tmp}/goru-python.XXXXXX")
  trap 'rm -rf "$work" "$output.$$.partial"' EXIT
fi

started=$SECONDS
step() { echo "python 3.13: $* ($((SECONDS - started)) s)" >&2; }
# Runs a command whose output only matters where it fails.
quietly() {
  local log=$1
  shift
  if ! "$@" > "$work/$log.log" 2>&1; then
    tail -n 40 "$work/$log.log" >&2
    echo "$0: failed: $*" >&2
    exit 1
  fi
}

export LC_ALL=C SOURCE_DATE_EPOCH=1749600000 PYTHONHASHSEED=0 PYTHONDONTWRITEBYTECODE=1
unset PYTHONPATH PYTHONHOME MAKEFLAGS CFLAGS CPPFLAGS LDFLAGS LIBS

step "compiling a native Python, which the cross build needs"
mkdir -p "$work/native"
if [ ! -f "$work/native/done" ]; then
  (
    cd "$work/native"
    quietly native-configure "$source/configure" --disable-test-modules --with-ensurepip=no --disable-ipv6 \
      OPT="-DNDEBUG -O1"
    quietly native-make make -j "$jobs" python
    touch done
  )
fi

# No bulk-memory instructions: they run as native code of the engine, where a guest cannot be stopped.
flags="-mno-bulk-memory -mno-bulk-memory-opt -Wno-deprecated"
flags+=" -ffile-prefix-map=$source=python -ffile-prefix-map=$work=build"
here=$(absolute "$(dirname "${BASH_SOURCE[0]}")")
optimise=${GORU_PYTHON_OPT:--DNDEBUG -O3}
cc="clang-22 --target=wasm32-wasi --sysroot=$sysroot"

step "compiling zlib, bzip2 and SQLite"
mkdir -p "$work/root/lib" "$work/root/include" "$work/objects"
compile() {
  local name=$1
  shift
  # shellcheck disable=SC2086
  $cc $flags $optimise -w "$@" -c -o "$work/objects/$name.o"
}
archive() {
  local name=$1
  shift
  rm -f "$work/root/lib/$name"
  (cd "$work/objects" && llvm-ar-22 rcD "$work/root/lib/$name" "$@")
}
if [ ! -f "$work/root/lib/libsqlite3.a" ]; then
zlib_objects=()
for name in adler32 crc32 deflate infback inffast inflate inftrees trees zutil compress uncompr; do
  compile "zlib-$name" -DHAVE_UNISTD_H "$zlib/$name.c"
  zlib_objects+=("zlib-$name.o")
done
archive libz.a "${zlib_objects[@]}"
bzip2_objects=()
for name in blocksort bzlib compress crctable decompress huffman randtable; do
  compile "bzip2-$name" "$bzip2/$name.c"
  bzip2_objects+=("bzip2-$name.o")
done
archive libbz2.a "${bzip2_objects[@]}"
# Databases live in memory: there are no files to lock, map or share.
compile sqlite3 -DSQLITE_THREADSAFE=0 -DSQLITE_OMIT_LOAD_EXTENSION -DSQLITE_OMIT_WAL -DSQLITE_DEFAULT_MEMSTATUS=0 \
  -DSQLITE_ENABLE_FTS3 -DSQLITE_ENABLE_FTS4 -DSQLITE_ENABLE_FTS5 -DSQLITE_ENABLE_RTREE -DSQLITE_ENABLE_MATH_FUNCTIONS \
  -DSQLITE_TEMP_STORE=2 -D_WASI_EMULATED_GETPID "$sqlite/sqlite3.c"
archive libsqlite3.a sqlite3.o
fi
cp "$zlib/zlib.h" "$zlib/zconf.h" "$bzip2/bzlib.h" "$sqlite/sqlite3.h" "$sqlite/sqlite3ext.h" "$work/root/include/"

step "configuring CPython for WASI"
mkdir -p "$work/cross"
if [ ! -f "$work/cross/done" ]; then
  (
    cd "$work/cross"
    root=$work/root
    quietly cross-configure env CONFIG_SITE="$source/Tools/wasm/config.site-wasm32-wasi" \
      CC="$cc" CPP="$cc -E" AR=llvm-ar-22 RANLIB=llvm-ranlib-22 READELF=llvm-readelf-22 ARFLAGS=rcD ac_cv_func_dlopen=no \
      CFLAGS="$flags -include $here/shim/interrupt_hook.h" OPT="$optimise" PKG_CONFIG=false \
      ZLIB_CFLAGS="-I$root/include" ZLIB_LIBS="-L$root/lib -lz" \
      BZIP2_CFLAGS="-I$root/include" BZIP2_LIBS="-L$root/lib -lbz2" \
      LIBSQLITE3_CFLAGS="-I$root/include" LIBSQLITE3_LIBS="-L$root/lib -lsqlite3" \
      "$source/configure" --host=wasm32-wasip1 --build=x86_64-pc-linux-gnu --with-build-python="$work/native/python" \
      --prefix=/usr/local --with-pymalloc --disable-test-modules --with-ensurepip=no --disable-ipv6
    step "compiling CPython for WASI"
    quietly cross-make make -j "$jobs" libpython3.13.a Modules/_hacl/libHacl_Hash_SHA2.a \
      Modules/_decimal/libmpdec/libmpdec.a Modules/expat/libexpat.a
    touch done
  )
fi
