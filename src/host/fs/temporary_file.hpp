// A file that becomes visible under its name only when it is complete.
#pragma once

#include <sys/types.h>

#include <string>

#include "support/unique_fd.hpp"

namespace goru::host::fs {

/// Lies in the directory of the file that it is to become, under a name that cannot be guessed and says what it is
/// (".goru-<hex>.tmp"): a crash may leave it behind. Removed when destroyed, unless it got its name.
class TemporaryFile {
 public:
  /// `parent` stays open as long as this lives. Throws FsError.
  TemporaryFile(int parent, mode_t mode);
  ~TemporaryFile();
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  int fd() const noexcept { return fd_.get(); }

  /// Replaces what had that name. Throws FsError.
  void Rename(const std::string& name);

 private:
  int parent_;
  std::string name_;
  support::UniqueFd fd_;
  bool renamed_ = false;
};

}  // namespace goru::host::fs
