// What a guest is told when a request cannot be made or fails (docs/GUEST_ABI.md, error types).
#pragma once

#include <string>
#include <utility>

#include "goru/registry.hpp"
#include "host/shown.hpp"

namespace goru::host::http {

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

  CallError ToError() const { return {type, message, code}; }
};

}  // namespace goru::host::http
