/* The runtime that the code of wasm2c asks for: what it needs of one, as goru's engine `native` gives it. */
#ifndef GORU_WASM_RT_H
#define GORU_WASM_RT_H

#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "guest_abi.h"

/* Accesses are bounded by the slot's guard (guest_abi.h), and the stack by the guard below it. */
#define WASM_RT_MEMCHECK_GUARD_PAGES 1
#define WASM_RT_STACK_DEPTH_COUNT 0
#define WASM_RT_ALLOW_SEGUE 0
#define WABT_BIG_ENDIAN 0

#define LIKELY(x) __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)
#define wasm_rt_memcpy(to, from, n) __builtin_memcpy(to, from, n)

/* There is no library behind a guest: with these names the compiler makes instructions. */
#define floor(x) __builtin_floor(x)
#define floorf(x) __builtin_floorf(x)
#define ceil(x) __builtin_ceil(x)
#define ceilf(x) __builtin_ceilf(x)
#define trunc(x) __builtin_trunc(x)
#define truncf(x) __builtin_truncf(x)
#define nearbyint(x) __builtin_nearbyint(x)
#define nearbyintf(x) __builtin_nearbyintf(x)
#define sqrt(x) __builtin_sqrt(x)
#define sqrtf(x) __builtin_sqrtf(x)
#define fabs(x) __builtin_fabs(x)
#define fabsf(x) __builtin_fabsf(x)
#define copysign(x, y) __builtin_copysign(x, y)
#define copysignf(x, y) __builtin_copysignf(x, y)

#define WASM_RT_TRAP_OOB GORU_TRAP_OUT_OF_BOUNDS
#define WASM_RT_TRAP_UNREACHABLE GORU_TRAP_UNREACHABLE
#define WASM_RT_TRAP_DIV_BY_ZERO GORU_TRAP_DIVISION_BY_ZERO
#define WASM_RT_TRAP_INT_OVERFLOW GORU_TRAP_INTEGER_OVERFLOW
#define WASM_RT_TRAP_INVALID_CONVERSION GORU_TRAP_INVALID_CONVERSION
#define WASM_RT_TRAP_CALL_INDIRECT GORU_TRAP_INDIRECT_CALL
#define WASM_RT_TRAP_EXHAUSTION GORU_TRAP_STACK

/* Never comes back: the handler of the signal finds the code in eax and leaves the guest. */
static inline __attribute__((always_inline, noreturn)) void wasm_rt_trap(uint32_t code) {
  __asm__ volatile("ud2" ::"a"(code));
  __builtin_unreachable();
}

/* Names of types that the generated code declares. Of a memory only its size is kept: where it lies is known. */
typedef struct {
  uint64_t pages;
  uint64_t size;
} wasm_rt_memory_t;

typedef void (*wasm_rt_function_ptr_t)(void);
typedef const char* wasm_rt_func_type_t;

/* The table is constant and not part of the instance. */
typedef struct {
  uint8_t none;
} wasm_rt_funcref_table_t;

#define GORU_MEMORY_OF(mem) ((uint8_t*)(mem) + (GORU_MEMORY_DISTANCE - GORU_FRONT_HEADER - GORU_MEMORY_FIELD))

/* Address and constant offset, where the offset is larger than the guard. Nobody has memory behind 4 GiB. */
static inline uint64_t goru_far(uint64_t address) {
  if (UNLIKELY(address >= (uint64_t)1 << 32)) wasm_rt_trap(GORU_TRAP_OUT_OF_BOUNDS);
  return address;
}

/* The function table: constant, in an object of its own (table.s). An empty entry has a type that no call asks for. */
struct goru_table_entry {
  uint32_t type;
  int32_t code;
};
extern const struct goru_table_entry goru_table[] __attribute__((visibility("hidden")));

static inline __attribute__((always_inline)) const void* goru_table_function(uint32_t type, uint32_t index,
                                                                             uint32_t size) {
  if (UNLIKELY(index >= size) || UNLIKELY(goru_table[index].type != type)) wasm_rt_trap(GORU_TRAP_INDIRECT_CALL);
  return (const char*)goru_table + goru_table[index].code;
}

static inline struct goru_front* goru_front_of(void* instance) {
  return (struct goru_front*)((char*)instance - GORU_FRONT_HEADER);
}

/* Guest code begins to run again. Where somebody took the memory away meanwhile, it ends here, even if it never looks
 * at its memory (native_traps.hpp, "stops"). */
static inline void goru_look_at_memory(void* instance) {
  (void)*(const volatile uint8_t*)((const char*)instance + GORU_MEMORY_DISTANCE - GORU_FRONT_HEADER);
}

#endif
