#include "host/surroundings.hpp"

#include "support/size_name.hpp"
#include "support/utf8.hpp"

namespace goru::host {
namespace {

bool IsText(std::string_view text) { return text.find('\0') == std::string_view::npos && support::IsUtf8(text); }

Error Wrong(const std::string& message) { return Error{ErrorKind::kInvalidArgument, message}; }

}  // namespace

void ApplyCompatibility(SessionConfig& config) {
  if (!config.compatibility) return;
  config.timers = true;
  config.threads = true;
  config.node = true;
  config.web = true;
  if (config.scratch_bytes == 0) config.scratch_bytes = kDefaultScratch;
}

Expected<void> CheckVariable(std::string_view name, std::string_view value) {
  constexpr const char* kOption = " (WithSessionEnvironment, --env NAME=VALUE)";
  if (name.empty() || name.find('=') != std::string_view::npos || !IsText(name)) {
    return Wrong(std::string("the name of an environment variable is UTF-8 text without '=' and NUL") + kOption);
  }
  if (!IsText(value)) {
    return Wrong("the value of the environment variable " + std::string(name) + " must be UTF-8 text without NUL" +
                 kOption);
  }
  return {};
}

Expected<void> CheckEnvironment(const std::map<std::string, std::string>& variables) {
  size_t bytes = 0;
  for (const auto& [name, value] : variables) {
    if (auto checked = CheckVariable(name, value); !checked) return checked;
    bytes += name.size() + value.size() + 2;
  }
  if (bytes <= kMaxEnvironment) return {};
  return Wrong("the environment variables take " + std::to_string(bytes) + " bytes, more than the " +
               support::SizeName(kMaxEnvironment) + " that there are for them (WithSessionEnvironment, --env)");
}

Expected<void> CheckArguments(std::span<const std::string> arguments, size_t limit) {
  size_t bytes = 0;
  for (const std::string& argument : arguments) {
    if (!IsText(argument)) return Wrong("the code's arguments must be UTF-8 text without NUL (RunOptions::arguments)");
    bytes += argument.size() + 1;
  }
  if (bytes <= limit) return {};
  return Wrong("the code's arguments are larger than the " + support::SizeName(limit) +
               " that they may have (RunOptions::arguments, Limits::code_bytes)");
}

}  // namespace goru::host
