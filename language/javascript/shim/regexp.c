// QuickJS-NG's regular expressions, with the pad of stack.h in the functions that check for a stack overflow.

#include "stack.h"

#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Weverything"

#include "libregexp.h"

__attribute__((always_inline)) static inline bool padded_check(void *opaque, size_t size)
{
    (void)stack_padded_address();
    return lre_check_stack_overflow(opaque, size);
}

#define lre_check_stack_overflow padded_check
#include "libregexp.c"

#pragma clang diagnostic pop
