// Allocations and threads that fail when a test says so. This program has its own operator new and pthread_create.
#pragma once

#include <cstdint>

namespace goru::test {

/// While it exists, the allocation with that number (from 0) that this thread makes with operator new fails, and with
/// `and_later` all after it. Other threads are not touched.
class FailAllocation {
 public:
  explicit FailAllocation(uint64_t number, bool and_later = false) noexcept;
  ~FailAllocation();
  FailAllocation(const FailAllocation&) = delete;
  FailAllocation& operator=(const FailAllocation&) = delete;

  /// Whether it has come to that.
  bool failed() const noexcept;
};

/// While it exists, the system gives this process no thread beyond the first `given`.
class FailThreads {
 public:
  explicit FailThreads(uint64_t given = 0) noexcept;
  ~FailThreads();
  FailThreads(const FailThreads&) = delete;
  FailThreads& operator=(const FailThreads&) = delete;
};

}  // namespace goru::test
