// `goru mcp`: goru as a tool of language models, over standard input and output.
#pragma once

#include <string>
#include <vector>

#include "command.hpp"

namespace goru::cli {

/// Throws UsageError.
int McpCommand(const std::vector<std::string>& arguments);

Command McpDescription();

}  // namespace goru::cli
