// The end of an installation, for the cache.
#pragma once

#include <cstdint>

#include "packages/package_cache.hpp"

namespace goru::internal {

/// Brings the cache down to what it may take when an installation that added to it has ended, however it did. Made
/// before anything is held of the cache.
class Trimming {
 public:
  /// `cache` outlives it.
  Trimming(const packages::PackageCache& cache, uint64_t most) noexcept : cache_(cache), most_(most) {}
  Trimming(const Trimming&) = delete;
  Trimming& operator=(const Trimming&) = delete;
  ~Trimming() {
    // Looking at all of it takes milliseconds, which an install_pkg of what is there need not.
    if (cache_.changed()) (void)cache_.Trim(most_);
  }

 private:
  const packages::PackageCache& cache_;
  const uint64_t most_;
};

}  // namespace goru::internal
