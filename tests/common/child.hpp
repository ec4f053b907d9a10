// Another process that holds something.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>

namespace goru::test {

/// A child that has what `make` returns, until it is killed. Made by fork: `make` uses no threads and no locks.
class Child {
 public:
  template <typename Make>
  explicit Child(const Make& make) {
    std::array<int, 2> ends = {};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) ADD_FAILURE() << "no pipe";
    child_ = ::fork();
    if (child_ == 0) {
      const auto held = make();
      const char there = held ? 'y' : 'n';
      (void)!::write(ends[1], &there, 1);
      for (;;) ::pause();
    }
    char there = 'n';
    EXPECT_EQ(::read(ends[0], &there, 1), 1);
    EXPECT_EQ(there, 'y');
    ::close(ends[0]);
    ::close(ends[1]);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() { Kill(); }

  void Kill() {
    if (child_ <= 0) return;
    ::kill(child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
    child_ = 0;
  }

 private:
  pid_t child_ = 0;
};

}  // namespace goru::test
