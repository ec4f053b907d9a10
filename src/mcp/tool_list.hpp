// What models are told of the tools.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "goru/options.hpp"
#include "mcp/protocol.hpp"
#include "service/session_store.hpp"

namespace goru::mcp {

/// The list of tools for sandboxes of this configuration. Those of files are there where sandboxes have files.
nlohmann::json ToolList(const SessionConfig& session, const service::StoreLimits& store, const Era& era);

/// A few lines for the model's system prompt.
std::string Instructions(const SessionConfig& session);

/// "30 s", "500 ms"; "256 MiB".
std::string TimeText(std::chrono::nanoseconds time);
std::string SizeText(uint64_t bytes);

}  // namespace goru::mcp
