// Children that were forked from a test, and what they have to say.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <functional>
#include <string>

namespace goru::test {

/// A child that hangs is killed after so long. Fork takes the locks of the C library's allocator, but not those of
/// GCC's AddressSanitizer: there a child may hang although nothing of goru does, so hanging has to happen each time.
#if defined(__SANITIZE_ADDRESS__)
inline constexpr unsigned kChildSeconds = 20;
inline constexpr int kChildren = 6;
#else
inline constexpr unsigned kChildSeconds = 120;
inline constexpr int kChildren = 1;
#endif

/// What failed in a child. Expectations of GoogleTest would be lost there.
class Complaints {
 public:
  /// `what` and `seen` are said where `good` is false.
  void Check(bool good, const std::string& what, const std::string& seen = {}) {
    if (!good) text_ += what + (seen.empty() ? "" : ": " + seen) + "\n";
  }
  const std::string& text() const noexcept { return text_; }

 private:
  std::string text_;
};

/// A fork whose child reports to the parent.
class Fork {
 public:
  /// `clone` makes the child, as fork does.
  explicit Fork(const std::function<pid_t()>& clone = [] { return ::fork(); }) {
    if (::pipe2(pipe_.data(), O_CLOEXEC) != 0) std::abort();
    process_ = clone();
    if (process_ < 0) std::abort();
    if (in_child()) ::alarm(kChildSeconds);
  }

  bool in_child() const noexcept { return process_ == 0; }

  /// Ends the child.
  [[noreturn]] void Exit(const Complaints& complaints) const {
    const std::string& text = complaints.text();
    const bool said = ::write(pipe_[1], text.data(), text.size()) == static_cast<ssize_t>(text.size());
    ::_exit(said && text.empty() ? EXIT_SUCCESS : EXIT_FAILURE);
  }

  /// How the child ended, as waitpid has it. What it complained about becomes the parent's failures.
  int Wait() {
    Reap();
    EXPECT_EQ(said_, "") << "in the child";
    EXPECT_FALSE(WIFSIGNALED(status_)) << "the child was killed by signal " << WTERMSIG(status_);
    return status_;
  }

  /// Waits as well.
  bool Hung() {
    Reap();
    return WIFSIGNALED(status_) && WTERMSIG(status_) == SIGALRM;
  }

 private:
  void Reap() {
    if (reaped_) return;
    reaped_ = true;
    ::close(pipe_[1]);
    std::array<char, 4096> buffer = {};
    for (ssize_t got = 0; (got = ::read(pipe_[0], buffer.data(), buffer.size())) > 0;) {
      said_.append(buffer.data(), static_cast<size_t>(got));
    }
    ::close(pipe_[0]);
    EXPECT_EQ(::waitpid(process_, &status_, 0), process_);
  }

  std::array<int, 2> pipe_ = {};
  pid_t process_ = -1;
  bool reaped_ = false;
  std::string said_;
  int status_ = 0;
};

/// Does `work` in a child, and expects no complaint of it.
inline void InChild(
    const std::function<void(Complaints&)>& work, const std::function<pid_t()>& clone = [] { return ::fork(); }) {
  for (int left = kChildren; left > 0; --left) {
    Fork fork(clone);
    if (fork.in_child()) {
      Complaints complaints;
      try {
        work(complaints);
      } catch (const std::exception& e) {
        complaints.Check(false, "exception", e.what());
      }
      fork.Exit(complaints);
    }
    if (left > 1 && fork.Hung()) continue;
    EXPECT_EQ(fork.Wait(), 0);
    return;
  }
}

}  // namespace goru::test
