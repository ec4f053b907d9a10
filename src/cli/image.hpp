// `goru image`: memory images with modules already imported.
#pragma once

#include <string>
#include <vector>

#include "command.hpp"

namespace goru::cli {

/// `arguments` is what follows "image". Throws UsageError.
int ImageCommand(const std::vector<std::string>& arguments);

Command ImageDescription();

}  // namespace goru::cli
