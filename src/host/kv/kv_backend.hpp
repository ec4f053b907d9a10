// Where a key-value store keeps its entries.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "goru/error.hpp"
#include "goru/limits.hpp"
#include "support/process_generation.hpp"

namespace goru::internal {

/// Thread-safe. Keys and values have been checked; how much a store holds is for it to check, together with the change.
class KVBackend {
 public:
  virtual ~KVBackend() = default;

  /// Where this is another process, nothing else may be called but limits() and blocks().
  const support::Origin& origin() const noexcept { return origin_; }

  virtual Expected<std::optional<std::string>> Get(std::string_view key) = 0;
  /// kUnavailable, and nothing changed, where the store is full.
  virtual Expected<void> Set(std::string_view key, std::string_view json) = 0;
  virtual Expected<bool> Delete(std::string_view key) = 0;
  virtual Expected<std::vector<std::string>> Keys() = 0;

  virtual const KVLimits& limits() const noexcept = 0;
  /// Whether a call may wait for a disk or another process.
  virtual bool blocks() const noexcept = 0;

 private:
  const support::Origin origin_;
};

/// The error of a store that cannot take a change which would leave it with so many entries and bytes; none where it
/// can.
Expected<void> CheckRoom(const KVLimits& limits, size_t entries, size_t bytes);

}  // namespace goru::internal
