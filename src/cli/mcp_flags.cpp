#include "mcp_flags.hpp"

#include <string_view>

#include "arguments.hpp"
#include "flags.hpp"
#include "mcp.hpp"

namespace goru::cli {
namespace {

/// A text that is read as another flag's is: that of a member of sessions.
SessionConfig ReadAs(std::string_view path, const std::string& text, const std::string& flag) {
  SessionConfig config;
  for (const ConfigField& field : SessionConfigFields()) {
    if (field.path != path) continue;
    if (const auto set = SetConfigField(config, field, text, flag); !set) throw UsageError{set.error().message};
  }
  return config;
}

Flags::Take Time(std::chrono::nanoseconds& out) {
  return [&out](const std::string& text, const std::string& flag) {
    out = ReadAs("limits.timeout", text, flag).limits.timeout;
  };
}

}  // namespace

McpArguments ParseMcpArguments(const std::vector<std::string>& arguments) {
  McpArguments out;
  bool help = false;
  bool no_compat = false;
  Flags flags(McpDescription);
  flags.Switch("-h,--help", help);
  flags.Switch("--no-compat", no_compat);
  AddConfigFlags(flags, out.config);
  flags.Value("--session-idle", Time(out.store.idle));
  flags.Value("--session-life", Time(out.store.life));
  flags.Value("--max-sessions-per-client", [&out](const std::string& text, const std::string& flag) {
    out.store.per_owner = ReadAs("limits.host_calls", text, flag).limits.host_calls;
  });
  flags.Value("--max-result", [&out](const std::string& text, const std::string& flag) {
    out.text_bytes = ReadAs("limits.output_bytes", text, flag).limits.output_bytes;
  });
  flags.Parse(arguments, "; goru mcp takes flags only: goru mcp --help");
  out.help = flags.Given("-h,--help");
  if (out.help) return out;
  // First, so that file and flags have the last word.
  if (!flags.Given("--no-compat")) WithSessionCompatibility()(out.config.session);
  flags.TakeAll();
  return out;
}

}  // namespace goru::cli
