// Runs that nobody waits for on a connection: they are asked after by a token.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace goru::server {

/// A job at one moment.
struct JobState {
  std::string id;
  bool done = false;
  /// The result as JSON text, once it is done.
  std::string result;
};

/// Thread-safe. Whoever owns a job is the only one who learns of it.
class Jobs {
 public:
  Jobs(size_t most, std::chrono::nanoseconds life) : most_(most), life_(life) {}

  /// A new job; nothing where there are as many as there may be, of which none is over.
  std::optional<std::string> Add(const std::string& owner, std::stop_source stop);
  /// It has ended. `result`: JSON text.
  void End(const std::string& id, std::string result);
  /// It never began.
  void Drop(const std::string& id);
  std::optional<JobState> Find(std::string_view owner, std::string_view id);
  std::vector<JobState> List(std::string_view owner);
  /// Calls `then` once, when the job has ended: at once where it has, or there is none.
  void WhenDone(std::string_view owner, std::string_view id, std::function<void()> then);
  /// Ends the run of a job and forgets it; false: there is none.
  bool Cancel(std::string_view owner, std::string_view id);
  /// Those that are under way.
  size_t running() const;

 private:
  using Clock = std::chrono::steady_clock;
  struct Job {
    std::string owner;
    std::stop_source stop;
    bool done = false;
    std::string result;
    Clock::time_point ended;
    std::vector<std::function<void()>> waiting;
  };
  /// With mutex_ held.
  Job* FindJob(std::string_view owner, std::string_view id);
  void ForgetOld(Clock::time_point now);

  const size_t most_;
  const std::chrono::nanoseconds life_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Job> jobs_;
  /// Those that are over, the oldest first.
  std::deque<std::string> over_;
};

}  // namespace goru::server
