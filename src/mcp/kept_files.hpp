// Files that outlive the sandbox that made them, for a while.
#pragma once

#include <chrono>
#include <cstddef>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace goru::mcp {

/// Thread-safe. What does not fit lets what is oldest go: of one owner, and of all together four times as much.
class KeptFiles {
 public:
  KeptFiles(size_t bytes, std::chrono::nanoseconds time) : bytes_(bytes), time_(time) {}

  /// By path. The handle that finds them, or empty: they do not fit at all.
  std::string Keep(std::string_view owner, std::map<std::string, std::string> files);
  std::optional<std::string> Find(std::string_view owner, std::string_view handle, std::string_view path);

 private:
  using Clock = std::chrono::steady_clock;
  struct Entry {
    std::string handle;
    std::string owner;
    std::map<std::string, std::string> files;
    size_t bytes = 0;
    Clock::time_point until;
  };

  /// With the mutex.
  void Expire();
  void MakeRoom(std::string_view owner, size_t bytes);
  std::list<Entry>::iterator Drop(std::list<Entry>::iterator entry);

  const size_t bytes_;
  const std::chrono::nanoseconds time_;
  std::mutex mutex_;
  /// The oldest first.
  std::list<Entry> entries_;
  size_t all_bytes_ = 0;
  std::map<std::string, size_t, std::less<>> of_owner_;
};

}  // namespace goru::mcp
