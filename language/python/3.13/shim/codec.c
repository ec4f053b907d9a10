#include "shim.h"

static Encoded encode_long(Buffer *out, PyObject *value)
{
    int overflow;
    long long number = PyLong_AsLongLongAndOverflow(value, &overflow);
    if (overflow == 0) {
        marshal_integer(out, number);
        return ENCODED;
    }
    if (overflow < 0)
        return ENCODE_NOT_PLAIN;
    unsigned long long magnitude = PyLong_AsUnsignedLongLong(value);
    if (magnitude == (unsigned long long)-1 && PyErr_Occurred()) {
        PyErr_Clear();
        return ENCODE_NOT_PLAIN;
    }
    marshal_unsigned(out, magnitude);
    return ENCODED;
}

static Encoded encode_text(Buffer *out, PyObject *value)
{
    if (PyUnicode_IS_COMPACT_ASCII(value)) {
        marshal_string(out, MARSHAL_TEXT, PyUnicode_1BYTE_DATA(value), (size_t)PyUnicode_GET_LENGTH(value));
        return ENCODED;
    }
    PyObject *bytes = PyUnicode_AsEncodedString(value, "utf-8", "surrogatepass");
    if (!bytes) {
        PyErr_Clear();
        return ENCODE_NO_MEMORY;
    }
    marshal_string(out, MARSHAL_TEXT, PyBytes_AS_STRING(bytes), (size_t)PyBytes_GET_SIZE(bytes));
    Py_DECREF(bytes);
    return ENCODED;
}

// Bytes, or a view of some. What a view shows was asked for when it was made, so no guest code runs.
static Encoded encode_bytes(Buffer *out, PyObject *value)
{
    Py_buffer view;
    if (PyObject_GetBuffer(value, &view, PyBUF_SIMPLE) < 0) {
        // Released, or not in one piece.
        PyErr_Clear();
        return ENCODE_NOT_PLAIN;
    }
    marshal_string(out, MARSHAL_BYTES, view.buf, (size_t)view.len);
    PyBuffer_Release(&view);
    return ENCODED;
}

static Encoded encode(Buffer *out, PyObject *value, int depth);

static Encoded encode_items(Buffer *out, uint8_t type, PyObject **items, Py_ssize_t count, int depth)
{
    marshal_sequence(out, type, (uint32_t)count);
    for (Py_ssize_t i = 0; i < count; i++) {
        Encoded result = encode(out, items[i], depth + 1);
        if (result != ENCODED)
            return result;
    }
    return ENCODED;
}

static Encoded encode_dict(Buffer *out, PyObject *value, int depth)
{
    buffer_byte(out, MARSHAL_DICT);
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
    buffer_byte(out, MARSHAL_NULL);
    return ENCODED;
}

static Encoded encode(Buffer *out, PyObject *value, int depth)
{
    if (depth > MARSHAL_MAX_DEPTH)
        return ENCODE_NOT_PLAIN;
    if (out->failed)
        return ENCODE_NO_MEMORY;
    if (PyUnicode_CheckExact(value))
        return encode_text(out, value);
    if (PyLong_CheckExact(value))
        return encode_long(out, value);
    if (PyDict_CheckExact(value))
        return encode_dict(out, value, depth);
    if (PyList_CheckExact(value))
        return encode_items(out, MARSHAL_LIST, ((PyListObject *)value)->ob_item, PyList_GET_SIZE(value), depth);
    if (PyTuple_CheckExact(value))
        return encode_items(out, MARSHAL_TUPLE, ((PyTupleObject *)value)->ob_item, PyTuple_GET_SIZE(value), depth);
    if (PyFloat_CheckExact(value)) {
        marshal_float(out, PyFloat_AS_DOUBLE(value));
        return ENCODED;
    }
    if (value == Py_None || value == Py_True || value == Py_False) {
        buffer_byte(out, value == Py_None ? MARSHAL_NONE : value == Py_True ? MARSHAL_TRUE : MARSHAL_FALSE);
        return ENCODED;
    }
    if (PyBytes_CheckExact(value) || PyByteArray_CheckExact(value) || PyMemoryView_Check(value))
        return encode_bytes(out, value);
    return ENCODE_NOT_PLAIN;
}

Encoded codec_encode(Buffer *out, PyObject *value)
{
    Encoded result = encode(out, value, 0);
    return result == ENCODED && out->failed ? ENCODE_NO_MEMORY : result;
}

static PyObject *damaged(void)
{
    PyErr_SetString(PyExc_ValueError, "the host's answer is damaged");
    return NULL;
}

static PyObject *decode(MarshalReader *reader, int depth);

static PyObject *decode_long(MarshalReader *reader)
{
    bool negative;
    uint64_t magnitude;
    if (!marshal_take_long(reader, &negative, &magnitude))
        return damaged();
    return negative ? PyLong_FromLongLong((long long)(~magnitude + 1)) : PyLong_FromUnsignedLongLong(magnitude);
}

static PyObject *decode_text(MarshalReader *reader)
{
    uint32_t size;
    if (!marshal_take_size(reader, &size))
        return damaged();
    PyObject *text = PyUnicode_DecodeUTF8((const char *)reader->at, (Py_ssize_t)size, "surrogatepass");
    reader->at += size;
    return text;
}

static PyObject *decode_bytes(MarshalReader *reader)
{
    uint32_t size;
    if (!marshal_take_size(reader, &size))
        return damaged();
    PyObject *bytes = PyBytes_FromStringAndSize((const char *)reader->at, (Py_ssize_t)size);
    reader->at += size;
    return bytes;
}

static PyObject *decode_sequence(MarshalReader *reader, bool tuple, int depth)
{
    uint32_t count;
    if (!marshal_take_size(reader, &count))
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

static PyObject *decode_dict(MarshalReader *reader, int depth)
{
    PyObject *dict = PyDict_New();
    if (!dict)
        return NULL;
    while (reader->at < reader->end && *reader->at != MARSHAL_NULL) {
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

static PyObject *decode(MarshalReader *reader, int depth)
{
    uint8_t type;
    if (depth > MARSHAL_MAX_DEPTH || !marshal_take(reader, &type, sizeof(type)))
        return damaged();
    switch (type) {
    case MARSHAL_NONE:
        Py_RETURN_NONE;
    case MARSHAL_TRUE:
        Py_RETURN_TRUE;
    case MARSHAL_FALSE:
        Py_RETURN_FALSE;
    case MARSHAL_INT: {
        int32_t number;
        return marshal_take(reader, &number, sizeof(number)) ? PyLong_FromLong(number) : damaged();
    }
    case MARSHAL_LONG:
        return decode_long(reader);
    case MARSHAL_FLOAT: {
        double number;
        return marshal_take(reader, &number, sizeof(number)) ? PyFloat_FromDouble(number) : damaged();
    }
    case MARSHAL_TEXT:
        return decode_text(reader);
    case MARSHAL_BYTES:
        return decode_bytes(reader);
    case MARSHAL_TUPLE:
    case MARSHAL_LIST:
        return decode_sequence(reader, type == MARSHAL_TUPLE, depth);
    case MARSHAL_DICT:
        return decode_dict(reader, depth);
    default:
        return damaged();
    }
}

PyObject *codec_decode(const char *data, size_t size)
{
    MarshalReader reader = {(const uint8_t *)data, (const uint8_t *)data + size};
    PyObject *value = decode(&reader, 0);
    if (value && reader.at != reader.end) {
        Py_DECREF(value);
        return damaged();
    }
    return value;
}
