#include "service/error_line.hpp"

#include <charconv>
#include <string>

namespace goru::service {
namespace {

std::optional<uint32_t> NumberAt(std::string_view text, size_t at) {
  uint32_t number = 0;
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data() + at, end, number);
  if (read.ec != std::errc() || number == 0) return std::nullopt;
  return number;
}

/// In which of the two forms, Python's or JavaScript's, a line names a place in the program.
std::optional<uint32_t> After(std::string_view line, std::string_view mark) {
  const size_t at = line.find(mark);
  return at == std::string_view::npos ? std::nullopt : NumberAt(line, at + mark.size());
}

}  // namespace

std::optional<uint32_t> ErrorLine(std::string_view traceback, std::string_view name) {
  const std::string python = "File \"" + std::string(name) + "\", line ";
  const std::string javascript = std::string(name) + ":";
  std::optional<uint32_t> found;
  while (!traceback.empty()) {
    const size_t end = traceback.find('\n');
    const std::string_view line = traceback.substr(0, end);
    // Python's innermost call comes last, and a SyntaxError behind all calls.
    if (const auto number = After(line, python); number && line.starts_with("  File ")) {
      found = number;
    } else if (!found && line.starts_with("    at ")) {
      // JavaScript's comes first.
      if (const auto here = After(line, javascript)) return here;
    }
    traceback.remove_prefix(end == std::string_view::npos ? traceback.size() : end + 1);
  }
  return found;
}

}  // namespace goru::service
