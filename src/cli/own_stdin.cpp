#include "own_stdin.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>

namespace goru::cli {
namespace {

/// Made at the first read and kept: a stop wakes whoever waits for input.
int WakeUp() {
  static const int fd = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  return fd;
}

}  // namespace

size_t OwnStdin(std::span<char> into, const std::stop_token& stop) {
  const int wake = WakeUp();
  const std::stop_callback on_stop(stop, [wake] {
    const uint64_t one = 1;
    (void)!::write(wake, &one, sizeof(one));
  });
  while (!stop.stop_requested()) {
    std::array<pollfd, 2> wanted = {
        {{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0}, {.fd = wake, .events = POLLIN, .revents = 0}}};
    const int ready = ::poll(wanted.data(), wanted.size(), -1);
    if (ready < 0 && errno == EINTR) continue;
    if (ready < 0) return 0;
    if (wanted[0].revents == 0) continue;
    const ssize_t got = ::read(STDIN_FILENO, into.data(), into.size());
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    return got < 0 ? 0 : static_cast<size_t>(got);
  }
  return 0;
}

}  // namespace goru::cli
