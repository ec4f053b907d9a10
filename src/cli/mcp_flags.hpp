// The command line of `goru mcp`.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "goru/config.hpp"
#include "service/session_store.hpp"

namespace goru::cli {

struct McpArguments {
  bool help = false;
  ConfigFile config;
  service::StoreLimits store;
  /// What a result quotes of a stream.
  size_t text_bytes = size_t{32} << 10;
};

/// Throws UsageError. Values of secrets are taken from the environment.
McpArguments ParseMcpArguments(const std::vector<std::string>& arguments);

}  // namespace goru::cli
