#include "commands.hpp"
#include "completion.hpp"
#include "describe.hpp"

namespace goru::cli {
namespace {

/// Without the characters that _arguments reads as its own.
std::string Spec(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '[' || c == ']' || c == ':' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string Files(const std::string& pattern) { return pattern.empty() ? "_files" : "_files -g \"" + pattern + "\""; }

std::string Program() { return Files("*.(" + ProgramSuffixes("|") + ")(-.)"); }

/// What offers values, behind the second colon of a specification.
std::string Action(const FlagValues& values) {
  std::string files;
  // _files would go on to files where no directory fits.
  if (values.directories) files = "_path_files -/";
  if (values.files) files = Files(values.suffix.empty() ? "" : "*" + values.suffix + "(-.)");
  if (values.environment) files = "_parameters -g \"*export*\" -qS =";
  if (values.words.empty()) return files.empty() ? " " : files;
  std::string words = "(" + Joined(values.words, " ") + ")";
  if (files.empty()) return words;
  return R"(_alternative "words\:name\:)" + words + R"(" "files\:file\:_files -g \"*)" + values.suffix + R"((-.)\"")";
}

std::string FlagSpecs(const std::vector<FlagText>& flags) {
  std::string out;
  for (const FlagText& flag : flags) {
    const std::vector<std::string> names = NamesOf(flag);
    const bool optional = flag.takes.starts_with('[');
    std::string rest = "[" + Spec(Brief(flag.text)) + "]";
    if (optional) {
      rest += "::" + Spec(flag.takes) + ": ";
    } else if (!flag.takes.empty()) {
      rest += ":" + Spec(flag.takes) + ":" + Action(ValuesOf(flag));
    }
    // One is enough, where it does not repeat.
    const std::string excluded = flag.repeats ? "*" : names.size() > 1 ? "(" + Joined(names, " ") + ")" : "";
    for (const std::string& name : names) {
      std::string ends;
      if (!flag.takes.empty()) ends = optional ? "=-" : name.starts_with("--") ? "=" : "+";
      std::string spec = excluded;
      spec.append(name).append(ends).append(rest);
      out.append("    ").append(Quoted(spec)).append("\n");
    }
  }
  return out;
}

std::string Argument(Operands operands) {
  if (operands == Operands::kProgram) return "    " + Quoted("1:program:" + Program()) + "\n    '*:argument:_files'\n";
  return operands == Operands::kFiles ? "    '*:file:_files'\n" : "";
}

std::string Arguments(const std::vector<FlagText>& flags, Operands operands) {
  return "  local -a specs=(\n" + FlagSpecs(flags) + Argument(operands) + "  )\n  _arguments -s -S $specs\n";
}

std::string Described(const std::string& name, const std::string& text) {
  return "    " + Quoted(name + ":" + Brief(text)) + "\n";
}

/// The function of a command.
std::string Function(const Command& command) {
  if (command.subcommands.empty()) {
    return "_goru_" + command.name + "() {\n" + Arguments(FlagsBehind(command, nullptr), command.operands) + "}\n\n";
  }
  std::string functions;
  std::string described;
  std::string cases;
  for (const Subcommand& sub : command.subcommands) {
    const std::string name = "_goru_" + command.name + "_" + sub.name;
    functions += name + "() {\n" + Arguments(FlagsBehind(command, &sub), sub.operands) + "}\n\n";
    described += Described(sub.name, sub.text);
    cases += "    " + sub.name + ") " + name + " ;;\n";
  }
  return functions + "_goru_" + command.name +
         "() {\n  if ((CURRENT == 2)) && [[ $words[2] != -* ]]; then\n    local -a names=(\n" + described +
         "    )\n    _describe command names\n    return\n  fi\n  if ((CURRENT == 2)); then\n" +
         Arguments(FlagsBehind(command, nullptr), Operands::kNone) +
         "    return\n  fi\n  shift words\n  ((CURRENT--))\n  case $words[1] in\n" + cases + "  esac\n}\n\n";
}

}  // namespace

std::string ZshCompletion() {
  std::string out = "#compdef goru\n# Written by `goru describe zsh`.\n\n";
  std::string described;
  std::vector<std::string> names;
  for (const CommandEntry& entry : Commands()) {
    const Command command = entry.describe();
    out += Function(command);
    described += Described(command.name, command.summary);
    names.push_back(command.name);
  }
  out += "_goru() {\n  if ((CURRENT == 2)) && [[ $words[2] != -* ]]; then\n    local -a names=(\n" + described +
         "    )\n    _describe command names\n    " + Program() + "\n    return\n  fi\n";
  out +=
      "  case $words[2] in\n    " + Joined(names, " | ") +
      ")\n      shift words\n      ((CURRENT--))\n      _goru_$words[1]\n      ;;\n    *) _goru_run ;;\n  esac\n}\n\n";
  // As a file of fpath it is the function itself, and as one that is read it defines it.
  return out + "if [[ $funcstack[1] == _goru ]]; then\n  _goru \"$@\"\nelse\n  compdef _goru goru\nfi\n";
}

}  // namespace goru::cli
