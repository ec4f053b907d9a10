// Values as they cross to the host: Python's marshal format, version 2, as docs/GUEST_ABI.md restricts it. What the codecs of
// both languages are made of.
#pragma once

#include "buffer.h"

enum {
    MARSHAL_NULL = '0',
    MARSHAL_NONE = 'N',
    MARSHAL_FALSE = 'F',
    MARSHAL_TRUE = 'T',
    MARSHAL_INT = 'i',
    MARSHAL_LONG = 'l',
    MARSHAL_FLOAT = 'g',
    MARSHAL_TEXT = 'u',
    MARSHAL_BYTES = 's',
    MARSHAL_TUPLE = '(',
    MARSHAL_LIST = '[',
    // Keys and values; MARSHAL_NULL ends it.
    MARSHAL_DICT = '{',
};

// Deeper than the host accepts; a bound for the guest's own stack.
enum { MARSHAL_MAX_DEPTH = 256 };

void marshal_u32(Buffer *out, uint32_t value);
// The head of a tuple or list of `count` values.
void marshal_sequence(Buffer *out, uint8_t type, uint32_t count);
void marshal_integer(Buffer *out, int64_t number);
void marshal_unsigned(Buffer *out, uint64_t number);
void marshal_float(Buffer *out, double number);
// Text or bytes. Text is UTF-8, where each lone surrogate stands as if it were a character.
void marshal_string(Buffer *out, uint8_t type, const void *data, size_t size);

typedef struct MarshalReader {
    const uint8_t *at;
    const uint8_t *end;
} MarshalReader;

// All of these return false where there is too little left.
bool marshal_take(MarshalReader *reader, void *into, size_t size);
// A size or count. What is left has at least so many bytes.
bool marshal_take_size(MarshalReader *reader, uint32_t *size);
// What stands behind MARSHAL_LONG; false also where it does not fit.
bool marshal_take_long(MarshalReader *reader, bool *negative, uint64_t *magnitude);
