#include "host/http/address.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <vector>

namespace goru::host::http {
namespace {

using Family = IpAddress::Family;

struct Range4 {
  std::array<uint8_t, 4> prefix;
  unsigned bits;
};
constexpr std::array kNotPublic4 = {
    Range4{{0, 0, 0, 0}, 8},         // "this network"; connecting to it reaches this machine
    Range4{{10, 0, 0, 0}, 8},        // private
    Range4{{100, 64, 0, 0}, 10},     // shared address space, metadata service of Alibaba
    Range4{{127, 0, 0, 0}, 8},       // loopback
    Range4{{168, 63, 129, 16}, 32},  // platform service of Azure
    Range4{{169, 254, 0, 0}, 16},    // link-local, metadata services of most clouds
    Range4{{172, 16, 0, 0}, 12},     // private
    Range4{{192, 0, 0, 0}, 24},      // protocol assignments, metadata service of Oracle
    Range4{{192, 0, 2, 0}, 24},      // documentation
    Range4{{192, 88, 99, 0}, 24},    // 6to4 relays
    Range4{{192, 168, 0, 0}, 16},    // private
    Range4{{198, 18, 0, 0}, 15},     // benchmarks
    Range4{{198, 51, 100, 0}, 24},   // documentation
    Range4{{203, 0, 113, 0}, 24},    // documentation
    Range4{{224, 0, 0, 0}, 4},       // multicast
    Range4{{240, 0, 0, 0}, 4},       // reserved, broadcast
};

struct Range6 {
  std::array<uint8_t, 16> prefix;
  unsigned bits;
};
constexpr Range6 kMapped = {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF}, 96};
constexpr Range6 kCompatible = {{}, 96};
constexpr Range6 kTranslated = {{0, 0x64, 0xFF, 0x9B}, 96};
constexpr Range6 kTeredo = {{0x20, 0x01}, 32};
constexpr Range6 k6To4 = {{0x20, 0x02}, 16};
/// What is given out for use on the internet.
constexpr Range6 kGlobal = {{0x20}, 3};
constexpr std::array kNotPublic6 = {
    Range6{{0x20, 0x01}, 23},              // protocol assignments
    Range6{{0x20, 0x01, 0x0D, 0xB8}, 32},  // documentation
    Range6{{0x3F, 0xFF}, 20},              // documentation
};

template <size_t Size>
bool SamePrefix(const std::array<uint8_t, Size>& prefix, const std::array<uint8_t, 16>& bytes, unsigned bits) {
  const size_t whole = bits / 8;
  if (!std::equal(prefix.begin(), prefix.begin() + whole, bytes.begin())) return false;
  if (bits % 8 == 0) return true;
  const unsigned mask = 0xFFU << (8 - bits % 8) & 0xFFU;
  return (prefix[whole] & mask) == (bytes[whole] & mask);
}

bool In(const Range6& range, const IpAddress& address) { return SamePrefix(range.prefix, address.bytes, range.bits); }

bool IsPublic4(const IpAddress& address) {
  return std::none_of(kNotPublic4.begin(), kNotPublic4.end(),
                      [&](const Range4& range) { return SamePrefix(range.prefix, address.bytes, range.bits); });
}

/// The IPv4 address at `at`, each byte combined with `mask`.
IpAddress Inner4(const IpAddress& address, size_t at, uint8_t mask = 0) {
  IpAddress inner;
  for (size_t i = 0; i < 4; ++i) inner.bytes[i] = static_cast<uint8_t>(address.bytes[at + i] ^ mask);
  return inner;
}

/// 0000:5EFE or 0200:5EFE in front of an IPv4 address is how ISATAP makes interface identifiers.
bool IsIsatap(const IpAddress& address) {
  return (address.bytes[8] & 0xFDU) == 0 && address.bytes[9] == 0 && address.bytes[10] == 0x5E &&
         address.bytes[11] == 0xFE;
}

bool IsPublic6(const IpAddress& address) {
  constexpr size_t kLast4 = 12;
  if (In(kMapped, address) || In(kCompatible, address) || In(kTranslated, address)) {
    return IsPublic4(Inner4(address, kLast4));
  }
  // Teredo: the server, and the client with inverted bits.
  if (In(kTeredo, address)) return IsPublic4(Inner4(address, 4)) && IsPublic4(Inner4(address, kLast4, 0xFF));
  if (In(k6To4, address) && !IsPublic4(Inner4(address, 2))) return false;
  if (IsIsatap(address) && !IsPublic4(Inner4(address, kLast4))) return false;
  return In(kGlobal, address) &&
         std::none_of(kNotPublic6.begin(), kNotPublic6.end(), [&](const Range6& range) { return In(range, address); });
}

}  // namespace

std::optional<IpAddress> ParseAddress(std::string_view text) {
  // inet_pton wants a terminated string and would not see what is behind a NUL.
  if (text.size() >= INET6_ADDRSTRLEN || text.find('\0') != std::string_view::npos) return std::nullopt;
  const std::string copy(text);
  IpAddress address;
  address.family = copy.find(':') == std::string::npos ? Family::kV4 : Family::kV6;
  const int family = address.family == Family::kV4 ? AF_INET : AF_INET6;
  if (::inet_pton(family, copy.c_str(), address.bytes.data()) != 1) return std::nullopt;
  return address;
}

std::string ToText(const IpAddress& address) {
  std::array<char, INET6_ADDRSTRLEN> text = {};
  const int family = address.family == Family::kV4 ? AF_INET : AF_INET6;
  if (::inet_ntop(family, address.bytes.data(), text.data(), text.size()) == nullptr) return {};
  return text.data();
}

std::optional<IpAddress> FromSocketAddress(const sockaddr* address, socklen_t size) {
  IpAddress out;
  if (address == nullptr || size < sizeof(sa_family_t)) return std::nullopt;
  if (address->sa_family == AF_INET && size >= sizeof(sockaddr_in)) {
    sockaddr_in v4 = {};
    std::memcpy(&v4, address, sizeof v4);
    std::memcpy(out.bytes.data(), &v4.sin_addr, 4);
    return out;
  }
  if (address->sa_family == AF_INET6 && size >= sizeof(sockaddr_in6)) {
    sockaddr_in6 v6 = {};
    std::memcpy(&v6, address, sizeof v6);
    out.family = Family::kV6;
    std::memcpy(out.bytes.data(), &v6.sin6_addr, 16);
    return out;
  }
  return std::nullopt;
}

bool IsLoopback(const IpAddress& address) {
  if (address.family == Family::kV4) return address.bytes[0] == 127;
  if (In(kMapped, address)) return address.bytes[12] == 127;
  constexpr std::array<uint8_t, 16> kLoopback6 = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  return address.bytes == kLoopback6;
}

bool IsPublic(const IpAddress& address) {
  return address.family == Family::kV4 ? IsPublic4(address) : IsPublic6(address);
}

bool Network::Contains(const IpAddress& candidate) const {
  if (candidate.family == address.family) return SamePrefix(address.bytes, candidate.bytes, bits);
  return candidate.family == Family::kV6 && In(kMapped, candidate) &&
         SamePrefix(address.bytes, Inner4(candidate, 12).bytes, bits);
}

std::optional<Network> Network::Meet(const Network& other) const {
  if (address.family != other.address.family) {
    if (address.family == Family::kV6) return other.Meet(*this);
    // What an IPv4 network has of IPv6 are the mapped forms of its addresses.
    Network mapped{{Family::kV6, kMapped.prefix}, kMapped.bits + bits};
    std::copy_n(address.bytes.begin(), 4, mapped.address.bytes.begin() + 12);
    return mapped.Meet(other);
  }
  // One holds the other, or they have nothing in common.
  const Network& narrow = bits >= other.bits ? *this : other;
  const Network& wide = bits >= other.bits ? other : *this;
  return wide.Contains(narrow.address) ? std::optional(narrow) : std::nullopt;
}

std::string ToText(const Network& network) { return ToText(network.address) + "/" + std::to_string(network.bits); }

std::optional<Network> ParseNetwork(std::string_view text) {
  const size_t slash = text.find('/');
  const auto address = ParseAddress(text.substr(0, slash));
  if (!address) return std::nullopt;
  const unsigned most = address->family == Family::kV4 ? 32 : 128;
  Network network{*address, most};
  if (slash != std::string_view::npos) {
    const std::string_view digits = text.substr(slash + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), network.bits);
    if (digits.empty() || error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
    if (network.bits > most) return std::nullopt;
  }
  for (unsigned bit = network.bits; bit < most; ++bit) {
    if ((address->bytes[bit / 8] >> (7 - bit % 8) & 1) != 0) return std::nullopt;
  }
  return network;
}

}  // namespace goru::host::http
