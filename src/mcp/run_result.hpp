// What a run came to, as models and programs read it.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "goru/result.hpp"
#include "goru/session.hpp"
#include "mcp/call.hpp"
#include "mcp/kept_files.hpp"
#include "mcp/server.hpp"

namespace goru::mcp {

/// A tool's result, before an era is chosen.
struct ToolResult {
  nlohmann::json content = nlohmann::json::array();
  /// Null: there is none.
  nlohmann::json structured;
  bool is_error = false;
};

nlohmann::json TextBlock(std::string text);
/// A result that tells the model what it has to do differently.
ToolResult Refusal(std::string message);
/// As an era has it.
nlohmann::json ToJson(ToolResult result, const Era& era);

/// Where a run was.
struct RunPlace {
  /// What tracebacks call the run (RunOptions::name).
  std::string name;
  /// Empty: the sandbox is gone when the result has been made.
  std::string handle;
};

/// Reads the files that the run has left out of the session, and keeps those of a sandbox that goes.
ToolResult RunResult(const Result& result, const Session& session, const RunPlace& place, const Call& call,
                     const ServerOptions& options, KeptFiles& kept);

/// A file as a block of content: an image, quoted text, or a link.
nlohmann::json ImageBlock(std::string_view type, std::string_view bytes);

/// The URI of a session's file, or of a kept one.
std::string SessionUri(std::string_view handle, std::string_view path);
std::string KeptUri(std::string_view handle, std::string_view path);

}  // namespace goru::mcp
