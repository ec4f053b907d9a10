#include "server/trace.hpp"

#include <array>
#include <cstdint>
#include <random>

namespace goru::server {
namespace {

bool IsHex(std::string_view text) { return text.find_first_not_of("0123456789abcdef") == std::string_view::npos; }

bool IsZero(std::string_view text) { return text.find_first_not_of('0') == std::string_view::npos; }

/// Identifies and protects nothing, so a quick generator will do.
std::string RandomHex(size_t digits) {
  thread_local std::mt19937_64 random{std::random_device{}()};
  std::string text;
  while (text.size() < digits) {
    uint64_t bits = random();
    for (int i = 0; i < 16 && text.size() < digits; ++i, bits >>= 4) text += "0123456789abcdef"[bits & 15];
  }
  return text;
}

}  // namespace

std::string TraceContext::Header() const { return "00-" + trace_id + "-" + span_id + (sampled ? "-01" : "-00"); }

TraceContext ReadTraceParent(std::string_view header) {
  // "00-" trace-id "-" parent-id "-" flags. Later versions may have more behind a dash.
  constexpr size_t kLength = 55;
  TraceContext context;
  context.span_id = RandomHex(16);
  const bool long_enough =
      header.size() == kLength || (header.size() > kLength && header[kLength] == '-' && !header.starts_with("00"));
  if (long_enough && header[2] == '-' && header[35] == '-' && header[52] == '-') {
    const std::string_view version = header.substr(0, 2);
    const std::string_view trace = header.substr(3, 32);
    const std::string_view parent = header.substr(36, 16);
    const std::string_view flags = header.substr(53, 2);
    if (IsHex(version) && version != "ff" && IsHex(trace) && !IsZero(trace) && IsHex(parent) && !IsZero(parent) &&
        IsHex(flags)) {
      context.trace_id = trace;
      context.parent_id = parent;
      const char last = flags[1];
      const int digit = last <= '9' ? last - '0' : last - 'a' + 10;
      context.sampled = (digit & 1) != 0;
      return context;
    }
  }
  context.trace_id = RandomHex(32);
  return context;
}

}  // namespace goru::server
