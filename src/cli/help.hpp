// Texts of --help and --version.
#pragma once

#include <string>
#include <string_view>

namespace goru::cli {

std::string HelpText();
/// Of `goru repl`.
std::string ReplHelpText();
/// Of `goru mcp`.
std::string McpHelpText();
std::string VersionText();

}  // namespace goru::cli
