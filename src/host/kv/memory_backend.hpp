// A key-value store in memory.
#pragma once

#include <memory>

#include "host/kv/kv_backend.hpp"

namespace goru::internal {

std::shared_ptr<KVBackend> NewMemoryBackend(const KVLimits& limits);

}  // namespace goru::internal
