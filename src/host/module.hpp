// What a built-in module (http, fs, kv) is to the layer that makes host calls.
#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string_view>
#include <utility>
#include <vector>

#include "goru/error.hpp"
#include "goru/options.hpp"
#include "goru/packages.hpp"
#include "goru/registry.hpp"
#include "host/worker_pool.hpp"
#include "packages/names.hpp"

namespace goru::host {

namespace http {
class HttpService;
}
namespace fs {
class Shared;
}
namespace packages {
/// Makes all of the requirements importable in the session, and nothing else of what was installed before. Blocks; ends
/// soon after `stop`.
using Install = std::function<Expected<std::vector<InstalledPackage>>(
    const std::vector<goru::packages::Requirement>& requirements, const std::stop_token& stop)>;
}  // namespace packages

/// Guests call modules under reserved names: "goru:" + module + "." + method.
inline constexpr std::string_view kReservedPrefix = "goru:";

/// A module as one session has it, with the policy of that session. Thread-safe. May be used by functions that outlive
/// their run; what they refer to is kept alive by whoever calls them.
class Module {
 public:
  virtual ~Module() = default;

  /// Its functions, each by the name of its method.
  const Registry& functions() const noexcept { return functions_; }

  /// A run begins: what is counted for each run starts again.
  virtual void BeginRun() {}

  /// The session is closed: nothing is started any more, and connections and descriptors go.
  virtual void Close() noexcept {}

 protected:
  /// For those who make the module.
  Registry& registry() noexcept { return functions_; }

 private:
  Registry functions_;
};

/// What modules are made from.
struct ModuleSetup {
  const SessionConfig& config;
  /// The host's functions, as this session has them.
  std::shared_ptr<const Registry> registry = {};
  /// Makes the requests of all sessions of an executor.
  std::shared_ptr<http::HttpService> http = {};
  /// Mounts and scratch; null: fs opens the mounts of `config` for itself.
  std::shared_ptr<fs::Shared> files = {};
  /// Empty: the session may install nothing.
  packages::Install install = {};
  /// Threads for that.
  std::shared_ptr<WorkerPool> installers = {};
};

/// A module that there is, whether or not a session has it.
struct ModuleKind {
  /// In the names of its functions.
  std::string_view name;
  /// What people call it.
  std::string_view shown;
  /// What turns it on.
  std::string_view how;
  /// Null: the session is not to have it. kInvalidArgument: a part of its configuration is wrong; the message says
  /// which.
  Expected<std::unique_ptr<Module>> (*create)(const ModuleSetup& setup);
};

}  // namespace goru::host
