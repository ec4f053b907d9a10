// What the host hands to a reactor before a call: a job, a translator (docs/GUEST_ABI.md, goru_buffer).
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The bytes that were handed over. Behind them there is room for a NUL.
extern char *input;

// Whether so many bytes can have been handed over, as the host says.
bool input_holds(int32_t size);

// Gives back the memory of a large input.
void input_drop(void);
