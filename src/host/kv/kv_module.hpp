// kv as guests see it.
#pragma once

#include <memory>

#include "goru/error.hpp"
#include "goru/kv.hpp"
#include "goru/limits.hpp"
#include "host/module.hpp"

namespace goru::host::kv {

extern const ModuleKind module_kind;

/// The module over the store of one session; `limits` are those of a store that is made for it.
Expected<std::unique_ptr<Module>> CreateKVModule(const KVConfig& config, const KVLimits& limits);

}  // namespace goru::host::kv
