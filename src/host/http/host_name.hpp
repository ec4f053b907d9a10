// Names of hosts in the one spelling that policy, name look-up and connections agree on.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "goru/error.hpp"
#include "host/http/address.hpp"

namespace goru::host::http {

/// A value.
struct HostName {
  /// Lower case, without a dot at its end; IPv6 in brackets.
  std::string text;
  /// Where the name is an address.
  std::optional<IpAddress> address;

  bool operator==(const HostName&) const = default;
  bool IsLocalhost() const { return text == "localhost"; }
};

/// ASCII only.
std::string LowerCase(std::string_view text);

/// kInvalidArgument: what is wrong with it, without naming it.
Expected<HostName> ParseHostName(std::string_view text);

/// Reads a decimal port from 1 to 65535.
std::optional<uint16_t> ParsePort(std::string_view text);

}  // namespace goru::host::http
