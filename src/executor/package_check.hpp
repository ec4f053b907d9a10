// Importing and compiling packages in sandboxes of an executor.
#pragma once

#include <chrono>
#include <memory>
#include <stop_token>

#include "packages/sandbox_check.hpp"

namespace goru::internal {

class ExecutorCore;
class SessionCore;

class PackageCheck final : public packages::SandboxCheck {
 public:
  PackageCheck(ExecutorCore& executor, std::chrono::steady_clock::time_point deadline, std::stop_token stop)
      : executor_(executor), deadline_(deadline), stop_(std::move(stop)) {}

  Expected<void> Import(const std::vector<std::string>& directories, const std::vector<std::string>& modules) override;
  Expected<void> Compile(const std::string& directory, const std::vector<std::string>& sources,
                         const Store& store) override;

 private:
  struct Program;
  /// Runs code in a session of its own.
  Expected<void> Run(const Program& program);

  ExecutorCore& executor_;
  std::chrono::steady_clock::time_point deadline_;
  std::stop_token stop_;
};

}  // namespace goru::internal
