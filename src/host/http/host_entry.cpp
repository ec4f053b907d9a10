#include "host/http/host_entry.hpp"

#include <utility>

namespace goru::host::http {
namespace {

bool IsBelow(const std::string& name, const std::string& domain) {
  return name.size() > domain.size() + 1 && name.ends_with(domain) && name[name.size() - domain.size() - 1] == '.';
}

}  // namespace

Expected<HostEntry> HostEntry::Parse(std::string_view text) {
  const auto wrong = [](std::string why) { return Error{ErrorKind::kInvalidArgument, std::move(why)}; };
  if (text.find("://") != std::string_view::npos || text.find('/') != std::string_view::npos) {
    return wrong("an entry is a host, without scheme and path");
  }
  if (text == "*") return wrong("all hosts at once cannot be allowed; name them");
  HostEntry entry;
  if (text.starts_with("*.")) {
    entry.subdomains = true;
    text.remove_prefix(2);
  }
  if (text.find('*') != std::string_view::npos) return wrong("a star stands only at the start, as in *.example.com");
  // The colons of an IPv6 address are inside brackets.
  const size_t bracket = text.rfind(']');
  const size_t colon = text.find(':', bracket == std::string_view::npos ? 0 : bracket);
  if (colon != std::string_view::npos) {
    if (text.find(':', colon + 1) != std::string_view::npos) return wrong("IPv6 addresses stand in brackets");
    entry.port = ParsePort(text.substr(colon + 1));
    if (!entry.port) return wrong("the port is a number from 1 to 65535");
    text = text.substr(0, colon);
  }
  auto host = ParseHostName(text);
  if (!host) return host.error();
  if (entry.subdomains && host->address) return wrong("an address has no subdomains");
  entry.host = std::move(*host);
  return entry;
}

std::string ToText(const HostEntry& entry) {
  return (entry.subdomains ? "*." : "") + entry.host.text + (entry.port ? ":" + std::to_string(*entry.port) : "");
}

bool HostEntry::Allows(const HostName& name, uint16_t at_port) const {
  if (port && *port != at_port) return false;
  if (!subdomains) return host == name;
  return !name.address && IsBelow(name.text, host.text);
}

bool HostEntry::HasHostsOf(const HostEntry& other) const {
  if (!subdomains) return !other.subdomains && host == other.host;
  if (other.subdomains && host == other.host) return true;
  return !other.host.address && IsBelow(other.host.text, host.text);
}

std::optional<HostEntry> HostEntry::Meet(const HostEntry& other) const {
  if (port && other.port && *port != *other.port) return std::nullopt;
  if (!HasHostsOf(other) && !other.HasHostsOf(*this)) return std::nullopt;
  HostEntry meet = HasHostsOf(other) ? other : *this;
  meet.port = port ? port : other.port;
  return meet;
}

}  // namespace goru::host::http
