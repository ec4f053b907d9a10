// What one session has of files: packages, mounts and scratch in one tree.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "goru/error.hpp"
#include "goru/files.hpp"
#include "goru/options.hpp"
#include "host/fs/shared.hpp"
#include "wasi/files/files.hpp"
#include "wasi/files/memory_tree.hpp"
#include "wasi/packages/package_view.hpp"

namespace goru::internal {

class ExecutorCore;

class SessionFiles {
 public:
  SessionFiles() = default;
  SessionFiles(SessionFiles&&) noexcept = default;
  SessionFiles& operator=(SessionFiles&&) noexcept = default;
  ~SessionFiles() = default;

  /// What the session's guest sees; null: nothing.
  wasi::Files* files() const noexcept { return files_.get(); }
  /// What fs works with; null: the session has no fs.
  const std::shared_ptr<host::fs::Shared>& shared() const noexcept { return shared_; }
  /// What guests are told of it: "", "mounts", "scratch".
  std::string_view kind() const noexcept;

  /// The run has ended: an idle session holds nothing that the machine has few of.
  void Rest() const noexcept;

  /// Grows with each change of the scratch.
  uint64_t Step() const;
  /// The files that were made or changed since.
  std::vector<FileInfo> ChangedSince(uint64_t step) const;

  // See Session; nobody else is at work on them.

  Expected<void> WriteFile(std::string_view path, std::string_view bytes) const;
  Expected<std::string> ReadFile(std::string_view path) const;
  Expected<std::vector<FileInfo>> ListFiles(std::string_view path) const;
  Expected<void> RemoveFile(std::string_view path) const;

 private:
  friend Expected<SessionFiles> MakeSessionFiles(const std::shared_ptr<ExecutorCore>& executor,
                                                 const SessionConfig& config,
                                                 std::shared_ptr<wasi::PackageView> packages);

  /// As the scratch has it; an error where it is none of the scratch's.
  Expected<std::string> Inside(std::string_view path) const;

  // The order in which they end matters: what is open refers to all others.
  std::shared_ptr<wasi::PackageView> packages_;
  std::shared_ptr<wasi::MemoryTree> scratch_;
  std::shared_ptr<host::fs::Shared> shared_;
  bool has_mounts_ = false;
  std::unique_ptr<wasi::Files> files_;
};

/// Opens the mounts. kInvalidArgument, kUnavailable: one of them is wrong; the message says which.
/// `packages`: what /packages shows; null: nothing.
Expected<SessionFiles> MakeSessionFiles(const std::shared_ptr<ExecutorCore>& executor, const SessionConfig& config,
                                        std::shared_ptr<wasi::PackageView> packages);

}  // namespace goru::internal
