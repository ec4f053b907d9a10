// The command line of `goru serve`.
#pragma once

#include <string>
#include <vector>

#include "server/options.hpp"

namespace goru::server {

struct ServeArguments {
  bool help = false;
  ServeOptions options;
};

/// Throws cli::UsageError.
ServeArguments ParseServeArguments(const std::vector<std::string>& arguments);

}  // namespace goru::server
