// Compiled code kept on disk.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "goru/error.hpp"
#include "wasm/engine.hpp"

namespace goru::wasm {

/// A directory of native code. What is loaded from it is executed as it is, so the directory must belong to the user
/// alone. Safe with any number of processes: entries are written beside and renamed into place. Thread-safe.
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

  const std::string& directory() const noexcept { return directory_; }

 private:
  explicit ModuleCache(std::string directory) : directory_(std::move(directory)) {}

  std::string directory_;
};

}  // namespace goru::wasm
