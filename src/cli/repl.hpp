// `goru repl`: a session at a prompt.
#pragma once

#include <string>
#include <vector>

#include "command.hpp"

namespace goru::cli {

/// Throws UsageError.
int ReplCommand(const std::vector<std::string>& arguments);

Command ReplDescription();

}  // namespace goru::cli
