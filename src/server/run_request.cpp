#include "server/run_request.hpp"

#include <set>

#include "server/base64.hpp"

namespace goru::server {
namespace {

using nlohmann::json;

Error Wrong(const std::string& message) { return Error{ErrorKind::kInvalidArgument, message}; }

/// Members of a body by name, each taken once; what is left over is unknown.
class Members {
 public:
  explicit Members(json& object) : object_(object) {}

  /// Null: the object has no such member, or null.
  json* Find(const char* name) {
    names_.insert(name);
    const auto at = object_.find(name);
    return at == object_.end() || at->is_null() ? nullptr : &*at;
  }

  void Text(const char* name, std::string& out) {
    json* value = Find(name);
    if (value == nullptr) return;
    if (!value->is_string()) return Fail(name, "a text");
    out = std::move(value->get_ref<std::string&>());
  }

  void Switch(const char* name, bool& out) {
    json* value = Find(name);
    if (value == nullptr) return;
    if (!value->is_boolean()) return Fail(name, "true or false");
    out = value->get<bool>();
  }

  void Fail(const char* name, const std::string& takes) {
    if (!error_) error_ = Wrong(std::string(name) + " takes " + takes);
  }
  void Fail(Error error) {
    if (!error_) error_ = std::move(error);
  }

  /// The first thing that was wrong.
  Expected<void> Check() {
    if (error_) return *error_;
    for (const auto& [key, value] : object_.items()) {
      if (names_.contains(key)) continue;
      std::string known;
      for (const std::string& name : names_) known += (known.empty() ? "" : ", ") + name;
      return Wrong("there is no member " + json(key.substr(0, 64)).dump() + "; known are " + known);
    }
    return {};
  }

 private:
  json& object_;
  std::set<std::string, std::less<>> names_;
  std::optional<Error> error_;
};

void ReadFiles(Members& members, RunRequest& request) {
  json* files = members.Find("files");
  if (files == nullptr) return;
  constexpr const char* kTakes = R"(an object of paths, each with a text or {"base64": "..."})";
  if (!files->is_object()) return members.Fail("files", kTakes);
  for (auto& [path, content] : files->items()) {
    if (content.is_string()) {
      request.files.emplace_back(path, std::move(content.get_ref<std::string&>()));
      continue;
    }
    if (!content.is_object() || content.size() != 1 || !content.contains("base64") || !content["base64"].is_string()) {
      return members.Fail("files", kTakes);
    }
    auto bytes = DecodeBase64(content["base64"].get_ref<const std::string&>());
    if (!bytes) return members.Fail("files", kTakes);
    request.files.emplace_back(path, std::move(*bytes));
  }
}

}  // namespace

Expected<json> ReadObject(std::string_view body) {
  if (body.find_first_not_of(" \t\r\n") == std::string_view::npos) return json::object();
  auto document = ParseConfigText(body);
  if (!document) return Wrong("the body is no JSON: " + document.error().message);
  if (!document->is_object()) return Wrong("the body has to be a JSON object");
  return document;
}

Expected<std::chrono::nanoseconds> ReadTime(const json& value, std::string_view name) {
  const json document = {{"timeout", value}};
  const auto run = RunOptionsFromJson(document);
  if (run) return run->timeout;
  return Wrong(std::string(name) + run.error().message.substr(std::string_view("timeout").size()));
}

Expected<Language> ReadLanguage(const std::string& name) {
  if (auto language = Language::FromName(name)) return std::move(*language);
  return Wrong("there is no language " + json(name.substr(0, 64)).dump(-1, ' ', false, json::error_handler_t::replace) +
               "; there are python, python3.12, javascript and typescript");
}

Expected<RunRequest> ReadRunRequest(std::string_view body, const RunMembers& allowed) {
  auto document = ReadObject(body);
  if (!document) return document.error();
  RunRequest request;
  Members members(*document);
  members.Text("code", request.code);
  members.Text("name", request.name);
  members.Text("stdin", request.stdin_data);
  members.Switch("want_value", request.want_value);
  members.Switch("return_files", request.return_files);
  if (allowed.stream) members.Switch("stream", request.stream);
  if (const json* arguments = members.Find("arguments")) {
    if (!arguments->is_array()) members.Fail("arguments", "a list of texts");
    for (size_t i = 0; arguments->is_array() && i < arguments->size(); ++i) {
      const json& argument = (*arguments)[i];
      if (!argument.is_string()) {
        members.Fail("arguments", "a list of texts");
        break;
      }
      request.arguments.push_back(argument.get<std::string>());
    }
  }
  if (const json* timeout = members.Find("timeout")) {
    auto time = ReadTime(*timeout, "timeout");
    if (time) {
      request.timeout = *time;
    } else {
      members.Fail(time.error());
    }
  }
  ReadFiles(members, request);
  if (allowed.fresh) {
    std::string language;
    members.Text("language", language);
    if (!language.empty()) {
      auto named = ReadLanguage(language);
      if (named) {
        request.language = std::move(*named);
      } else {
        members.Fail(named.error());
      }
    }
    if (json* session = members.Find("session")) request.session = std::move(*session);
    members.Switch("strict", request.strict);
  }
  if (allowed.session_id) members.Text("session_id", request.session_id);
  if (auto checked = members.Check(); !checked) return checked.error();
  if (request.code.empty()) return Wrong("code is missing: a text, what to run");
  if (!request.session_id.empty() && (request.language || request.session)) {
    return Wrong("session_id names a session that has its language and options already");
  }
  return request;
}

Expected<SessionConfig> SessionWithin(const std::optional<json>& wanted, const SessionConfig& ceiling, bool strict,
                                      std::vector<ConfigCut>& cuts) {
  if (!wanted) return ceiling;
  auto config = SessionConfigFromJson(*wanted, ceiling);
  if (!config) return Wrong("session: " + config.error().message);
  auto common = Intersect(std::move(*config), ceiling);
  if (!common) return Wrong("session: " + common.error().message);
  cuts = std::move(common->cuts);
  if (strict && !cuts.empty()) return Wrong("session: " + cuts.front().path + ": " + cuts.front().message);
  return std::move(common->config);
}

json ClientView(const SessionConfig& config) {
  json view = ToJson(config);
  const auto drop = [&view](const char* part, std::initializer_list<const char*> names) {
    if (!view.contains(part) || !view[part].is_object()) return;
    for (const char* name : names) view[part].erase(name);
  };
  drop("http", {"proxy", "proxy_from_environment", "ca_file"});
  drop("kv", {"file"});
  drop("packages", {"directories"});
  view.erase("tenant");
  if (view.contains("fs") && view["fs"].contains("mounts")) {
    for (json& mount : view["fs"]["mounts"]) {
      mount.erase("host_path");
      mount.erase("within");
    }
  }
  return view;
}

}  // namespace goru::server
