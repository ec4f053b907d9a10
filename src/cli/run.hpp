// `goru run`.
#pragma once

#include <string>
#include <vector>

#include "command.hpp"

namespace goru::cli {

/// Runs what the arguments ask for and returns the exit code. Throws UsageError.
int RunCommand(const std::vector<std::string>& arguments);

Command RunDescription();

}  // namespace goru::cli
