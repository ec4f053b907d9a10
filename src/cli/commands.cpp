#include "commands.hpp"

#include "config_command.hpp"
#include "deps.hpp"
#include "describe.hpp"
#include "image.hpp"
#include "mcp.hpp"
#include "repl.hpp"
#include "run.hpp"
#include "serve.hpp"

namespace goru::cli {
namespace {

constexpr CommandEntry kCommands[] = {
    {"run", RunDescription, RunCommand},          {"repl", ReplDescription, ReplCommand},
    {"deps", DepsDescription, DepsCommand},       {"image", ImageDescription, ImageCommand},
    {"serve", ServeDescription, ServeCommand},    {"mcp", McpDescription, McpCommand},
    {"config", ConfigDescription, ConfigCommand}, {"describe", DescribeDescription, DescribeCommand},
};

}  // namespace

std::span<const CommandEntry> Commands() { return kCommands; }

const CommandEntry* FindCommand(std::string_view name) {
  for (const CommandEntry& entry : kCommands) {
    if (entry.name == name) return &entry;
  }
  return nullptr;
}

std::vector<Line> EnvironmentTexts() {
  return {
      {"GORU_IMAGE_DIR", "where the language images are, unless --image-dir says it"},
      {"GORU_INSTALLER", "uv: goru deps and install_pkg have uv choose packages, instead of pip"},
      {"XDG_CACHE_HOME", "what is cached is in goru/ there, unless --cache-dir says where; else in ~/.cache/goru"},
      {"HOME", "the home directory, where XDG_CACHE_HOME is not set"},
      {"NO_COLOR", "no colours"},
      {"TERM", "dumb: no colours"},
      {"http_proxy, https_proxy, all_proxy, no_proxy",
       "the proxy, with --http-proxy env; the last three in capitals as well"},
      {"NAME", "the value of the secret NAME, with --secret NAME@HOST; of the variable NAME, with --env NAME"},
  };
}

std::vector<Line> FileTexts() {
  return {
      {"~/.cache/goru/compiled", "compiled code and unpacked images; private to its owner"},
      {"~/.cache/goru/packages", "wheels and unpacked packages: goru deps cache"},
      {".goru/python/packages", "where goru deps puts packages, unless --dir says where"},
      {"PREFIX/share/goru/images", "the images of languages, beside the program's own bin directory"},
  };
}

}  // namespace goru::cli
