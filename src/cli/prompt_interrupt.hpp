// Ctrl-C at a prompt.
#pragma once

#include <atomic>
#include <csignal>
#include <functional>
#include <mutex>
#include <thread>

#include "goru/session.hpp"

namespace goru::cli {

/// Ctrl-C for as long as this lives: ends what the session runs, and otherwise only the line that is entered. It is
/// heard where whoever started goru held SIGINT back, too. One at a time.
class PromptInterrupt {
 public:
  /// `at_prompt`: there is a line that can be dropped, and somebody who looks at idle_fd(); without it Ctrl-C ends the
  /// process where nothing runs.
  explicit PromptInterrupt(bool at_prompt);
  ~PromptInterrupt();
  PromptInterrupt(const PromptInterrupt&) = delete;
  PromptInterrupt& operator=(const PromptInterrupt&) = delete;

  /// From here on Ctrl-C is for what `session` runs; null: nothing runs. Comes back once nobody uses the session that
  /// was there before. Any thread.
  void Running(Session* session);

  /// An eventfd (see eventfd(2)), readable once Ctrl-C came while nothing ran. Whoever heeds it reads it.
  int idle_fd() const noexcept { return idle_; }

 private:
  void Wait();

  const bool at_prompt_;
  int idle_ = -1;
  std::mutex mutex_;
  Session* running_ = nullptr;
  std::atomic<bool> ended_ = false;
  std::thread waiter_;
  struct sigaction before_ = {};
};

}  // namespace goru::cli
