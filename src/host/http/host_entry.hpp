// One entry of an allow-list.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "goru/error.hpp"
#include "host/http/host_name.hpp"

namespace goru::host::http {

/// A host, or all names below one, at one port or at any. A value.
struct HostEntry {
  HostName host;
  /// "*.example.com": the subdomains of `host`, not itself.
  bool subdomains = false;
  std::optional<uint16_t> port;

  bool operator==(const HostEntry&) const = default;

  /// kInvalidArgument: what is wrong with it, without naming it.
  static Expected<HostEntry> Parse(std::string_view text);

  bool Allows(const HostName& name, uint16_t at_port) const;
  /// What this entry and `other` both allow; nothing where that is nothing.
  std::optional<HostEntry> Meet(const HostEntry& other) const;

 private:
  /// Whether all hosts of `other` are hosts of this entry.
  bool HasHostsOf(const HostEntry& other) const;
};

/// As HostEntry::Parse reads it.
std::string ToText(const HostEntry& entry);

}  // namespace goru::host::http
