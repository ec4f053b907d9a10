// What describe_sandbox says.
#pragma once

#include <string>

#include "goru/options.hpp"
#include "mcp/run_result.hpp"

namespace goru::mcp {

/// Reads the descriptions of images and packages.
ToolResult DescribeSandbox(const SessionConfig& session, const std::string& image_directory);

}  // namespace goru::mcp
