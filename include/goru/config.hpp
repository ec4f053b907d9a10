// Configuration as data: what sessions, executors and runs are made with, from JSON and back, and what two
// configurations have in common. docs/CONFIGURATION.md explains it with examples.
//
// A member of a document has the name of the member of the structure: "limits": {"http": {"timeout": "2s"}} is
// SessionConfig::limits.http.timeout. What cannot be data (host functions, stores, callbacks) is set in C++ only.
#pragma once

#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "goru/error.hpp"
#include "goru/options.hpp"

namespace goru {

// --- From JSON and back. Thread-safe. Errors are kInvalidArgument and name the member: "limits.http.timeout takes
// ...".

/// How a document is read.
struct ConfigReadOptions {
  /// Relative paths of files and directories are relative to this one. Empty: they stay as they are.
  std::string directory = {};
  /// The value of a secret to which the document gives none; its error becomes the reader's. Null: the value stays
  /// empty, which Intersect fills in from the ceiling and which a session refuses.
  std::function<Expected<std::string>(const std::string& name)> secret = {};
};

/// How a document is written.
struct ConfigWriteOptions {
  /// With the values of secrets and with a proxy's password. Else a secret has no value, and "***" stands for user and
  /// password.
  bool secrets = false;
  /// "30s" and "256mb", for people, instead of seconds and bytes, for programs.
  bool units = false;
};

/// JSON text as a value. Besides what is no JSON, a name that stands twice in one object is an error, and so is nesting
/// deeper than any configuration.
Expected<nlohmann::json> ParseConfigText(std::string_view text);

/// What `document` says, and for the rest `base`. Lists replace those of `base`. Sizes are bytes or text ("64mb"),
/// times are seconds or text ("500ms"). Members that do not exist, wrong types, negative numbers and numbers that do
/// not fit are errors, and so are hosts, networks, paths and names that mean nothing. Whether files and directories
/// exist is seen when the session is made.
Expected<SessionConfig> SessionConfigFromJson(const nlohmann::json& document, SessionConfig base = {},
                                              const ConfigReadOptions& options = {});
Expected<ExecutorConfig> ExecutorConfigFromJson(const nlohmann::json& document, ExecutorConfig base = {},
                                                const ConfigReadOptions& options = {});
/// The options refer to the text in `document`, which must live until the run has ended.
Expected<RunOptions> RunOptionsFromJson(const nlohmann::json& document, RunOptions base = {});
Expected<RunOptions> RunOptionsFromJson(nlohmann::json&& document, RunOptions base = {}) = delete;

/// All members that are data; reading it again gives the same. Limits beyond what can be read are written as the
/// largest that can, text that is not UTF-8 has U+FFFD in place of the bad bytes.
nlohmann::json ToJson(const SessionConfig& config, const ConfigWriteOptions& options = {});
nlohmann::json ToJson(const ExecutorConfig& config, const ConfigWriteOptions& options = {});
nlohmann::json ToJson(const RunOptions& run, const ConfigWriteOptions& options = {});

/// What a configuration file holds: {"executor": {...}, "session": {...}, "run": {...}}, each of them optional, and
/// "$schema" for editors.
struct ConfigFile {
  ExecutorConfig executor = {};
  SessionConfig session = {};
  RunOptions run = {};
  /// What `run` refers to.
  std::shared_ptr<const nlohmann::json> document = {};
};

/// A document of that form. Where it sets limits for all sessions of the executor (executor.session_limits), its
/// session starts from those.
Expected<ConfigFile> ConfigFileFromJson(nlohmann::json document, ConfigFile base = {},
                                        const ConfigReadOptions& options = {});
/// Reads a file of at most 1 MiB. Relative paths in it are relative to the file, whatever `options` says. Errors name
/// the file.
Expected<ConfigFile> ReadConfigFile(const std::string& path, ConfigFile base = {}, ConfigReadOptions options = {});
nlohmann::json ToJson(const ConfigFile& file, const ConfigWriteOptions& options = {});

/// The JSON Schema (draft 2020-12) of a configuration file; $defs has SessionConfig, ExecutorConfig and RunOptions by
/// themselves. It knows the form of a document; what a host, a network or a path in it means, only reading it tells.
nlohmann::json ConfigSchema();

// --- What two configurations have in common ---

/// Something that a configuration wanted and does not get.
struct ConfigCut {
  /// "limits.timeout".
  std::string path;
  /// "60s is more than the 30s that are allowed". Holds no secret's value.
  std::string message;
};

struct Intersection {
  SessionConfig config;
  /// Empty: all that was wanted.
  std::vector<ConfigCut> cuts;
};

/// As much of `wanted` as `ceiling` has as well:
/// - limits: the smaller one. A run that must end at its output limit under the ceiling must end there.
/// - what is allowed (hosts, networks, functions, packages, kv, downgrades): what both allow.
/// - mounts: those that lie in a mount of the ceiling, with their virtual and with their host path, and with no more
///   rights. What the ceiling mounts below comes with them. A mount without a host path gets the ceiling's. The
///   directory is opened beneath the ceiling's (Mount::within), so that no link leads out of it. Paths are compared as
///   text: let both be absolute.
/// - secrets: those that the ceiling has, for hosts that both name; the value is the ceiling's, or, where that has
/// none,
///   the wanted one.
/// - packages' directories: those that the ceiling has.
/// - what the host decides (tenant, registry, store and file of kv, certificates, proxy, and the audit where it has
/// one): the
///   ceiling's.
/// Intersecting the result with the same ceiling again changes nothing. To give somebody defaults within a ceiling, let
/// Intersect(SessionConfig(), ceiling) be the base that their document is read over.
/// Pure: looks at no file and no name. Errors are kInvalidArgument: a host or network of one of the two cannot be read.
Expected<Intersection> Intersect(SessionConfig wanted, const SessionConfig& ceiling);

/// `wanted`, where that is within `ceiling` in every respect; kInvalidArgument otherwise, with all that would have to
/// be cut. Mounts and secrets that leave parts to the ceiling are filled in as Intersect does.
Expected<SessionConfig> RequireWithin(SessionConfig wanted, const SessionConfig& ceiling);

// --- The members, for flags, forms and documents ---

/// One member that is data.
struct ConfigField {
  /// "limits.http.timeout".
  std::string path = {};
  /// What it is, in one line.
  std::string_view text = {};
  /// goru's flag for it, "--http-timeout" or "-p,--print"; several members may share one. Empty: there is none.
  std::string_view flag = {};
  /// What the flag takes: "TIME", "SIZE", "N", "FILE", ... Empty: nothing, it is a switch.
  std::string_view takes = {};
  /// More about what the flag takes; may be empty.
  std::string_view note = {};
  /// The flag may be given several times, and each adds to the list.
  bool repeats = false;
  /// "30s", "8mb", "10000"; empty where that would say nothing.
  std::string default_text = {};
};

/// In the order of the structures. They live as long as the process.
const std::vector<ConfigField>& SessionConfigFields();
const std::vector<ConfigField>& ExecutorConfigFields();
const std::vector<ConfigField>& RunOptionsFields();

/// Sets a member from what people type after its flag: "2s", "/data:./input:ro", "API_KEY@api.example.com". Lists grow;
/// a mount or a secret takes the place of one of its name. A switch is switched and `text` is not looked at. `name` is
/// what errors call it. Hosts, networks and names are not looked into: making the session does that.
Expected<void> SetConfigField(SessionConfig& config, const ConfigField& field, std::string_view text,
                              std::string_view name, const ConfigReadOptions& options = {});
Expected<void> SetConfigField(ExecutorConfig& config, const ConfigField& field, std::string_view text,
                              std::string_view name, const ConfigReadOptions& options = {});
/// `text` must live until the run has ended.
Expected<void> SetConfigField(RunOptions& run, const ConfigField& field, std::string_view text, std::string_view name,
                              const ConfigReadOptions& options = {});

}  // namespace goru
