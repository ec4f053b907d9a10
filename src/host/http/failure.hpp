// What a guest is told when a request cannot be made or fails (docs/GUEST_ABI.md, error types).
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "guest/port.hpp"
#include "support/utf8.hpp"

namespace goru::host::http {

/// What a message repeats of a guest's words.
inline std::string Shown(std::string_view text) {
  constexpr size_t kMost = 64;
  const std::string_view cut = text.substr(0, kMost);
  return support::ToUtf8({reinterpret_cast<const uint8_t*>(cut.data()), cut.size()});
}

struct Failure {
  /// Of the guest's error: "PermissionError".
  std::string type;
  std::string message;
  /// An errno name such as "EFBIG"; empty: none.
  std::string code = {};

  static Failure Refused(std::string message) { return {"PermissionError", std::move(message)}; }
  static Failure Wrong(std::string message) { return {"ValueError", std::move(message)}; }
  static Failure Broken(std::string message) { return {"ConnectionError", std::move(message)}; }
  static Failure TooLarge(std::string message) { return {"OSError", std::move(message), "EFBIG"}; }
  static Failure OverQuota(std::string message) { return {"OSError", std::move(message), "EDQUOT"}; }

  guest::Reply ToReply() && {
    if (code.empty()) return guest::Reply::Failed(std::move(type), std::move(message));
    return guest::Reply::Failed(std::move(type), std::move(message), {{"code", std::move(code)}});
  }
};

}  // namespace goru::host::http
