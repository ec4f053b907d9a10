// `goru serve`.
#pragma once

#include <string>
#include <vector>

namespace goru::cli {

/// Becomes the program goru-serve, which lies beside this one. Returns only where that cannot be run.
int ServeCommand(const std::vector<std::string>& arguments);

}  // namespace goru::cli
