#!/usr/bin/env bash
# Compiles CPython and the libraries that it needs to WebAssembly, and its standard library to byte code.
#
#   build_interpreter.sh PYTHON_SOURCE WASI_SYSROOT ZLIB SQLITE BZIP2 XZ SCRYPT OUTPUT.tar [PACKAGE_DIR...]
#
# PYTHON_SOURCE is an unpacked CPython 3.13, WASI_SYSROOT holds include/wasm32-wasi and lib/wasm32-wasi; ZLIB, SQLITE,
# BZIP2, XZ and SCRYPT hold C sources; PACKAGE_DIRs hold modules that were part of the standard library once. Needs clang 22, lld 22, llvm 22,
# compiler-rt for wasm32, make, and cc for a Python of the same version that runs here, which the cross build needs. The
# archive is what build_guest.sh links. The same inputs give the same bytes.
set -euo pipefail

if [ $# -lt 8 ]; then
  echo "usage: $0 PYTHON_SOURCE WASI_SYSROOT ZLIB SQLITE BZIP2 XZ SCRYPT OUTPUT.tar [PACKAGE_DIR...]" >&2
  exit 2
fi
absolute() { (cd "$1" && pwd); }
here=$(absolute "$(dirname "${BASH_SOURCE[0]}")")
source=$(absolute "$1")
sysroot=$(absolute "$2")
zlib=$(absolute "$3")
sqlite=$(absolute "$4")
bzip2=$(absolute "$5")
xz=$(absolute "$6")
scrypt=$(absolute "$7")
mkdir -p "$(dirname "$8")"
output=$(absolute "$(dirname "$8")")/$(basename "$8")
packages=("${@:9}")
jobs=${JOBS:-$(nproc)}

work=$(mktemp -d "${TMPDIR:-/tmp}/goru-python.XXXXXX")
partial=$output.$$.partial
trap 'rm -rf "$work" "$partial"' EXIT

step() { echo "python 3.13, $SECONDS s: $*" >&2; }
# Runs a command whose output matters only where it fails.
quietly() {
  local log=$work/$1.log
  shift
  if ! "$@" > "$log" 2>&1; then
    tail -n 40 "$log" >&2
    echo "$0: failed: $1 ${2:-}" >&2
    exit 1
  fi
}

export LC_ALL=C SOURCE_DATE_EPOCH=1749600000 PYTHONHASHSEED=0 PYTHONDONTWRITEBYTECODE=1
# Byte code that lies beside the source would change what is interned while the library is compiled.
export PYTHONPYCACHEPREFIX=$work/pycache
unset PYTHONPATH PYTHONHOME MAKEFLAGS MFLAGS CFLAGS CPPFLAGS LDFLAGS LIBS CC CXX

zlib_files=(adler32 crc32 deflate infback inffast inflate inftrees trees zutil compress uncompr)
bzip2_files=(blocksort bzlib compress crctable decompress huffman randtable)

step "configuring a Python that runs here"
mkdir -p "$work/native/Modules" "$work/native-zlib"
(
  cd "$work/native-zlib"
  for name in "${zlib_files[@]}"; do
    cc -O2 -w -DHAVE_UNISTD_H -c "$zlib/$name.c"
  done
  ar rcD libz.a ./*.o
  cd "$work/native"
  printf '*static*\nzlib zlibmodule.c -I%s %s/native-zlib/libz.a\n' "$zlib" "$work" > Modules/Setup.local
  quietly native-configure "$source/configure" --disable-test-modules --with-ensurepip=no --disable-ipv6 \
    OPT="-DNDEBUG -O1"
  step "compiling it"
  quietly native-make make -j "$jobs" python
)

# No bulk-memory instructions: they run as native code of the engine, where a guest cannot be stopped.
flags="-mno-bulk-memory -mno-bulk-memory-opt -msimd128 -Wno-deprecated"
flags+=" -ffile-prefix-map=$source=python -ffile-prefix-map=../source=python -ffile-prefix-map=$work=build -ffile-prefix-map=$here=shim"
optimise="-DNDEBUG -O3"
cc="clang-22 --target=wasm32-wasi --sysroot=$sysroot"

step "compiling zlib, bzip2, xz, SQLite and scrypt for the sandbox"
lib=$work/out/lib
include=$work/out/include
mkdir -p "$lib" "$include" "$work/objects"
cd "$work/objects"
compile() {
  # shellcheck disable=SC2086
  $cc $flags $optimise -w "${@:2}" -c -o "$1.o"
}
for name in "${zlib_files[@]}"; do
  compile "zlib-$name" -DHAVE_UNISTD_H "$zlib/$name.c"
done
for name in "${bzip2_files[@]}"; do
  compile "bzip2-$name" "$bzip2/$name.c"
done
# The C library has no locks; SQLite asks sqlite_files.c for them by these numbers.
# Write-ahead logs are shared by mapping files, which there is not.
locks="-DF_RDLCK=0 -DF_WRLCK=1 -DF_UNLCK=2 -DF_GETLK=5 -DF_SETLK=6 -DF_SETLKW=7"
# shellcheck disable=SC2086
compile sqlite3 $locks -DSQLITE_THREADSAFE=0 -DSQLITE_OMIT_LOAD_EXTENSION -DSQLITE_OMIT_WAL -DSQLITE_DEFAULT_MEMSTATUS=0 \
  -DSQLITE_ENABLE_FTS3 -DSQLITE_ENABLE_FTS4 -DSQLITE_ENABLE_FTS5 -DSQLITE_ENABLE_RTREE -DSQLITE_ENABLE_MATH_FUNCTIONS \
  -DSQLITE_TEMP_STORE=2 -DSQLITE_EXTRA_INIT=goru_sqlite_files -D_WASI_EMULATED_GETPID "$sqlite/sqlite3.c"
# shellcheck disable=SC2086
compile sqlite_files $locks -I"$sqlite" "$here/sqlite_files.c"
# Without what needs threads, tables that are made while it is built, and the slower of two ways.
for path in "$xz"/liblzma/{check,common,delta,lz,lzma,rangecoder,simple}/*.c; do
  name=$(basename "$path" .c)
  case $name in *_tablegen | *_small | stream_encoder_mt | outqueue | hardware_*) continue ;; esac
  compile "xz-$name" -std=gnu11 -DHAVE_CONFIG_H -D_WASI_EMULATED_SIGNAL -Dsigset_t=int '-Dsigprocmask(a,b,c)=0' -I"$here/xz" -I"$xz/common" \
    -I"$xz/liblzma/api" -I"$xz"/liblzma/{check,common,delta,lz,lzma,rangecoder,simple} "$path"
done
scrypt_files=(lib/crypto/crypto_scrypt lib/crypto/crypto_scrypt_smix libcperciva/alg/sha256 libcperciva/util/insecure_memzero)
for name in "${scrypt_files[@]}"; do
  compile "scrypt-$(basename "$name")" -D_WASI_EMULATED_MMAN -I"$here/scrypt" -I"$scrypt" -I"$scrypt/lib/crypto" \
    -I"$scrypt"/libcperciva/{alg,cpusupport,util} "$scrypt/$name.c"
done
llvm-ar-22 rcD "$lib/libz.a" zlib-*.o
llvm-ar-22 rcD "$lib/libbz2.a" bzip2-*.o
llvm-ar-22 rcD "$lib/libsqlite3.a" sqlite3.o sqlite_files.o
llvm-ar-22 rcD "$lib/liblzma.a" xz-*.o
llvm-ar-22 rcD "$lib/libscrypt.a" scrypt-*.o

step "configuring CPython for the sandbox"
mkdir -p "$work/cross"
# CPython keeps the name under which it saw its source.
ln -s "$source" "$work/source"
(
  cd "$work/cross"
  quietly cross-configure env CONFIG_SITE="$source/Tools/wasm/config.site-wasm32-wasi" ac_cv_func_dlopen=no \
    CC="$cc" CPP="$cc -E" AR=llvm-ar-22 RANLIB=llvm-ranlib-22 READELF=llvm-readelf-22 ARFLAGS=rcD PKG_CONFIG=false \
    CFLAGS="$flags -include $here/shim/interrupt_hook.h" OPT="$optimise" \
    ZLIB_CFLAGS="-I$zlib" ZLIB_LIBS="-L$lib -lz" \
    BZIP2_CFLAGS="-I$bzip2" BZIP2_LIBS="-L$lib -lbz2" \
    LIBLZMA_CFLAGS="-I$xz/liblzma/api" LIBLZMA_LIBS="-L$lib -llzma" \
    LIBSQLITE3_CFLAGS="-I$sqlite" LIBSQLITE3_LIBS="-L$lib -lsqlite3" \
    ../source/configure --host=wasm32-wasip1 --build=x86_64-pc-linux-gnu --with-build-python="$work/native/python" \
    --prefix=/usr/local --with-pymalloc --disable-test-modules --with-ensurepip=no --disable-ipv6
  step "compiling CPython for the sandbox"
  # The limits of other machines (native_limits.h).
  quietly cross-limits make Parser/parser.o Python/marshal.o \
    CFLAGS_NODIST="-include $here/shim/native_limits.h"
  # With everything inlined into it, one level of the compiler's recursion takes 1,600 bytes of the stack in linear memory.
  quietly cross-compiler make Python/compile.o CFLAGS_NODIST=-fno-inline
  quietly cross-make make -j "$jobs" \
    libpython3.13.a Modules/_hacl/libHacl_Hash_SHA2.a Modules/_decimal/libmpdec/libmpdec.a Modules/expat/libexpat.a
  cp libpython3.13.a Modules/_hacl/libHacl_Hash_SHA2.a Modules/_decimal/libmpdec/libmpdec.a Modules/expat/libexpat.a "$lib/"
  cp -R "$source/Include/." "$include/"
  cp pyconfig.h "$include/"
)

step "compiling the standard library"
"$work/native/python" "$here/freeze.py" "$work/out/stdlib" "$source/Lib" "${packages[@]}" >&2

cd "$work/out"
find . -type f -print | sort | tar --create --file "$partial" --no-recursion --files-from - \
  --owner=0 --group=0 --numeric-owner --mode=a=r --mtime="@$SOURCE_DATE_EPOCH" --format=ustar
mv -f "$partial" "$output"
step "done"
