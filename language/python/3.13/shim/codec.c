#include "shim.h"

#include <string.h>

// Type codes of Python/marshal.c, version 2.
enum {
    TYPE_NULL = '0',
    TYPE_NONE = 'N',
    TYPE_FALSE = 'F',
    TYPE_TRUE = 'T',
    TYPE_INT = 'i',
    TYPE_LONG = 'l',
    TYPE_BINARY_FLOAT = 'g',
    TYPE_UNICODE = 'u',
    TYPE_TUPLE = '(',
    TYPE_LIST = '[',
    TYPE_DICT = '{',
};

// Deeper than the host accepts; a bound for our own stack.
enum { MAX_DEPTH = 256 };

// The digits of a long, least significant first.
enum { LONG_DIGIT_BITS = 15, LONG_MOST_DIGITS = 5 };

void codec_u32(Buffer *out, uint32_t value)
{
    buffer_append(out, &value, sizeof(value));
}

static void encode_magnitude(Buffer *out, bool negative, uint64_t magnitude)
{
    uint16_t digits[LONG_MOST_DIGITS];
    int32_t count = 0;
    for (; magnitude != 0; magnitude >>= LONG_DIGIT_BITS)
        digits[count++] = (uint16_t)(magnitude & ((1U << LONG_DIGIT_BITS) - 1));
    buffer_byte(out, TYPE_LONG);
    codec_u32(out, (uint32_t)(negative ? -count : count));
    buffer_append(out, digits, (size_t)count * sizeof(digits[0]));
}

static Encoded encode_long(Buffer *out, PyObject *value)
{
    int overflow;
    long long number = PyLong_AsLongLongAndOverflow(value, &overflow);
    if (overflow == 0) {
        if (number >= INT32_MIN && number <= INT32_MAX) {
            buffer_byte(out, TYPE_INT);
            codec_u32(out, (uint32_t)(int32_t)number);
        } else {
            encode_magnitude(out, number < 0, number < 0 ? ~(uint64_t)number + 1 : (uint64_t)number);
        }
        return ENCODED;
    }
    if (overflow < 0)
        return ENCODE_NOT_PLAIN;
    unsigned long long magnitude = PyLong_AsUnsignedLongLong(value);
    if (magnitude == (unsigned long long)-1 && PyErr_Occurred()) {
        PyErr_Clear();
        return ENCODE_NOT_PLAIN;
    }
    encode_magnitude(out, false, magnitude);
    return ENCODED;
}

static Encoded encode_text(Buffer *out, PyObject *value)
{
    buffer_byte(out, TYPE_UNICODE);
    if (PyUnicode_IS_COMPACT_ASCII(value)) {
        size_t size = (size_t)PyUnicode_GET_LENGTH(value);
        codec_u32(out, (uint32_t)size);
        buffer_append(out, PyUnicode_1BYTE_DATA(value), size);
        return ENCODED;
    }
    PyObject *bytes = PyUnicode_AsEncodedString(value, "utf-8", "surrogatepass");
    if (!bytes) {
        PyErr_Clear();
        return ENCODE_NO_MEMORY;
    }
    codec_u32(out, (uint32_t)PyBytes_GET_SIZE(bytes));
    buffer_append(out, PyBytes_AS_STRING(bytes), (size_t)PyBytes_GET_SIZE(bytes));
    Py_DECREF(bytes);
    return ENCODED;
}

static Encoded encode(Buffer *out, PyObject *value, int depth);

static Encoded encode_items(Buffer *out, PyObject **items, Py_ssize_t count, int depth)
{
    codec_u32(out, (uint32_t)count);
    for (Py_ssize_t i = 0; i < count; i++) {
        Encoded result = encode(out, items[i], depth + 1);
        if (result != ENCODED)
            return result;
    }
    return ENCODED;
}

static Encoded encode_dict(Buffer *out, PyObject *value, int depth)
{
    buffer_byte(out, TYPE_DICT);
    Py_ssize_t at = 0;
    PyObject *key;
    PyObject *member;
    while (PyDict_Next(value, &at, &key, &member)) {
        Encoded result = encode(out, key, depth + 1);
        if (result == ENCODED)
            result = encode(out, member, depth + 1);
        if (result != ENCODED)
            return result;
    }
    buffer_byte(out, TYPE_NULL);
    return ENCODED;
}

static Encoded encode(Buffer *out, PyObject *value, int depth)
{
    if (depth > MAX_DEPTH)
        return ENCODE_NOT_PLAIN;
    if (out->failed)
        return ENCODE_NO_MEMORY;
    if (PyUnicode_CheckExact(value))
        return encode_text(out, value);
    if (PyLong_CheckExact(value))
        return encode_long(out, value);
    if (PyDict_CheckExact(value))
        return encode_dict(out, value, depth);
    if (PyList_CheckExact(value)) {
        buffer_byte(out, TYPE_LIST);
        return encode_items(out, ((PyListObject *)value)->ob_item, PyList_GET_SIZE(value), depth);
    }
    if (PyTuple_CheckExact(value)) {
        buffer_byte(out, TYPE_TUPLE);
        return encode_items(out, ((PyTupleObject *)value)->ob_item, PyTuple_GET_SIZE(value), depth);
    }
    if (PyFloat_CheckExact(value)) {
        double number = PyFloat_AS_DOUBLE(value);
        buffer_byte(out, TYPE_BINARY_FLOAT);
        buffer_append(out, &number, sizeof(number));
        return ENCODED;
    }
    if (value == Py_None || value == Py_True || value == Py_False) {
        buffer_byte(out, value == Py_None ? TYPE_NONE : value == Py_True ? TYPE_TRUE : TYPE_FALSE);
        return ENCODED;
    }
    return ENCODE_NOT_PLAIN;
}

Encoded codec_encode(Buffer *out, PyObject *value)
{
    Encoded result = encode(out, value, 0);
    return result == ENCODED && out->failed ? ENCODE_NO_MEMORY : result;
}

typedef struct Reader {
    const uint8_t *at;
    const uint8_t *end;
} Reader;

static PyObject *damaged(void)
{
    PyErr_SetString(PyExc_ValueError, "the host's answer is damaged");
    return NULL;
}

static bool take(Reader *reader, void *into, size_t size)
{
    if ((size_t)(reader->end - reader->at) < size)
        return false;
    memcpy(into, reader->at, size);
    reader->at += size;
    return true;
}

static PyObject *decode(Reader *reader, int depth);

static PyObject *decode_long(Reader *reader)
{
    int32_t count;
    uint16_t digits[LONG_MOST_DIGITS];
    if (!take(reader, &count, sizeof(count)))
        return damaged();
    bool negative = count < 0;
    uint32_t size = negative ? ~(uint32_t)count + 1 : (uint32_t)count;
    if (size > LONG_MOST_DIGITS || !take(reader, digits, size * sizeof(digits[0])))
        return damaged();
    uint64_t magnitude = 0;
    for (uint32_t i = 0; i < size; i++)
        magnitude |= (uint64_t)digits[i] << (LONG_DIGIT_BITS * i);
    return negative ? PyLong_FromLongLong((long long)(~magnitude + 1)) : PyLong_FromUnsignedLongLong(magnitude);
}

static PyObject *decode_text(Reader *reader)
{
    uint32_t size;
    if (!take(reader, &size, sizeof(size)) || size > (size_t)(reader->end - reader->at))
        return damaged();
    PyObject *text = PyUnicode_DecodeUTF8((const char *)reader->at, (Py_ssize_t)size, "surrogatepass");
    reader->at += size;
    return text;
}

static PyObject *decode_sequence(Reader *reader, bool tuple, int depth)
{
    uint32_t count;
    if (!take(reader, &count, sizeof(count)) || count > (size_t)(reader->end - reader->at))
        return damaged();
    PyObject *sequence = tuple ? PyTuple_New((Py_ssize_t)count) : PyList_New((Py_ssize_t)count);
    if (!sequence)
        return NULL;
    for (uint32_t i = 0; i < count; i++) {
        PyObject *item = decode(reader, depth + 1);
        if (!item) {
            Py_DECREF(sequence);
            return NULL;
        }
        if (tuple)
            PyTuple_SET_ITEM(sequence, (Py_ssize_t)i, item);
        else
            PyList_SET_ITEM(sequence, (Py_ssize_t)i, item);
    }
    return sequence;
}

static PyObject *decode_dict(Reader *reader, int depth)
{
    PyObject *dict = PyDict_New();
    if (!dict)
        return NULL;
    while (reader->at < reader->end && *reader->at != TYPE_NULL) {
        PyObject *key = decode(reader, depth + 1);
        PyObject *member = key ? decode(reader, depth + 1) : NULL;
        int failed = member ? PyDict_SetItem(dict, key, member) : -1;
        Py_XDECREF(key);
        Py_XDECREF(member);
        if (failed < 0) {
            Py_DECREF(dict);
            return NULL;
        }
    }
    if (reader->at == reader->end) {
        Py_DECREF(dict);
        return damaged();
    }
    reader->at++;
    return dict;
}

static PyObject *decode(Reader *reader, int depth)
{
    uint8_t type;
    if (depth > MAX_DEPTH || !take(reader, &type, sizeof(type)))
        return damaged();
    switch (type) {
    case TYPE_NONE:
        Py_RETURN_NONE;
    case TYPE_TRUE:
        Py_RETURN_TRUE;
    case TYPE_FALSE:
        Py_RETURN_FALSE;
    case TYPE_INT: {
        int32_t number;
        return take(reader, &number, sizeof(number)) ? PyLong_FromLong(number) : damaged();
    }
    case TYPE_LONG:
        return decode_long(reader);
    case TYPE_BINARY_FLOAT: {
        double number;
        return take(reader, &number, sizeof(number)) ? PyFloat_FromDouble(number) : damaged();
    }
    case TYPE_UNICODE:
        return decode_text(reader);
    case TYPE_TUPLE:
    case TYPE_LIST:
        return decode_sequence(reader, type == TYPE_TUPLE, depth);
    case TYPE_DICT:
        return decode_dict(reader, depth);
    default:
        return damaged();
    }
}

PyObject *codec_decode(const char *data, size_t size)
{
    Reader reader = {(const uint8_t *)data, (const uint8_t *)data + size};
    PyObject *value = decode(&reader, 0);
    if (value && reader.at != reader.end) {
        Py_DECREF(value);
        return damaged();
    }
    return value;
}
