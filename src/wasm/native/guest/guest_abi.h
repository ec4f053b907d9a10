/* What a guest that was compiled ahead of time and the engine `native` say to each other. Plain C: it is compiled into
 * each guest and into the engine.
 *
 * An instance lives in front of its linear memory, at a distance that is known when the guest is compiled:
 *
 *     front                    front + GORU_FRONT_HEADER       front + GORU_MEMORY_DISTANCE
 *     | struct goru_front      | instance: globals, size ...   | linear memory: 4 GiB, and the slot's guard
 *
 * A guest's code is handed the instance's address and reaches its memory from there: one addition, no pointer to load.
 * Addresses of the guest are added to it and never taken away, so nothing in front of the memory can be named by them.
 */
#ifndef GORU_WASM_NATIVE_GUEST_ABI_H
#define GORU_WASM_NATIVE_GUEST_ABI_H

#include <stdint.h>

/* NOLINTBEGIN(readability-identifier-naming,modernize-use-using): C */

#ifdef __cplusplus
extern "C" {
#endif

/* Grows with every change of what is in this file. */
#define GORU_NATIVE_ABI 1

#define GORU_MEMORY_DISTANCE 65536
#define GORU_FRONT_HEADER 64

/* An access whose constant offset is beyond it is compiled with a check of its own; smaller ones end in the guard. */
#define GORU_LARGEST_OFFSET ((32u << 20) - 64u)

/* The one symbol that a guest's shared object exports: struct goru_guest. */
#define GORU_GUEST_SYMBOL "goru_guest"

/* One argument or result; the layout that the engine `wasmtime` has for them as well. */
union goru_value {
  int32_t i32;
  int64_t i64;
  float f32;
  double f64;
  uint8_t bytes[16];
};

/* What the engine keeps in front of an instance. Written by the engine alone. */
struct goru_front {
  void* host;
  /* Calls the host's function `import` (an index of goru_guest.imports). Anything but 0: the guest ends here. */
  int32_t (*call)(void* host, uint32_t import, union goru_value* values);
  /* Grows the memory by WebAssembly pages. Its size before, or -1. */
  uint32_t (*grow)(void* host, uint32_t pages);
  /* The lowest stack pointer with which a host function may be called. */
  uintptr_t stack_limit;
};

/* Why a guest's code gave up. It says so in eax, at an instruction that is none (ud2). */
enum goru_trap {
  GORU_TRAP_NONE = 0,
  GORU_TRAP_OUT_OF_BOUNDS = 1,
  GORU_TRAP_UNREACHABLE = 2,
  GORU_TRAP_DIVISION_BY_ZERO = 3,
  GORU_TRAP_INTEGER_OVERFLOW = 4,
  GORU_TRAP_INVALID_CONVERSION = 5,
  GORU_TRAP_INDIRECT_CALL = 6,
  GORU_TRAP_STACK = 7,
  /* The host's function said so. */
  GORU_TRAP_LEAVE = 8
};

/* Signatures spell parameters and, behind a colon, the result: i = i32, I = i64, f = f32, F = f64; "iI:i", "i:". */
struct goru_import {
  const char* module;
  const char* name;
  const char* signature;
};

typedef void (*goru_function)(void* instance, union goru_value* values);

struct goru_export {
  const char* name;
  const char* signature;
  goru_function function;
};

struct goru_global {
  const char* name;
  /* Of the instance. */
  uint32_t offset;
  char type;
};

struct goru_guest {
  uint32_t abi;
  /* Of the module that it was compiled from (XXH3, 128 bits, hex): only images of this module run on it. */
  const char* module_hash;
  /* Features of the processor that it needs, as in `-march=`. */
  const char* march;
  /* Bytes of an instance, and where in it the memory's size stands (pages: uint64_t). */
  uint32_t instance_size;
  uint32_t pages_offset;
  uint32_t first_pages;
  uint32_t most_pages;
  const struct goru_import* imports;
  uint32_t import_count;
  const struct goru_export* exports;
  uint32_t export_count;
  const struct goru_global* globals;
  uint32_t global_count;
  /* Sets globals and memory to what the module says. */
  goru_function instantiate;
  /* All of the guest's code lies between these two, and nothing else does. */
  const char* code_begin;
  const char* code_end;
};

#ifdef __cplusplus
}
#endif

/* NOLINTEND(readability-identifier-naming,modernize-use-using) */

#endif
