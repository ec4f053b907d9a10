#include "host/http/allow_list.hpp"

#include <algorithm>

namespace goru::host::http {

Expected<AllowList::Entry> AllowList::Parse(std::string_view text) {
  const auto wrong = [](std::string why) { return Error{ErrorKind::kInvalidArgument, std::move(why)}; };
  if (text.find("://") != std::string_view::npos || text.find('/') != std::string_view::npos) {
    return wrong("an entry is a host, without scheme and path");
  }
  if (text == "*") return wrong("all hosts at once cannot be allowed; name them");
  Entry entry;
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

Expected<AllowList> AllowList::Create(const std::vector<std::string>& entries, const std::string& option) {
  AllowList list;
  for (const std::string& text : entries) {
    auto entry = Parse(text);
    if (!entry) {
      std::string message = "\"";
      message.append(text).append("\" cannot be an allowed host: ").append(entry.error().message);
      message.append(" (").append(option).append(")");
      return Error{ErrorKind::kInvalidArgument, std::move(message)};
    }
    list.entries_.push_back(std::move(*entry));
  }
  return list;
}

bool AllowList::Allows(const HostName& host, uint16_t port) const {
  return std::any_of(entries_.begin(), entries_.end(), [&](const Entry& entry) {
    if (entry.port && *entry.port != port) return false;
    if (!entry.subdomains) return entry.host == host;
    if (host.address) return false;
    const std::string& suffix = entry.host.text;
    return host.text.size() > suffix.size() + 1 && host.text.ends_with(suffix) &&
           host.text[host.text.size() - suffix.size() - 1] == '.';
  });
}

}  // namespace goru::host::http
