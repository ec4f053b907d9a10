#include "capability_flags.hpp"

#include <cstdlib>
#include <optional>

#include "arguments.hpp"

namespace goru::cli {
namespace {

std::optional<MountMode> ModeFromName(std::string_view name) {
  if (name == "ro") return MountMode::kReadOnly;
  if (name == "rw") return MountMode::kReadWrite;
  if (name == "rwc") return MountMode::kReadWriteCreate;
  return std::nullopt;
}

}  // namespace

Mount ParseMount(const std::string& text) {
  constexpr const char* kForm =
      "--mount takes VIRTUAL:HOST:MODE such as /data:./input:ro; MODE is ro (read), rw (change and remove) or rwc "
      "(create)";
  const size_t first = text.find(':');
  if (first == std::string::npos || first == 0) throw UsageError{std::string(kForm) + "; not '" + text + "'"};
  Mount mount;
  mount.virtual_path = text.substr(0, first);
  mount.host_path = text.substr(first + 1);
  if (const size_t last = mount.host_path.rfind(':'); last != std::string::npos) {
    const auto mode = ModeFromName(mount.host_path.substr(last + 1));
    if (!mode) throw UsageError{std::string(kForm) + "; not '" + mount.host_path.substr(last + 1) + "'"};
    mount.mode = *mode;
    mount.host_path.erase(last);
  }
  if (mount.host_path.empty()) throw UsageError{std::string(kForm) + "; not '" + text + "'"};
  return mount;
}

HttpSecret ParseSecret(const std::string& text) {
  HttpSecret secret;
  const size_t at = text.find('@');
  secret.name = text.substr(0, at);
  for (size_t begin = at; begin != std::string::npos;) {
    const size_t end = text.find(',', begin + 1);
    const size_t count = end == std::string::npos ? end : end - begin - 1;
    if (std::string host = text.substr(begin + 1, count); !host.empty()) secret.hosts.push_back(std::move(host));
    begin = end;
  }
  if (secret.name.empty() || secret.hosts.empty()) {
    throw UsageError{"--secret takes NAME@HOST[,HOST] such as API_KEY@api.example.com; not '" + text + "'"};
  }
  const char* value = std::getenv(secret.name.c_str());
  if (value == nullptr || *value == '\0') {
    throw UsageError{"--secret " + secret.name + ": there is no environment variable " + secret.name +
                     " that holds its value"};
  }
  secret.value = value;
  return secret;
}

}  // namespace goru::cli
