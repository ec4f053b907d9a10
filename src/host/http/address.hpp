// IP addresses: reading, writing, and which of them a sandbox may reach without being told so.
#pragma once

#include <sys/socket.h>

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace goru::host::http {

/// A value.
struct IpAddress {
  enum class Family { kV4, kV6 };

  Family family = Family::kV4;
  /// In network order; of an IPv4 address the first four.
  std::array<uint8_t, 16> bytes = {};

  auto operator<=>(const IpAddress&) const = default;
};

/// Reads dotted quads without leading zeros, and IPv6 without brackets and zone. Nothing for any other spelling.
std::optional<IpAddress> ParseAddress(std::string_view text);

/// The shortest usual form, IPv6 without brackets.
std::string ToText(const IpAddress& address);

/// Nothing where `address` is of another family.
std::optional<IpAddress> FromSocketAddress(const sockaddr* address, socklen_t size);

/// 127.0.0.0/8 and ::1, also as an IPv4-mapped address.
bool IsLoopback(const IpAddress& address);

/// Whether the address belongs to a machine on the public internet, as far as an address can tell. Not: private,
/// loopback, link-local, shared (carrier NAT), multicast, reserved, documentation and benchmark ranges, and the
/// metadata services of clouds. IPv6 addresses that carry an IPv4 address are judged by that as well.
bool IsPublic(const IpAddress& address);

/// An address range.
struct Network {
  IpAddress address;
  unsigned bits = 0;

  /// An IPv4-mapped IPv6 address is also in the networks of the IPv4 address that it stands for.
  bool Contains(const IpAddress& candidate) const;
  /// The addresses that are in both; nothing where there are none.
  std::optional<Network> Meet(const Network& other) const;
};

/// As ParseNetwork reads it, always with the prefix's length.
std::string ToText(const Network& network);

/// Reads "10.0.0.0/8", "fd00::/8", or one address. Bits behind the prefix must be zero.
std::optional<Network> ParseNetwork(std::string_view text);

}  // namespace goru::host::http
