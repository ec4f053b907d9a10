#include "executor/packages/session_packages.hpp"

#include <chrono>

#include "executor/executor_core.hpp"
#include "executor/packages/disk_threads.hpp"
#include "executor/packages/package_check.hpp"
#include "executor/packages/provided_packages.hpp"
#include "executor/packages/trimming.hpp"
#include "packages/package_cache.hpp"
#include "packages/package_set.hpp"
#include "packages/resolver.hpp"

namespace goru::internal {
namespace {

using packages::CachedPackage;
using packages::Requirement;

/// One install_pkg.
Expected<std::vector<InstalledPackage>> Install(ExecutorCore& executor, const Language& language,
                                                const std::string& python,
                                                const std::shared_ptr<const wasi::PackageLayer>& built_in,
                                                wasi::PackageView& view, const PackageLimits& limits,
                                                const std::vector<Requirement>& requirements,
                                                const std::stop_token& stop) {
  const ExecutorConfig& config = executor.config();
  if (!config.disk_cache) {
    return Error{ErrorKind::kUnavailable, "install_pkg needs a cache directory (WithDiskCache, without --no-cache)"};
  }
  auto cache = packages::PackageCache::Open(PackageCacheDirectory(config.cache_directory));
  if (!cache) return cache.error();
  const Trimming trimming(*cache, config.limits.package_cache_bytes);
  const auto deadline = std::chrono::steady_clock::now() + limits.install_timeout;
  PackageCheck check(executor, language, python, deadline, stop);
  packages::ResolverOptions options;
  options.deadline = deadline;
  options.stop = stop;
  options.use_answers = true;
  options.provided = ProvidedBy(built_in);
  const std::vector<packages::Provided> provided = options.provided;
  packages::Resolver resolver(*cache, check, std::move(options));
  auto fetched = resolver.Fetch(requirements, {});
  if (!fetched) return fetched.error();
  std::vector<std::string> directories;
  std::string checked = "imports " + python + "\n";
  if (!provided.empty()) checked += "provided " + packages::ListProvided(provided) + "\n";
  for (const CachedPackage& package : *fetched) {
    directories.push_back(package.directory);
    checked += package.sha256 + "\n";
  }
  // The same packages together were imported before, whoever asked for them.
  if (cache->FindAnswer(checked).empty()) {
    if (auto imported = resolver.CheckImports(*fetched, directories); !imported) return imported.error();
    cache->AddAnswer(checked, "true");
  }
  wasi::PackageView::Layers layers;
  std::vector<InstalledPackage> out;
  for (const CachedPackage& package : *fetched) {
    // Held, so that the cache keeps it as long as the session shows it.
    layers.push_back(wasi::PackageDirectoryOf(package.hold));
    out.push_back({package.name, package.version, package.sha256, package.native_removed, false});
  }
  view.SetTopLayers(layers);
  // What was asked for and is in the image is there as well.
  for (const Requirement& requirement : requirements) {
    const packages::Provided* present = packages::FindProvided(provided, requirement.name);
    if (present != nullptr) out.push_back({present->name, present->version, {}, false, false});
  }
  return out;
}

}  // namespace

std::string PackageCacheDirectory(const std::string& cache_directory) {
  return cache_directory.empty() ? std::string() : cache_directory + "/packages";
}

Expected<PackageDirectory> OpenPackages(const std::string& path) {
  auto layer = wasi::OpenPackageDirectory(path);
  if (!layer) return layer.error();
  return PackageDirectory{path, packages::PythonOfPackages(path), std::move(*layer)};
}

Expected<void> CheckPython(const PackageDirectory& directory, const std::string& version) {
  const std::string& python = directory.python;
  if (python.empty() || python == version) return {};
  return Error{ErrorKind::kInvalidArgument, directory.path + " holds packages for Python " + python + ", not " +
                                                version + "; choose that version (-l python" + python +
                                                ") or install them for this one (goru deps install --lang python" +
                                                version + " --upgrade)"};
}

Expected<SessionPackages> MakeSessionPackages(const std::shared_ptr<ExecutorCore>& executor, const Language& language,
                                              const SessionConfig& config, const guest::SandboxFactory& factory,
                                              std::span<const PackageDirectory> shared) {
  const PackagesConfig& wanted = config.packages;
  const bool installs = wanted.allow_any || !wanted.allowed.empty();
  SessionPackages out;
  const std::string& python = factory.info().packages;
  if (python.empty()) {
    if (!installs && wanted.directories.empty()) return out;
    return Error{ErrorKind::kInvalidArgument, language.name() +
                                                  " has no packages; bundle them into the code (WithSessionPackages, "
                                                  "--packages, --allow-pkg are for Python)"};
  }
  const auto& built_in = factory.packages();
  wasi::PackageView::Layers layers;
  if (built_in) layers.push_back(built_in);
  for (const std::string& directory : wanted.directories) {
    auto opened = OpenPackages(directory);
    if (!opened) return opened.error();
    if (auto fits = CheckPython(*opened, python); !fits) return fits.error();
    layers.push_back(std::move(opened->layer));
  }
  for (const PackageDirectory& directory : shared) {
    if (auto fits = CheckPython(directory, python); !fits) return fits.error();
    layers.push_back(directory.layer);
  }
  if (layers.empty() && !installs) return out;
  // What the image has seen counts as one, and anything else on top as another.
  const uint64_t generation = (built_in ? 1U : 0U) + (layers.size() > (built_in ? 1U : 0U) ? 1U : 0U);
  wasi::PackageViewLimits limits;
  limits.open_files = config.limits.packages.open_files;
  limits.file_bytes = config.limits.packages.file_bytes;
  out.view = std::make_shared<wasi::PackageView>(std::move(layers), generation, limits, MakeDiskThreads(executor));
  if (!installs) return out;
  out.install = [weak = std::weak_ptr(executor), language, python, built_in, view = out.view,
                 package_limits = config.limits.packages](
                    const std::vector<Requirement>& requirements,
                    const std::stop_token& stop) -> Expected<std::vector<InstalledPackage>> {
    const auto core = weak.lock();
    if (!core) return Error{ErrorKind::kUnavailable, "the executor is closed"};
    return Install(*core, language, python, built_in, *view, package_limits, requirements, stop);
  };
  return out;
}

}  // namespace goru::internal
