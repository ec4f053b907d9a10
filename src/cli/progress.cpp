#include "progress.hpp"

#include <unistd.h>

#include <chrono>

#include "output.hpp"

namespace goru::cli {
namespace {

constexpr std::chrono::seconds kPatience{2};

}  // namespace

Progress::~Progress() { End(); }

void Progress::Begin(std::string_view what) {
  End();
  const std::string line = std::string(what) + " ...";
  if (::isatty(STDERR_FILENO) == 1) {
    Say(line);
    return;
  }
  done_ = false;
  delayed_ = std::thread([this, line] {
    std::unique_lock lock(mutex_);
    if (!ended_.wait_for(lock, kPatience, [this] { return done_; })) Say(line);
  });
}

void Progress::End() {
  if (!delayed_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    done_ = true;
  }
  ended_.notify_all();
  delayed_.join();
}

}  // namespace goru::cli
