// Importing and compiling packages in sandboxes of an executor.
#pragma once

#include <chrono>
#include <memory>
#include <stop_token>

#include "goru/language.hpp"
#include "packages/sandbox_check.hpp"

namespace goru::internal {

class ExecutorCore;
class SessionCore;

class PackageCheck final : public packages::SandboxCheck {
 public:
  /// `language` is a Python.
  PackageCheck(ExecutorCore& executor, Language language, std::chrono::steady_clock::time_point deadline,
               std::stop_token stop)
      : executor_(executor), language_(std::move(language)), deadline_(deadline), stop_(std::move(stop)) {}

  const std::string& python() const noexcept override { return language_.version(); }

  Expected<void> Import(const std::vector<std::string>& directories, const std::vector<std::string>& modules) override;
  Expected<void> Compile(const std::string& directory, const std::vector<std::string>& sources,
                         const Store& store) override;

 private:
  struct Program;
  /// Runs code in a session of its own.
  Expected<void> Run(const Program& program);

  ExecutorCore& executor_;
  Language language_;
  std::chrono::steady_clock::time_point deadline_;
  std::stop_token stop_;
};

}  // namespace goru::internal
