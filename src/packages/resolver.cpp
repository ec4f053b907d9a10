#include "packages/resolver.hpp"

#include <fcntl.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "packages/cancelled.hpp"
#include "packages/digest.hpp"
#include "packages/unsupported.hpp"
#include "packages/version.hpp"
#include "packages/wheel.hpp"
#include "support/file.hpp"
#include "support/unique_fd.hpp"

namespace goru::packages {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

bool IsPure(const Resolved& package) {
  const auto name = ParseWheelName(package.file_name);
  return name && name->pure();
}

Expected<std::string> HashOfWheel(const std::string& path, const std::stop_token& stop) {
  const support::UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!fd) return support::SystemError("cannot open", path);
  return Sha256HexOfFile(fd.get(), stop);
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

const char* Resolver::WhyNot(const std::string& name) const {
  return FindProvided(options_.provided, name) != nullptr ? nullptr : WhyUnsupported(name);
}

Error Resolver::Unsupported(const std::string& name, const char* why) const {
  std::string message = name + " cannot work in the sandbox: " + why;
  if (!options_.provided.empty()) message += "; the image provides " + ListProvided(options_.provided);
  return Error{ErrorKind::kInvalidArgument, std::move(message)};
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
  auto pip = Pip::Create(scratch_->path(), check_.python(), options_.deadline, options_.stop);
  if (!pip) return pip.error();
  pip_.emplace(std::move(*pip));
  if (options_.provided.empty()) return {};
  stand_ins_ = scratch_->path() + "/provided";
  auto written = WriteStandIns(stand_ins_, options_.provided, pip_->BestTags());
  if (!written) return written.error();
  provided_ = std::move(*written);
  return {};
}

Expected<std::vector<Resolved>> Resolver::AskPip(const std::vector<std::string>& lines,
                                                 const std::vector<std::string>& constraints, WheelKind kind) {
  std::vector<std::string> limits = provided_;
  limits.insert(limits.end(), constraints.begin(), constraints.end());
  std::vector<std::string> links;
  if (!stand_ins_.empty()) links.push_back(stand_ins_);
  if (kind == WheelKind::kPure && !links_.empty()) links.push_back(links_);
  auto resolved = pip_->Resolve(lines, limits, kind, links);
  if (!resolved && resolved.error().kind == ErrorKind::kUnavailable) {
    const std::string conflict = ConflictWith(options_.provided, pip_->said());
    if (!conflict.empty()) {
      return Error{ErrorKind::kInvalidArgument,
                   "the image provides " + ListProvided(options_.provided) + ", in these versions only: " + conflict};
    }
  }
  if (resolved) {
    std::erase_if(*resolved,
                  [this](const Resolved& package) { return FindProvided(options_.provided, package.name) != nullptr; });
  }
  return resolved;
}

Expected<std::map<std::string, std::string>> Resolver::FetchWheels(std::vector<Resolved>& resolved, WheelKind kind) {
  std::map<std::string, std::string> out;
  std::vector<Resolved> missing;
  for (const Resolved& package : resolved) {
    if (auto wheel = cache_.FindWheel(package.sha256)) {
      out[package.name] = std::move(wheel->path);
      holds_.push_back(std::move(wheel->hold));
    } else {
      missing.push_back(package);
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
    auto hash = HashOfWheel(found->second, options_.stop);
    if (!hash) return hash.error();
    if (!package.sha256.empty() && *hash != package.sha256) {
      return Error{ErrorKind::kUnavailable,
                   fs::path(found->second).filename().string() + " does not have the hash that was asked for"};
    }
    package.sha256 = *hash;
    auto kept = cache_.AddWheel(found->second, *hash, options_.stop);
    if (!kept) return kept.error();
    out[package.name] = std::move(kept->path);
    holds_.push_back(std::move(kept->hold));
  }
  return out;
}

Expected<std::vector<CachedPackage>> Resolver::Unpack(std::vector<Resolved> resolved, WheelKind kind) {
  std::vector<CachedPackage> out;
  std::vector<Resolved> missing;
  for (Resolved& package : resolved) {
    if (auto known = cache_.FindPackage(check_.python(), package.sha256)) {
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
    auto wheel = ReadWheel(path, {}, options_.stop);
    if (!wheel) return wheel.error();
    Say("compiling " + wheel->name + " " + package.version);
    auto added = cache_.AddPackage(*wheel, fs::path(path).filename().string(), check_, options_.stop);
    if (!added) return added.error();
    out.push_back(std::move(*added));
  }
  return out;
}

Expected<std::string> Resolver::Lay(const Resolved& package, const std::string& wheel,
                                    std::vector<std::string>& modules) {
  const std::string directory = scratch_->path() + "/tried/" + package.name + "-" + package.version;
  auto read = ReadWheel(wheel, {}, options_.stop);
  if (!read) return read.error();
  modules = PublicModules(read->modules);
  std::error_code failed;
  if (fs::exists(directory, failed)) return directory;
  fs::create_directories(directory, failed);
  for (const WheelFile& file : read->files) {
    if (options_.stop.stop_requested()) return Cancelled();
    if (auto written = WriteNewFile(directory + "/" + file.path, file.bytes); !written) return written.error();
  }
  return directory;
}

Expected<void> Resolver::TryFallbacks(std::vector<Resolved> resolved) {
  for (const Resolved& package : resolved) {
    const char* why = IsPure(package) ? nullptr : WhyNot(package.name);
    if (why != nullptr) native_reasons_[package.name] = why;
  }
  const auto known = [this](const Resolved& package) {
    return native_reasons_.contains(package.name) || working_.contains(package.name + " " + package.version);
  };
  std::erase_if(resolved, [&known](const Resolved& package) { return !IsPure(package) && known(package); });
  if (std::all_of(resolved.begin(), resolved.end(), IsPure)) return {};
  auto wheels = FetchWheels(resolved, WheelKind::kAny);
  if (!wheels) return wheels.error();
  std::vector<std::string> directories;
  std::map<std::string, std::vector<std::string>> modules;
  for (const Resolved& package : resolved) {
    auto directory = Lay(package, (*wheels)[package.name], modules[package.name]);
    if (!directory) return directory.error();
    directories.push_back(std::move(*directory));
  }
  for (const Resolved& package : resolved) {
    if (IsPure(package)) continue;
    Say("checking whether " + package.name + " works without its native code");
    const auto imported = modules[package.name].empty()
                              ? Expected<void>(Error{ErrorKind::kUnavailable, "nothing is left of it"})
                              : check_.Import(directories, modules[package.name]);
    if (!imported && imported.error().kind != ErrorKind::kUnavailable) return imported.error();
    if (!imported) {
      native_reasons_[package.name] = "it needs its native code (" + imported.error().message + ")";
      continue;
    }
    links_ = scratch_->path() + "/links";
    std::error_code failed;
    fs::create_directories(links_, failed);
    const fs::path path = (*wheels)[package.name];
    const std::string file_name = path.filename().string();
    const size_t version_end = file_name.find('-', file_name.find('-') + 1);
    fs::copy_file(path, links_ + "/" + file_name.substr(0, version_end) + "-py3-none-any.whl",
                  fs::copy_options::overwrite_existing, failed);
    if (failed) return Error{ErrorKind::kUnavailable, "cannot write to " + links_ + ": " + failed.message()};
    working_.insert(package.name + " " + package.version);
  }
  return {};
}

const Resolved* Resolver::FarBehind(const std::vector<Resolved>& resolved) const {
  for (const Resolved& package : resolved) {
    const auto newest = newest_.find(package.name);
    if (newest != newest_.end() && MajorVersionsBehind(package.version, newest->second) > 1) return &package;
  }
  return nullptr;
}

std::string Resolver::WhyOld(const std::optional<Error>& first) const {
  std::string text;
  for (const auto& [name, why] : native_reasons_) {
    text.append(text.empty() ? "" : "; ").append(name).append(": ").append(why);
  }
  if (first) text += (text.empty() ? "" : "; ") + first->message;
  return text.empty() ? "what it needs asks for older versions" : text;
}

void Resolver::TellOfOld(const std::vector<Resolved>& resolved, const std::optional<Error>& first) const {
  for (const Resolved& package : resolved) {
    const auto newest = newest_.find(package.name);
    if (newest == newest_.end() || MajorVersionsBehind(package.version, newest->second) == 0) continue;
    const std::string line = package.name + " is " + package.version + " and not " + newest->second +
                             ", which does not work in the sandbox (" + WhyOld(first) + ")";
    if (options_.notice) {
      options_.notice(line);
    } else {
      Say("note: " + line);
    }
  }
}

Error Resolver::Explain(Error error, const std::vector<Requirement>& requirements) const {
  if (native_reasons_.empty()) return error;
  std::string text;
  for (const Requirement& requirement : requirements) text += (text.empty() ? "" : ", ") + requirement.ToString();
  text += " cannot be installed:";
  for (const auto& [name, why] : native_reasons_) text.append(" ").append(name).append(": ").append(why).append(";");
  return Error{ErrorKind::kInvalidArgument, text + " " + kNativeHint + " (" + error.message + ")"};
}

Expected<std::vector<Resolved>> Resolver::SolveOnce(const std::vector<Requirement>& requirements,
                                                    const std::vector<std::string>& constraints) {
  std::vector<std::string> lines;
  lines.reserve(requirements.size());
  for (const Requirement& requirement : requirements) lines.push_back(requirement.ToString());
  if (auto started = StartPip(); !started) return started.error();
  Say("resolving " + std::to_string(lines.size()) + (lines.size() == 1 ? " requirement" : " requirements"));
  auto resolved = AskPip(lines, constraints, WheelKind::kAny);
  if (!resolved) return resolved.error();
  // Those of the first answer stay: later ones know what does not work.
  for (const Resolved& package : *resolved) newest_.emplace(package.name, package.version);
  if (!std::all_of(resolved->begin(), resolved->end(), IsPure)) {
    if (auto tried = TryFallbacks(*resolved); !tried) return tried.error();
    Say("resolving without native code");
    resolved = AskPip(lines, constraints, WheelKind::kPure);
    if (!resolved && resolved.error().kind == ErrorKind::kUnavailable) return Explain(resolved.error(), requirements);
    if (!resolved) return resolved.error();
  }
  for (Resolved& package : *resolved) {
    if (const char* why = WhyNot(package.name)) {
      return Error{ErrorKind::kInvalidArgument,
                   "one of these needs another: " + Unsupported(package.name, why).message};
    }
    const std::string link = links_.empty() ? "" : links_ + "/" + package.file_name;
    std::error_code failed;
    if (link.empty() || !fs::exists(link, failed)) continue;
    // Found again by its content.
    auto hash = HashOfWheel(link, options_.stop);
    if (!hash) return hash.error();
    package.sha256 = std::move(*hash);
  }
  return resolved;
}

Expected<std::optional<Resolver::Broken>> Resolver::TryImports(std::vector<Resolved>& resolved) {
  std::vector<std::string> directories;
  std::vector<Resolved> fresh;
  for (const Resolved& package : resolved) {
    auto known = cache_.FindPackage(check_.python(), package.sha256);
    if (known) directories.push_back(known->directory);
    if (known) holds_.push_back(std::move(known->hold));
    if (!known) fresh.push_back(package);
  }
  auto wheels = FetchWheels(fresh, WheelKind::kPure);
  if (!wheels) return wheels.error();
  std::map<std::string, std::vector<std::string>> modules;
  for (const Resolved& package : fresh) {
    auto directory = Lay(package, (*wheels)[package.name], modules[package.name]);
    if (!directory) return directory.error();
    directories.push_back(std::move(*directory));
  }
  for (const Resolved& package : fresh) {
    const auto whole = std::find_if(resolved.begin(), resolved.end(),
                                    [&package](const Resolved& other) { return other.name == package.name; });
    whole->sha256 = package.sha256;
    if (modules[package.name].empty()) continue;
    Say("checking " + package.name + " " + package.version);
    const auto imported = check_.Import(directories, modules[package.name]);
    if (imported) continue;
    if (imported.error().kind != ErrorKind::kUnavailable) return imported.error();
    return std::optional<Broken>(Broken{package, imported.error().message});
  }
  return std::optional<Broken>();
}

Expected<std::vector<CachedPackage>> Resolver::Solve(const std::vector<Requirement>& requirements,
                                                     const std::vector<std::string>& constraints) {
  // Older versions often need less of the machine. How far back to look is a matter of patience.
  constexpr size_t kAttempts = 10;
  std::vector<std::string> limits = constraints;
  std::optional<Error> first;
  for (size_t attempt = 0; attempt < kAttempts; ++attempt) {
    auto resolved = SolveOnce(requirements, limits);
    if (!resolved) return first ? *first : resolved.error();
    if (const Resolved* old = options_.allow_old ? nullptr : FarBehind(*resolved)) {
      return Error{ErrorKind::kInvalidArgument,
                   old->name + " " + newest_.at(old->name) + " cannot work in the sandbox (" + WhyOld(first) +
                       "), and " + old->version + ", which might, is more than one major version older; --allow-old " +
                       "(PackageInstallOptions::allow_old) takes it all the same, a requirement such as " + old->name +
                       "==" + old->version + " asks for just that one"};
    }
    auto broken = TryImports(*resolved);
    if (!broken) return broken.error();
    if (!*broken) {
      for (const Resolved& package : *resolved) {
        if (package.yanked) {
          Say("warning: " + package.name + " " + package.version + " was withdrawn by its makers (yanked)");
        }
      }
      TellOfOld(*resolved, first);
      return Unpack(std::move(*resolved), WheelKind::kPure);
    }
    const Resolved& package = (*broken)->package;
    const std::string what =
        package.name + " " + package.version + " cannot be imported in the sandbox: " + (*broken)->why;
    if (!first) first = Error{ErrorKind::kInvalidArgument, what + "; " + kNativeHint};
    Say(what + "; looking for an older version");
    std::erase_if(limits, [&package](const std::string& limit) { return limit.starts_with(package.name + "="); });
    limits.push_back(package.name + "<" + package.version);
  }
  return *first;
}

Expected<std::vector<CachedPackage>> Resolver::Fetch(const std::vector<Requirement>& requirements,
                                                     const std::vector<std::string>& constraints) {
  std::string question = PipSettings() + "python " + check_.python() + (options_.allow_old ? ", old" : "") + "\n";
  for (const Requirement& requirement : requirements) {
    if (const char* why = WhyNot(requirement.name)) return Unsupported(requirement.name, why);
    question += requirement.ToString() + "\n";
  }
  for (const std::string& constraint : constraints) question += "-c " + constraint + "\n";
  if (!options_.provided.empty()) question += "provided " + ListProvided(options_.provided) + "\n";
  if (options_.use_answers) {
    const json answer = json::parse(cache_.FindAnswer(question), nullptr, false);
    std::vector<CachedPackage> known;
    bool complete = answer.is_array();
    for (const json& hash : complete ? answer : json::array()) {
      auto package = hash.is_string() ? cache_.FindPackage(check_.python(), hash.get<std::string>()) : std::nullopt;
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
  std::vector<std::string> modules;
  for (const CachedPackage& package : packages) {
    const auto more = PublicModules(package.modules);
    modules.insert(modules.end(), more.begin(), more.end());
  }
  if (modules.empty()) return {};
  Say("importing " + std::to_string(modules.size()) + (modules.size() == 1 ? " module" : " modules"));
  auto imported = check_.Import(directories, modules);
  if (imported || imported.error().kind != ErrorKind::kUnavailable) return imported;
  return Error{ErrorKind::kInvalidArgument,
               "the packages do not work together in the sandbox: " + imported.error().message + "; " + kNativeHint};
}

}  // namespace goru::packages
