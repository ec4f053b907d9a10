// The kinds of values that give a session something: hosts, mounts, secrets, functions, packages.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/kinds.hpp"
#include "goru/fs.hpp"
#include "goru/http.hpp"
#include "goru/options.hpp"

namespace goru::config {

using Names = std::vector<std::string>;

// --- http ---

/// An entry of an allow-list.
struct Host : Text {
  static constexpr std::string_view kTakes = "HOST";
  static Expected<void> Read(const json& value, std::string& out, const Place& place, const ConfigReadOptions& options);
};
struct Hosts : List<Host> {
  static void Cut(Names& wanted, const Names& ceiling, const Place& place, Cutting& cutting);
};

/// An address range.
struct Cidr : Text {
  static constexpr std::string_view kTakes = "CIDR";
  static Expected<void> Read(const json& value, std::string& out, const Place& place, const ConfigReadOptions& options);
};
/// Without a host they are of no use, and a session refuses them.
void CutNetworks(HttpConfig& wanted, const HttpConfig& ceiling, const Place& place, Cutting& cutting);

/// Left out, unless it is asked for.
struct SecretValue : Text {
  static json Write(const std::string& value, const ConfigWriteOptions& options);
};
struct Secret : Object<HttpSecret> {
  static constexpr std::string_view kTakes = "NAME@HOST[,HOST]";
  static Expected<void> Read(const json& value, HttpSecret& out, const Place& place, const ConfigReadOptions& options);
  static Expected<void> Set(std::string_view path, std::string_view text, HttpSecret& out, const Place& place,
                            const ConfigReadOptions& options);
  static bool Same(const HttpSecret& a, const HttpSecret& b) { return a.name == b.name; }
};
/// Like networks they need a host.
void CutSecrets(HttpConfig& wanted, const HttpConfig& ceiling, const Place& place, Cutting& cutting);

struct ProxyUrl : Ceilings<Text> {
  static constexpr std::string_view kTakes = "URL";
  static Expected<void> Read(const json& value, std::string& out, const Place& place, const ConfigReadOptions& options);
  static json Write(const std::string& url, const ConfigWriteOptions& options);
};
/// A URL, or "env".
Expected<void> SetProxy(std::string_view path, std::string_view text, HttpConfig& out, const Place& place,
                        const ConfigReadOptions& options);

void CutAudit(HttpConfig& wanted, const HttpConfig& ceiling, const Place& place, Cutting& cutting);

// --- fs ---

struct VirtualPathText : Text {
  static Expected<void> Read(const json& value, std::string& out, const Place& place, const ConfigReadOptions& options);
};
/// "ro", "rw", "rwc".
struct Mode : Leaf {
  static Expected<void> Read(const json& value, MountMode& out, const Place& place, const ConfigReadOptions& options);
  static json Write(MountMode mode, const ConfigWriteOptions& options);
  template <typename T>
  static json Schema() {
    return {{"enum", {"ro", "rw", "rwc"}}};
  }
  static Expected<void> Set(std::string_view path, std::string_view text, MountMode& out, const Place& place,
                            const ConfigReadOptions& options);
};
/// A flag takes "/data:./input:ro"; the host's path may hold colons.
struct MountItem : Object<Mount> {
  static constexpr std::string_view kTakes = "VIRTUAL:HOST:MODE";
  static Expected<void> Set(std::string_view path, std::string_view text, Mount& out, const Place& place,
                            const ConfigReadOptions& options);
  static bool Same(const Mount& a, const Mount& b) { return a.virtual_path == b.virtual_path; }
};
/// Left out where there are none: only Intersect makes any.
struct Within : List<Directory> {
  static json Write(const Names& directories, const ConfigWriteOptions& options) {
    return directories.empty() ? json(json::value_t::discarded) : List::Write(directories, options);
  }
};
struct Mounts : List<MountItem> {
  static void Cut(std::vector<Mount>& wanted, const std::vector<Mount>& ceiling, const Place& place, Cutting& cutting);
};

// --- surroundings ---

/// Variables by their names. They give nothing, so that no ceiling cuts them.
struct Environment : Leaf {
  using Value = std::map<std::string, std::string>;
  static constexpr std::string_view kTakes = "NAME[=VALUE]";
  static constexpr bool kRepeats = true;
  static Expected<void> Read(const json& value, Value& out, const Place& place, const ConfigReadOptions& options);
  static json Write(const Value& variables, const ConfigWriteOptions& options);
  template <typename T>
  static json Schema() {
    return {{"type", "object"}, {"additionalProperties", {{"type", "string"}}}, {"maxProperties", kMaxItems}};
  }
  static Expected<void> Set(std::string_view path, std::string_view text, Value& out, const Place& place,
                            const ConfigReadOptions& options);
  static void Cut(Value& wanted, const Value& ceiling, const Place& place, Cutting& cutting);
};

// --- functions ---

/// Null, in documents too: all of them.
struct FunctionNames : Leaf {
  using Value = std::shared_ptr<const Names>;
  static constexpr std::string_view kTakes = "NAME";
  static constexpr bool kRepeats = true;
  static Expected<void> Read(const json& value, Value& out, const Place& place, const ConfigReadOptions& options);
  static json Write(const Value& names, const ConfigWriteOptions& options);
  template <typename T>
  static json Schema() {
    json list = List<Text>::Schema<Names>();
    list["type"] = {"array", "null"};
    return list;
  }
  static Expected<void> Set(std::string_view path, std::string_view text, Value& out, const Place& place,
                            const ConfigReadOptions& options);
  static void Cut(Value& wanted, const Value& ceiling, const Place& place, Cutting& cutting);
};

// --- packages ---

/// Directories that are the same or not; what is below one is no directory of packages.
struct PackageDirectories : List<Directory> {
  static void Cut(Names& wanted, const Names& ceiling, const Place& place, Cutting& cutting);
};
struct PackageName : Text {
  static constexpr std::string_view kTakes = "NAME";
  static Expected<void> Read(const json& value, std::string& out, const Place& place, const ConfigReadOptions& options);
};
/// Together with whether any may be installed.
void CutPackageNames(PackagesConfig& wanted, const PackagesConfig& ceiling, const Place& place, Cutting& cutting);

// --- executors ---

/// "wasmtime", "native".
struct EngineName : Leaf {
  static constexpr std::string_view kTakes = "NAME";
  static Expected<void> Read(const json& value, Engine& out, const Place& place, const ConfigReadOptions& options);
  static json Write(Engine engine, const ConfigWriteOptions& options);
  template <typename T>
  static json Schema() {
    return {{"enum", {"wasmtime", "native"}}};
  }
  static Expected<void> Set(std::string_view path, std::string_view text, Engine& out, const Place& place,
                            const ConfigReadOptions& options);
};
struct LanguageName : Text {
  static Language New() { return Language::All().front(); }
  static Expected<void> Read(const json& value, Language& out, const Place& place, const ConfigReadOptions& options);
  static json Write(const Language& language, const ConfigWriteOptions& options);
  static Expected<void> Set(std::string_view path, std::string_view text, Language& out, const Place& place,
                            const ConfigReadOptions& options);
};

}  // namespace goru::config
