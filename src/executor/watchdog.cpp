#include "executor/watchdog.hpp"

namespace goru::internal {

Watchdog::~Watchdog() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

Watchdog::Ticket Watchdog::Add(Clock::time_point when, std::function<void()> action) {
  bool earliest = false;
  Ticket ticket{when, 0};
  {
    const std::lock_guard lock(mutex_);
    ticket.number = next_number_++;
    const auto at = deadlines_.emplace(Key{when, ticket.number}, std::move(action)).first;
    earliest = at == deadlines_.begin();
    if (!thread_.joinable()) thread_ = std::thread([this] { Watch(); });
  }
  // A later deadline than the one the thread waits for needs no wake-up: most runs end long before theirs.
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
      changed_.wait(lock);
      continue;
    }
    const auto first = deadlines_.begin();
    if (Clock::now() < first->first.first) {
      changed_.wait_until(lock, first->first.first);
      continue;
    }
    running_ = first->first;
    const std::function<void()> action = std::move(first->second);
    deadlines_.erase(first);
    lock.unlock();
    action();
    lock.lock();
    running_ = {};
    idle_.notify_all();
  }
}

}  // namespace goru::internal
