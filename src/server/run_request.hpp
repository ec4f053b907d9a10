// What a request asks to be run.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "goru/config.hpp"
#include "goru/error.hpp"
#include "goru/options.hpp"

namespace goru::server {

/// The body of /v1/run, /v1/sessions/{id}/run and /v1/jobs.
struct RunRequest {
  std::string code;
  std::optional<Language> language;
  std::string name;
  std::string stdin_data;
  std::vector<std::string> arguments;
  std::optional<std::chrono::nanoseconds> timeout;
  bool want_value = false;
  /// Answer with the contents of files that the run made or changed.
  bool return_files = false;
  /// Answer with events.
  bool stream = false;
  /// Paths and contents of files to put before the run.
  std::vector<std::pair<std::string, std::string>> files;
  /// What the session is to have; absent: all that the operator allows.
  std::optional<nlohmann::json> session;
  /// Whether to refuse what would have to be cut.
  bool strict = false;
  /// Of a job: the session that it runs in.
  std::string session_id;
};

/// Which members a body may have.
struct RunMembers {
  /// A fresh sandbox: language and session.
  bool fresh = true;
  bool session_id = false;
  bool stream = true;
};

/// Reads a body. Strict: a member that is unknown, or of another type, is an error that names it.
Expected<RunRequest> ReadRunRequest(std::string_view body, const RunMembers& allowed);

/// A body that is a JSON object, or empty. Errors say why it is none.
Expected<nlohmann::json> ReadObject(std::string_view body);

/// "500ms", "2s" or a number of seconds; more than zero.
Expected<std::chrono::nanoseconds> ReadTime(const nlohmann::json& value, std::string_view name);

/// The language of a name; an error lists the names.
Expected<Language> ReadLanguage(const std::string& name);

/// The configuration of a session: `wanted`, read over what the client may have and cut to it. `cuts` gets what was
/// cut; where `strict`, that is an error.
Expected<SessionConfig> SessionWithin(const std::optional<nlohmann::json>& wanted, const SessionConfig& ceiling,
                                      bool strict, std::vector<ConfigCut>& cuts);

/// A configuration as its client may see it: without paths of this machine, and without what is said to proxies.
nlohmann::json ClientView(const SessionConfig& config);

}  // namespace goru::server
