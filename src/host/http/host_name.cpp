#include "host/http/host_name.hpp"

#include <algorithm>
#include <charconv>

namespace goru::host::http {
namespace {

constexpr size_t kMaxName = 253;
constexpr size_t kMaxLabel = 63;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsHexDigit(char c) { return IsDigit(c) || (c >= 'a' && c <= 'f'); }
bool IsNameCharacter(char c) { return IsDigit(c) || (c >= 'a' && c <= 'z') || c == '-' || c == '_'; }

/// Whether readers of old spellings (inet_aton) could take a name that ends with `label` for an IPv4 address.
bool LooksLikeNumber(std::string_view label) {
  if (label.starts_with("0x")) return std::all_of(label.begin() + 2, label.end(), IsHexDigit);
  return std::all_of(label.begin(), label.end(), IsDigit);
}

Error Wrong(std::string message) { return {ErrorKind::kInvalidArgument, std::move(message)}; }

Expected<HostName> ParseBrackets(std::string_view text) {
  if (!text.ends_with(']')) return Wrong("the bracket is not closed");
  const std::string_view inner = text.substr(1, text.size() - 2);
  if (inner.find('%') != std::string_view::npos) return Wrong("zones of IPv6 addresses are not supported");
  const auto address = ParseAddress(inner);
  if (!address || address->family != IpAddress::Family::kV6) return Wrong("brackets hold an IPv6 address");
  return HostName{"[" + ToText(*address) + "]", address};
}

}  // namespace

std::string LowerCase(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

std::optional<uint16_t> ParsePort(std::string_view text) {
  uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port == 0) return std::nullopt;
  return port;
}

Expected<HostName> ParseHostName(std::string_view text) {
  if (text.starts_with('[')) return ParseBrackets(text);
  if (std::any_of(text.begin(), text.end(), [](char c) { return static_cast<uint8_t>(c) >= 0x80; })) {
    return Wrong("names outside ASCII are written in their xn-- form");
  }
  if (text.ends_with('.')) text.remove_suffix(1);
  if (text.empty()) return Wrong("the host is missing");
  if (text.size() > kMaxName) return Wrong("the name is longer than 253 characters");
  HostName host{LowerCase(text), {}};
  std::string_view rest = host.text;
  std::string_view label;
  for (bool last = false; !last;) {
    const size_t dot = rest.find('.');
    last = dot == std::string_view::npos;
    label = rest.substr(0, dot);
    if (label.empty()) return Wrong("a part between two dots is empty");
    if (label.size() > kMaxLabel) return Wrong("a part is longer than 63 characters");
    if (label.find(':') != std::string_view::npos) return Wrong("IPv6 addresses stand in brackets");
    if (!std::all_of(label.begin(), label.end(), IsNameCharacter)) {
      return Wrong("names have letters, digits, dots, hyphens and underscores");
    }
    if (!last) rest.remove_prefix(dot + 1);
  }
  if (LooksLikeNumber(label)) {
    host.address = ParseAddress(host.text);
    if (!host.address) return Wrong("IPv4 addresses are written like 192.0.2.1");
  }
  return host;
}

}  // namespace goru::host::http
