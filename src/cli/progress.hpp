// Tells a waiting person what goru is doing.
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace goru::cli {

/// A terminal gets a line at once; a log only where the wait is long enough to be asked about.
class Progress {
 public:
  Progress() = default;
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void Begin(std::string_view what);
  void End();

 private:
  std::mutex mutex_;
  std::condition_variable ended_;
  bool done_ = false;
  std::thread delayed_;
};

}  // namespace goru::cli
