// How deep guest code may recurse.
//
// WebAssembly has two stacks: the one in linear memory, which a program can measure, and the machine's own, which it
// cannot see and whose end is a trap. Many of the engine's recursive functions keep everything in registers, so their
// share of the first says nothing about the second. Every function that checks for a stack overflow therefore gets a
// pad in its linear frame. With it no recursion takes more than 2.5 times as much of the machine's stack as of the linear one, and
// the machine's has room for 4.8 times the limit (kMaxGuestStack in src/wasm/guest_stack.hpp): once the limit on linear memory
// holds, so does the one on the machine's stack. The pads are never written to.
#pragma once

#include <stdint.h>

enum {
    STACK_PAD = 128,
    // How much the parser's linear stack counts: it takes about twelve times as much of the machine's.
    PARSER_FACTOR = 8,
    // What guest code may use: more than 10,000 calls of small functions. The linker sets 512 KiB more aside (build.sh), for
    // leaves and for what does not check.
    STACK_LIMIT = 5 * 1024 * 1024,
};

// The address of a pad. It becomes a part of the frame of the function that this is inlined into.
#define stack_padded_address()                      \
    ({                                              \
        char stack_pad[STACK_PAD];                  \
        __asm__ volatile("" : : "r"(stack_pad) : "memory"); \
        (uintptr_t)stack_pad;                       \
    })

// The parser checks in its tokenizer, where a pad would be gone with the return. The state of the parser lies in the
// frame of the function that began to parse, so what the parser itself has used is known, and counts several times.
#define parser_overflow(state, limit)                                                         \
    ({                                                                                        \
        uintptr_t stack_here = stack_padded_address();                                        \
        stack_here - ((uintptr_t)(state) - stack_here) * (PARSER_FACTOR - 1) < (uintptr_t)(limit); \
    })
