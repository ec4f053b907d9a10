// The command line of `goru run`.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "flags.hpp"
#include "goru/config.hpp"
#include "goru/language.hpp"

namespace goru::cli {

/// What a command line asks for.
struct RunArguments {
  enum class Show { kRun, kHelp, kVersion };
  Show show = Show::kRun;

  std::optional<std::string> file;
  std::optional<std::string> code;
  std::optional<Language> language;
  std::optional<std::string> stdin_file;
  bool json = false;
  /// FILE or FILE:NAME, each.
  std::vector<std::string> inputs;
  std::optional<std::string> output_directory;

  /// What --config says, and over it what the flags say.
  ConfigFile config;
};

/// What the command line of `goru repl` asks for.
struct ReplArguments {
  RunArguments run;
  /// Empty: none.
  std::string history;
};

/// What --config and the flags of a session and an executor say, as other commands than `goru run` take them. The flags
/// are added to `flags`; `config` gets their values in Flags::TakeAll. Values of secrets are taken from the
/// environment.
void AddConfigFlags(Flags& flags, ConfigFile& config);
/// -l.
void AddLanguageFlag(Flags& flags, std::optional<Language>& out);
/// -l, of commands that run code in any language.
FlagText LanguageFlag();

/// Throws UsageError. Values of secrets are taken from the environment.
ReplArguments ParseReplArguments(const std::vector<std::string>& arguments);

/// Throws UsageError. Values of secrets are taken from the environment.
RunArguments ParseRunArguments(const std::vector<std::string>& arguments);

}  // namespace goru::cli
