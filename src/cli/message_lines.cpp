#include "message_lines.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <system_error>
#include <utility>

namespace goru::cli {
namespace {

int Made(int fd) {
  if (fd < 0) throw std::system_error(errno, std::generic_category(), "no descriptor");
  return fd;
}

/// False: nobody reads any more.
bool WriteLine(std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::write(STDOUT_FILENO, text.data(), text.size());
    if (n > 0) {
      text.remove_prefix(static_cast<size_t>(n));
    } else if (n < 0 && errno == EAGAIN) {
      pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT, .revents = 0};
      ::poll(&out, 1, -1);
    } else if (n == 0 || errno != EINTR) {
      return false;
    }
  }
  return true;
}

}  // namespace

LineReader::LineReader(size_t most) : most_(most) {
  sigset_t signals;
  ::sigemptyset(&signals);
  ::sigaddset(&signals, SIGINT);
  ::sigaddset(&signals, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  // Writing says that nobody reads.
  std::signal(SIGPIPE, SIG_IGN);
  signals_ = Made(::signalfd(-1, &signals, SFD_CLOEXEC));
  stop_ = Made(::eventfd(0, EFD_CLOEXEC));
}

LineReader::~LineReader() {
  ::close(signals_);
  ::close(stop_);
}

LineReader::End LineReader::Read(const std::function<void(std::string_view line)>& take) {
  std::array<char, size_t{64} << 10> buffer;
  for (;;) {
    std::array<pollfd, 3> ready = {{{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0},
                                    {.fd = signals_, .events = POLLIN, .revents = 0},
                                    {.fd = stop_, .events = POLLIN, .revents = 0}}};
    if (::poll(ready.data(), ready.size(), -1) < 0) {
      if (errno == EINTR) continue;
      return End::kEndOfInput;
    }
    if (ready[1].revents != 0) return End::kSignal;
    if (ready[2].revents != 0) return End::kStopped;
    const ssize_t n = ::read(STDIN_FILENO, buffer.data(), buffer.size());
    if (n < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (n <= 0) {
      // The last line may have no end.
      Take("\n", take);
      return End::kEndOfInput;
    }
    Take({buffer.data(), static_cast<size_t>(n)}, take);
  }
}

void LineReader::Take(std::string_view bytes, const std::function<void(std::string_view line)>& take) {
  while (!bytes.empty()) {
    const size_t end = bytes.find('\n');
    const std::string_view part = bytes.substr(0, end);
    if (!skips_) {
      line_ += part;
      if (line_.size() > most_) {
        // One byte more than may be, so that whoever takes it sees that.
        line_.resize(most_ + 1);
        take(line_);
        std::string().swap(line_);
        skips_ = true;
      }
    }
    if (end == std::string_view::npos) return;
    if (!std::exchange(skips_, false) && line_.find_first_not_of(" \t\r") != std::string::npos) take(line_);
    line_.clear();
    bytes.remove_prefix(end + 1);
  }
}

void LineReader::Stop() const {
  const uint64_t one = 1;
  // A counter that is full has been seen, or will be.
  (void)!::write(stop_, &one, sizeof(one));
}

LineWriter::LineWriter(std::function<void()> broken)
    : broken_(std::move(broken)), thread_([this] { WriteForever(); }) {}

LineWriter::~LineWriter() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void LineWriter::Write(std::string line) {
  {
    const std::lock_guard lock(mutex_);
    lines_.push_back(std::move(line));
  }
  wake_.notify_all();
}

void LineWriter::WriteForever() {
  bool broken = false;
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return closing_ || !lines_.empty(); });
    if (lines_.empty()) return;
    const std::string line = std::move(lines_.front()) + '\n';
    lines_.pop_front();
    lock.unlock();
    if (!broken && !WriteLine(line)) {
      broken = true;
      broken_();
    }
    lock.lock();
  }
}

}  // namespace goru::cli
