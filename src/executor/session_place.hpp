// One of the sessions that may be open at once.
#pragma once

#include <atomic>
#include <cstddef>
#include <utility>

namespace goru::internal {

/// How many there are of something that there may be so many of. Thread-safe.
class Places {
 public:
  explicit Places(size_t most) noexcept : most_(most) {}

  /// False: all are taken.
  [[nodiscard]] bool Take() noexcept {
    size_t taken = taken_.load(std::memory_order_relaxed);
    do {
      if (taken >= most_) return false;
    } while (!taken_.compare_exchange_weak(taken, taken + 1, std::memory_order_relaxed));
    return true;
  }
  void Give() noexcept { taken_.fetch_sub(1, std::memory_order_relaxed); }

  size_t most() const noexcept { return most_; }
  size_t taken() const noexcept { return taken_.load(std::memory_order_relaxed); }

 private:
  const size_t most_;
  std::atomic<size_t> taken_{0};
};

/// A place that is held. The places outlive it.
class SessionPlace {
 public:
  /// None: goru's own sessions need none.
  SessionPlace() noexcept = default;
  /// One that was taken.
  explicit SessionPlace(Places& places) noexcept : places_(&places) {}
  ~SessionPlace() { Give(); }
  SessionPlace(SessionPlace&& other) noexcept : places_(std::exchange(other.places_, nullptr)) {}
  SessionPlace& operator=(SessionPlace&&) = delete;
  SessionPlace(const SessionPlace&) = delete;
  SessionPlace& operator=(const SessionPlace&) = delete;

  bool held() const noexcept { return places_ != nullptr; }
  void Give() noexcept {
    if (Places* places = std::exchange(places_, nullptr)) places->Give();
  }

 private:
  Places* places_ = nullptr;
};

}  // namespace goru::internal
