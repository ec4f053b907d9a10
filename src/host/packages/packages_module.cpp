#include "host/packages/packages_module.hpp"

#include <optional>
#include <set>
#include <utility>

namespace goru::host::packages {
namespace {

using goru::packages::CanonicalName;
using goru::packages::ParseRequirement;
using goru::packages::Requirement;
using nlohmann::json;

/// A call that waits for its turn, or is at work.
struct Job {
  Job(Requirement wanted, Completion answer, std::stop_token token)
      : requirement(std::move(wanted)), completion(std::move(answer)), stop(std::move(token)) {}

  const Requirement requirement;
  const Completion completion;
  const std::stop_token stop;
  /// Answers at once where nobody waits any more: the turn may be long in coming.
  std::optional<std::stop_callback<std::function<void()>>> on_stop;
};

/// What the calls of one session share; outlives it while one is under way.
class State : public std::enable_shared_from_this<State> {
 public:
  State(std::set<std::string> allowed, bool any, const PackageLimits& limits, Install install,
        const std::shared_ptr<WorkerPool>& threads)
      : allowed_(std::move(allowed)),
        any_(any),
        limits_(limits),
        install_(std::move(install)),
        threads_(threads),
        // One at a time: each sees what the one before has brought.
        lane_(threads->NewLane(1)) {}

  void Start(const CallContext& context, const json& args, const Completion& completion);
  void Close() const noexcept;

 private:
  Requirement Admit(const json& args) const;
  json Run(const Job& job);

  const std::set<std::string> allowed_;
  const bool any_;
  const PackageLimits limits_;
  const Install install_;
  /// The executor's: it must not end on one of its own threads.
  const std::weak_ptr<WorkerPool> threads_;
  const std::shared_ptr<WorkerPool::Lane> lane_;
  // Of the lane.
  size_t installs_ = 0;
  /// Everything that was asked for: it has to fit together.
  std::vector<Requirement> requirements_;
};

[[noreturn]] void Fail(const Error& error) {
  const char* type = "HostError";
  if (error.kind == ErrorKind::kInvalidArgument) type = "ValueError";
  if (error.kind == ErrorKind::kTimeout) type = "TimeoutError";
  throw CallError(type, error.message);
}

std::string TextArgument(const json& args, const char* name) {
  const auto found = args.find(name);
  return found != args.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Requirement State::Admit(const json& args) const {
  const std::string name = TextArgument(args, "name");
  const std::string specifier = TextArgument(args, "specifier");
  // Longer than any that there is.
  constexpr size_t kLongest = 1'000;
  if (name.size() > kLongest || specifier.size() > kLongest) {
    throw CallError("ValueError", "names and versions of packages are not so long");
  }
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
  if (!requirement) Fail(requirement.error());
  if (!any_ && !allowed_.contains(requirement->name)) {
    throw CallError("PermissionError", "install_pkg may not install " + requirement->name +
                                           " in this sandbox; the host allows it with WithAllowedPackages "
                                           "(--allow-pkg " +
                                           requirement->name + ", --allow-pkg-install)");
  }
  return std::move(*requirement);
}

void State::Start(const CallContext& context, const json& args, const Completion& completion) {
  auto job = std::make_shared<Job>(Admit(args), completion, context.stop);
  const auto threads = threads_.lock();
  if (!threads) throw CallError("HostError", "the executor is closed");
  job->on_stop.emplace(context.stop, [completion] { completion.Fail("the run has ended"); });
  threads->Submit(lane_, [self = shared_from_this(), job = std::move(job)](bool run) {
    try {
      if (job->stop.stop_requested()) return;
      if (!run) throw CallError("HostError", "the host has no thread left for install_pkg");
      job->completion.Return(self->Run(*job));
    } catch (const CallError& e) {
      job->completion.Fail(e);
    } catch (const std::exception& e) {
      job->completion.Fail(e.what());
    } catch (...) {
      job->completion.Fail("the installation failed");
    }
  });
}

void State::Close() const noexcept {
  if (const auto threads = threads_.lock()) threads->Leave(lane_);
}

json State::Run(const Job& job) {
  if (++installs_ > limits_.installs) {
    throw CallError("HostError", "the session has installed its " + std::to_string(limits_.installs) +
                                     " packages (WithSessionPackageLimits)");
  }
  // A newer wish for the same package takes the place of an older one.
  std::vector<Requirement> wanted = requirements_;
  std::erase_if(wanted, [&job](const Requirement& other) { return other.name == job.requirement.name; });
  wanted.push_back(job.requirement);
  auto installed = install_(wanted, job.stop);
  if (!installed) Fail(installed.error());
  requirements_ = std::move(wanted);
  json value = json::array();
  for (const InstalledPackage& package : *installed) {
    value.push_back({{"name", package.name}, {"version", package.version}});
  }
  return value;
}

class PackagesModule final : public Module {
 public:
  explicit PackagesModule(std::shared_ptr<State> state) : state_(std::move(state)) {
    registry().Add("install",
                   [state = state_](const CallContext& context, const json& args, const Completion& completion) {
                     state->Start(context, args, completion);
                   });
  }

  void Close() noexcept override { state_->Close(); }

 private:
  const std::shared_ptr<State> state_;
};

Expected<std::unique_ptr<Module>> Create(const ModuleSetup& setup) {
  if (!setup.install) return std::unique_ptr<Module>();
  return CreatePackagesModule(setup.config.packages, setup.config.limits.packages, setup.install, setup.installers);
}

}  // namespace

Expected<std::unique_ptr<Module>> CreatePackagesModule(const PackagesConfig& config, const PackageLimits& limits,
                                                       Install install, const std::shared_ptr<WorkerPool>& threads) {
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
      std::make_shared<State>(std::move(allowed), config.allow_any, limits, std::move(install), threads)));
}

constinit const ModuleKind module_kind = {.name = "packages",
                                          .shown = "install_pkg",
                                          .how = "WithAllowedPackages (--allow-pkg NAME, --allow-pkg-install)",
                                          .create = Create};

}  // namespace goru::host::packages
