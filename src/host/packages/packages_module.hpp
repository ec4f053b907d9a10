// install_pkg: packages that code in a sandbox asks for.
#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "goru/error.hpp"
#include "goru/limits.hpp"
#include "goru/packages.hpp"
#include "host/module.hpp"
#include "packages/names.hpp"

namespace goru::host::packages {

/// Makes all of the requirements importable in the session, and nothing else of what was installed before. Blocks; ends
/// soon after `stop`.
using Install = std::function<Expected<std::vector<InstalledPackage>>(
    const std::vector<goru::packages::Requirement>& requirements, const std::stop_token& stop)>;

/// kInvalidArgument: an allowed name is no package's name.
Expected<std::unique_ptr<Module>> CreatePackagesModule(const PackagesConfig& config, const PackageLimits& limits,
                                                       Install install);

}  // namespace goru::host::packages
