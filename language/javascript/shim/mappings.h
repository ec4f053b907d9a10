// The "mappings" of a source map (ECMA-426): finds what a place in generated code was made from. Knows nothing of the
// engine, and trusts nothing that it reads.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// A place in an original source; lines and columns count from 0, columns in UTF-16 units.
typedef struct MappedPlace {
    uint32_t source;
    uint32_t line;
    uint32_t column;
} MappedPlace;

struct MappingsMark;

// The text itself belongs to the caller and must stay while this is used.
typedef struct Mappings {
    const char *text;
    size_t size;
    struct MappingsMark *marks; // where decoding can start, in order
    size_t mark_count;
} Mappings;

// Reads through all of the text once. False where it is malformed or there is no memory; nothing is to be freed then.
bool mappings_open(Mappings *mappings, const char *text, size_t size);
void mappings_close(Mappings *mappings);

// What the segment at or before a place of the generated code says; lines and columns as in MappedPlace. False where
// there is none in that line, or where it names no source.
bool mappings_find(const Mappings *mappings, uint32_t line, uint32_t column, MappedPlace *place);
