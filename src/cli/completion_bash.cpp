#include <algorithm>
#include <utility>

#include "commands.hpp"
#include "completion.hpp"
#include "describe.hpp"

namespace goru::cli {
namespace {

constexpr std::string_view kBegin = R"(# Written by `goru describe bash`.

_goru_words() {
  local word
  while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -W "$1" -- "$cur")
}

# Directories, and files whose names the expression matches: all, where there is none.
_goru_files() {
  local name path=${cur#[\"\']}
  path=${path//\\/}
  compopt -o filenames 2>/dev/null
  while IFS= read -r name; do
    if [[ -z $1 || $name =~ $1 || -d ${name/#\~\//$HOME/} ]]; then COMPREPLY+=("$name"); fi
  done < <(compgen -f -- "$path")
}

_goru_directories() { _goru_files '/$'; }

_goru_programs() {
  local -i before=${#COMPREPLY[@]}
  _goru_files '@programs@'
  if ((${#COMPREPLY[@]} == before)); then _goru_files; fi
}

_goru_environment() {
  local name
  compopt -o nospace 2>/dev/null
  while IFS= read -r name; do COMPREPLY+=("$name"); done < <(compgen -e -- "$cur")
}

)";

constexpr std::string_view kMain = R"(
_goru() {
  local cur=${COMP_WORDS[COMP_CWORD]} flag=${COMP_WORDS[COMP_CWORD - 1]} command=run sub= i
  COMPREPLY=()
  # --flag=value is three words here.
  if [[ $cur == = ]]; then
    cur=
  elif [[ $flag == = && $COMP_CWORD -gt 2 ]]; then
    flag=${COMP_WORDS[COMP_CWORD - 2]}
  fi
  for ((i = 1; i < COMP_CWORD; ++i)); do
    if [[ ${COMP_WORDS[i]} == -- ]]; then
      _goru_files
      return
    fi
  done
)";

/// The call that offers values.
std::string Offer(const FlagValues& values) {
  std::string out;
  if (!values.words.empty()) out += "_goru_words " + Quoted(Joined(values.words, " ")) + "; ";
  if (values.directories) out += "_goru_directories; ";
  if (values.files)
    out += values.suffix.empty() ? "_goru_files; " : "_goru_files " + Quoted("\\" + values.suffix + "$") + "; ";
  if (values.environment) out += "_goru_environment; ";
  return out + "return";
}

/// A function for the flags of a command: returns 1 where an argument is meant.
std::string FlagFunction(const std::string& name, const std::vector<FlagText>& flags) {
  std::vector<std::pair<std::string, std::vector<std::string>>> offers;
  std::vector<std::string> names;
  for (const FlagText& flag : flags) {
    for (std::string& each : NamesOf(flag)) names.push_back(std::move(each));
    if (flag.takes.empty() || flag.takes.starts_with('[')) continue;
    const std::string offer = Offer(ValuesOf(flag));
    auto same =
        std::find_if(offers.begin(), offers.end(), [&offer](const auto& known) { return known.first == offer; });
    if (same == offers.end()) same = offers.insert(same, {offer, {}});
    for (std::string& each : NamesOf(flag)) same->second.push_back(std::move(each));
  }
  std::string out = name + "() {\n";
  if (!offers.empty()) {
    out += "  case $flag in\n";
    for (const auto& [offer, takers] : offers) out += "    " + Joined(takers, " | ") + ") " + offer + " ;;\n";
    out += "  esac\n";
  }
  out += "  if [[ $cur != -* ]]; then return 1; fi\n";
  return out + "  _goru_words " + Quoted(Joined(names, " ")) + "\n}\n";
}

std::string Argument(Operands operands) {
  if (operands == Operands::kProgram) return "_goru_programs";
  return operands == Operands::kFiles ? "_goru_files" : ":";
}

}  // namespace

std::string BashCompletion() {
  std::string out(kBegin);
  constexpr std::string_view kPrograms = "@programs@";
  out.replace(out.find(kPrograms), kPrograms.size(), "\\.(" + ProgramSuffixes("|") + ")$");
  std::vector<std::string> commands;
  std::string subs;
  std::string cases;
  for (const CommandEntry& entry : Commands()) {
    const Command command = entry.describe();
    commands.push_back(command.name);
    out += FlagFunction("_goru_flags_" + command.name, FlagsBehind(command, nullptr));
    if (command.subcommands.empty()) {
      cases += "    " + command.name + ") _goru_flags_" + command.name + " || " + Argument(command.operands) + " ;;\n";
      continue;
    }
    std::vector<std::string> names;
    for (const Subcommand& sub : command.subcommands) {
      names.push_back(sub.name);
      cases += "    " + command.name + "/" + sub.name + ") _goru_flags_" + (sub.flags_of_run ? "run" : command.name) +
               " || " + Argument(sub.operands) + " ;;\n";
    }
    subs += "    " + command.name + ")\n      if ((COMP_CWORD == 2)); then\n        _goru_flags_" + command.name +
            " || _goru_words " + Quoted(Joined(names, " ")) +
            "\n        return\n      fi\n      sub=/${COMP_WORDS[2]}\n      ;;\n";
  }
  out += kMain;
  out += "  if ((COMP_CWORD == 1)); then\n    _goru_flags_run || { _goru_words " + Quoted(Joined(commands, " ")) +
         "; _goru_programs; }\n    return\n  fi\n";
  out += "  case ${COMP_WORDS[1]} in\n    " + Joined(commands, " | ") + ") command=${COMP_WORDS[1]} ;;\n  esac\n";
  out += "  case $command in\n" + subs + "  esac\n";
  out += "  case $command$sub in\n" + cases + "  esac\n}\n\ncomplete -F _goru goru\n";
  return out;
}

}  // namespace goru::cli
