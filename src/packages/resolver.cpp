#include "packages/resolver.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "packages/unsupported.hpp"

namespace goru::packages {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

bool IsPure(const Resolved& package) {
  const auto name = ParseWheelName(package.file_name);
  return name && name->pure();
}

Error Unsupported(const std::string& name, const char* why) {
  return Error{ErrorKind::kInvalidArgument, name + " cannot work in the sandbox: " + why};
}

/// What decides pip's answer besides the question.
std::string PipSettings() {
  std::string text;
  for (const char* name : {"PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "PIP_NO_INDEX", "PIP_CONFIG_FILE",
                           "PIP_CONSTRAINT", "PIP_PRE", "GORU_INSTALLER"}) {
    const char* value = std::getenv(name);
    text += std::string(name) + "=" + (value == nullptr ? "" : value) + "\n";
  }
  return text;
}

}  // namespace

std::vector<std::string> PublicModules(const CachedPackage& package) {
  std::vector<std::string> out;
  for (const std::string& module : package.modules) {
    const bool aside = module == "tests" || module == "test" || module == "docs" || module == "examples" ||
                       module == "benchmarks" || module == "scripts";
    if (!module.starts_with('_') && !aside) out.push_back(module);
  }
  // One that has private names only is meant to be imported all the same.
  return out.empty() ? package.modules : out;
}

void Resolver::Say(const std::string& line) const {
  if (options_.progress) options_.progress(line);
}

Expected<void> Resolver::StartPip() {
  if (pip_) return {};
  if (!scratch_) {
    auto scratch = cache_.NewScratch();
    if (!scratch) return scratch.error();
    scratch_.emplace(std::move(*scratch));
  }
  auto pip = Pip::Find(scratch_->path(), options_.deadline, options_.stop);
  if (!pip) return pip.error();
  pip_.emplace(std::move(*pip));
  return {};
}

Expected<std::vector<CachedPackage>> Resolver::Unpack(const std::vector<Resolved>& resolved, WheelKind kind) {
  std::vector<CachedPackage> out;
  std::vector<Resolved> missing;
  std::map<std::string, std::string> wheels;
  for (const Resolved& package : resolved) {
    if (auto known = package.sha256.empty() ? std::nullopt : cache_.FindPackage(package.sha256)) {
      out.push_back(std::move(*known));
    } else if (std::string wheel = package.sha256.empty() ? "" : cache_.FindWheel(package.sha256); !wheel.empty()) {
      wheels[package.name] = std::move(wheel);
    } else {
      missing.push_back(package);
    }
  }
  if (!missing.empty()) {
    Say("downloading " + std::to_string(missing.size()) + (missing.size() == 1 ? " wheel" : " wheels"));
    if (auto started = StartPip(); !started) return started.error();
    auto downloaded = pip_->Download(missing, kind);
    if (!downloaded) return downloaded.error();
    wheels.merge(*downloaded);
  }
  for (const Resolved& package : resolved) {
    const auto found = wheels.find(package.name);
    if (found == wheels.end()) continue;
    if (options_.stop.stop_requested()) {
      return Error{ErrorKind::kCancelled, "the installation was interrupted; nothing has changed"};
    }
    const std::string file_name = fs::path(found->second).filename().string();
    auto wheel = ReadWheel(found->second);
    if (!wheel) return wheel.error();
    if (!package.sha256.empty() && wheel->sha256 != package.sha256) {
      return Error{ErrorKind::kUnavailable, file_name + " does not have the hash that was asked for"};
    }
    Say("compiling " + wheel->name + " " + package.version);
    if (auto kept = cache_.AddWheel(found->second, wheel->sha256); !kept) return kept.error();
    auto added = cache_.AddPackage(*wheel, file_name, check_);
    if (!added) return added.error();
    out.push_back(std::move(*added));
  }
  return out;
}

Expected<void> Resolver::TryFallbacks(const std::vector<Resolved>& resolved, std::vector<Resolved>& native) {
  std::vector<Resolved> pure;
  std::vector<Resolved> left;
  for (const Resolved& package : resolved) {
    if (IsPure(package)) pure.push_back(package);
  }
  std::vector<Resolved> candidates;
  for (const Resolved& package : native) {
    // Also with a wheel for every platform, pip prefers the faster native one.
    if (auto same = pip_->Download({Resolved{package.name, package.version, "", "", false}}, WheelKind::kPure))
      continue;
    if (options_.stop.stop_requested()) return Error{ErrorKind::kCancelled, "the installation was interrupted"};
    if (const char* why = WhyUnsupported(package.name)) {
      native_reasons_[package.name] = why;
      left.push_back(package);
      continue;
    }
    candidates.push_back(package);
  }
  auto unpacked = Unpack(candidates, WheelKind::kAny);
  if (!unpacked) return unpacked.error();
  if (!unpacked->empty()) {
    auto others = Unpack(pure, WheelKind::kPure);
    if (!others) return others.error();
    std::vector<std::string> directories;
    for (const CachedPackage& package : *unpacked) directories.push_back(package.directory);
    for (const CachedPackage& package : *others) directories.push_back(package.directory);
    for (const CachedPackage& package : *unpacked) {
      Say("checking whether " + package.name + " works without its native code");
      const auto modules = PublicModules(package);
      const auto imported = modules.empty() ? Expected<void>(Error{ErrorKind::kUnavailable, "nothing is left of it"})
                                            : check_.Import(directories, modules);
      if (!imported && imported.error().kind == ErrorKind::kCancelled) return imported.error();
      if (!imported) {
        native_reasons_[package.name] = "it needs its native code (" + imported.error().message + ")";
        const auto found = std::find_if(candidates.begin(), candidates.end(),
                                        [&package](const Resolved& item) { return item.name == package.name; });
        if (found != candidates.end()) left.push_back(*found);
        continue;
      }
      links_ = scratch_->path() + "/links";
      std::error_code failed;
      fs::create_directories(links_, failed);
      const size_t version_end = package.file_name.find('-', package.file_name.find('-') + 1);
      fs::copy_file(cache_.FindWheel(package.sha256),
                    links_ + "/" + package.file_name.substr(0, version_end) + "-py3-none-any.whl",
                    fs::copy_options::overwrite_existing, failed);
      if (failed) return Error{ErrorKind::kUnavailable, "cannot write to " + links_ + ": " + failed.message()};
    }
  }
  native = std::move(left);
  return {};
}

Error Resolver::Explain(Error error, const std::vector<Requirement>& requirements) const {
  if (native_reasons_.empty()) return error;
  std::string text;
  for (const Requirement& requirement : requirements) text += (text.empty() ? "" : ", ") + requirement.ToString();
  text += " cannot be installed:";
  for (const auto& [name, why] : native_reasons_) text += " " + name + ": " + why + ";";
  return Error{ErrorKind::kInvalidArgument, text + " " + kNativeHint + " (" + error.message + ")"};
}

Expected<std::vector<CachedPackage>> Resolver::Solve(const std::vector<Requirement>& requirements,
                                                     const std::vector<std::string>& constraints) {
  std::vector<std::string> lines;
  for (const Requirement& requirement : requirements) lines.push_back(requirement.ToString());
  if (auto started = StartPip(); !started) return started.error();
  Say("resolving " + std::to_string(lines.size()) + (lines.size() == 1 ? " requirement" : " requirements"));
  auto resolved = pip_->Resolve(lines, constraints, WheelKind::kAny, "");
  if (!resolved) return resolved.error();
  std::vector<Resolved> native;
  for (const Resolved& package : *resolved) {
    if (!IsPure(package)) native.push_back(package);
  }
  if (!native.empty()) {
    const size_t wanted = native.size();
    if (auto tried = TryFallbacks(*resolved, native); !tried) return tried.error();
    Say("resolving again with " + std::to_string(wanted - native.size()) + " of " + std::to_string(wanted) +
        " native packages that work without native code");
    resolved = pip_->Resolve(lines, constraints, WheelKind::kPure, links_);
    if (!resolved && resolved.error().kind == ErrorKind::kUnavailable) return Explain(resolved.error(), requirements);
    if (!resolved) return resolved.error();
  }
  for (Resolved& package : *resolved) {
    if (const char* why = WhyUnsupported(package.name)) {
      return Error{ErrorKind::kInvalidArgument, "a package of these needs " + Unsupported(package.name, why).message};
    }
    if (package.yanked)
      Say("warning: " + package.name + " " + package.version + " was withdrawn by its makers (yanked)");
    const std::string link = links_.empty() ? "" : links_ + "/" + package.file_name;
    std::error_code failed;
    if (link.empty() || !fs::exists(link, failed)) continue;
    // Found again by its content.
    auto wheel = ReadWheel(link);
    if (wheel) package.sha256 = wheel->sha256;
  }
  return Unpack(*resolved, WheelKind::kPure);
}

Expected<std::vector<CachedPackage>> Resolver::Fetch(const std::vector<Requirement>& requirements,
                                                     const std::vector<std::string>& constraints) {
  std::string question = PipSettings();
  for (const Requirement& requirement : requirements) {
    if (const char* why = WhyUnsupported(requirement.name)) return Unsupported(requirement.name, why);
    question += requirement.ToString() + "\n";
  }
  for (const std::string& constraint : constraints) question += "-c " + constraint + "\n";
  if (options_.use_answers) {
    const json answer = json::parse(cache_.FindAnswer(question), nullptr, false);
    std::vector<CachedPackage> known;
    bool complete = answer.is_array() && !answer.empty();
    for (const json& hash : complete ? answer : json::array()) {
      auto package = hash.is_string() ? cache_.FindPackage(hash.get<std::string>()) : std::nullopt;
      complete = complete && package.has_value();
      if (package) known.push_back(std::move(*package));
    }
    if (complete) return known;
  }
  auto packages = Solve(requirements, constraints);
  if (!packages) return packages.error();
  std::sort(packages->begin(), packages->end(),
            [](const CachedPackage& a, const CachedPackage& b) { return a.name < b.name; });
  json answer = json::array();
  for (const CachedPackage& package : *packages) {
    answer.push_back(package.sha256);
    for (const Requirement& requirement : requirements) {
      const auto& hashes = requirement.hashes;
      const bool accepted = requirement.name != package.name || hashes.empty() ||
                            std::find(hashes.begin(), hashes.end(), "sha256:" + package.sha256) != hashes.end();
      if (!accepted) {
        return Error{ErrorKind::kUnavailable,
                     package.file_name + " has none of the hashes that the requirements file names"};
      }
    }
  }
  cache_.AddAnswer(question, answer.dump());
  return packages;
}

Expected<std::vector<CachedPackage>> Resolver::FetchLocked(const std::vector<Requirement>& locked) {
  std::vector<CachedPackage> out;
  for (const Requirement& requirement : locked) {
    constexpr std::string_view kExactly = "==";
    if (!requirement.specifier.starts_with(kExactly) || requirement.hashes.empty()) {
      return Error{ErrorKind::kInvalidArgument,
                   "the lock file names no exact version or no hash for " + requirement.name + "; write it again"};
    }
    Resolved wanted;
    wanted.name = requirement.name;
    wanted.version = requirement.specifier.substr(kExactly.size());
    wanted.sha256 = requirement.hashes[0].substr(std::string_view("sha256:").size());
    auto unpacked = Unpack({wanted}, WheelKind::kAny);
    if (!unpacked) return unpacked.error();
    if (unpacked->size() != 1 || (*unpacked)[0].name != wanted.name) {
      return Error{ErrorKind::kUnavailable, "the hash of " + wanted.name + " in the lock file is another package's"};
    }
    out.push_back(std::move((*unpacked)[0]));
  }
  return out;
}

Expected<void> Resolver::CheckImports(const std::vector<CachedPackage>& packages,
                                      const std::vector<std::string>& directories) {
  for (const CachedPackage& package : packages) {
    const auto modules = PublicModules(package);
    if (modules.empty()) continue;
    Say("checking " + package.name + " " + package.version);
    const auto imported = check_.Import(directories, modules);
    if (imported) continue;
    if (imported.error().kind == ErrorKind::kCancelled) return imported.error();
    return Error{ErrorKind::kInvalidArgument, package.name + " " + package.version +
                                                  " cannot be imported in the sandbox: " + imported.error().message +
                                                  "; " + kNativeHint};
  }
  return {};
}

}  // namespace goru::packages
