// `goru repl`: a session at a prompt.
#pragma once

#include <string>
#include <vector>

namespace goru::cli {

/// Throws UsageError.
int ReplCommand(const std::vector<std::string>& arguments);

}  // namespace goru::cli
