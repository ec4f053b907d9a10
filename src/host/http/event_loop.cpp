#include "host/http/event_loop.hpp"

#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <system_error>
#include <utility>

namespace goru::host::http {
namespace {

/// The one descriptor that is not anybody's watch.
constexpr uint64_t kWakeUp = 0;

/// Signals are for the program's own threads; a broken connection is an error code here, not a SIGPIPE.
void BlockSignals() {
  sigset_t all;
  ::sigfillset(&all);
  for (const int fault : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT}) ::sigdelset(&all, fault);
  ::pthread_sigmask(SIG_SETMASK, &all, nullptr);
}

}  // namespace

bool EventLoop::Start() {
  if (thread_.joinable()) return true;
  support::UniqueFd epoll(::epoll_create1(EPOLL_CLOEXEC));
  support::UniqueFd wake(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  epoll_event event = {};
  event.events = EPOLLIN;
  event.data.u64 = kWakeUp;
  if (!epoll || !wake || ::epoll_ctl(epoll.get(), EPOLL_CTL_ADD, wake.get(), &event) != 0) return false;
  epoll_ = std::move(epoll);
  wake_ = std::move(wake);
  try {
    thread_ = std::thread([this] { Run(); });
  } catch (const std::system_error&) {
    return false;
  }
  return true;
}

bool EventLoop::Post(Task task) {
  {
    const std::lock_guard lock(mutex_);
    if (closing_ || !Start()) return false;
    tasks_.push_back(std::move(task));
  }
  WakeUp();
  return true;
}

void EventLoop::Stop(Task last) {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
    if (!thread_.joinable()) return;
    tasks_.push_back(std::move(last));
  }
  WakeUp();
  thread_.join();
}

void EventLoop::WakeUp() const noexcept {
  const uint64_t one = 1;
  // It fails only where the loop is to wake up anyway.
  [[maybe_unused]] const ssize_t written = ::write(wake_.get(), &one, sizeof one);
}

EventLoop::TimerId EventLoop::At(Clock::time_point when, Task task) {
  const TimerId id(when, ++last_id_);
  timers_.emplace(id, std::move(task));
  return id;
}

EventLoop::WatchId EventLoop::Watch(int fd, uint32_t events, std::function<void(uint32_t)> ready) {
  const WatchId id = ++last_id_;
  epoll_event event = {};
  event.events = events;
  event.data.u64 = id;
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) return 0;
  watched_.emplace(id, Watched{fd, std::move(ready)});
  return id;
}

void EventLoop::Change(WatchId watch, uint32_t events) {
  const auto found = watched_.find(watch);
  if (found == watched_.end()) return;
  epoll_event event = {};
  event.events = events;
  event.data.u64 = watch;
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, found->second.fd, &event);
}

void EventLoop::Unwatch(WatchId watch) {
  const auto found = watched_.find(watch);
  if (found == watched_.end()) return;
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, found->second.fd, nullptr);
  watched_.erase(found);
}

void EventLoop::RunGuarded(const Task& task) const noexcept {
  try {
    task();
  } catch (...) {  // NOLINT(bugprone-empty-catch)
  }
  // Who waits on a copy of the set takes the events of the parent's sockets.
  origin_.EndThreadIfForked();
}

void EventLoop::Run() {
  BlockSignals();
  while (RunTasks()) {
    RunTimers();
    Wait();
  }
}

bool EventLoop::RunTasks() {
  std::deque<Task> tasks;
  bool closing = false;
  {
    const std::lock_guard lock(mutex_);
    tasks.swap(tasks_);
    closing = closing_;
  }
  for (Task& task : tasks) {
    RunGuarded(task);
    // What it held goes now: it may be the last to hold it.
    task = nullptr;
  }
  return !closing;
}

void EventLoop::RunTimers() {
  const Clock::time_point now = Clock::now();
  while (!timers_.empty() && timers_.begin()->first.first <= now) {
    const Task task = std::move(timers_.begin()->second);
    timers_.erase(timers_.begin());
    RunGuarded(task);
  }
}

int EventLoop::MillisecondsToWait() {
  {
    const std::lock_guard lock(mutex_);
    if (!tasks_.empty() || closing_) return 0;
  }
  if (timers_.empty()) return -1;
  constexpr std::chrono::milliseconds kLongest = std::chrono::hours(1);
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(timers_.begin()->first.first - Clock::now());
  return static_cast<int>(std::clamp(left, std::chrono::milliseconds::zero(), kLongest).count());
}

void EventLoop::Wait() {
  std::array<epoll_event, 64> events = {};
  const int count = ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), MillisecondsToWait());
  for (size_t i = 0; std::cmp_less(i, count); ++i) {
    const uint64_t id = events[i].data.u64;
    if (id == kWakeUp) {
      uint64_t times = 0;
      [[maybe_unused]] const ssize_t got = ::read(wake_.get(), &times, sizeof times);
      continue;
    }
    // An event before this one may have ended the watch.
    const auto found = watched_.find(id);
    if (found == watched_.end()) continue;
    const auto ready = found->second.ready;
    RunGuarded([&] { ready(events[i].events); });
  }
}

}  // namespace goru::host::http
