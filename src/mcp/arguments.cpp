#include "mcp/arguments.hpp"

#include <algorithm>
#include <utility>

#include "goru/config.hpp"
#include "mcp/bytes.hpp"

namespace goru::mcp {
namespace {

using nlohmann::json;

constexpr size_t kMostFiles = 1'000;

std::string Quoted(std::string_view text) { return "'" + CutMiddle(text, 60) + "'"; }

/// The content of a file as one of two members has it. Nothing: it has neither, or both, or what is no content.
std::optional<std::string> Content(const json& file) {
  const auto text = file.find("text");
  const auto base64 = file.find("base64");
  if ((text == file.end()) == (base64 == file.end())) return std::nullopt;
  if (text != file.end()) return text->is_string() ? std::optional(text->get<std::string>()) : std::nullopt;
  return base64->is_string() ? FromBase64(base64->get_ref<const std::string&>()) : std::nullopt;
}

}  // namespace

Arguments::Arguments(std::string tool, json arguments, const std::vector<std::string_view>& known)
    : tool_(std::move(tool)), arguments_(std::move(arguments)) {
  for (const auto& [name, value] : arguments_.items()) {
    if (std::ranges::find(known, name) != known.end()) continue;
    std::string message = tool_ + " has no argument " + Quoted(name) + "; it takes ";
    if (known.empty()) message += "none";
    for (size_t i = 0; i < known.size(); ++i) message.append(i > 0 ? ", " : "").append(known[i]);
    throw ToolError{std::move(message)};
  }
}

const json* Arguments::Find(std::string_view name) const {
  const auto found = arguments_.find(name);
  // Some models write null for what they leave out.
  return found == arguments_.end() || found->is_null() ? nullptr : &*found;
}

void Arguments::Refuse(std::string_view name, std::string_view takes) const {
  throw ToolError{"argument " + std::string(name) + " of " + tool_ + " takes " + std::string(takes)};
}

std::string Arguments::Text(std::string_view name) const {
  auto text = OptionalText(name);
  if (!text) throw ToolError{tool_ + " needs the argument " + std::string(name)};
  return std::move(*text);
}

std::optional<std::string> Arguments::OptionalText(std::string_view name) const {
  const json* value = Find(name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_string()) Refuse(name, "text");
  return value->get<std::string>();
}

bool Arguments::Switch(std::string_view name) const {
  const json* value = Find(name);
  if (value == nullptr) return false;
  if (!value->is_boolean()) Refuse(name, "true or false");
  return value->get<bool>();
}

std::optional<uint64_t> Arguments::Number(std::string_view name) const {
  const json* value = Find(name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_number_unsigned()) Refuse(name, "a whole number, 0 or more");
  return value->get<uint64_t>();
}

std::optional<std::chrono::nanoseconds> Arguments::Time(std::string_view name) const {
  const json* value = Find(name);
  if (value == nullptr) return std::nullopt;
  const auto config = SessionConfigFromJson({{"limits", {{"timeout", *value}}}});
  if (!config || config->limits.timeout <= std::chrono::nanoseconds(0)) {
    Refuse(name, R"(seconds, or text such as "500ms" or "30s"; more than 0)");
  }
  return config->limits.timeout;
}

std::vector<FileArgument> Arguments::Files(std::string_view name) const {
  std::vector<FileArgument> files;
  const json* value = Find(name);
  if (value == nullptr) return files;
  constexpr std::string_view kTakes =
      R"(a list of files, each {"path": "data.csv", "text": "..."}, with "base64" in the place of "text" for bytes)";
  if (!value->is_array() || value->size() > kMostFiles) Refuse(name, kTakes);
  for (const json& file : *value) {
    const auto path = file.find("path");
    if (!file.is_object() || path == file.end() || !path->is_string()) Refuse(name, kTakes);
    auto bytes = Content(file);
    if (!bytes) Refuse(name, kTakes);
    files.push_back({path->get<std::string>(), std::move(*bytes)});
  }
  return files;
}

std::string Arguments::Bytes() const {
  auto bytes = Content(arguments_);
  if (!bytes) throw ToolError{tool_ + " needs the content as one of two arguments: text, or base64 for bytes"};
  return std::move(*bytes);
}

}  // namespace goru::mcp
