// A few threads that work through a queue.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace goru::mcp {

class Workers {
 public:
  explicit Workers(unsigned threads);
  /// Does what is queued first.
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  /// `work` must not throw.
  void Do(std::function<void()> work);

 private:
  void WorkForever();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> queue_;
  bool closing_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace goru::mcp
