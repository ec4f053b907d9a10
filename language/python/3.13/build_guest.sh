#!/usr/bin/env bash
# Links the Python 3.13 guest: what build_interpreter.sh made and the shim in one WebAssembly reactor.
#
#   build_guest.sh INTERPRETER.tar WASI_SYSROOT AUDIOOP OUTPUT.wasm [EXTENSION.tar...]
#
# EXTENSIONs are native packages that build_extension.py compiled: their modules are built in. AUDIOOP holds the C source of the module that was part of the standard library once. Needs clang 22, lld 22, compiler-rt for
# wasm32 and binaryen. The same inputs give the same bytes.
set -euo pipefail

if [ $# -lt 4 ]; then
  echo "usage: $0 INTERPRETER.tar WASI_SYSROOT AUDIOOP OUTPUT.wasm [EXTENSION.tar...]" >&2
  exit 2
fi
absolute() { (cd "$1" && pwd); }
here=$(absolute "$(dirname "${BASH_SOURCE[0]}")")
interpreter=$1
sysroot=$(absolute "$2")
audioop=$(absolute "$3")
output=$(absolute "$(dirname "$4")")/$(basename "$4")
extensions=("${@:5}")

work=$(mktemp -d "${TMPDIR:-/tmp}/goru-python.XXXXXX")
partial=$output.$$.partial
trap 'rm -rf "$work" "$partial"' EXIT
tar --extract --file "$interpreter" --directory "$work"
mkdir "$work/objects"

cc=(clang-22 --target=wasm32-wasi "--sysroot=$sysroot" -Wno-deprecated -O3)
flags=(
  -std=gnu23 -DNDEBUG -mno-bulk-memory -mno-bulk-memory-opt -msimd128
  -isystem "$work/include" -isystem "$work/include/internal"
  "-ffile-prefix-map=$work=build" "-ffile-prefix-map=$here=python3.13" "-ffile-prefix-map=$audioop=audioop"
)
objects=()
compile() {
  local object
  object=$work/objects/$(basename "$1" .c).o
  "${cc[@]}" "${flags[@]}" "${@:2}" -c "$1" -o "$object"
  objects+=("$object")
}
shared=$(absolute "$here/../../shim")
for source in "$here"/shim/*.c "$shared"/*.c; do
  own=(-I "$shared" -Wall -Wextra -Werror -Wno-unused-parameter "--embed-dir=$work/stdlib" -I "$work/stdlib")
  # They are what the compiler's own idioms would call.
  case $(basename "$source") in libc_*.c) own+=(-fno-builtin) ;; esac
  compile "$source" "${own[@]}"
done
compile "$audioop/_audioop.c" -w

# The modules of extensions, by their full names, and what C++ asks for.
archives=()
{
  for extension in "${extensions[@]}"; do
    directory=$work/extensions/$(basename "$extension" .tar)
    mkdir -p "$directory"
    tar --extract --file "$extension" --directory "$directory" lib modules.txt
    archives+=("$directory"/lib/*.a)
    sed 's/^\(.*\) \(.*\)$/EXTENSION("\1", \2)/' "$directory/modules.txt" >&3
  done
} 3> "$work/extensions.inc"
compile "$here/extensions.c" -I "$work" -I "$shared" -Wall -Wextra -Werror
if [ ${#extensions[@]} -gt 0 ]; then
  archives+=(-L/usr/lib/llvm-22/lib/wasm32-wasi -lc++ -lc++abi -lc-printscan-long-double)
fi

# The stack lies below the data, so that running out of it is a trap and never an overwrite. The C library was compiled with
# bulk memory allowed, which only its memory functions use; language/shim/libc_memory.c takes their place. The features are named so that the
# module does not claim more than it uses; the engine refuses one that holds such an instruction.
lib=$work/lib
"${cc[@]}" --no-wasm-opt -mexec-model=reactor "${objects[@]}" \
  "$lib/libpython3.13.a" "$lib/libHacl_Hash_SHA2.a" "$lib/libexpat.a" "$lib/libmpdec.a" \
  "$lib/libsqlite3.a" "$lib/libz.a" "$lib/libbz2.a" "$lib/liblzma.a" "$lib/libscrypt.a" "${archives[@]}" \
  -Wl,--stack-first -Wl,-z,stack-size=12582912 -Wl,--strip-all -Wl,--gc-sections \
  -Wl,--no-check-features -Xlinker --features=mutable-globals,nontrapping-fptoint,sign-ext,multivalue,simd128 \
  -Wl,--wrap=PyObject_Malloc -Wl,--wrap=PyObject_Calloc -Wl,--wrap=PyObject_Realloc -Wl,--wrap=PyObject_Free \
  -Wl,--wrap=PyMem_SetAllocator \
  -Wl,--export=__stack_pointer -Wl,--export=goru_interrupt_flag -Wl,--export=goru_interrupt_nudge \
  -lwasi-emulated-signal -lwasi-emulated-getpid -lwasi-emulated-process-clocks -lwasi-emulated-mman \
  -o "$work/linked.wasm"
# Also writes calls in the form that an engine without reference types takes. Takes a minute and makes programs a few percent faster.
wasm-opt -O3 --enable-mutable-globals --enable-nontrapping-float-to-int --enable-sign-ext --enable-multivalue --enable-simd \
  --strip-debug --strip-producers "$work/linked.wasm" -o "$partial"
mv -f "$partial" "$output"
