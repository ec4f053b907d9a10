// Compiled code kept on disk.
#pragma once

#include <functional>
#include <string>

#include "goru/error.hpp"
#include "support/private_directory.hpp"
#include "wasm/engine.hpp"

namespace goru::wasm {

/// A directory of native code. What is loaded from it is executed as it is, so the directory must belong to the user
/// alone. Thread-safe, also between processes.
class ModuleCache {
 public:
  /// Uses `directory`, made with mode 0700 where it is missing. Refused where it belongs to someone else or where
  /// others may enter it.
  static Expected<ModuleCache> Open(std::string directory);

  /// The user's own place: $XDG_CACHE_HOME/goru or ~/.cache/goru; empty where neither variable is set.
  static std::string DefaultDirectory();

  /// The compiled form of the module whose content hashes to `module_hash`: from disk, or compiled by `compile` and
  /// kept. A damaged entry is made again. A full disk costs the entry, not the result.
  Expected<ModulePtr> Load(const Engine& engine, const std::string& module_hash,
                           const std::function<Expected<ModulePtr>()>& compile) const;

  /// Where entries lie; memory images are kept there as well (guest::ImageFile).
  const support::PrivateDirectory& directory() const noexcept { return directory_; }

 private:
  explicit ModuleCache(support::PrivateDirectory directory) : directory_(std::move(directory)) {}

  support::PrivateDirectory directory_;
};

}  // namespace goru::wasm
