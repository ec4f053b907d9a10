#include "host/parameters.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "support/utf8.hpp"

namespace goru {
namespace {

using nlohmann::json;

/// As JSON Schema calls it; "bytes" is ours.
const char* NameOf(ParameterType type) noexcept {
  switch (type) {
    case ParameterType::kAny:
      return "any";
    case ParameterType::kBoolean:
      return "boolean";
    case ParameterType::kInteger:
      return "integer";
    case ParameterType::kNumber:
      return "number";
    case ParameterType::kString:
      return "string";
    case ParameterType::kBytes:
      return "bytes";
    case ParameterType::kArray:
      return "array";
    case ParameterType::kObject:
      return "object";
  }
  return "any";
}

/// With its article.
const char* WordsFor(ParameterType type) noexcept {
  switch (type) {
    case ParameterType::kBoolean:
      return "a boolean";
    case ParameterType::kInteger:
      return "an integer";
    case ParameterType::kNumber:
      return "a number";
    case ParameterType::kString:
      return "a string";
    case ParameterType::kBytes:
      return "bytes";
    case ParameterType::kArray:
      return "an array";
    case ParameterType::kObject:
      return "an object";
    case ParameterType::kAny:
      break;
  }
  return "a value";
}

const char* WordsForValue(const json& value) noexcept {
  switch (value.type()) {
    case json::value_t::boolean:
      return "a boolean";
    case json::value_t::number_integer:
    case json::value_t::number_unsigned:
      return "an integer";
    case json::value_t::number_float:
      return "a number";
    case json::value_t::string:
      return "a string";
    case json::value_t::binary:
      return "bytes";
    case json::value_t::array:
      return "an array";
    case json::value_t::object:
      return "an object";
    case json::value_t::null:
    case json::value_t::discarded:
      break;
  }
  return "null";
}

/// Whether `value` is of that type; what is an integer in JSON Schema becomes one.
bool Fits(ParameterType type, json& value) {
  switch (type) {
    case ParameterType::kAny:
      return true;
    case ParameterType::kBoolean:
      return value.is_boolean();
    case ParameterType::kInteger: {
      if (value.is_number_integer()) return true;
      if (!value.is_number_float()) return false;
      // JavaScript has one type of number, and 1.0 is an integer there. Beyond this they are no longer exact.
      constexpr double kExact = 9007199254740992.0;
      const auto number = value.get<double>();
      if (!(std::abs(number) <= kExact) || std::trunc(number) != number) return false;
      value = static_cast<int64_t>(number);
      return true;
    }
    case ParameterType::kNumber:
      return value.is_number();
    case ParameterType::kString:
      return value.is_string();
    case ParameterType::kBytes:
      return value.is_binary();
    case ParameterType::kArray:
      return value.is_array();
    case ParameterType::kObject:
      return value.is_object();
  }
  return false;
}

/// What a message repeats of a guest's words.
std::string Shown(const std::string& text) {
  constexpr size_t kMost = 64;
  const std::string_view cut = std::string_view(text).substr(0, kMost);
  return support::ToUtf8({reinterpret_cast<const uint8_t*>(cut.data()), cut.size()});
}

bool IsRequired(const Parameter& parameter) noexcept { return parameter.required && !parameter.default_value; }

std::string Names(const std::vector<Parameter>& parameters) {
  std::string names;
  for (const Parameter& parameter : parameters) names += (names.empty() ? "" : ", ") + parameter.name;
  return names;
}

}  // namespace

json InputSchema(const std::vector<Parameter>& parameters) {
  json properties = json::object();
  json required = json::array();
  for (const Parameter& parameter : parameters) {
    json property = json::object();
    if (parameter.type == ParameterType::kBytes) {
      property = {{"type", "string"}, {"contentEncoding", "base64"}};
    } else if (parameter.type != ParameterType::kAny) {
      property["type"] = NameOf(parameter.type);
    }
    if (!parameter.description.empty()) property["description"] = parameter.description;
    if (parameter.default_value) property["default"] = *parameter.default_value;
    properties[parameter.name] = std::move(property);
    if (IsRequired(parameter)) required.push_back(parameter.name);
  }
  json schema = {{"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}};
  if (!required.empty()) schema["required"] = std::move(required);
  return schema;
}

namespace host {

std::optional<std::string> CheckArguments(const std::string& function, const Registry::Entry& entry, json& args) {
  if (!entry.parameters) return std::nullopt;
  const std::vector<Parameter>& parameters = *entry.parameters;
  auto& given = args.get_ref<json::object_t&>();
  size_t known = 0;
  for (const Parameter& parameter : parameters) {
    const auto found = given.find(parameter.name);
    const bool missing = found == given.end() || (found->second.is_null() && !IsRequired(parameter));
    if (!missing) {
      ++known;
      if (Fits(parameter.type, found->second)) continue;
      return function + "(): the argument \"" + parameter.name + "\" must be " + WordsFor(parameter.type) + ", not " +
             WordsForValue(found->second);
    }
    if (IsRequired(parameter)) return function + "() needs the argument \"" + parameter.name + "\"";
    if (found != given.end()) given.erase(found);
    if (parameter.default_value) {
      given.emplace(parameter.name, *parameter.default_value);
      ++known;
    }
  }
  if (known == given.size()) return std::nullopt;
  const auto is_unknown = [&](const auto& argument) {
    return std::none_of(parameters.begin(), parameters.end(),
                        [&](const Parameter& parameter) { return parameter.name == argument.first; });
  };
  const auto unknown = std::find_if(given.begin(), given.end(), is_unknown);
  if (unknown == given.end()) return std::nullopt;
  return function + "() has no argument \"" + Shown(unknown->first) + "\"" +
         (parameters.empty() ? "; it takes none" : "; it takes " + Names(parameters));
}

json Describe(const std::string& name, const Registry::Entry& entry) {
  json described = {{"name", name}, {"description", entry.description}, {"parameters", nullptr}};
  if (!entry.parameters) return described;
  json list = json::array();
  for (const Parameter& parameter : *entry.parameters) {
    json one = {{"name", parameter.name},
                {"type", NameOf(parameter.type)},
                {"description", parameter.description},
                {"required", IsRequired(parameter)}};
    if (parameter.default_value) one["default"] = *parameter.default_value;
    list.push_back(std::move(one));
  }
  described["parameters"] = std::move(list);
  return described;
}

}  // namespace host
}  // namespace goru
