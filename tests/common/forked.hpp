// Children that were forked from a test, and what they have to say.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <exception>
#include <functional>
#include <string>

namespace goru::test {

/// A child that hangs is killed after so long.
inline constexpr unsigned kChildSeconds = 120;

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
  int Wait() const {
    ::close(pipe_[1]);
    std::string said;
    std::array<char, 4096> buffer = {};
    for (ssize_t got = 0; (got = ::read(pipe_[0], buffer.data(), buffer.size())) > 0;) {
      said.append(buffer.data(), static_cast<size_t>(got));
    }
    ::close(pipe_[0]);
    int status = 0;
    EXPECT_EQ(::waitpid(process_, &status, 0), process_);
    EXPECT_EQ(said, "") << "in the child";
    EXPECT_FALSE(WIFSIGNALED(status)) << "the child was killed by signal " << WTERMSIG(status);
    return status;
  }

 private:
  std::array<int, 2> pipe_ = {};
  pid_t process_ = -1;
};

/// Does `work` in a child, and expects no complaint of it.
inline void InChild(
    const std::function<void(Complaints&)>& work, const std::function<pid_t()>& clone = [] { return ::fork(); }) {
  const Fork fork(clone);
  if (fork.in_child()) {
    Complaints complaints;
    try {
      work(complaints);
    } catch (const std::exception& e) {
      complaints.Check(false, "exception", e.what());
    }
    fork.Exit(complaints);
  }
  EXPECT_EQ(fork.Wait(), 0);
}

}  // namespace goru::test
