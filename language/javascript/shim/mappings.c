#include "mappings.h"

#include <stdlib.h>

// One mark for so many segments: a lookup decodes no more than these.
enum { MARK_EVERY = 512 };

// The running values of the decoder, which differ from segment to segment.
typedef struct State {
    uint32_t line;
    uint32_t column;
    MappedPlace place;
    bool has_place;
} State;

typedef struct MappingsMark {
    size_t at;     // where a segment starts
    State before;  // the values before it
    uint32_t line; // its own place in the generated code
    uint32_t column;
} MappingsMark;

static int digit(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

// Adds the next number of the text to a value, which must stay within 31 bits.
static bool add_number(const char *text, size_t size, size_t *at, uint32_t *value)
{
    uint64_t bits = 0;
    for (int shift = 0;; shift += 5) {
        // A number of 32 bits and its sign have 7 digits.
        int d = *at < size && shift <= 30 ? digit(text[*at]) : -1;
        if (d < 0)
            return false;
        ++*at;
        bits |= (uint64_t)(d & 31) << shift;
        if (!(d & 32))
            break;
    }
    int64_t change = (int64_t)(bits >> 1);
    int64_t sum = (int64_t)*value + (bits & 1 ? -change : change);
    if (sum < 0 || sum > INT32_MAX)
        return false;
    *value = (uint32_t)sum;
    return true;
}

typedef enum Step { STEP_SEGMENT, STEP_END, STEP_BAD } Step;

// Goes on to the next segment. *start is where it starts; the state before it is kept in *before where that is not NULL.
static Step next_segment(const char *text, size_t size, size_t *at, State *state, size_t *start, State *before)
{
    while (*at < size && (text[*at] == ';' || text[*at] == ',')) {
        if (text[*at] == ';') {
            if (state->line == INT32_MAX)
                return STEP_BAD;
            state->line++;
            state->column = 0;
        }
        ++*at;
    }
    if (*at >= size)
        return STEP_END;
    *start = *at;
    if (before)
        *before = *state;
    if (!add_number(text, size, at, &state->column))
        return STEP_BAD;
    state->has_place = *at < size && text[*at] != ',' && text[*at] != ';';
    if (!state->has_place)
        return STEP_SEGMENT;
    if (!add_number(text, size, at, &state->place.source) || !add_number(text, size, at, &state->place.line) ||
        !add_number(text, size, at, &state->place.column))
        return STEP_BAD;
    // The number of a name, which nothing here uses.
    uint32_t name = INT32_MAX / 2;
    if (*at < size && text[*at] != ',' && text[*at] != ';' && !add_number(text, size, at, &name))
        return STEP_BAD;
    return *at >= size || text[*at] == ',' || text[*at] == ';' ? STEP_SEGMENT : STEP_BAD;
}

bool mappings_open(Mappings *mappings, const char *text, size_t size)
{
    *mappings = (Mappings){.text = text, .size = size};
    State state = {0};
    State before;
    size_t at = 0, start = 0, segments = 0, capacity = 0;
    for (;;) {
        Step step = next_segment(text, size, &at, &state, &start, &before);
        if (step == STEP_END)
            return true;
        if (step == STEP_BAD)
            break;
        if (segments++ % MARK_EVERY != 0)
            continue;
        if (mappings->mark_count == capacity) {
            capacity = capacity ? capacity * 2 : 16;
            MappingsMark *grown = realloc(mappings->marks, capacity * sizeof(MappingsMark));
            if (!grown)
                break;
            mappings->marks = grown;
        }
        mappings->marks[mappings->mark_count++] = (MappingsMark){start, before, state.line, state.column};
    }
    mappings_close(mappings);
    return false;
}

void mappings_close(Mappings *mappings)
{
    free(mappings->marks);
    *mappings = (Mappings){0};
}

bool mappings_find(const Mappings *mappings, uint32_t line, uint32_t column, MappedPlace *place)
{
    // The last mark at or before the place.
    size_t low = 0, high = mappings->mark_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const MappingsMark *mark = &mappings->marks[middle];
        if (mark->line < line || (mark->line == line && mark->column <= column))
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0)
        return false;
    size_t at = mappings->marks[low - 1].at;
    State state = mappings->marks[low - 1].before;
    bool found = false;
    size_t start;
    while (next_segment(mappings->text, mappings->size, &at, &state, &start, NULL) == STEP_SEGMENT) {
        if (state.line > line || (state.line == line && state.column > column))
            break;
        if (state.line == line) {
            found = state.has_place;
            *place = state.place;
        }
    }
    return found;
}
