// The threads that runs of Session::RunAsync go on.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <list>
#include <mutex>
#include <thread>

namespace goru::internal {

/// Threads for tasks that are counted elsewhere: at most so many runs at once, whose turn it is, and one more thread
/// for telling others that theirs does not come. They are made when needed and stay. Handing over a task takes no
/// memory and does not fail. Thread-safe.
class RunThreads {
 public:
  class Task {
   public:
    Task() = default;
    virtual ~Task() = default;
    Task(const Task&) = delete;
    Task& operator=(const Task&) = delete;

    /// On one of the threads, once. It may destroy itself.
    virtual void Do() noexcept = 0;

   private:
    friend class RunThreads;
    Task* next_ = nullptr;
  };

  enum class Kind {
    /// At most as many at once as there may be runs: whoever hands them over sees to that.
    kRun,
    /// Done by one thread at a time, so that they never keep runs from theirs.
    kEnd,
  };

  explicit RunThreads(size_t runs) noexcept;
  ~RunThreads() { Join(); }
  RunThreads(const RunThreads&) = delete;
  RunThreads& operator=(const RunThreads&) = delete;

  /// From now on there is a thread. Throws std::system_error where the system gives none. Where Join was called it does
  /// nothing.
  void Prepare();
  /// After Prepare, and before Join.
  void Post(Task& task, Kind kind) noexcept;
  /// Waits until all tasks are done and the threads have ended. Not on one of them.
  void Join() noexcept;

  size_t threads() const noexcept;

 private:
  class Queue {
   public:
    void Push(Task& task) noexcept;
    /// Null: it is empty.
    Task* Pop() noexcept;
    size_t size() const noexcept { return size_; }

   private:
    Task* first_ = nullptr;
    Task* last_ = nullptr;
    size_t size_ = 0;
  };

  void Work() noexcept;
  // The functions below are called with mutex_ held.
  void MakeThread();
  /// Tasks that a thread could begin now.
  size_t startable() const noexcept { return runs_.size() + (ends_.size() > 0 && !ending_ ? 1 : 0); }

  const size_t most_;
  mutable std::mutex mutex_;
  std::condition_variable work_;
  std::list<std::thread> threads_;
  Queue runs_;
  Queue ends_;
  /// A thread is at a task of ends_.
  bool ending_ = false;
  /// Threads that wait for tasks, or are about to.
  size_t idle_ = 0;
  bool closing_ = false;
};

}  // namespace goru::internal
