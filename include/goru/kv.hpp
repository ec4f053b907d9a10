// Key-value stores of sandboxed code.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "goru/error.hpp"
#include "goru/limits.hpp"

namespace goru {

namespace internal {
class KVBackend;
}

/// JSON values under string keys. A handle: copies mean the same store. Thread-safe; several sessions may use one
/// store at the same time, and several processes one file. Errors: kInvalidArgument for keys and values that its limits
/// or JSON do not allow, kUnavailable for a store that is full or cannot be reached, kForked in a child of the process
/// that made it: open it again there.
class KVStore {
 public:
  /// A store in memory that lives as long as a handle of it.
  static KVStore InMemory(const KVLimits& limits = {});

  /// A store kept in a SQLite file, which is made (mode 0600) where there is none. A change that was acknowledged
  /// survives the death of the process at any moment. kInvalidArgument: the file is something else.
  static Expected<KVStore> Open(const std::string& path, const KVLimits& limits = {});

  /// The JSON text under `key`, or nothing.
  Expected<std::optional<std::string>> Get(std::string_view key) const;
  /// `json` is one JSON value as text; it comes back byte for byte.
  Expected<void> Set(std::string_view key, std::string_view json);
  /// Whether there was one.
  Expected<bool> Delete(std::string_view key);
  /// In the order of their bytes.
  Expected<std::vector<std::string>> Keys() const;

  /// Whether calls may wait for a disk or for another process.
  bool blocks() const noexcept;

  /// Whether both are the same store.
  friend bool operator==(const KVStore&, const KVStore&) = default;

 private:
  explicit KVStore(std::shared_ptr<internal::KVBackend> backend) noexcept : backend_(std::move(backend)) {}
  std::shared_ptr<internal::KVBackend> backend_;
};

/// The kv policy of one session. Set through SessionOption.
struct KVConfig {
  bool enabled = false;
  /// The store, which others may use as well. Nothing: one of the session's own.
  std::optional<KVStore> store;
  /// Where the session's own store is kept (KVStore::Open). Empty: in memory, gone with the session.
  std::string file;
};

}  // namespace goru
