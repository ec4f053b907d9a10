#include "goru/config.hpp"

#include <algorithm>
#include <filesystem>
#include <set>
#include <utility>

#include "config/tables.hpp"
#include "config/units.hpp"
#include "goru/limits.hpp"
#include "support/file.hpp"

namespace goru {

using config::Object;
using config::Place;
using nlohmann::json;

namespace {

/// Deeper than any configuration, and far from what costs a stack.
constexpr int kMaxDepth = 32;
constexpr size_t kMaxFile = size_t{1} << 20;

/// Stops the parser, which knows no other way.
struct Refused {
  std::string message;
};

/// Looks at what the parser meets.
class Watch {
 public:
  bool operator()(int depth, json::parse_event_t event, const json& parsed) {
    using Event = json::parse_event_t;
    if (depth > kMaxDepth) throw Refused{"the document is nested deeper than " + std::to_string(kMaxDepth) + " levels"};
    if (event == Event::object_start) objects_.emplace_back();
    if (event == Event::object_end) objects_.pop_back();
    if (event == Event::key) {
      objects_.back().name = parsed.get<std::string>();
      if (!objects_.back().names.insert(objects_.back().name).second) throw Refused{Path() + " stands there twice"};
    }
    return true;
  }

 private:
  struct Open {
    std::set<std::string> names;
    /// The one that came last.
    std::string name;
  };

  std::string Path() const {
    std::string path;
    for (const Open& object : objects_) path += (path.empty() ? "" : ".") + config::Printable(object.name);
    return path;
  }

  std::vector<Open> objects_;
};

template <typename T>
Expected<T> Read(const json& document, T base, const Place& place, const ConfigReadOptions& options) {
  if (auto read = Object<T>::Read(document, base, place, options); !read) return read.error();
  return base;
}

/// A list or a structure says nothing that fits into a line.
std::string DefaultText(const json& value) {
  if (value.is_string()) return value.get<std::string>();
  return value.is_number() ? value.dump() : std::string();
}

template <typename T>
std::vector<ConfigField> Fields() {
  std::vector<ConfigField> fields;
  Object<T>::Rows("", fields);
  const json defaults = Object<T>::Write(T(), {.secrets = false, .units = true});
  for (ConfigField& field : fields) {
    std::string pointer = "/" + field.path;
    std::replace(pointer.begin(), pointer.end(), '.', '/');
    field.default_text = DefaultText(defaults.value(json::json_pointer(pointer), json()));
  }
  return fields;
}

Error InFile(const std::string& path, const std::string& message) {
  return Error{ErrorKind::kInvalidArgument, path + ": " + message};
}

}  // namespace

Expected<json> ParseConfigText(std::string_view text) {
  try {
    Watch watch;
    return json::parse(
        text, [&watch](int depth, json::parse_event_t event, json& parsed) { return watch(depth, event, parsed); });
  } catch (const Refused& refused) {
    return Error{ErrorKind::kInvalidArgument, refused.message};
  } catch (const json::exception& error) {
    // "[json.exception.parse_error.101] parse error at line 1, column 2: ..."
    const std::string_view what = error.what();
    const size_t end = what.find("] ");
    return Error{
        ErrorKind::kInvalidArgument,
        "this is not JSON: " + config::Printable(what.substr(end == std::string_view::npos ? 0 : end + 2), 300)};
  }
}

Expected<SessionConfig> SessionConfigFromJson(const json& document, SessionConfig base,
                                              const ConfigReadOptions& options) {
  return Read(document, std::move(base), Place(""), options);
}

Expected<ExecutorConfig> ExecutorConfigFromJson(const json& document, ExecutorConfig base,
                                                const ConfigReadOptions& options) {
  return Read(document, std::move(base), Place(""), options);
}

Expected<RunOptions> RunOptionsFromJson(const json& document, RunOptions base) {
  return Read(document, std::move(base), Place(""), {});
}

json ToJson(const SessionConfig& config, const ConfigWriteOptions& options) {
  return Object<SessionConfig>::Write(config, options);
}

json ToJson(const ExecutorConfig& config, const ConfigWriteOptions& options) {
  return Object<ExecutorConfig>::Write(config, options);
}

json ToJson(const RunOptions& run, const ConfigWriteOptions& options) {
  return Object<RunOptions>::Write(run, options);
}

Expected<ConfigFile> ConfigFileFromJson(json document, ConfigFile base, const ConfigReadOptions& options) {
  base.document = std::make_shared<const json>(std::move(document));
  const json& kept = *base.document;
  return Read(kept, std::move(base), Place(""), options);
}

Expected<ConfigFile> ReadConfigFile(const std::string& path, ConfigFile base, ConfigReadOptions options) {
  const auto bytes = support::ReadFile(path, kMaxFile);
  if (!bytes) return Error{ErrorKind::kInvalidArgument, bytes.error().message};
  auto document = ParseConfigText({reinterpret_cast<const char*>(bytes->data()), bytes->size()});
  if (!document) return InFile(path, document.error().message);
  const std::string directory = std::filesystem::path(path).parent_path().string();
  options.directory = directory.empty() ? "." : directory;
  auto file = ConfigFileFromJson(std::move(*document), std::move(base), options);
  if (!file) return InFile(path, file.error().message);
  return file;
}

json ToJson(const ConfigFile& file, const ConfigWriteOptions& options) {
  return Object<ConfigFile>::Write(file, options);
}

json ConfigSchema() {
  json schema = Object<ConfigFile>::Schema<ConfigFile>();
  json& definitions = schema["$defs"];
  // Each part by itself, for those who have only one.
  for (const auto& [member, name] : {std::pair("executor", "ExecutorConfig"), std::pair("session", "SessionConfig"),
                                     std::pair("run", "RunOptions")}) {
    json& property = schema["properties"][member];
    json description = std::move(property["description"]);
    property.erase("description");
    definitions[name] = std::move(property);
    property = {{"$ref", "#/$defs/" + std::string(name)}, {"description", std::move(description)}};
  }
  definitions["Time"] = {{"type", {"number", "string"}},
                         {"exclusiveMinimum", 0},
                         {"maximum", config::kMostTime.count()},
                         {"pattern", config::TimePattern()}};
  definitions["Size"] = {{"type", {"integer", "string"}},
                         {"minimum", 0},
                         {"maximum", config::kMostBytes},
                         {"pattern", config::SizePattern()}};
  schema["$schema"] = "https://json-schema.org/draft/2020-12/schema";
  schema["title"] = "A configuration of goru";
  schema["description"] =
      "What goru --config reads. A time is a number of seconds or text such as 500ms, 30s, 2m; a size is a number of "
      "bytes or text such as 64kb, 256mb, 1gb, in steps of 1024.";
  return schema;
}

const std::vector<ConfigField>& SessionConfigFields() {
  static const std::vector<ConfigField> fields = Fields<SessionConfig>();
  return fields;
}

const std::vector<ConfigField>& ExecutorConfigFields() {
  static const std::vector<ConfigField> fields = Fields<ExecutorConfig>();
  return fields;
}

const std::vector<ConfigField>& RunOptionsFields() {
  static const std::vector<ConfigField> fields = Fields<RunOptions>();
  return fields;
}

Expected<void> SetConfigField(SessionConfig& config, const ConfigField& field, std::string_view text,
                              std::string_view name, const ConfigReadOptions& options) {
  return Object<SessionConfig>::Set(field.path, text, config, Place(name), options);
}

Expected<void> SetConfigField(ExecutorConfig& config, const ConfigField& field, std::string_view text,
                              std::string_view name, const ConfigReadOptions& options) {
  return Object<ExecutorConfig>::Set(field.path, text, config, Place(name), options);
}

Expected<void> SetConfigField(RunOptions& run, const ConfigField& field, std::string_view text, std::string_view name,
                              const ConfigReadOptions& options) {
  return Object<RunOptions>::Set(field.path, text, run, Place(name), options);
}

}  // namespace goru
