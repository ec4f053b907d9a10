// Whether a text is JSON (RFC 8259), without building what it says.
#pragma once

#include <cstddef>
#include <string_view>

#include "goru/error.hpp"
#include "support/stop_signal.hpp"

namespace goru::support {

/// What a text of JSON may be, whoever reads it.
struct JsonLimits {
  /// Containers inside of each other: readers are often recursive.
  size_t depth = 200;
  /// Values, keys included.
  size_t values = 4'000'000;
};

/// Takes no memory, and time by the length of `text`. kInvalidArgument: it is not JSON, has a number that is too large
/// for a double, or goes over a limit. Halves of surrogate pairs may stand in escapes, where JavaScript writes them.
/// kCancelled: `stop` was raised.
Expected<void> CheckJson(std::string_view text, const JsonLimits& limits = {}, const StopSignal* stop = nullptr);

}  // namespace goru::support
