// The names that one session looked up, for a short while.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>

#include "host/http/event_loop.hpp"
#include "host/http/look_up.hpp"

namespace goru::host::http {

/// Belongs to the loop's thread. Nothing of it is shared between sessions: what one looked up says nothing to another,
/// and no session can occupy all threads.
class NameCache : public std::enable_shared_from_this<NameCache> {
 public:
  using Answer = std::function<void(const Expected<Addresses>&)>;

  NameCache(std::shared_ptr<EventLoop> loop, std::shared_ptr<LookUpThreads> threads)
      : loop_(std::move(loop)), threads_(std::move(threads)) {}

  /// Calls `answer` on the loop's thread: now where the answer is known, else later. `who` waits for one name at a
  /// time.
  void Find(const std::string& name, uint64_t who, Answer answer);
  /// `who` does not wait any more.
  void Forget(const std::string& name, uint64_t who);

 private:
  struct Known {
    Expected<Addresses> addresses;
    EventLoop::Clock::time_point until;
  };

  void StartNext();
  void Start(const std::string& name);
  void Finish(const std::string& name, const Expected<Addresses>& addresses);
  void MakeRoom();

  const std::shared_ptr<EventLoop> loop_;
  const std::shared_ptr<LookUpThreads> threads_;
  std::unordered_map<std::string, Known> known_;
  std::unordered_map<std::string, std::map<uint64_t, Answer>> waiting_;
  /// Names in waiting_ that no thread works on yet.
  std::deque<std::string> queue_;
  size_t under_way_ = 0;
};

}  // namespace goru::host::http
