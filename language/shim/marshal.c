#include "marshal.h"

#include <string.h>

// The digits of a long, least significant first.
enum { DIGIT_BITS = 15, MOST_DIGITS = 5 };

void marshal_u32(Buffer *out, uint32_t value)
{
    buffer_append(out, &value, sizeof(value));
}

void marshal_sequence(Buffer *out, uint8_t type, uint32_t count)
{
    buffer_byte(out, type);
    marshal_u32(out, count);
}

static void long_integer(Buffer *out, bool negative, uint64_t magnitude)
{
    uint16_t digits[MOST_DIGITS];
    int32_t count = 0;
    for (; magnitude != 0; magnitude >>= DIGIT_BITS)
        digits[count++] = (uint16_t)(magnitude & ((1U << DIGIT_BITS) - 1));
    buffer_byte(out, MARSHAL_LONG);
    marshal_u32(out, (uint32_t)(negative ? -count : count));
    buffer_append(out, digits, (size_t)count * sizeof(digits[0]));
}

void marshal_integer(Buffer *out, int64_t number)
{
    if (number < INT32_MIN || number > INT32_MAX) {
        long_integer(out, number < 0, number < 0 ? ~(uint64_t)number + 1 : (uint64_t)number);
        return;
    }
    buffer_byte(out, MARSHAL_INT);
    marshal_u32(out, (uint32_t)(int32_t)number);
}

void marshal_unsigned(Buffer *out, uint64_t number)
{
    if (number <= INT32_MAX)
        marshal_integer(out, (int64_t)number);
    else
        long_integer(out, false, number);
}

void marshal_float(Buffer *out, double number)
{
    buffer_byte(out, MARSHAL_FLOAT);
    buffer_append(out, &number, sizeof(number));
}

void marshal_string(Buffer *out, uint8_t type, const void *data, size_t size)
{
    buffer_byte(out, type);
    marshal_u32(out, (uint32_t)size);
    buffer_append(out, data, size);
}

bool marshal_take(MarshalReader *reader, void *into, size_t size)
{
    if ((size_t)(reader->end - reader->at) < size)
        return false;
    memcpy(into, reader->at, size);
    reader->at += size;
    return true;
}

bool marshal_take_size(MarshalReader *reader, uint32_t *size)
{
    return marshal_take(reader, size, sizeof(*size)) && *size <= (size_t)(reader->end - reader->at);
}

bool marshal_take_long(MarshalReader *reader, bool *negative, uint64_t *magnitude)
{
    int32_t count;
    uint16_t digits[MOST_DIGITS];
    if (!marshal_take(reader, &count, sizeof(count)))
        return false;
    *negative = count < 0;
    uint32_t size = *negative ? ~(uint32_t)count + 1 : (uint32_t)count;
    if (size > MOST_DIGITS || !marshal_take(reader, digits, size * sizeof(digits[0])))
        return false;
    *magnitude = 0;
    for (uint32_t i = 0; i < size; i++)
        *magnitude |= (uint64_t)digits[i] << (DIGIT_BITS * i);
    return true;
}
