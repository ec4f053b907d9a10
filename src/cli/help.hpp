// Texts of --help and --version.
#pragma once

#include <string>

#include "command.hpp"

namespace goru::cli {

/// Of a command. That of `goru run` names the other commands as well.
std::string HelpText(const Command& command);
std::string VersionText();

}  // namespace goru::cli
