#!/usr/bin/env bash
# Builds the JavaScript guest: QuickJS-NG, the shim and the prelude in one WebAssembly reactor.
#
#   build.sh QUICKJS_DIR OUTPUT.wasm NODE ESBUILD NAME=DIRECTORY...
#
# QUICKJS_DIR holds upstream's quickjs.c, NODE and ESBUILD are programs, the others are what intl/bundle.py takes,
# and with node/ or web/ before their names what node/bundle.py and web/bundle.py take. Needs clang 22, lld 22, wasi-libc and compiler-rt for wasm32; CC names another
# clang. The same inputs give the same bytes.
set -euo pipefail

if [ $# -lt 4 ]; then
  echo "usage: $0 QUICKJS_DIR OUTPUT.wasm NODE ESBUILD NAME=DIRECTORY..." >&2
  exit 2
fi

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
quickjs=$(cd "$1" && pwd)
mkdir -p "$(dirname "$2")"
output=$(cd "$(dirname "$2")" && pwd)/$(basename "$2")
cc=${CC:-clang-22}
node=$3
esbuild=$4
packages=()
node_packages=()
web_packages=()
for package in "${@:5}"; do
  case $package in
    node/*) node_packages+=("${package#node/}") ;;
    web/*) web_packages+=("${package#web/}") ;;
    *) packages+=("$package") ;;
  esac
done

if [ ! -f "$quickjs/quickjs.c" ]; then
  echo "$0: no quickjs.c in $quickjs" >&2
  exit 2
fi

work=$(mktemp -d "${TMPDIR:-/tmp}/goru-js.XXXXXX")
# The finished module is written beside its final place, so that the rename is atomic.
partial=$output.$$.partial
trap 'rm -rf "$work" "$partial"' EXIT

# No bulk-memory instructions: they run as native code of the engine, where a guest cannot be stopped.
flags=(
  --target=wasm32-wasi -std=gnu23 -O3 -DNDEBUG
  -mno-bulk-memory -mno-bulk-memory-opt
  -D_GNU_SOURCE -D_WASI_EMULATED_PROCESS_CLOCKS -D_WASI_EMULATED_SIGNAL
  -Wno-deprecated
  "-ffile-prefix-map=$work/quickjs=quickjs" "-ffile-prefix-map=$quickjs=quickjs" "-ffile-prefix-map=$here=javascript"
)
shared=$(cd "$here/../shim" && pwd)
own=("--embed-dir=$work/late" -Wall -Wextra -Werror -I "$quickjs" -I "$here/shim" -I "$shared")

compile() {
  local source=$1
  shift
  "$cc" "${flags[@]}" "$@" -c "$source" -o "$work/$(basename "$source" .c).o"
}

# Some places are changed in a copy. The parser checks for a stack overflow in its tokenizer, a leaf, where the pads of
# shim/stack.h do not add up; and iterator helpers, which call each other directly, do not check at all. A QuickJS where
# they look different is refused.
patched=$work/quickjs
mkdir "$patched"
cp "$quickjs"/*.h "$quickjs/quickjs.c" "$quickjs/libregexp.c" "$patched/"
# patch_first COUNT OLD NEW [FILE]: changes the first of exactly COUNT lines of quickjs.c, or of FILE, that hold OLD.
patch_first() {
  local file=${4:-quickjs.c}
  if [ "$(grep -cF -- "$2" "$patched/$file")" -ne "$1" ]; then
    echo "$0: $file does not hold $1 times: $2" >&2
    exit 1
  fi
  OLD=$2 NEW=$3 awk '
    BEGIN { old = ENVIRON["OLD"]; new = ENVIRON["NEW"] }
    !done && (i = index($0, old)) { $0 = substr($0, 1, i - 1) new substr($0, i + length(old)); done = 1 }
    { print }
  ' "$patched/$file" > "$patched/$file.new"
  mv "$patched/$file.new" "$patched/$file"
}
# The second one is the tokenizer of JSON, whose parser checks where it recurses.
patch_first 2 'if (js_check_stack_overflow(s->ctx->rt, 1000))' 'if (parser_overflow(s, s->ctx->rt->stack_limit))'
# Small integers as doubles have only zeros in their low bits, and a table of a power of two looks at nothing else: without
# mixing, all keys of a Map land in one bucket.
patch_first 1 'h = (u.u32[0] ^ u.u32[1]) * 3163;' \
  'h = hash32(u.u32[0] ^ u.u32[1]); h ^= h >> 16;'
patch_first 1 'it = JS_GetOpaque2(ctx, this_val, JS_CLASS_ITERATOR_HELPER);' \
  'if (js_check_stack_overflow(ctx->rt, 0)) return JS_ThrowStackOverflow(ctx); it = JS_GetOpaque2(ctx, this_val, JS_CLASS_ITERATOR_HELPER);'
# An error's stack begins with its name and message and has no line end behind it, as V8 has it.
patch_first 1 'js_dbuf_init(ctx, &dbuf);' 'js_dbuf_init(ctx, &dbuf); backtrace_header(ctx, &dbuf, error_val);'
patch_first 1 'stack = JS_NewStringLen(ctx, (char *)dbuf.buf, dbuf.size);' \
  'stack = JS_NewStringLen(ctx, (char *)dbuf.buf, dbuf.size - (dbuf.size > 0));'
# A name that is not defined may be one that the sandbox has something else for.
patch_first 1 'return JS_ThrowReferenceError(ctx, "%s is not defined",' 'return throw_not_defined(ctx,'
# What cannot be called, read or iterated is named as the source has it, in V8's words.
patch_first 1 'return JS_ThrowTypeErrorNotAFunction(caller_ctx);' \
  'return throw_not_callable(caller_ctx, func_obj, !(flags & JS_CALL_FLAG_COPY_ARGV), false);'
patch_first 2 'return JS_ThrowTypeErrorNotAFunction(ctx);' \
  'return throw_not_callable(ctx, func_obj, !(flags & JS_CALL_FLAG_COPY_ARGV), true);'
patch_first 1 'return JS_ThrowTypeErrorNotAConstructor(ctx, func_obj);' \
  'return throw_not_callable(ctx, func_obj, !(flags & JS_CALL_FLAG_COPY_ARGV), true);'
patch_first 1 'return JS_ThrowTypeErrorNotAFunction(ctx);' \
  'return throw_not_callable(ctx, func_obj, !(flags & JS_CALL_FLAG_COPY_ARGV), false);'
patch_first 2 'JS_ThrowTypeErrorNotAFunction(ctx);' 'throw_not_callable(ctx, obj, false, false);'
patch_first 1 '            JS_ThrowTypeErrorNotAFunction(ctx);' '            throw_not_iterable(ctx, obj);'
patch_first 1 'ret_val = js_function_apply(ctx, sp[-3], 2, vc(&sp[-2]), magic);' \
  'ret_val = JS_IsFunction(ctx, sp[-3]) ? js_function_apply(ctx, sp[-3], 2, vc(&sp[-2]), magic) : throw_not_callable(ctx, sp[-3], true, magic & 1);'
patch_first 1 'JSValue method, ret, sync_iter;' \
  'JSValue method, ret, sync_iter; if (JS_IsUndefined(obj) || JS_IsNull(obj)) return throw_not_iterable(ctx, obj);'
patch_first 1 'return JS_ThrowTypeError(ctx, "value is not iterable");' 'return throw_not_iterable(ctx, obj);'
patch_first 1 'ret_val = JS_ToObject(ctx, sp[-1]);' 'ret_val = destructured_object(ctx, sp[-1]);'
for value in null undefined; do
  for count in 2 1; do
    patch_first $count "JS_ThrowTypeErrorAtom(ctx, \"cannot read property '%s' of $value\", " "throw_unreadable(ctx, JS_${value^^}, "
  done
  patch_first 1 "JS_ThrowTypeErrorAtom(ctx, \"cannot set property '%s' of $value\", " "throw_unwritable(ctx, JS_${value^^}, "
done
patch_first 1 'JS_ThrowTypeError(ctx, "value has no property");' 'sf->cur_pc = pc; throw_unreadable_member(ctx, sp[-2], sp[-1]);'
patch_first 1 '"%s is not initialized",' "\"Cannot access '%s' before initialization\","
# Local time is that of the zone which the host's TZ names (shim/time_zone.c), to the millisecond and both ways.
patch_first 1 'tz = -getTimezoneOffset(d);' 'const int64_t ahead = time_zone_offset(d); tz = ahead / 60000;'
patch_first 1 'd += tz * 60000;' 'd += ahead;'
patch_first 1 'tv += getTimezoneOffset(ti) * 60000;' 'tv -= time_zone_offset_of_local(ti);'
patch_first 1 'return js_int64(getTimezoneOffset((int64_t)trunc(v)));' 'return js_int64(-time_zone_offset((int64_t)trunc(v)) / 60000);'
patch_first 1 'return js_new_string8_len(ctx, buf, pos);' 'return date_text(ctx, this_val, buf, pos, fmt == 1 && (part & 2));'
# With the flag v, what may not stand for itself within a class may do so outside of one.
patch_first 1 'if (s->unicode_sets && p[1] == c) {' 'if (inclass && s->unicode_sets && p[1] == c) {' libregexp.c
patch_first 1 '        if (s->unicode_sets) {' '        if (inclass && s->unicode_sets) {' libregexp.c

# What depends on a locale is ours (shim/intl.c).
patch_locale() {
  patch_first 1 "$1" "JS_CFUNC_MAGIC_DEF(\"$2\", $3, ${5:-intl_method}, $4 ),"
}
patch_locale 'JS_CFUNC_MAGIC_DEF("toLocaleString", 0, js_array_join, 1 ),' toLocaleString 0 LOCALE_ARRAY
patch_locale 'JS_CFUNC_MAGIC_DEF("toLocaleString", 0, js_typed_array_join, 1 ),' toLocaleString 0 LOCALE_TYPED_ARRAY
patch_locale 'JS_CFUNC_MAGIC_DEF("toLocaleString", 0, js_number_toString, 1 ),' toLocaleString 0 LOCALE_NUMBER
patch_locale 'JS_CFUNC_DEF("localeCompare", 1, js_string_localeCompare ),' localeCompare 1 LOCALE_COMPARE
patch_locale 'JS_CFUNC_MAGIC_DEF("toLocaleLowerCase", 0, js_string_toLowerCase, 1 ),' toLocaleLowerCase 0 LOCALE_LOWER locale_case
patch_locale 'JS_CFUNC_MAGIC_DEF("toLocaleUpperCase", 0, js_string_toLowerCase, 0 ),' toLocaleUpperCase 0 LOCALE_UPPER locale_case
patch_locale 'JS_CFUNC_MAGIC_DEF("toLocaleString", 0, get_date_string, 0x33 ),' toLocaleString 0 LOCALE_DATE_TIME
patch_locale 'JS_CFUNC_MAGIC_DEF("toLocaleDateString", 0, get_date_string, 0x31 ),' toLocaleDateString 0 LOCALE_DATE
patch_locale 'JS_CFUNC_MAGIC_DEF("toLocaleTimeString", 0, get_date_string, 0x32 ),' toLocaleTimeString 0 LOCALE_TIME

# Two at a time; engine.c, which includes quickjs.c, takes most of the time and goes first.
jobs=()
failed=0
reap() {
  wait "${jobs[0]}" || failed=1
  jobs=("${jobs[@]:1}")
}
start() {
  while [ ${#jobs[@]} -ge 2 ]; do
    # The oldest may be the long one: make room as soon as any of them is done.
    wait -n -p done_pid "${jobs[@]}" || failed=1
    local left=()
    for pid in "${jobs[@]}"; do
      [ "$pid" = "$done_pid" ] || left+=("$pid")
    done
    jobs=("${left[@]}")
  done
  compile "$@" &
  jobs+=($!)
}

python3 "$here/node/bundle.py" "$work/node.js" "${node_packages[@]}"
mkdir "$work/late"
python3 "$here/intl/bundle.py" "$esbuild" "$work/late/intl.js" "$work/late/locales.bin" "${packages[@]}"
python3 "$here/web/bundle.py" "$esbuild" main.js "$work/late/web.js" "${web_packages[@]}"
python3 "$here/web/bundle.py" "$esbuild" temporal.js "$work/late/temporal.js" "${web_packages[@]}"

start "$here/shim/engine.c" -I "$work/quickjs" "${own[@]}"
for name in libunicode dtoa; do
  start "$quickjs/$name.c" -w
done
for source in "$here"/shim/*.c "$shared"/*.c; do
  case $(basename "$source") in
    engine.c | intl.c | late.c) ;;
    prelude.c) start "$source" "${own[@]}" "--embed-dir=$work" ;;
    regexp.c) start "$source" -I "$work/quickjs" "${own[@]}" ;;
    # They are what the compiler's own idioms would call.
    libc_*.c) start "$source" "${own[@]}" -fno-builtin -msimd128 ;;
    *) start "$source" "${own[@]}" ;;
  esac
done
while [ ${#jobs[@]} -gt 0 ]; do
  reap
done
if [ $failed -ne 0 ]; then
  echo "$0: compilation failed" >&2
  exit 1
fi

# What is loaded late is in the module as bytecode, made by the same engine.
mkdir "$work/compiler"
"$cc" "${flags[@]}" "${own[@]}" -c "$here/intl/compile.c" -o "$work/compiler/compile.o"
"$cc" --target=wasm32-wasi -Wno-deprecated -O1 "$work/compiler/compile.o" "$work/engine.o" "$work/libunicode.o" "$work/dtoa.o" \
  "$work/hints.o" "$work/regexp.o" "$work/time_zone.o" -Wl,-z,stack-size=5767168 -Wl,--gc-sections -lwasi-emulated-signal -lwasi-emulated-process-clocks \
  -o "$work/compiler/compile.wasm"
for name in intl web temporal; do
  "$node" --no-warnings "$here/intl/compile.mjs" "$work/compiler/compile.wasm" "$work/late/$name.js" "$work/late/$name.bytecode"
done
compile "$here/shim/intl.c" "${own[@]}"
compile "$here/shim/late.c" "${own[@]}"

# The stack lies below the data, so that running out of it is a trap and never an overwrite. Mutable globals are
# exported because the image is built from their values.
# What few runs look at is the last of the constant data, so that what others read stays close together.
objects=$(cd "$work" && LC_ALL=C ls -- *.o | grep -vxE '(intl|late)[.]o')
objects="$objects intl.o late.o"
(
  cd "$work"
  # shellcheck disable=SC2086
  "$cc" --target=wasm32-wasi -Wno-deprecated -O3 -mexec-model=reactor $objects \
    -Wl,--stack-first -Wl,-z,stack-size=5767168 -Wl,--strip-all -Wl,--gc-sections \
    -Wl,--export=__stack_pointer -Wl,--export=goru_interrupt_flag \
    -lwasi-emulated-signal -lwasi-emulated-process-clocks \
    -o "$partial"
)
mv -f "$partial" "$output"
