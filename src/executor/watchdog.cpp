#include "executor/watchdog.hpp"

namespace goru::internal {

Watchdog::~Watchdog() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

Watchdog::Ticket Watchdog::Add(Clock::time_point when, std::function<void()> action) {
  bool earliest = false;
  Ticket ticket{when, 0};
  {
    const std::lock_guard lock(mutex_);
    ticket.number = next_number_++;
    deadlines_.emplace(Key{when, ticket.number}, std::move(action));
    earliest = when < wake_at_;
    if (earliest) wake_at_ = when;
  }
  // Waking a thread costs more than a small run. One that will wake soon enough by itself is left alone, even where the
  // deadline it waits for has been cancelled, as most are.
  if (earliest) changed_.notify_one();
  return ticket;
}

void Watchdog::Cancel(const Ticket& ticket) {
  std::unique_lock lock(mutex_);
  const Key key{ticket.when, ticket.number};
  if (deadlines_.erase(key) != 0) return;
  idle_.wait(lock, [&] { return running_ != key; });
}

void Watchdog::Watch() {
  std::unique_lock lock(mutex_);
  while (!closing_) {
    if (deadlines_.empty()) {
      wake_at_ = Clock::time_point::max();
      changed_.wait(lock);
      continue;
    }
    const auto first = deadlines_.begin();
    if (Clock::now() < first->first.first) {
      const Clock::time_point until = first->first.first;
      wake_at_ = until;
      changed_.wait_until(lock, until);
      continue;
    }
    running_ = first->first;
    const std::function<void()> action = std::move(first->second);
    deadlines_.erase(first);
    lock.unlock();
    action();
    origin_.EndThreadIfForked();
    lock.lock();
    running_ = {};
    idle_.notify_all();
  }
}

}  // namespace goru::internal
