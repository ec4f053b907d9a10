// Documents that others write, and what they get under a ceiling that such a document is read over.
#include "goru/config.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

using nlohmann::json;

/// Allows some of everything.
goru::SessionConfig Ceiling() {
  auto config = goru::SessionConfigFromJson(json::parse(R"({
    "functions": ["f", "g"],
    "http": {"allowed_hosts": ["*.example.com", "localhost:8080"], "allowed_networks": ["10.0.0.0/8", "::/0"],
             "secrets": [{"name": "KEY", "value": "the host's own", "hosts": ["a.example.com"]}]},
    "fs": {"mounts": [{"virtual_path": "/data", "host_path": "/srv/data", "mode": "rw"},
                      {"virtual_path": "/data/private", "host_path": "/srv/empty"}]},
    "kv": {"enabled": true},
    "packages": {"directories": ["/p"], "allowed": ["toml"]}})"));
  if (!config) std::abort();
  return std::move(*config);
}

/// Whatever a document holds, what is said of it fits on a screen.
int CheckMessage(const goru::Error& error) {
  if (error.message.size() > 2000) std::abort();
  for (const char c : error.message) {
    if (c >= 0 && c < ' ') std::abort();
  }
  return 0;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const goru::SessionConfig ceiling = Ceiling();
  const auto document = goru::ParseConfigText({reinterpret_cast<const char*>(data), size});
  if (!document) return CheckMessage(document.error());
  const auto file = goru::ConfigFileFromJson(*document);
  if (!file) return CheckMessage(file.error());
  // It reads as itself.
  const json written = goru::ToJson(*file, {.secrets = true});
  const auto again = goru::ConfigFileFromJson(written);
  if (!again || goru::ToJson(*again, {.secrets = true}) != written) std::abort();
  const auto cut = goru::Intersect(file->session, ceiling);
  if (!cut) return 0;
  // What was cut is within the ceiling.
  const auto within = goru::RequireWithin(cut->config, ceiling);
  if (!within || goru::ToJson(*within, {.secrets = true}) != goru::ToJson(cut->config, {.secrets = true})) std::abort();
  const goru::SessionConfig& got = cut->config;
  if (got.limits.timeout > ceiling.limits.timeout || got.limits.memory_bytes > ceiling.limits.memory_bytes)
    std::abort();
  for (const goru::Mount& mount : got.fs.mounts) {
    if (!mount.virtual_path.starts_with("/data") || !mount.host_path.starts_with("/srv/")) std::abort();
    if (mount.mode > goru::MountMode::kReadWrite || mount.host_path.find("..") != std::string::npos) std::abort();
  }
  for (const goru::HttpSecret& secret : got.http.secrets) {
    if (secret.name != "KEY" || secret.value != "the host's own") std::abort();
  }
  return 0;
}
