// All commands of goru. A new one is a line in commands.cpp: the program calls it by its name, --help, the man page and
// shells know it, and docs/COMMAND_LINE.md has its tables after `make config-docs`.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "command.hpp"

namespace goru::cli {

struct CommandEntry {
  std::string_view name;
  Command (*describe)();
  /// Gets what follows the name and returns the exit code. Throws UsageError.
  int (*run)(const std::vector<std::string>& arguments);
};

/// `run`, which is what is meant where none is named, comes first.
std::span<const CommandEntry> Commands();
/// Null: there is none of that name.
const CommandEntry* FindCommand(std::string_view name);

/// Environment variables that goru reads, and files that it knows of.
std::vector<Line> EnvironmentTexts();
std::vector<Line> FileTexts();

}  // namespace goru::cli
