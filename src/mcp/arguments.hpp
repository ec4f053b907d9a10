// The arguments of a tool's call, as models write them.
#pragma once

#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace goru::mcp {

/// Why a call came to nothing, for the model: it says how to go on. The tool's result has it.
struct ToolError {
  std::string message;
};

/// A file that a call brings along.
struct FileArgument {
  std::string path;
  std::string bytes;
};

/// All functions throw ToolError.
class Arguments {
 public:
  /// `known`: all that the tool takes.
  Arguments(std::string tool, nlohmann::json arguments, const std::vector<std::string_view>& known);

  std::string Text(std::string_view name) const;
  std::optional<std::string> OptionalText(std::string_view name) const;
  bool Switch(std::string_view name) const;
  std::optional<uint64_t> Number(std::string_view name) const;
  /// Seconds, or text such as "500ms".
  std::optional<std::chrono::nanoseconds> Time(std::string_view name) const;
  /// {"path", "text" or "base64"}, each.
  std::vector<FileArgument> Files(std::string_view name) const;
  /// What `text` or `base64` hold.
  std::string Bytes() const;

 private:
  const nlohmann::json* Find(std::string_view name) const;
  [[noreturn]] void Refuse(std::string_view name, std::string_view takes) const;

  std::string tool_;
  nlohmann::json arguments_;
};

}  // namespace goru::mcp
