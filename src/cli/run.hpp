// `goru run`.
#pragma once

#include <string>
#include <vector>

namespace goru::cli {

/// Runs what the arguments ask for and returns the exit code. Throws UsageError.
int RunCommand(const std::vector<std::string>& arguments);

}  // namespace goru::cli
