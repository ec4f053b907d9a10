#include "host/http/allow_list.hpp"

#include <algorithm>

namespace goru::host::http {

Expected<AllowList> AllowList::Create(const std::vector<std::string>& entries, const std::string& option) {
  AllowList list;
  for (const std::string& text : entries) {
    auto entry = HostEntry::Parse(text);
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
  return std::any_of(entries_.begin(), entries_.end(),
                     [&](const HostEntry& entry) { return entry.Allows(host, port); });
}

}  // namespace goru::host::http
