// How large values are.
#pragma once

#include <cstddef>
#include <functional>
#include <nlohmann/json.hpp>

namespace goru::support {
class StopSignal;
}

namespace goru::host {

struct ValueSize {
  /// Roughly what the value takes when it is written into a message.
  size_t written = 0;
  /// Roughly what it takes in memory.
  size_t held = 0;
};

/// How measuring ended.
enum class Measured {
  kWhole,
  /// Nested deeper than `max_depth`: both sides read values recursively, the guest on a stack that is not ours to
  /// judge.
  kTooDeep,
  /// More than `max_written`; the rest was not looked at.
  kTooLarge,
  /// The run is to end.
  kStopped,
};

/// Adds to `size` what `value` takes. `stop` may be null.
Measured Measure(const nlohmann::json& value, size_t max_depth, size_t max_written, const support::StopSignal* stop,
                 ValueSize& size);

}  // namespace goru::host
