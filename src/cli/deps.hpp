// `goru deps`: Python packages in a directory.
#pragma once

#include <string>
#include <vector>

namespace goru::cli {

/// `arguments` is what follows "deps". Throws UsageError.
int DepsCommand(const std::vector<std::string>& arguments);

}  // namespace goru::cli
