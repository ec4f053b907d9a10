// What a command of goru is: how it is called, what it takes, what it is for. --help, the man page, what shells
// complete and the tables in docs/COMMAND_LINE.md are all made from that. commands.cpp lists the commands.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "goru/config.hpp"

namespace goru::cli {

/// A flag, or "--" with what stands behind it.
struct FlagText {
  /// "-c,--code". Long names after the first are taken, and not shown.
  std::string names;
  /// "TIME", or "[SIZE]" where it may be left out; empty: a switch. Shells complete what they know by it (ValuesOf).
  std::string takes;
  std::string text;
  bool repeats = false;
  /// What shells offer as a value.
  std::vector<std::string> words = {};
};

struct FlagSection {
  /// Empty: the flags stand by themselves.
  std::string title;
  std::vector<FlagText> flags;
};

/// "goru deps list [--dir DIR]", and what that does; or an example, and a remark on it.
struct Line {
  std::string form;
  std::string text = {};
};

/// What arguments that are no flags name.
enum class Operands {
  kNone,
  /// One file with code.
  kProgram,
  kFiles,
};

/// "install" of `goru deps`.
struct Subcommand {
  std::string name;
  std::string text;
  Operands operands = Operands::kNone;
  /// Takes the flags of `goru run`, instead of its command's.
  bool flags_of_run = false;
};

struct Command {
  std::string name;
  /// In `goru --help`, in lists of commands.
  std::string summary;
  /// What the help begins with.
  std::string about;
  std::vector<Line> usage;
  std::vector<Line> examples;
  std::vector<Subcommand> subcommands = {};
  Operands operands = Operands::kNone;
  std::vector<FlagSection> sections;
  std::vector<Line> exit_codes = {};
  /// Paragraphs at the end.
  std::vector<std::string> notes = {};
};

/// What may be given to a flag, for shells.
struct FlagValues {
  std::vector<std::string> words;
  bool directories = false;
  bool files = false;
  /// Only files that end so; empty: all.
  std::string suffix;
  /// Names of environment variables.
  bool environment = false;
};
FlagValues ValuesOf(const FlagText& flag);

/// {"-c", "--code"}, those that are not shown included.
std::vector<std::string> NamesOf(const FlagText& flag);
/// "-c, --code CODE".
std::string Shown(const FlagText& flag);
/// All of a command.
std::vector<FlagText> FlagsOf(const Command& command);

/// The flags of members, in their order.
class FieldFlags {
 public:
  explicit FieldFlags(const std::vector<ConfigField>& fields) : fields_(fields) {}

  /// Those of members whose path begins with `prefix`, with `deeper` also of what is further down; none twice.
  std::vector<FlagText> Take(std::string_view prefix, bool deeper = true);

 private:
  FlagText Describe(const ConfigField& first) const;

  const std::vector<ConfigField>& fields_;
  std::vector<std::string_view> taken_;
};

/// Appended to `flags`.
void Append(std::vector<FlagText>& flags, std::vector<FlagText> more);

/// What code may use, by subject: http, fs, kv, ... `beside_scratch` follows the flag for files of the session's own.
FlagSection CapabilityFlags(std::string title, FieldFlags& session, const std::vector<FlagText>& beside_scratch = {});

/// The names of languages that -l takes; only Pythons where `python`.
std::vector<std::string> LanguageWords(bool python);

}  // namespace goru::cli
