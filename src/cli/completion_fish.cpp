#include "commands.hpp"
#include "completion.hpp"
#include "describe.hpp"

namespace goru::cli {
namespace {

constexpr std::string_view kBegin = R"(# Written by `goru describe fish`.

# Whether these words are what the line begins with; `run` is meant where no command is named.
function __goru_is
    set -l words (commandline -opc)[2..]
    if not contains -- "$words[1]" $__goru_commands
        set -p words run
    end
    test "$words[1..$(count $argv)]" = "$argv"
end

# Whether the line has nothing yet.
function __goru_is_empty
    test (count (commandline -opc)) -eq 1
end

# Directories, and files whose names end so.
function __goru_files
    __fish_complete_path (commandline -ct) | string match -r -- '^[^\t]*(?:/|'(string escape --style=regex -- $argv[1])')(?:\t.*)?$'
end

# Whether nothing follows these words yet.
function __goru_ends
    test "$(commandline -opc)[2..]" = "$argv"
end

)";

/// What offers values.
std::string Offer(const FlagValues& values) {
  const std::string out = values.files && values.suffix.empty() ? " -rF" : " -x";
  std::vector<std::string> offers = values.words;
  if (!values.suffix.empty()) offers.push_back("(__goru_files " + values.suffix + ")");
  if (values.directories) offers.emplace_back("(__fish_complete_directories)");
  if (values.environment) offers.emplace_back("(set -nx)");
  return offers.empty() ? out : out + " -a " + Quoted(Joined(offers, " "), true);
}

std::string FlagLines(const std::string& condition, const std::vector<FlagText>& flags) {
  std::string out;
  for (const FlagText& flag : flags) {
    std::string line = "complete -c goru -n " + Quoted(condition, true);
    for (const std::string& name : NamesOf(flag)) {
      line += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
    }
    if (!flag.takes.empty() && !flag.takes.starts_with('[')) line += Offer(ValuesOf(flag));
    out += line + " -d " + Quoted(Brief(flag.text), true) + "\n";
  }
  return out;
}

std::string ArgumentLine(const std::string& condition, Operands operands) {
  if (operands == Operands::kNone) return {};
  const std::string line = "complete -c goru -n " + Quoted(condition, true);
  if (operands == Operands::kFiles) return line + " -F\n";
  std::string suffixes;
  for (const std::string_view suffix : kProgramSuffixes) suffixes.append(" .").append(suffix);
  // Files with code first, and all others behind them.
  return line + " -k -xa '(__fish_complete_suffix" + suffixes + ")'\n";
}

}  // namespace

std::string FishCompletion() {
  std::string out(kBegin);
  std::string lines;
  std::vector<std::string> names;
  for (const CommandEntry& entry : Commands()) {
    const Command command = entry.describe();
    const std::string is = "__goru_is " + command.name;
    names.push_back(command.name);
    lines += "\ncomplete -c goru -n __goru_is_empty -a " + command.name + " -d " +
             Quoted(Brief(command.summary), true) + "\n";
    lines += FlagLines(is, FlagsBehind(command, nullptr)) + ArgumentLine(is, command.operands);
    for (const Subcommand& sub : command.subcommands) {
      lines += "complete -c goru -n '__goru_ends " + command.name + "' -a " + sub.name + " -d " +
               Quoted(Brief(sub.text), true) + "\n";
      const std::string is_sub = is + " " + sub.name;
      if (sub.flags_of_run) lines += FlagLines(is_sub, FlagsBehind(command, &sub));
      lines += ArgumentLine(is_sub, sub.operands);
    }
  }
  return out + "set -g __goru_commands " + Joined(names, " ") + "\n\ncomplete -c goru -f\n" + lines;
}

}  // namespace goru::cli
