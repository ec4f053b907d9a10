#include "mcp/sandbox_description.hpp"

#include <utility>
#include <vector>

#include "goru/packages.hpp"
#include "goru/version.hpp"
#include "mcp/tool_list.hpp"

namespace goru::mcp {
namespace {

using nlohmann::json;

/// Of a list in the text; structuredContent has all.
constexpr size_t kMostNames = 200;

std::string Joined(const json& names) {
  std::string text;
  size_t count = 0;
  for (const json& name : names) {
    if (++count > kMostNames) return text + " and " + std::to_string(names.size() - kMostNames) + " more";
    text.append(text.empty() ? "" : ", ").append(name.get<std::string>());
  }
  return text;
}

std::string_view ModeText(MountMode mode) {
  switch (mode) {
    case MountMode::kReadOnly:
      return "read only";
    case MountMode::kReadWrite:
      return "files can be changed";
    case MountMode::kReadWriteCreate:
      break;
  }
  return "files can be changed and made";
}

}  // namespace

ToolResult DescribeSandbox(const SessionConfig& session, const std::string& image_directory) {
  const Limits& limits = session.limits;
  json languages = json::array();
  std::string text = "Languages:";
  for (const Language& language : {Python(), JavaScript(), TypeScript()}) {
    const auto name = RuntimeName(language, image_directory);
    if (!name) continue;
    languages.push_back({{"name", language.name()}, {"runtime", *name}});
    text += (languages.size() > 1 ? ", " : " ") + language.name() + " (" + *name + ")";
  }
  text += "\nLimits of a run: " + TimeText(limits.timeout) + ", " + SizeText(limits.memory_bytes) + " of memory, " +
          SizeText(limits.output_bytes) + " of output per stream.\n";
  json out = {{"languages", std::move(languages)},
              {"limits",
               {{"timeout_s", static_cast<double>(limits.timeout.count()) / 1e9},
                {"memory_bytes", limits.memory_bytes},
                {"output_bytes", limits.output_bytes},
                {"code_bytes", limits.code_bytes},
                {"files_bytes", session.scratch_bytes}}}};

  json packages = json::array();
  for (const std::string& directory : session.packages.directories) {
    const auto installed = ListPackages(directory);
    if (!installed) continue;
    for (const InstalledPackage& package : *installed) packages.push_back(package.name + " " + package.version);
  }
  text += "Python: the standard library without processes and sockets. Packages: ";
  text += packages.empty() ? "none" : Joined(packages);
  if (session.packages.allow_any) {
    text += "; install_pkg(\"name\") installs others";
  } else if (!session.packages.allowed.empty()) {
    text += "; install_pkg(\"name\") installs " + Joined(session.packages.allowed);
  }
  text += session.threads ? ". Threads run inline.\n" : ". No threads.\n";
  out["python_packages"] = std::move(packages);

  text += "JavaScript: ES2023 modules, console, URL, TextEncoder, structuredClone";
  if (session.timers) text += ", setTimeout";
  if (session.node) text += ", Node's modules by require and import";
  if (session.web) text += ", fetch";
  text += "; no npm packages but what the code brings along.\n";

  out["hosts"] = session.http.allowed_hosts;
  text += "Network: ";
  text += session.http.allowed_hosts.empty()
              ? "none.\n"
              : "http.get(url) and the like, to " + Joined(session.http.allowed_hosts) + ".\n";

  text += session.scratch_bytes > 0
              ? "Files: " + SizeText(session.scratch_bytes) + " in memory; /work is the working directory.\n"
              : "Files: none.\n";
  for (const Mount& mount : session.fs.mounts) {
    text += "Folder " + mount.virtual_path + ": " + std::string(ModeText(mount.mode)) + ".\n";
  }
  if (session.kv.enabled) text += "kv.get(key) and kv.set(key, value): a key-value store.\n";
  if (!session.environment.empty()) {
    json names = json::array();
    for (const auto& [name, value] : session.environment) names.push_back(name);
    text += "Environment variables: " + Joined(names) + ".\n";
  }
  ToolResult result;
  result.content.push_back(TextBlock(std::move(text)));
  result.structured = std::move(out);
  return result;
}

}  // namespace goru::mcp
