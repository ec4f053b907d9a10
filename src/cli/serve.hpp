// `goru serve`.
#pragma once

#include <string>
#include <vector>

#include "command.hpp"

namespace goru::cli {

/// Becomes the program goru-serve, which lies beside this one. Returns only where that cannot be run.
int ServeCommand(const std::vector<std::string>& arguments);

Command ServeDescription();

}  // namespace goru::cli
