#include "host/packages/packages_module.hpp"

#include <chrono>
#include <mutex>
#include <optional>
#include <set>
#include <utility>

namespace goru::host::packages {
namespace {

using goru::packages::CanonicalName;
using goru::packages::ParseRequirement;
using goru::packages::Requirement;
using guest::Reply;
using nlohmann::json;

/// What the calls of one session share; outlives it while one is under way.
class State {
 public:
  State(std::set<std::string> allowed, bool any, const PackageLimits& limits, Install install)
      : allowed_(std::move(allowed)), any_(any), limits_(limits), install_(std::move(install)) {}

  Reply Run(const CallContext& context, const json& args);

 private:
  Expected<Requirement> Admit(const json& args, Reply& refusal) const;

  const std::set<std::string> allowed_;
  const bool any_;
  const PackageLimits limits_;
  const Install install_;
  std::timed_mutex mutex_;
  size_t installs_ = 0;
  /// Everything that was asked for: it has to fit together.
  std::vector<Requirement> requirements_;
};

Reply Failure(const Error& error) {
  const char* type = "HostError";
  if (error.kind == ErrorKind::kInvalidArgument) type = "ValueError";
  if (error.kind == ErrorKind::kTimeout) type = "TimeoutError";
  return Reply::Failed(type, error.message);
}

std::string TextArgument(const json& args, const char* name) {
  const auto found = args.find(name);
  return found != args.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Expected<Requirement> State::Admit(const json& args, Reply& refusal) const {
  const std::string name = TextArgument(args, "name");
  const std::string specifier = TextArgument(args, "specifier");
  auto requirement = ParseRequirement(name);
  if (requirement && (!requirement->specifier.empty() || !requirement->marker.empty())) {
    requirement = Error{ErrorKind::kInvalidArgument,
                        "the first argument is a name; versions go into the second: install_pkg('name', '>=2.8')"};
  }
  if (requirement && !specifier.empty()) {
    if (!goru::packages::IsSpecifier(specifier)) {
      requirement = Error{ErrorKind::kInvalidArgument, "versions look like >=2.8 or ==1.0.*, with commas between them"};
    } else {
      requirement = ParseRequirement(requirement->ToString() + specifier);
    }
  }
  if (!requirement) {
    refusal = Failure(requirement.error());
    return requirement;
  }
  if (!any_ && !allowed_.contains(requirement->name)) {
    refusal = Reply::Failed("PermissionError", "install_pkg may not install " + requirement->name +
                                                   " in this sandbox; the host allows it with WithAllowedPackages "
                                                   "(--allow-pkg " +
                                                   requirement->name + ", --allow-pkg-install)");
    return Error{ErrorKind::kInvalidArgument, "not allowed"};
  }
  return requirement;
}

Reply State::Run(const CallContext& context, const json& args) {
  Reply reply;
  const auto requirement = Admit(args, reply);
  if (!requirement) return reply;
  // One at a time: each sees what the one before has brought.
  std::unique_lock lock(mutex_, std::defer_lock);
  while (!lock.try_lock_for(std::chrono::milliseconds(50))) {
    if (context.stop.stop_requested()) return Reply::Failed("HostError", "the run has ended");
  }
  if (++installs_ > limits_.installs) {
    return Reply::Failed("HostError", "the session has installed its " + std::to_string(limits_.installs) +
                                          " packages (WithSessionPackageLimits)");
  }
  // A newer wish for the same package takes the place of an older one.
  std::vector<Requirement> wanted = requirements_;
  std::erase_if(wanted, [&requirement](const Requirement& other) { return other.name == requirement->name; });
  wanted.push_back(*requirement);
  auto installed = install_(wanted, context.stop);
  if (!installed) return Failure(installed.error());
  requirements_ = std::move(wanted);
  reply.value = json::array();
  for (const InstalledPackage& package : *installed) {
    reply.value.push_back({{"name", package.name}, {"version", package.version}});
  }
  return reply;
}

class PackagesModule final : public Module {
 public:
  explicit PackagesModule(const std::shared_ptr<State>& state) {
    install_.run = [state](const CallContext& context, const json& args) { return state->Run(context, args); };
  }
  const Operation* Find(std::string_view method) const override { return method == "install" ? &install_ : nullptr; }

 private:
  Operation install_;
};

}  // namespace

Expected<std::unique_ptr<Module>> CreatePackagesModule(const PackagesConfig& config, const PackageLimits& limits,
                                                       Install install) {
  std::set<std::string> allowed;
  for (const std::string& name : config.allowed) {
    const auto canonical = CanonicalName(name);
    if (!canonical) {
      return Error{ErrorKind::kInvalidArgument,
                   "'" + name + "' is not a package's name (WithAllowedPackages, --allow-pkg)"};
    }
    allowed.insert(*canonical);
  }
  return std::unique_ptr<Module>(std::make_unique<PackagesModule>(
      std::make_shared<State>(std::move(allowed), config.allow_any, limits, std::move(install))));
}

}  // namespace goru::host::packages
