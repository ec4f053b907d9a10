// fork: whether this is still the process in which something was made.
//
// A child has a copy of the memory and of one thread. What the other threads did stays half done: locks that they held
// are never given back, work that was handed to them is not done, conditions that they would have signalled do not
// come. And what belongs to the parent's kernel objects (database locks, an epoll set, the list of changed pages) is
// the parent's. So nothing that a process inherits is used again, and nothing of it is ended: it is left where it is.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <new>
#include <utility>

#include "goru/error.hpp"

namespace goru::support {

/// 1, or more in a process that was forked from one that knew its own: it is larger than any of its ancestors had. The
/// kernel sees to it, so it holds for every way to copy a process (fork, _Fork, clone). Costs two loads.
uint64_t ProcessGeneration() noexcept;

/// Thrown where a function of the embedder's has forked and comes back in the child.
class Forked : public std::exception {
 public:
  const char* what() const noexcept override;
};

/// What inherited objects answer.
Error ForkedError();

/// Ends the process, a child in which a function of the embedder's that one of goru's own threads called has come back:
/// nobody is there to whom it could.
[[noreturn]] void EndForkedThread() noexcept;

/// The process that made the object which has this as a member.
class Origin {
 public:
  Origin() noexcept : generation_(ProcessGeneration()) {}

  /// Whether this is another one.
  bool forked() const noexcept { return generation_ != ProcessGeneration(); }
  void ThrowIfForked() const {
    if (forked()) throw Forked();
  }
  void EndThreadIfForked() const noexcept {
    if (forked()) EndForkedThread();
  }

 private:
  uint64_t generation_;
};

/// Takes what `object` owns to where nobody destroys it.
template <typename T>
void Abandon(T& object) noexcept {
  struct Place {
    alignas(T) std::array<std::byte, sizeof(T)> bytes;
  } place;
  ::new (&place.bytes) T(std::move(object));
}

/// Closes what `core` is, where this process made it: `T` has origin() and Close(). What another process made stays as
/// it is. Null: nothing.
template <typename T>
void CloseOrAbandon(std::shared_ptr<T>& core) noexcept {
  if (!core) return;
  if (core->origin().forked()) {
    Abandon(core);
  } else {
    core->Close();
  }
}

/// While one lives, a fork by another thread waits. For short work with locks of others that a child would find locked
/// for ever. The work must not fork itself.
class HoldFork {
 public:
  HoldFork() noexcept;
  ~HoldFork();
  HoldFork(const HoldFork&) = delete;
  HoldFork& operator=(const HoldFork&) = delete;
};

/// The same for handlers of signals: takes no lock that the code which was interrupted could hold, and waits for a fork
/// that is under way. For what neither forks nor waits.
class HoldForkInHandler {
 public:
  HoldForkInHandler() noexcept;
  ~HoldForkInHandler();
  HoldForkInHandler(const HoldForkInHandler&) = delete;
  HoldForkInHandler& operator=(const HoldForkInHandler&) = delete;
};

}  // namespace goru::support
