// Which runs go on at once, which wait for their turn, and which are turned away.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace goru::internal {

/// Lets so many runs go on at once. More wait in a queue, which needs no thread of theirs, and take turns by group: one
/// that has many waiting delays itself and not the others. Where the queue is full, a run of a group that has less than
/// its share of it takes the place of the last run of the group that has most. Thread-safe.
class Admission {
 public:
  using Clock = std::chrono::steady_clock;

  struct Bounds {
    /// At once; at least one.
    size_t runs = 1;
    /// That wait.
    size_t queued = 0;
    /// How long one may wait. Whoever enters a run sees to that; here it is for messages.
    std::chrono::nanoseconds wait{0};
  };

  enum class Answer {
    /// It is the run's turn, until it leaves.
    kAdmitted,
    /// It waits: Waiter::Answered says what came of it.
    kQueued,
    /// The queue is full.
    kFull,
    /// It waited, and made room for a run of a group that had less than its share.
    kGaveWay,
    kWaitedTooLong,
    kCancelled,
    kClosed,
  };

  /// Whose runs take turns with others': a tenant's, or where that is empty, a session's.
  struct Group {
    std::string_view tenant;
    uint64_t session = 0;
  };

  class Waiter;

 private:
  using Key = std::pair<std::string, uint64_t>;
  /// What waits of one group; never empty.
  struct Line {
    Key key;
    std::list<Waiter*> waiters;
  };
  using Lines = std::list<Line>;

 public:
  /// A run, from Enter to Leave.
  class Waiter {
   public:
    Waiter() = default;
    virtual ~Waiter() = default;
    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;

    /// Called once after Enter has returned kQueued, or a little before, on any thread. Locks of others may be held: it
    /// hands the answer on and returns.
    virtual void Answered(Answer answer) noexcept = 0;

    /// How long it has waited; zero where it did not have to.
    std::chrono::nanoseconds WaitedFor(Clock::time_point now) const noexcept {
      return queued_at_ == Clock::time_point() ? std::chrono::nanoseconds::zero() : now - queued_at_;
    }

   private:
    friend class Admission;
    enum class Has { kNothing, kTurn, kOwnTurn };
    Has has_ = Has::kNothing;
    bool waits_ = false;
    Clock::time_point queued_at_;
    Lines::iterator line_;
    std::list<Waiter*>::iterator place_;
  };

  explicit Admission(const Bounds& bounds);

  /// kAdmitted or kQueued: `run` is inside until it leaves. kFull, kClosed: it is not. `own_turn`: it neither waits nor
  /// takes a turn from others, for it is part of a run that has one. Throws where memory is short; then `run` is not
  /// inside either.
  Answer Enter(Waiter& run, const Group& group, bool own_turn);
  /// Takes it out of the queue. True: it was there, and its answer is the caller's to give. False: it has been
  /// answered, or is about to be.
  [[nodiscard]] bool Withdraw(Waiter& run) noexcept;
  /// The run is over, whatever its answer was. The turn goes to the next.
  void Leave(Waiter& run) noexcept;

  /// Nothing enters any more, and all that waits gets kClosed.
  void Close() noexcept;
  /// Waits until nothing is inside.
  void WaitUntilEmpty() noexcept;

  /// Why a run was turned away (kFull, kGaveWay, kWaitedTooLong), with the option that sets the bound.
  std::string Why(Answer answer) const;
  const Bounds& bounds() const noexcept { return bounds_; }

  struct Counts {
    size_t running = 0;
    size_t waiting = 0;
  };
  Counts counts() const noexcept;

 private:
  // The functions below are called with mutex_ held.

  /// Whose place in the full queue a run of the group `key` may take; null: nobody's.
  Waiter* WhoGivesWay(const Key& key) noexcept;
  void Queue(Waiter& run, Key key);
  void Remove(Waiter& run) noexcept;
  /// The run whose turn it is next; null: none waits.
  Waiter* TakeTurn() noexcept;

  const Bounds bounds_;
  mutable std::mutex mutex_;
  std::condition_variable empty_;
  /// Groups that have runs waiting, in the order of their turns.
  Lines turns_;
  std::map<Key, Lines::iterator> lines_;
  size_t waiting_ = 0;
  size_t running_ = 0;
  /// Running with a turn of their own.
  size_t beside_ = 0;
  /// Waiting, running, or with an answer that they have not taken yet.
  size_t inside_ = 0;
  bool closed_ = false;
};

/// A run whose thread waits.
class BlockedRun final : public Admission::Waiter {
 public:
  void Answered(Admission::Answer answer) noexcept override;
  /// After kQueued.
  Admission::Answer Wait() noexcept;

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  Admission::Answer answer_ = Admission::Answer::kQueued;
};

}  // namespace goru::internal
