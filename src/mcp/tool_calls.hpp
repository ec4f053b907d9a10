// What the tools do.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "goru/executor.hpp"
#include "mcp/arguments.hpp"
#include "mcp/call.hpp"
#include "mcp/kept_files.hpp"
#include "mcp/run_result.hpp"
#include "mcp/server.hpp"
#include "service/session_store.hpp"

namespace goru::mcp {

class ToolCalls {
 public:
  ToolCalls(Executor& executor, service::SessionStore& store, const ServerOptions& options)
      : executor_(executor), store_(store), options_(options), kept_(options.kept_bytes, options.kept_for) {}

  static bool Knows(const std::string& tool, const SessionConfig& session);

  /// Begins a call of a tool that Knows; it is answered now or later. Makes sandboxes and reads files, so it is not for
  /// threads that must not wait. Does not throw.
  void Begin(const std::shared_ptr<Call>& call, const std::string& tool, nlohmann::json arguments);
  /// Answers resources/read.
  void ReadResource(const std::shared_ptr<Call>& call, const std::string& uri);

 private:
  struct Job;

  /// Answers the call, or has seen to it that it is answered. Throws ToolError.
  void Do(const std::shared_ptr<Call>& call, const std::string& tool, nlohmann::json arguments);
  void RunOnce(const std::shared_ptr<Call>& call, const Language& language, const std::string& name,
               const Arguments& arguments);
  void StartSession(const std::shared_ptr<Call>& call, const Arguments& arguments);
  void RunInSession(const std::shared_ptr<Call>& call, const Arguments& arguments);
  void EndSession(const std::shared_ptr<Call>& call, const Arguments& arguments);
  void PutFile(const std::shared_ptr<Call>& call, const Arguments& arguments);
  void GetFile(const std::shared_ptr<Call>& call, const Arguments& arguments);
  void ListFiles(const std::shared_ptr<Call>& call, const Arguments& arguments);

  service::SessionUse Find(const Call& call, const std::string& handle);
  /// Writes the files that a call brings along and runs its code.
  void Run(const std::shared_ptr<Job>& job, const Arguments& arguments);

  Executor& executor_;
  service::SessionStore& store_;
  const ServerOptions& options_;
  KeptFiles kept_;
};

}  // namespace goru::mcp
