// Installing packages and building images, as programs outside of any session do it.
#include "goru/packages.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <set>

#include "executor/executor_core.hpp"
#include "executor/image_path.hpp"
#include "executor/packages/package_check.hpp"
#include "executor/packages/provided_packages.hpp"
#include "executor/packages/session_packages.hpp"
#include "executor/packages/trimming.hpp"
#include "goru/images.hpp"
#include "guest/image_builder.hpp"
#include "packages/cancelled.hpp"
#include "packages/package_cache.hpp"
#include "packages/package_set.hpp"
#include "packages/resolver.hpp"
#include "support/file.hpp"
#include "wasi/packages/package_layer.hpp"

namespace goru {
namespace {

using packages::CachedPackage;
using packages::CanonicalName;
using packages::PackageSet;
using packages::Requirement;
using packages::SetPackage;

constexpr size_t kMaxRequirementsFile = size_t{4} << 20;

Expected<std::vector<Requirement>> ReadRequirements(const std::string& path) {
  auto text = support::ReadFile(path, kMaxRequirementsFile);
  if (!text) return Error{ErrorKind::kInvalidArgument, text.error().message};
  return packages::ParseRequirements({reinterpret_cast<const char*>(text->data()), text->size()}, path);
}

/// What is asked for now, without what earlier installations asked for.
Expected<std::vector<Requirement>> NewRequirements(const PackageInstallOptions& options) {
  std::vector<Requirement> out;
  for (const std::string& text : options.requirements) {
    auto requirement = packages::ParseRequirement(text);
    if (!requirement) return requirement.error();
    out.push_back(std::move(*requirement));
  }
  for (const std::string& path : options.requirement_files) {
    auto more = ReadRequirements(path);
    if (!more) return more.error();
    out.insert(out.end(), std::make_move_iterator(more->begin()), std::make_move_iterator(more->end()));
  }
  return out;
}

/// A newer requirement of the same name takes the place of an older one.
std::vector<Requirement> Join(const std::vector<std::string>& before, const std::vector<Requirement>& now) {
  std::set<std::string> named;
  for (const Requirement& requirement : now) named.insert(requirement.name);
  std::vector<Requirement> out;
  for (const std::string& text : before) {
    auto requirement = packages::ParseRequirement(text);
    if (requirement && !named.contains(requirement->name)) out.push_back(std::move(*requirement));
  }
  out.insert(out.end(), now.begin(), now.end());
  return out;
}

Expected<void> CheckIsPython(const Language& language) {
  if (language.is_python()) return {};
  return Error{ErrorKind::kInvalidArgument, "packages are Python's, and not for " + language.name()};
}

std::vector<InstalledPackage> Describe(const PackageSet& set) {
  std::set<std::string> asked;
  for (const std::string& text : set.requested) {
    if (const auto requirement = packages::ParseRequirement(text)) asked.insert(requirement->name);
  }
  std::vector<InstalledPackage> out;
  out.reserve(set.packages.size());
  for (const SetPackage& package : set.packages) {
    out.push_back(
        {package.name, package.version, package.sha256, package.native_removed, asked.contains(package.name)});
  }
  return out;
}

Expected<void> WriteLock(const std::string& path, const std::vector<CachedPackage>& packages) {
  std::string text = "# Exact versions and hashes of Python packages for goru: goru deps install --lock FILE\n";
  for (const CachedPackage& package : packages) {
    text += package.name + "==" + package.version + " --hash=sha256:" + package.sha256 + "\n";
  }
  const std::array<std::span<const uint8_t>, 1> parts = {
      std::span(reinterpret_cast<const uint8_t*>(text.data()), text.size())};
  return support::WriteFileAtomically(path, parts, 0644);
}

Expected<std::shared_ptr<internal::ExecutorCore>> MakeCheckExecutor(const PackageInstallOptions& options) {
  ExecutorConfig config;
  config.limits.warm_sandboxes = 0;
  config.image_directory = options.image_directory;
  config.image_file = options.image;
  config.cache_directory = options.compiled_cache_directory;
  config.progress = options.progress;
  return internal::ExecutorCore::Create(std::move(config));
}

Expected<std::vector<packages::Provided>> ProvidedByImage(const internal::ExecutorCore& executor,
                                                          const PackageInstallOptions& options) {
  const auto described = DescribeImage(options.image, options.image_directory);
  if (!described) return described.error();
  if (described->language != options.language.name()) {
    return Error{ErrorKind::kInvalidArgument,
                 described->path + " is an image of " + described->runtime + ", not of " + options.language.name()};
  }
  auto image = executor.OpenImage(options.language);
  if (!image) return image.error();
  return internal::ProvidedBy((*image)->packages());
}

/// What was asked for and is in the image is not in the directory.
void TellOfProvided(const std::vector<packages::Provided>& provided, const std::vector<Requirement>& wanted,
                    const PackageInstallOptions& options) {
  for (const Requirement& requirement : wanted) {
    const packages::Provided* present = packages::FindProvided(provided, requirement.name);
    if (present == nullptr) continue;
    const std::string line = "the image provides " + present->name + " " + present->version;
    if (options.notice) {
      options.notice(line);
    } else if (options.progress) {
      options.progress("note: " + line);
    }
  }
}

Expected<std::vector<CachedPackage>> Fetch(packages::Resolver& resolver, const PackageSet& before,
                                           const std::vector<Requirement>& wanted, bool upgrade) {
  std::vector<std::string> constraints;
  if (!upgrade) {
    for (const SetPackage& package : before.packages) constraints.push_back(package.name + "==" + package.version);
  }
  auto fetched = resolver.Fetch(wanted, constraints);
  // What is there does not fit what is wanted: then it changes.
  const bool again = !fetched && !constraints.empty() && fetched.error().kind != ErrorKind::kCancelled &&
                     fetched.error().kind != ErrorKind::kTimeout;
  return again ? resolver.Fetch(wanted, {}) : std::move(fetched);
}

Expected<void> Replace(const std::string& directory, const PackageSet& set, const std::vector<CachedPackage>& fetched,
                       packages::Resolver& resolver, const std::stop_token& stop) {
  auto staged = packages::StagedSet::Begin(directory, stop);
  if (!staged) return staged.error();
  for (const CachedPackage& package : fetched) {
    if (auto added = staged->Add(package); !added) return added.error();
  }
  if (auto checked = resolver.CheckImports(fetched, {staged->path()}); !checked) return checked.error();
  if (stop.stop_requested()) return packages::Cancelled();
  return staged->Commit(set);
}

}  // namespace

Expected<std::vector<InstalledPackage>> InstallPackages(const PackageInstallOptions& options) {
  if (auto python = CheckIsPython(options.language); !python) return python.error();
  auto now = NewRequirements(options);
  if (!now) return now.error();
  const bool from_lock = !options.lock_file.empty() && now->empty() && !options.upgrade;
  auto cache = packages::PackageCache::Open(options.cache_directory);
  if (!cache) return cache.error();
  const internal::Trimming trimming(*cache, options.cache_bytes);
  auto lock = packages::DirectoryLock::Take(options.directory, options.stop);
  if (!lock) return lock.error();
  auto before = packages::ReadPackageSet(options.directory);
  if (!before) return before.error();
  std::vector<Requirement> wanted = Join(before->requested, *now);
  if (from_lock) {
    auto locked = ReadRequirements(options.lock_file);
    if (!locked) return locked.error();
    wanted = std::move(*locked);
  }
  if (wanted.empty()) return Error{ErrorKind::kInvalidArgument, "no package is named"};

  auto executor = MakeCheckExecutor(options);
  if (!executor) return executor.error();
  constexpr auto kNoDeadline = std::chrono::steady_clock::time_point::max();
  internal::PackageCheck check(**executor, options.language, options.language.version(), kNoDeadline, options.stop);
  packages::ResolverOptions resolver_options;
  resolver_options.stop = options.stop;
  resolver_options.progress = options.progress;
  resolver_options.notice = options.notice;
  resolver_options.allow_old = options.allow_old;
  if (!options.image.empty()) {
    auto provided = ProvidedByImage(**executor, options);
    if (!provided) return provided.error();
    TellOfProvided(*provided, *now, options);
    resolver_options.provided = std::move(*provided);
  }
  packages::Resolver resolver(*cache, check, std::move(resolver_options));
  auto fetched = from_lock ? resolver.FetchLocked(wanted) : Fetch(resolver, *before, wanted, options.upgrade);
  if (!fetched) return fetched.error();
  std::sort(fetched->begin(), fetched->end(),
            [](const CachedPackage& a, const CachedPackage& b) { return a.name < b.name; });
  PackageSet set;
  set.python = options.language.version();
  for (const Requirement& requirement : wanted) {
    set.requested.push_back(from_lock ? requirement.name + requirement.specifier : requirement.ToString());
  }
  for (const CachedPackage& package : *fetched) {
    set.packages.push_back(
        {package.name, package.version, package.sha256, package.native_removed, package.requires_names, {}});
  }
  if (auto replaced = Replace(options.directory, set, *fetched, resolver, options.stop); !replaced) {
    return replaced.error();
  }
  if (!options.lock_file.empty() && !from_lock) {
    if (auto written = WriteLock(options.lock_file, *fetched); !written) return written.error();
  }
  return Describe(set);
}

Expected<std::vector<InstalledPackage>> ListPackages(const std::string& directory) {
  auto set = packages::ReadPackageSet(directory);
  if (!set) return set.error();
  return Describe(*set);
}

Expected<std::vector<std::string>> RemovePackages(const std::string& directory, const std::vector<std::string>& names) {
  auto lock = packages::DirectoryLock::Take(directory, {});
  if (!lock) return lock.error();
  auto before = packages::ReadPackageSet(directory);
  if (!before) return before.error();
  std::set<std::string> gone;
  for (const std::string& name : names) {
    const auto canonical = CanonicalName(name);
    const auto found = std::find_if(before->packages.begin(), before->packages.end(),
                                    [&canonical](const SetPackage& p) { return canonical && p.name == *canonical; });
    if (found == before->packages.end()) {
      std::string message = name;
      message.append(" is not installed in ").append(directory);
      return Error{ErrorKind::kInvalidArgument, std::move(message)};
    }
    gone.insert(*canonical);
  }
  // What is still asked for, and all that it leads to. Conditions are not looked at: rather one too many stays.
  PackageSet after;
  after.python = before->python;
  std::vector<std::string> reach;
  for (const std::string& text : before->requested) {
    const auto requirement = packages::ParseRequirement(text);
    if (!requirement || gone.contains(requirement->name)) continue;
    after.requested.push_back(text);
    reach.push_back(requirement->name);
  }
  std::set<std::string> kept;
  while (!reach.empty()) {
    const std::string name = std::move(reach.back());
    reach.pop_back();
    const auto found = std::find_if(before->packages.begin(), before->packages.end(),
                                    [&name](const SetPackage& p) { return p.name == name; });
    if (found == before->packages.end() || !kept.insert(name).second) continue;
    for (const std::string& needed : found->requires_names) {
      if (gone.contains(needed)) {
        std::string message = needed;
        message.append(" is needed by ").append(name).append("; remove that one as well");
        return Error{ErrorKind::kInvalidArgument, std::move(message)};
      }
      reach.push_back(needed);
    }
  }
  auto staged = packages::StagedSet::Begin(directory, {});
  if (!staged) return staged.error();
  std::vector<std::string> removed;
  for (const SetPackage& package : before->packages) {
    if (!kept.contains(package.name)) {
      removed.push_back(package.name);
      continue;
    }
    after.packages.push_back(package);
  }
  if (auto copied = staged->AddPresent(after.packages); !copied) return copied.error();
  if (auto committed = staged->Commit(after); !committed) return committed.error();
  return removed;
}

Expected<PackageCacheContents> DescribePackageCache(const std::string& cache_directory) {
  auto cache = packages::PackageCache::Open(cache_directory);
  if (!cache) return cache.error();
  try {
    const packages::CacheContents contents = cache->Contents();
    return PackageCacheContents{cache->directory(), contents.wheels, contents.packages, contents.bytes};
  } catch (const std::exception& error) {
    return Error{ErrorKind::kUnavailable, "cannot read " + cache->directory() + ": " + error.what()};
  }
}

Expected<uint64_t> PrunePackageCache(const std::string& cache_directory, uint64_t most) {
  auto cache = packages::PackageCache::Open(cache_directory);
  if (!cache) return cache.error();
  return cache->Trim(most);
}

Expected<uint64_t> ClearPackageCache(const std::string& cache_directory) {
  return PrunePackageCache(cache_directory, 0);
}

Expected<void> BuildPythonImage(const ImageBuildOptions& options) {
  for (const std::string& name : options.imports) {
    const bool plain = !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
    });
    if (!plain) return Error{ErrorKind::kInvalidArgument, "'" + name + "' is not a module's name"};
  }
  if (auto python = CheckIsPython(options.language); !python) return python;
  const auto path = options.image.empty() ? internal::ImagePath(options.language, options.image_directory)
                                          : internal::NamedImage(options.image, options.image_directory);
  if (!path) return path.error();
  auto loader = guest::Loader::Create({});
  // A cache that cannot be used only costs time here.
  guest::Loader::Options without;
  without.disk_cache = false;
  if (!loader) loader = guest::Loader::Create(without);
  if (!loader) return loader.error();
  auto base = (*loader)->Open(*path);
  if (!base) return base.error();
  const guest::ImageInfo& info = (*base)->info();
  if (info.language != options.language.name() || info.variant != options.language.version()) {
    return Error{ErrorKind::kInvalidArgument, *path + " is an image of " + info.language + " " + info.version +
                                                  ", not " + options.language.image() +
                                                  "; choose that one with --lang"};
  }
  std::vector<std::shared_ptr<const wasi::PackageLayer>> layers;
  if ((*base)->packages()) layers.push_back((*base)->packages());
  for (const std::string& directory : options.packages) {
    auto opened = internal::OpenPackages(directory);
    if (!opened) return opened.error();
    if (auto fits = internal::CheckPython(*opened, info.packages); !fits) return fits;
    layers.push_back(std::move(opened->layer));
  }
  std::vector<ProvidedPackage> provides;
  for (packages::Provided& package : internal::ProvidedBy(layers)) {
    provides.push_back({std::move(package.name), std::move(package.version)});
  }
  guest::Job job;
  job.name = "<goru image>";
  job.code = "install_pkg.__globals__['_keep_imports']([";
  for (const std::string& name : options.imports) job.code += "'" + name + "', ";
  job.code += "])";
  return guest::ExtendImage(**loader, **base, layers, std::move(provides), job, options.output);
}

}  // namespace goru
