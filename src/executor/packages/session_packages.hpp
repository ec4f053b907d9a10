// What /packages shows in a session, and what may be installed into it.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "goru/language.hpp"
#include "goru/options.hpp"
#include "host/module.hpp"
#include "wasi/packages/package_view.hpp"

namespace goru::internal {

class ExecutorCore;

struct SessionPackages {
  /// Null: nothing is shown and nothing can be.
  std::shared_ptr<wasi::PackageView> view;
  /// Empty: nothing may be installed.
  host::packages::Install install;
};

/// A directory with packages.
struct PackageDirectory {
  std::string path;
  /// The version of Python that they were installed for; empty: any.
  std::string python;
  std::shared_ptr<const wasi::PackageLayer> layer;
};
/// kUnavailable: it cannot be opened.
Expected<PackageDirectory> OpenPackages(const std::string& path);
/// kInvalidArgument: the packages are for another Python than this one.
Expected<void> CheckPython(const PackageDirectory& directory, const Language& language);

/// `built_in` is what the session's image holds itself (may be null), `shared` what the executor's sessions all have.
/// kInvalidArgument, kUnavailable: a directory cannot be used, or packages were given to a language without them.
Expected<SessionPackages> MakeSessionPackages(const std::shared_ptr<ExecutorCore>& executor, const Language& language,
                                              const SessionConfig& config,
                                              const std::shared_ptr<const wasi::PackageLayer>& built_in,
                                              std::span<const PackageDirectory> shared);

/// Where an executor with this configuration keeps packages; empty: the user's cache directory.
std::string PackageCacheDirectory(const std::string& cache_directory);

}  // namespace goru::internal
