// What messages repeat of a guest's words.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "support/utf8.hpp"

namespace goru::host {

/// The beginning of `text`, as UTF-8.
inline std::string Shown(std::string_view text) {
  constexpr size_t kMost = 64;
  const std::string_view cut = text.substr(0, kMost);
  return support::ToUtf8({reinterpret_cast<const uint8_t*>(cut.data()), cut.size()});
}

}  // namespace goru::host
