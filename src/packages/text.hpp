// Looking at text that others wrote.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace goru::packages {

/// The beginning of `text`, fit for a message.
inline std::string Printable(std::string_view text) {
  constexpr size_t kShown = 120;
  std::string out(text.substr(0, kShown));
  for (char& c : out) c = c < ' ' || c > '~' ? '?' : c;
  return out;
}

/// Takes what is in front of the first `separator` off `text`, and the separator. Keeps nothing, however many there
/// are.
inline std::string_view TakeUntil(std::string_view& text, char separator) {
  const size_t end = std::min(text.find(separator), text.size());
  const std::string_view part = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return part;
}

}  // namespace goru::packages
