#include "host/kv/memory_backend.hpp"

#include <map>
#include <mutex>

namespace goru::internal {
namespace {

class MemoryBackend final : public KVBackend {
 public:
  explicit MemoryBackend(const KVLimits& limits) noexcept : limits_(limits) {}
  ~MemoryBackend() override {
    // A thread of the parent may have been changing it.
    if (origin().forked()) support::Abandon(entries_);
  }
  MemoryBackend(const MemoryBackend&) = delete;
  MemoryBackend& operator=(const MemoryBackend&) = delete;

  Expected<std::optional<std::string>> Get(std::string_view key) override {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(key);
    if (found == entries_.end()) return std::optional<std::string>();
    return std::optional<std::string>(found->second);
  }

  Expected<void> Set(std::string_view key, std::string_view json) override {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(key);
    const bool known = found != entries_.end();
    const size_t bytes = bytes_ - (known ? key.size() + found->second.size() : 0) + key.size() + json.size();
    if (auto room = CheckRoom(limits_, entries_.size() + (known ? 0 : 1), bytes); !room) return room;
    if (known) {
      found->second = json;
    } else {
      entries_.emplace(key, json);
    }
    bytes_ = bytes;
    return {};
  }

  Expected<bool> Delete(std::string_view key) override {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(key);
    if (found == entries_.end()) return false;
    bytes_ -= found->first.size() + found->second.size();
    entries_.erase(found);
    return true;
  }

  Expected<std::vector<std::string>> Keys() override {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> keys;
    keys.reserve(entries_.size());
    for (const auto& [key, value] : entries_) keys.push_back(key);
    return keys;
  }

  const KVLimits& limits() const noexcept override { return limits_; }
  bool blocks() const noexcept override { return false; }

 private:
  const KVLimits limits_;
  std::mutex mutex_;
  std::map<std::string, std::string, std::less<>> entries_;
  size_t bytes_ = 0;
};

}  // namespace

std::shared_ptr<KVBackend> NewMemoryBackend(const KVLimits& limits) { return std::make_shared<MemoryBackend>(limits); }

}  // namespace goru::internal
