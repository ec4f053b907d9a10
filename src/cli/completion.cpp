#include "completion.hpp"

#include <algorithm>

#include "commands.hpp"

namespace goru::cli {

std::string Quoted(std::string_view text, bool backslash) {
  std::string out = "'";
  for (const char c : text) {
    if (backslash && (c == '\'' || c == '\\')) {
      out += std::string("\\") + c;
    } else if (c == '\'') {
      out += "'\\''";
    } else {
      out += c;
    }
  }
  return out + "'";
}

std::string Joined(const std::vector<std::string>& words, std::string_view between) {
  std::string out;
  for (const std::string& word : words) out.append(out.empty() ? "" : between).append(word);
  return out;
}

std::string Brief(std::string_view text) {
  text = text.substr(0, text.find_first_of(";("));
  return std::string(text.substr(0, text.find_last_not_of(' ') + 1));
}

std::vector<FlagText> FlagsBehind(const Command& command, const Subcommand* sub) {
  std::vector<FlagText> flags = FlagsOf(sub != nullptr && sub->flags_of_run ? Commands().front().describe() : command);
  // Not a flag but what ends them.
  std::erase_if(flags, [](const FlagText& flag) { return flag.names == "--"; });
  return flags;
}

std::string ProgramSuffixes(std::string_view between) {
  return Joined({std::begin(kProgramSuffixes), std::end(kProgramSuffixes)}, between);
}

}  // namespace goru::cli
