// One source map (ECMA-426) as the sandbox was given it: where a bundle's code came from.
#pragma once

#include "json_text.h"
#include "mappings.h"
#include "quickjs.h"

typedef struct SourceMap SourceMap;

// Parses the JSON text of a map; NULL where it is of no use. No exception is left pending.
SourceMap *source_map_parse(JSContext *ctx, const char *json, size_t size);
// The map that a comment at the end of code holds as a data: URL; NULL where there is none.
SourceMap *source_map_inline(JSContext *ctx, const char *code, size_t size);
// A map of one source, which is not named. Takes `mappings`, a string.
SourceMap *source_map_of_translation(JSContext *ctx, JSValue mappings);
void source_map_free(JSContext *ctx, SourceMap *map);

bool source_map_find(const SourceMap *map, uint32_t line, uint32_t column, MappedPlace *place);
// The number of sources that have a name.
uint32_t source_map_count(const SourceMap *map);
// Appends the name of a source; a relative one is seen from the file that `code_name` names. False where it has none.
bool source_map_name(JSContext *ctx, const SourceMap *map, uint32_t source, const char *code_name, Buffer *out);
// The text of a source, to be freed with JS_FreeCString; NULL where the map does not hold it.
const char *source_map_content(JSContext *ctx, const SourceMap *map, uint32_t source, size_t *size);
