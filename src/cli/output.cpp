#include "output.hpp"

#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>

#include "exit_code.hpp"

namespace goru::cli {
namespace {

constexpr std::string_view kBoldRed = "\x1b[1;31m";
constexpr std::string_view kPlain = "\x1b[0m";

/// Colours where the error is named: the type in the first line that starts with it.
std::string Highlight(const std::string& traceback, const std::string& type) {
  if (type.empty()) return traceback;
  const size_t at = traceback.rfind("\n" + type);
  const size_t start = at == std::string::npos ? 0 : at + 1;
  if (traceback.compare(start, type.size(), type) != 0) return traceback;
  std::string out = traceback;
  out.insert(start + type.size(), kPlain);
  out.insert(start, kBoldRed);
  return out;
}

/// The message without what matters only to users of the library.
std::string_view ForCommandLine(std::string_view message) {
  constexpr std::string_view kClosed = "; the session is closed";
  if (message.ends_with(kClosed)) message.remove_suffix(kClosed.size());
  return message;
}

}  // namespace

bool UsesColours(int fd) {
  const char* no_color = std::getenv("NO_COLOR");
  const char* term = std::getenv("TERM");
  if (no_color != nullptr && no_color[0] != '\0') return false;
  if (term == nullptr || std::strcmp(term, "dumb") == 0) return false;
  return ::isatty(fd) == 1;
}

size_t WriteSome(int fd, std::string_view text) {
  const ssize_t written = ::write(fd, text.data(), text.size());
  if (written >= 0) return static_cast<size_t>(written);
  const int error = errno;
  if (error == EINTR) return 0;
  if (error == EAGAIN) {
    // Another process has made it so; goru waits all the same.
    pollfd ready = {.fd = fd, .events = POLLOUT, .revents = 0};
    ::poll(&ready, 1, -1);
    return 0;
  }
  // Reached where the parent process ignores SIGPIPE and so we do.
  if (error == EPIPE) std::_Exit(kBrokenPipe);
  if (fd != STDERR_FILENO) Say(std::string("cannot write standard output: ") + std::strerror(error));
  std::_Exit(kGoruFailed);
}

void WriteAll(int fd, std::string_view text) {
  while (!text.empty()) text.remove_prefix(WriteSome(fd, text));
}

bool StreamsAreOne() {
  struct stat out = {};
  struct stat err = {};
  return ::fstat(STDOUT_FILENO, &out) == 0 && ::fstat(STDERR_FILENO, &err) == 0 && out.st_dev == err.st_dev &&
         out.st_ino == err.st_ino;
}

std::string SaidByGoru(std::string_view line) { return "goru: " + std::string(line) + "\n"; }

void Say(std::string_view line) { WriteAll(STDERR_FILENO, SaidByGoru(line)); }

std::string ErrorReport(const Result& result) {
  std::string text;
  if (!result.error || result.error->kind == ErrorKind::kExited) return text;
  const RunError& error = *result.error;
  if (error.reported && error.kind == ErrorKind::kGuestException) return text;
  if (!error.traceback.empty()) {
    text = UsesColours(STDERR_FILENO) ? Highlight(error.traceback, error.type) : error.traceback;
    if (!text.ends_with('\n')) text += '\n';
  }
  // The traceback may end with the very message.
  const std::string_view message = ForCommandLine(error.message);
  if (error.traceback.empty() ||
      (error.kind != ErrorKind::kGuestException && error.traceback.find(message) == std::string::npos)) {
    const std::string type = error.kind == ErrorKind::kGuestException ? error.type + ": " : "";
    text += SaidByGoru(type + std::string(message));
  }
  return text;
}

}  // namespace goru::cli
