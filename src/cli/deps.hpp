// `goru deps`: Python packages in a directory.
#pragma once

#include <string>
#include <vector>

#include "command.hpp"

namespace goru::cli {

/// `arguments` is what follows "deps". Throws UsageError.
int DepsCommand(const std::vector<std::string>& arguments);

Command DepsDescription();

}  // namespace goru::cli
