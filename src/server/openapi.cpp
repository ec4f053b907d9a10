#include "server/openapi.hpp"

#include <nlohmann/json.hpp>

#include "goru/config.hpp"
#include "goru/version.hpp"
#include "server/embedded.hpp"

namespace goru::server {
namespace {

using nlohmann::json;

/// References of a schema's own definitions, as the description has them.
void PointIntoComponents(json& schema) {
  if (schema.is_object()) {
    const auto reference = schema.find("$ref");
    if (reference != schema.end() && reference->is_string()) {
      auto& target = reference->get_ref<std::string&>();
      constexpr std::string_view kFrom = "#/$defs/";
      if (target.starts_with(kFrom)) target.replace(0, kFrom.size(), "#/components/schemas/");
    }
  }
  if (schema.is_structured()) {
    for (json& part : schema) PointIntoComponents(part);
  }
}

std::string MakeText() {
  json document = json::parse(FindEmbedded("openapi.json"));
  document["info"]["version"] = Version();
  // What a session may be told is said in one place only.
  json definitions = ConfigSchema()["$defs"];
  PointIntoComponents(definitions);
  for (auto& [name, schema] : definitions.items()) document["components"]["schemas"][name] = std::move(schema);
  return document.dump(2) + "\n";
}

}  // namespace

const std::string& OpenApiText() {
  static const std::string text = MakeText();
  return text;
}

}  // namespace goru::server
