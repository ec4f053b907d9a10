// What the sessions of one executor share.
#pragma once

#include <atomic>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "executor/packages/session_packages.hpp"
#include "executor/sandbox_pool.hpp"
#include "executor/watchdog.hpp"
#include "goru/options.hpp"
#include "guest/loader.hpp"
#include "host/call_watch.hpp"
#include "host/http/http_module.hpp"
#include "host/worker_pool.hpp"
#include "support/byte_budget.hpp"
#include "wasi/packages/package_view.hpp"

namespace goru::internal {

class SessionCore;

/// Thread-safe.
class ExecutorCore : public std::enable_shared_from_this<ExecutorCore> {
 public:
  static Expected<std::shared_ptr<ExecutorCore>> Create(ExecutorConfig config);
  ~ExecutorCore();

  Expected<std::shared_ptr<SessionCore>> NewSession(const Language& language, SessionConfig config) {
    return NewSession(language, std::move(config), false);
  }
  /// From the language's own image and without the packages of the executor, for goru's own work.
  Expected<std::shared_ptr<SessionCore>> NewPlainSession(const Language& language, SessionConfig config) {
    return NewSession(language, std::move(config), true);
  }
  void Close() noexcept;

  const ExecutorConfig& config() const noexcept { return config_; }
  const std::shared_ptr<const Registry>& registry() const noexcept { return registry_; }
  /// Null: nobody is told.
  Observer* observer() const noexcept { return config_.observer.get(); }
  Watchdog& watchdog() noexcept { return watchdog_; }
  host::WorkerPool& workers() noexcept { return workers_; }

  /// A run is under way; false once the executor is closing.
  [[nodiscard]] bool BeginRun();
  void EndRun();
  void Forget(uint64_t session_id);

 private:
  explicit ExecutorCore(ExecutorConfig config);

  Expected<std::shared_ptr<SessionCore>> NewSession(const Language& language, SessionConfig config, bool plain);
  /// A session that is not closed yet; the executor does not know it any more. Null: there is none.
  std::shared_ptr<SessionCore> TakeSession() noexcept;
  /// The language's pool, loaded at first use. `plain`: from its own image, whatever WithImage says.
  Expected<std::shared_ptr<SandboxPool>> Pool(const Language& language, bool plain);
  Expected<std::shared_ptr<SandboxPool>> Load(const Language& language, bool plain);
  /// What WithImage named, where it is of this language; null: the language's own is meant.
  Expected<std::shared_ptr<const guest::ImageFile>> OpenImage(const Language& language, bool plain) const;

  const ExecutorConfig config_;
  const std::shared_ptr<const Registry> registry_;
  std::unique_ptr<const guest::Loader> loader_;
  /// What WithPackages named.
  std::vector<PackageDirectory> packages_;
  const std::shared_ptr<host::http::HttpService> http_service_;
  /// What the host holds for all sessions.
  const std::shared_ptr<support::ByteBudget> memory_;
  const std::shared_ptr<host::CallWatch> call_watch_;

  std::mutex load_mutex_;
  std::map<std::pair<Language, bool>, std::shared_ptr<SandboxPool>> pools_;

  std::mutex mutex_;
  std::condition_variable no_runs_;
  std::map<uint64_t, std::weak_ptr<SessionCore>> sessions_;
  size_t runs_ = 0;
  bool closed_ = false;

  // Last, so that they end first: their threads use what is above.
  host::WorkerPool workers_;
  /// Of install_pkg, which waits for turns, locks and pip: that takes no thread from host functions.
  const std::shared_ptr<host::WorkerPool> installers_;
  Watchdog watchdog_;
};

}  // namespace goru::internal
