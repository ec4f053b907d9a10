// install_pkg: packages that code in a sandbox asks for.
#pragma once

#include <memory>

#include "goru/error.hpp"
#include "goru/limits.hpp"
#include "goru/packages.hpp"
#include "host/module.hpp"
#include "host/worker_pool.hpp"

namespace goru::host::packages {

extern const ModuleKind module_kind;

/// Installs on `threads`, which must not end before the executor is closed: what waits for its turn, for a lock or for
/// pip holds no thread of others. kInvalidArgument: an allowed name is no package's name.
Expected<std::unique_ptr<Module>> CreatePackagesModule(const PackagesConfig& config, const PackageLimits& limits,
                                                       Install install, const std::shared_ptr<WorkerPool>& threads);

}  // namespace goru::host::packages
