// From requirements to packages that work in the sandbox.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "goru/error.hpp"
#include "packages/names.hpp"
#include "packages/package_cache.hpp"
#include "packages/pip.hpp"
#include "packages/provided.hpp"
#include "packages/sandbox_check.hpp"

namespace goru::packages {

struct ResolverOptions {
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
  std::stop_token stop;
  std::function<void(std::string_view)> progress;
  /// What people should know when it is done. Empty: `progress` is told.
  std::function<void(std::string_view)> notice;
  /// Takes versions that are more than one major version behind.
  bool allow_old = false;
  /// Uses what pip answered in the last day.
  bool use_answers = false;
  /// What the sandboxes' image holds: taken as present, in these versions and no others.
  std::vector<Provided> provided;
};

/// For one installation.
class Resolver {
 public:
  Resolver(const PackageCache& cache, SandboxCheck& check, ResolverOptions options)
      : cache_(cache), check_(check), options_(std::move(options)) {}

  /// All that the requirements need and the image does not provide, unpacked in the cache. `constraints` are versions
  /// that are kept where they can be.
  Expected<std::vector<CachedPackage>> Fetch(const std::vector<Requirement>& requirements,
                                             const std::vector<std::string>& constraints);

  /// Exactly these, each with its hash, and pip only for wheels that the cache does not have.
  Expected<std::vector<CachedPackage>> FetchLocked(const std::vector<Requirement>& locked);

  /// Imports what each package offers, in sandboxes that have these directories.
  Expected<void> CheckImports(const std::vector<CachedPackage>& packages, const std::vector<std::string>& directories);

 private:
  void Say(const std::string& line) const;
  Expected<void> StartPip();
  Expected<std::vector<CachedPackage>> Solve(const std::vector<Requirement>& requirements,
                                             const std::vector<std::string>& constraints);
  /// One answer of pip's in which everything is pure, or works without its native files.
  Expected<std::vector<Resolved>> SolveOnce(const std::vector<Requirement>& requirements,
                                            const std::vector<std::string>& constraints);
  /// Imports what the cache does not know yet. The first package that fails, with its reason; nothing: all work.
  struct Broken {
    Resolved package;
    std::string why;
  };
  Expected<std::optional<Broken>> TryImports(std::vector<Resolved>& resolved);
  /// Writes a wheel's files where they can be tried: not compiled and not kept. The directory, and the modules.
  Expected<std::string> Lay(const Resolved& package, const std::string& wheel, std::vector<std::string>& modules);
  /// The wheel of each package in the cache, downloaded where it was not there; its path by the package's name. Fills
  /// in hashes that pip did not know.
  Expected<std::map<std::string, std::string>> FetchWheels(std::vector<Resolved>& resolved, WheelKind kind);
  /// Unpacked and compiled.
  Expected<std::vector<CachedPackage>> Unpack(std::vector<Resolved> resolved, WheelKind kind);
  /// Puts wheels that work without their native files into a directory for pip to choose from.
  Expected<void> TryFallbacks(std::vector<Resolved> resolved);
  /// The first package that is more than one major version older than it would be elsewhere.
  const Resolved* FarBehind(const std::vector<Resolved>& resolved) const;
  /// Tells of packages that are a major version behind.
  void TellOfOld(const std::vector<Resolved>& resolved, const std::optional<Error>& first) const;
  /// Why newer versions do not work: what needs native code, or the first import that failed.
  std::string WhyOld(const std::optional<Error>& first) const;
  Error Explain(Error error, const std::vector<Requirement>& requirements) const;
  /// Why `name` cannot work in the sandbox; null where it may, or is there already.
  const char* WhyNot(const std::string& name) const;
  Error Unsupported(const std::string& name, const char* why) const;
  /// One question to pip; what the image provides is no part of the answer.
  Expected<std::vector<Resolved>> AskPip(const std::vector<std::string>& lines,
                                         const std::vector<std::string>& constraints, WheelKind kind);

  const PackageCache& cache_;
  SandboxCheck& check_;
  ResolverOptions options_;
  /// Wheels in the cache that are in use here.
  std::vector<CacheHold> holds_;
  std::optional<PackageCache::Scratch> scratch_;
  std::optional<Pip> pip_;
  /// Wheels that stand for what is provided, and the constraints that go with them.
  std::string stand_ins_;
  std::vector<std::string> provided_;
  /// Wheels with a fallback in Python, renamed so that pip takes them for pure ones.
  std::string links_;
  /// Names and versions in there.
  std::set<std::string> working_;
  /// Versions that the requirements would bring elsewhere, by name.
  std::map<std::string, std::string> newest_;
  /// What needs native code, and why it is thought so.
  std::map<std::string, std::string> native_reasons_;
};

/// What a package offers for importing, without tests, examples and private names.
std::vector<std::string> PublicModules(const std::vector<std::string>& modules);

}  // namespace goru::packages
