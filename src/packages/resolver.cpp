#include "packages/resolver.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "packages/digest.hpp"
#include "packages/unsupported.hpp"
#include "packages/wheel.hpp"
#include "support/file.hpp"

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

Error Cancelled() { return Error{ErrorKind::kCancelled, "the installation was interrupted; nothing has changed"}; }

Expected<std::string> HashOfWheel(const std::string& path) {
  auto content = support::ReadFile(path, WheelLimits().wheel_bytes);
  if (!content) return content.error();
  return Sha256Hex(*content);
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

std::vector<std::string> PublicModules(const std::vector<std::string>& modules) {
  std::vector<std::string> out;
  for (const std::string& module : modules) {
    const bool aside = module == "tests" || module == "test" || module == "docs" || module == "examples" ||
                       module == "benchmarks" || module == "scripts";
    if (!module.starts_with('_') && !aside) out.push_back(module);
  }
  // One that has private names only is meant to be imported all the same.
  return out.empty() ? modules : out;
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
  auto pip = Pip::Create(scratch_->path(), options_.deadline, options_.stop);
  if (!pip) return pip.error();
  pip_.emplace(std::move(*pip));
  return {};
}

Expected<std::map<std::string, std::string>> Resolver::FetchWheels(std::vector<Resolved>& resolved, WheelKind kind) {
  std::map<std::string, std::string> out;
  std::vector<Resolved> missing;
  for (const Resolved& package : resolved) {
    std::string wheel = package.sha256.empty() ? std::string() : cache_.FindWheel(package.sha256);
    if (wheel.empty()) {
      missing.push_back(package);
    } else {
      out[package.name] = std::move(wheel);
    }
  }
  if (missing.empty()) return out;
  Say("downloading " + std::to_string(missing.size()) + (missing.size() == 1 ? " wheel" : " wheels"));
  if (auto started = StartPip(); !started) return started.error();
  auto downloaded = pip_->Download(missing, kind);
  if (!downloaded) return downloaded.error();
  for (Resolved& package : resolved) {
    const auto found = downloaded->find(package.name);
    if (found == downloaded->end()) continue;
    auto hash = HashOfWheel(found->second);
    if (!hash) return hash.error();
    if (!package.sha256.empty() && *hash != package.sha256) {
      return Error{ErrorKind::kUnavailable,
                   fs::path(found->second).filename().string() + " does not have the hash that was asked for"};
    }
    package.sha256 = *hash;
    if (auto kept = cache_.AddWheel(found->second, *hash); !kept) return kept.error();
    out[package.name] = cache_.FindWheel(*hash);
  }
  return out;
}

Expected<std::vector<CachedPackage>> Resolver::Unpack(std::vector<Resolved> resolved, WheelKind kind) {
  std::vector<CachedPackage> out;
  std::vector<Resolved> missing;
  for (Resolved& package : resolved) {
    if (auto known = package.sha256.empty() ? std::nullopt : cache_.FindPackage(package.sha256)) {
      out.push_back(std::move(*known));
    } else {
      missing.push_back(std::move(package));
    }
  }
  auto wheels = FetchWheels(missing, kind);
  if (!wheels) return wheels.error();
  for (const Resolved& package : missing) {
    if (options_.stop.stop_requested()) return Cancelled();
    const std::string& path = (*wheels)[package.name];
    auto wheel = ReadWheel(path);
    if (!wheel) return wheel.error();
    Say("compiling " + wheel->name + " " + package.version);
    auto added = cache_.AddPackage(*wheel, fs::path(path).filename().string(), check_);
    if (!added) return added.error();
    out.push_back(std::move(*added));
  }
  return out;
}

Expected<void> Resolver::TryFallbacks(std::vector<Resolved> resolved, size_t& working) {
  for (const Resolved& package : resolved) {
    const char* why = IsPure(package) ? nullptr : WhyUnsupported(package.name);
    if (why != nullptr) native_reasons_[package.name] = why;
  }
  std::erase_if(resolved, [this](const Resolved& package) { return native_reasons_.contains(package.name); });
  if (std::all_of(resolved.begin(), resolved.end(), IsPure)) return {};
  auto wheels = FetchWheels(resolved, WheelKind::kAny);
  if (!wheels) return wheels.error();
  // Only to be tried: as they are, not compiled and not kept.
  std::vector<std::string> directories;
  std::map<std::string, Wheel> tried;
  for (const Resolved& package : resolved) {
    auto wheel = ReadWheel((*wheels)[package.name]);
    if (!wheel) return wheel.error();
    directories.push_back(scratch_->path() + "/tried/" + package.name);
    for (const WheelFile& file : wheel->files) {
      const auto written = WriteNewFile(directories.back() + "/" + file.path, file.bytes);
      if (!written) return written.error();
    }
    if (wheel->files.empty()) directories.pop_back();
    wheel->files.clear();
    if (!IsPure(package)) tried.emplace(package.name, std::move(*wheel));
  }
  for (const auto& [name, wheel] : tried) {
    Say("checking whether " + name + " works without its native code");
    const auto modules = PublicModules(wheel.modules);
    const auto imported = modules.empty() ? Expected<void>(Error{ErrorKind::kUnavailable, "nothing is left of it"})
                                          : check_.Import(directories, modules);
    if (!imported && imported.error().kind != ErrorKind::kUnavailable) return imported.error();
    if (!imported) {
      native_reasons_[name] = "it needs its native code (" + imported.error().message + ")";
      continue;
    }
    links_ = scratch_->path() + "/links";
    std::error_code failed;
    fs::create_directories(links_, failed);
    const fs::path path = (*wheels)[name];
    const std::string file_name = path.filename().string();
    const size_t version_end = file_name.find('-', file_name.find('-') + 1);
    fs::copy_file(path, links_ + "/" + file_name.substr(0, version_end) + "-py3-none-any.whl", failed);
    if (failed) return Error{ErrorKind::kUnavailable, "cannot write to " + links_ + ": " + failed.message()};
    ++working;
  }
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
  const auto native = std::count_if(resolved->begin(), resolved->end(), [](const Resolved& p) { return !IsPure(p); });
  if (native > 0) {
    size_t working = 0;
    if (auto tried = TryFallbacks(*resolved, working); !tried) return tried.error();
    Say("resolving again with " + std::to_string(working) + " of " + std::to_string(native) +
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
    auto hash = HashOfWheel(link);
    if (!hash) return hash.error();
    package.sha256 = std::move(*hash);
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
    const auto modules = PublicModules(package.modules);
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
