// Texts of --help and --version.
#pragma once

#include <string>
#include <string_view>

namespace goru::cli {

std::string HelpText();
std::string VersionText();

}  // namespace goru::cli
