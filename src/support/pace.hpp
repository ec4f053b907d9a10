// Work on sizes that a guest chose, which its run may have to end in the middle of.
#pragma once

#include <cstddef>

#include "support/stop_signal.hpp"

namespace goru::support {

/// Counts work and looks at a run's stop now and then. One unit is about a nanosecond, or a byte that is looked at.
class Pace {
 public:
  /// How much is done between two looks: about a millisecond.
  static constexpr size_t kStep = size_t{1} << 20;

  /// `stop` outlives it; null: nothing ends the work.
  explicit Pace(const StopSignal* stop = nullptr) noexcept : stop_(stop) {}

  /// `work` has been done, or is about to be; no more than kStep at a time. False: the run is to end.
  [[nodiscard]] bool Step(size_t work) noexcept {
    done_ += work;
    return done_ < kStep || Look();
  }

 private:
  bool Look() noexcept {
    done_ = 0;
    return stop_ == nullptr || !stop_->raised();
  }

  const StopSignal* stop_;
  size_t done_ = 0;
};

}  // namespace goru::support
