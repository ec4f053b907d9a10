// Bytes that may be held at the same time, and who holds them.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace goru::support {

/// So many bytes and no more. Thread-safe. A budget below another one draws on that as well, in large steps: taking a
/// few bytes is one atomic operation on a word that only the budget's own users write.
class ByteBudget {
 public:
  /// What every budget has without asking the one above: what small users need is never refused for the sake of large
  /// ones elsewhere.
  static constexpr size_t kOwn = size_t{64} << 10;
  /// In what steps it asks the one above.
  static constexpr size_t kStep = size_t{256} << 10;

  /// `name` says in messages which limit this is and what raises it, such as "the 64 MiB that ... (WithX, --x)".
  ByteBudget(size_t limit, std::string name, std::shared_ptr<ByteBudget> above = nullptr);
  /// Nothing is held any more.
  ~ByteBudget();
  ByteBudget(const ByteBudget&) = delete;
  ByteBudget& operator=(const ByteBudget&) = delete;

  /// False, and nothing taken, where so many are not left here or above.
  [[nodiscard]] bool Take(size_t bytes) noexcept { return TakeUpTo(Reach::kLimit, bytes); }
  /// The same for what is there already: it may go beyond the limit by half of that, and then nothing else may be taken
  /// until it is given back. One that is larger than the limit is not taken.
  [[nodiscard]] bool TakeLate(size_t bytes) noexcept { return bytes <= limit_ && TakeUpTo(Reach::kLate, bytes); }
  /// The same for the copy of what is there in which it is handed over, and then given back: three quarters beyond.
  [[nodiscard]] bool TakeToHandOver(size_t bytes) noexcept {
    return bytes <= limit_ && TakeUpTo(Reach::kHandOver, bytes);
  }
  /// How many bytes TakeToHandOver may have, if nobody takes any meanwhile.
  size_t LeftToHandOver() const noexcept;
  /// Gives back what was taken.
  void Give(size_t bytes) noexcept;

  size_t limit() const noexcept { return limit_; }
  size_t used() const noexcept { return used_.load(std::memory_order_relaxed); }
  /// The name of the budget that has not `bytes` left: this one, or one above.
  const std::string& WhatRefuses(size_t bytes) const noexcept;

 private:
  /// How far beyond the limit one may go.
  enum class Reach { kLimit, kLate, kHandOver };

  size_t MostOf(Reach reach) const noexcept;
  bool TakeUpTo(Reach reach, size_t bytes) noexcept;
  /// Takes from above what is used beyond granted_.
  bool Draw(Reach reach) noexcept;
  /// Gives back to the one above what is not needed here.
  void GiveBack() noexcept;

  const size_t limit_;
  const std::string name_;
  const std::shared_ptr<ByteBudget> above_;
  std::atomic<size_t> used_{0};
  /// What may be used without asking above again; changed with mutex_ held.
  std::atomic<size_t> granted_;
  std::mutex mutex_;
};

/// Bytes of a budget that one thing takes; given back when it goes. For one thread at a time.
class HeldBytes {
 public:
  /// Of no budget: whatever is asked for is there, and nothing is counted.
  HeldBytes() noexcept = default;
  /// None yet.
  explicit HeldBytes(std::shared_ptr<ByteBudget> budget) noexcept : budget_(std::move(budget)) {}
  ~HeldBytes() { ShrinkTo(0); }
  HeldBytes(HeldBytes&& other) noexcept : budget_(std::move(other.budget_)), bytes_(std::exchange(other.bytes_, 0)) {}
  HeldBytes& operator=(HeldBytes&& other) noexcept {
    if (this == &other) return *this;
    ShrinkTo(0);
    budget_ = std::move(other.budget_);
    bytes_ = std::exchange(other.bytes_, 0);
    return *this;
  }

  /// Takes `more`; false, and nothing taken, where they are not left. Whoever counts small things one by one asks for
  /// many at once.
  [[nodiscard]] bool Grow(size_t more) noexcept;
  /// The same for what is there already; see ByteBudget::TakeLate.
  [[nodiscard]] bool GrowLate(size_t more) noexcept;
  /// The same for a copy of it that is handed over; see ByteBudget::TakeToHandOver.
  [[nodiscard]] bool GrowToHandOver(size_t more) noexcept;
  /// Gives back what is held beyond `bytes`.
  void ShrinkTo(size_t bytes) noexcept;
  /// Takes what the other holds, of the same budget or of none, on itself.
  void Join(HeldBytes other) noexcept;
  /// Hands over `bytes` of what is held, or all of it where that is less.
  HeldBytes Split(size_t bytes) noexcept;

  size_t bytes() const noexcept { return bytes_; }
  /// Null: of no budget.
  const std::shared_ptr<ByteBudget>& budget() const noexcept { return budget_; }

 private:
  std::shared_ptr<ByteBudget> budget_;
  size_t bytes_ = 0;
};

}  // namespace goru::support
