#include "host/http/name_cache.hpp"

#include <chrono>
#include <utility>

namespace goru::host::http {
namespace {

/// At the same time, for one session.
constexpr size_t kMaxUnderWay = 4;
constexpr size_t kMaxKnown = 256;
/// The system does not say how long an answer holds. Failures are asked for again sooner.
constexpr std::chrono::seconds kKeepAddresses{30};
constexpr std::chrono::seconds kKeepFailure{2};

}  // namespace

void NameCache::Find(const std::string& name, uint64_t who, Answer answer) {
  if (const auto known = known_.find(name); known != known_.end()) {
    if (EventLoop::Clock::now() < known->second.until) {
      // A copy: what the answer sets off may change the cache.
      const Expected<Addresses> addresses = known->second.addresses;
      return answer(addresses);
    }
    known_.erase(known);
  }
  auto& waiting = waiting_[name];
  const bool first = waiting.empty();
  waiting.emplace(who, std::move(answer));
  if (first) queue_.push_back(name);
  StartNext();
}

void NameCache::Forget(const std::string& name, uint64_t who) {
  const auto found = waiting_.find(name);
  if (found == waiting_.end()) return;
  found->second.erase(who);
  if (!found->second.empty()) return;
  // A thread may be at work on it all the same; its answer is then only remembered.
  waiting_.erase(found);
  std::erase(queue_, name);
}

void NameCache::StartNext() {
  while (under_way_ < kMaxUnderWay && !queue_.empty()) {
    const std::string name = std::move(queue_.front());
    queue_.pop_front();
    Start(name);
  }
}

void NameCache::Start(const std::string& name) {
  ++under_way_;
  threads_->Start(name, [cache = weak_from_this(), loop = std::weak_ptr(loop_), name](Expected<Addresses> addresses) {
    const auto alive = loop.lock();
    if (!alive) return;
    alive->Post([cache, name, addresses = std::move(addresses)] {
      if (const auto self = cache.lock()) self->Finish(name, addresses);
    });
  });
}

void NameCache::MakeRoom() {
  if (known_.size() < kMaxKnown) return;
  const auto now = EventLoop::Clock::now();
  std::erase_if(known_, [now](const auto& entry) { return entry.second.until <= now; });
  if (known_.size() >= kMaxKnown) known_.clear();
}

void NameCache::Finish(const std::string& name, const Expected<Addresses>& addresses) {
  --under_way_;
  MakeRoom();
  const auto keep = addresses ? kKeepAddresses : kKeepFailure;
  known_.insert_or_assign(name, Known{addresses, EventLoop::Clock::now() + keep});
  if (auto waiting = waiting_.extract(name)) {
    std::erase(queue_, name);
    for (auto& [who, answer] : waiting.mapped()) answer(addresses);
  }
  StartNext();
}

}  // namespace goru::host::http
