// One line for each request.
#pragma once

#include <mutex>
#include <string>
#include <string_view>

#include "server/exchange.hpp"
#include "server/options.hpp"

namespace goru::server {

/// Writes to standard error. Thread-safe; a line is written at once, and lost where standard error takes no more
/// without waiting: the event loop waits for nobody. How many were lost is said in the next line that gets through.
class AccessLog {
 public:
  explicit AccessLog(LogForm form);

  void Request(const Exchange& exchange, unsigned status, size_t bytes, bool complete);
  /// Something that is no request: "listening", "the certificate was read again".
  void Say(std::string_view level, std::string_view message);

 private:
  void Write(std::string line);

  const LogForm form_;
  std::mutex mutex_;
  size_t lost_ = 0;
};

}  // namespace goru::server
