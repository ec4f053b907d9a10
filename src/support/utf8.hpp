// UTF-8 checking (RFC 3629).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace goru::support {

/// Length of the well-formed sequence at the start of `bytes`; 0 where there is none.
size_t Utf8SequenceLength(std::span<const uint8_t> bytes) noexcept;

bool IsUtf8(std::string_view text) noexcept;

/// The length of the longest prefix that is UTF-8.
size_t Utf8Prefix(std::span<const uint8_t> bytes) noexcept;

/// Appends `bytes` with what is not UTF-8 replaced, as ToUtf8 has it.
void AppendUtf8(std::string& out, std::span<const uint8_t> bytes);

/// Replaces what is not UTF-8 by U+FFFD. A surrogate written as if it were a character becomes one replacement.
std::string ToUtf8(std::span<const uint8_t> bytes);

}  // namespace goru::support
