// How an operation of fs fails: thrown inside fs, and what a host function throws where it leaves it.
#pragma once

#include <memory>
#include <stdexcept>
#include <stop_token>
#include <string>

#include "goru/registry.hpp"

namespace goru::host::fs {

/// What the guest raises. Its texts never have a path of the host.
class FsError : public std::runtime_error {
 public:
  /// With the system's words for `code`, an errno.
  explicit FsError(int code);
  FsError(int code, const std::string& message);

  /// Arguments that are wrong in themselves. `type` is ValueError or TypeError and lives as long as the program.
  static FsError Argument(const char* type, const std::string& message);
  /// What the kernel calls EXDEV where it resolves beneath a directory.
  static FsError LeadsOut();

  /// The same about `path`, a virtual one, where that is not the path that the operation was given.
  FsError About(std::string path) const;

  /// An errno; 0 for wrong arguments.
  int code() const noexcept { return code_; }

  /// `path` is the virtual path that the operation was given, empty where it was none.
  CallError ToError(const std::string& path) const;

 private:
  FsError(const char* type, int code, const std::string& message);

  const char* type_;
  int code_ = 0;
  /// Shared, as copying an exception must not throw.
  std::shared_ptr<const std::string> path_;
};

/// To be called before each step that changes something, and between the blocks of long ones: a run that has ended
/// changes nothing further.
void ThrowIfStopped(const std::stop_token& stop);

}  // namespace goru::host::fs
