#include "status_line.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <string>

#include "output.hpp"

namespace goru::cli {
namespace {

size_t TerminalWidth() {
  constexpr size_t kUsual = 80;
  winsize size = {};
  return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : kUsual;
}

}  // namespace

StatusLine::StatusLine() : terminal_(::isatty(STDERR_FILENO) == 1) {}
StatusLine::~StatusLine() { Clear(); }

void StatusLine::Show(std::string_view text) {
  constexpr std::string_view kWarning = "warning";
  if (!terminal_ || text.starts_with(kWarning)) {
    Clear();
    Say(text);
    return;
  }
  std::string line(text.substr(0, TerminalWidth() - 1));
  WriteAll(STDERR_FILENO, "\r\x1b[K" + line);
  shown_ = true;
}

void StatusLine::Clear() {
  if (shown_) WriteAll(STDERR_FILENO, "\r\x1b[K");
  shown_ = false;
}

}  // namespace goru::cli
