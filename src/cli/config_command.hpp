// `goru config`: configurations as JSON.
#pragma once

#include <string>
#include <vector>

#include "command.hpp"

namespace goru::cli {

/// `arguments` is what follows "config". Throws UsageError.
int ConfigCommand(const std::vector<std::string>& arguments);

Command ConfigDescription();

}  // namespace goru::cli
