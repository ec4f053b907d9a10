#include "shim.h"

#include <stdint.h>
#include <string.h>
#include <time.h>

// Local time. The C library for WASI knows UTC only; these take the place of its functions, and do the same until Python
// code has set a zone.

// From a moment on (seconds of UTC since 1970) local time is so many seconds ahead. As struct.pack("<qiHH") writes it.
typedef struct {
    int64_t from;
    int32_t offset;
    uint16_t is_dst;
    uint16_t name;
} Span;

// Sorted by `from`; the first one holds for all that is before, too.
static PyObject *spans;
static size_t span_count;
// The last PERIOD of them repeats itself for ever.
static int repeats;
// Of spans, by their place; each ends with a zero.
static PyObject *names;

// After so many seconds, 400 years, the calendar repeats itself with its weekdays, and rules with it.
static const int64_t PERIOD = INT64_C(12622780800);

static Span span_at(size_t i)
{
    Span span;
    memcpy(&span, PyBytes_AS_STRING(spans) + i * sizeof(Span), sizeof(Span));
    return span;
}

static Span span_of(int64_t utc)
{
    int64_t last = span_at(span_count - 1).from;
    if (repeats && utc > last)
        utc -= (utc - last + PERIOD - 1) / PERIOD * PERIOD;
    size_t low = 0, high = span_count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (span_at(middle).from <= utc)
            low = middle;
        else
            high = middle;
    }
    return span_at(low);
}

struct tm *localtime_r(const time_t *restrict utc, struct tm *restrict out)
{
    if (span_count == 0)
        return gmtime_r(utc, out);
    Span span = span_of(*utc);
    time_t shifted;
    if (__builtin_add_overflow(*utc, span.offset, &shifted) || !gmtime_r(&shifted, out))
        return NULL;
    out->tm_isdst = span.is_dst;
    out->__tm_gmtoff = span.offset;
    out->__tm_zone = PyBytes_AS_STRING(names) + span.name;
    return out;
}

struct tm *localtime(const time_t *utc)
{
    static struct tm out;
    return localtime_r(utc, &out);
}

// Whether a local time that is so far ahead of UTC is one.
static bool holds(int64_t wall, Span span)
{
    return span_of(wall - span.offset).offset == span.offset;
}

// The moment that the clocks show as `wall`. Which one where there are two is for `is_dst` to say, below zero the first.
static int64_t utc_of(int64_t wall, int is_dst)
{
    const int64_t day = 86400;
    Span before = span_of(wall - day);
    Span after = span_of(wall + day);
    bool first = holds(wall, before);
    bool second = holds(wall, after);
    if (first && second && before.offset != after.offset)
        return wall - (is_dst >= 0 && before.is_dst != is_dst && after.is_dst == is_dst ? after : before).offset;
    // Where the clocks are put forward there is neither.
    Span span = second ? after : before;
    if (is_dst < 0 || span.is_dst == is_dst)
        return wall - span.offset;
    // Told in a time that does not hold then: in the nearest one of its kind.
    for (int64_t days = 7; days < 366; days += 7) {
        Span other = span_of(wall - span.offset - days * day);
        if (other.is_dst != is_dst)
            other = span_of(wall - span.offset + days * day);
        if (other.is_dst == is_dst)
            return wall - other.offset;
    }
    // There is none: an hour is what others take, too.
    return wall - span.offset - (is_dst ? 3600 : -3600);
}

time_t mktime(struct tm *parts)
{
    int is_dst = parts->tm_isdst;
    struct tm copy = *parts;
    time_t utc = timegm(&copy);
    if (span_count > 0) {
        utc = (time_t)utc_of(utc, is_dst > 0 ? 1 : is_dst);
        if (!localtime_r(&utc, &copy))
            return -1;
    }
    *parts = copy;
    return utc;
}

PyObject *local_time_set(PyObject *module, PyObject *args)
{
    (void)module;
    PyObject *new_spans;
    PyObject *new_names;
    int new_repeats;
    if (!PyArg_ParseTuple(args, "SSp:set_local_time", &new_spans, &new_names, &new_repeats))
        return NULL;
    size_t count = (size_t)PyBytes_GET_SIZE(new_spans) / sizeof(Span);
    for (size_t i = 0; i < count; i++) {
        Span span;
        memcpy(&span, PyBytes_AS_STRING(new_spans) + i * sizeof(Span), sizeof(Span));
        if (span.name >= PyBytes_GET_SIZE(new_names)) {
            PyErr_SetString(PyExc_ValueError, "a name of a zone is not there");
            return NULL;
        }
    }
    Py_XSETREF(spans, Py_NewRef(new_spans));
    Py_XSETREF(names, Py_NewRef(new_names));
    span_count = count;
    repeats = new_repeats;
    Py_RETURN_NONE;
}
