// The headers of METADATA and WHEEL.
#pragma once

#include <stop_token>
#include <string_view>

#include "packages/text.hpp"

namespace goru::packages {

/// Calls `take(value)` for each header `field`; the description behind the headers is not looked at. False: `stop` came
/// first.
template <typename Take>
bool EachHeader(std::string_view text, std::string_view field, const std::stop_token& stop, const Take& take) {
  while (!text.empty()) {
    if (stop.stop_requested()) return false;
    std::string_view line = TakeUntil(text, '\n');
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) break;
    if (!line.starts_with(field) || line.size() <= field.size() || line[field.size()] != ':') continue;
    line.remove_prefix(field.size() + 1);
    while (line.starts_with(' ')) line.remove_prefix(1);
    take(line);
  }
  return true;
}

/// The value of a header that has to be there once; empty where it is not so.
inline std::string_view OnlyHeader(std::string_view text, std::string_view field, const std::stop_token& stop) {
  std::string_view only;
  size_t count = 0;
  (void)EachHeader(text, field, stop, [&](std::string_view value) {
    only = value;
    ++count;
  });
  return count == 1 ? only : std::string_view();
}

}  // namespace goru::packages
