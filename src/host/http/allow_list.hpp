// Which hosts and ports a session may talk to.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "goru/error.hpp"
#include "host/http/host_entry.hpp"

namespace goru::host::http {

/// Immutable and thread-safe.
class AllowList {
 public:
  /// Entries: a host, "*." and a name (its subdomains, not itself), each with ":port" or for any port.
  /// kInvalidArgument: names the entry, and `option`, which it was given to.
  static Expected<AllowList> Create(const std::vector<std::string>& entries, const std::string& option);

  bool Allows(const HostName& host, uint16_t port) const;

 private:
  std::vector<HostEntry> entries_;
};

}  // namespace goru::host::http
