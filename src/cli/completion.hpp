// What completions of all shells have in common.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "command.hpp"

namespace goru::cli {

/// In single quotes, for a shell whose backslash means nothing there; fish's does (`backslash`).
std::string Quoted(std::string_view text, bool backslash = false);
/// With `between` between them.
std::string Joined(const std::vector<std::string>& words, std::string_view between);
/// What a flag is, in a line of a menu.
std::string Brief(std::string_view text);
/// The flags that follow a command or the subcommand of one.
std::vector<FlagText> FlagsBehind(const Command& command, const Subcommand* sub);

/// Suffixes of files with code.
inline constexpr std::string_view kProgramSuffixes[] = {"py", "js", "mjs", "cjs", "ts", "mts", "cts"};
/// With `between` between them.
std::string ProgramSuffixes(std::string_view between);

}  // namespace goru::cli
