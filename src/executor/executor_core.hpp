// What the sessions of one executor share.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "executor/admission.hpp"
#include "executor/packages/session_packages.hpp"
#include "executor/run_threads.hpp"
#include "executor/sandbox_pool.hpp"
#include "executor/session_place.hpp"
#include "executor/watchdog.hpp"
#include "goru/options.hpp"
#include "goru/stats.hpp"
#include "guest/loader.hpp"
#include "host/call_watch.hpp"
#include "host/http/http_module.hpp"
#include "host/worker_pool.hpp"
#include "support/byte_budget.hpp"
#include "support/process_generation.hpp"
#include "wasi/packages/package_view.hpp"

namespace goru::internal {

class SessionCore;

/// Thread-safe.
class ExecutorCore : public std::enable_shared_from_this<ExecutorCore> {
 public:
  static Expected<std::shared_ptr<ExecutorCore>> Create(ExecutorConfig config);
  ~ExecutorCore();

  Expected<std::shared_ptr<SessionCore>> NewSession(const Language& language, SessionConfig config) {
    return NewSession(language, std::move(config), false, false);
  }
  /// Without a place and without the packages of the executor, for goru's own work. `plain`: from the language's own
  /// image, whatever WithImage says.
  Expected<std::shared_ptr<SessionCore>> NewSessionAside(const Language& language, SessionConfig config, bool plain) {
    return NewSession(language, std::move(config), true, plain);
  }
  /// The image that sessions of this language start from.
  Expected<std::shared_ptr<const guest::ImageFile>> OpenImage(const Language& language) const {
    return OpenImage(language, false);
  }
  void Close() noexcept;

  /// Where this is another process, nothing else may be called.
  const support::Origin& origin() const noexcept { return origin_; }
  const ExecutorConfig& config() const noexcept { return config_; }
  const std::shared_ptr<const Registry>& registry() const noexcept { return registry_; }
  /// Null: nobody is told.
  Observer* observer() const noexcept { return config_.observer.get(); }
  Watchdog& watchdog() noexcept { return watchdog_; }
  host::WorkerPool& workers() noexcept { return workers_; }

  Admission& admission() noexcept { return admission_; }
  RunThreads& run_threads() noexcept { return run_threads_; }
  /// What the host holds for all sessions.
  const std::shared_ptr<support::ByteBudget>& host_memory() const noexcept { return memory_; }
  /// What guests of all sessions have.
  const std::shared_ptr<support::ByteBudget>& guest_memory() const noexcept { return guest_memory_; }

  /// There was no room for a session or a run: counts it, and tells the observer.
  void Rejected(const RejectedEvent& event) noexcept;
  ExecutorStats Stats() const noexcept;
  void Forget(uint64_t session_id);

 private:
  explicit ExecutorCore(ExecutorConfig config);

  Expected<std::shared_ptr<SessionCore>> NewSession(const Language& language, SessionConfig config, bool aside,
                                                    bool plain);
  /// A place for a session; kOverloaded: there is none.
  Expected<SessionPlace> TakePlace(const Language& language, const std::string& tenant);
  /// A session that is not closed yet; the executor does not know it any more. Null: there is none.
  std::shared_ptr<SessionCore> TakeSession() noexcept;
  using PoolKey = std::pair<Language, bool>;
  /// Null: it is not loaded yet.
  std::shared_ptr<SandboxPool> FindPool(const PoolKey& key) const;
  /// The language's pool, loaded at first use. `plain`: from its own image, whatever WithImage says.
  Expected<std::shared_ptr<SandboxPool>> Pool(const Language& language, bool plain);
  Expected<std::shared_ptr<SandboxPool>> Load(const Language& language, bool plain);
  /// What WithImage named, where it is of this language; null: the language's own is meant.
  Expected<std::shared_ptr<const guest::ImageFile>> OpenImage(const Language& language, bool plain) const;

  const support::Origin origin_;
  const ExecutorConfig config_;
  const std::shared_ptr<const Registry> registry_;
  std::unique_ptr<const guest::Loader> loader_;
  /// What WithPackages named.
  std::vector<PackageDirectory> packages_;
  const std::shared_ptr<host::http::HttpService> http_service_;
  const std::shared_ptr<support::ByteBudget> memory_;
  const std::shared_ptr<support::ByteBudget> guest_memory_;
  const std::shared_ptr<host::CallWatch> call_watch_;

  /// Languages are loaded one after the other.
  std::mutex load_mutex_;

  /// Sessions that are open, goru's own aside.
  Places session_places_;
  std::atomic<uint64_t> rejected_{0};
  Admission admission_;

  mutable std::mutex mutex_;
  std::map<uint64_t, std::weak_ptr<SessionCore>> sessions_;
  /// With mutex_ and not load_mutex_: who needs a language that is loaded does not wait while another is.
  std::map<PoolKey, std::shared_ptr<SandboxPool>> pools_;
  bool closed_ = false;

  // Last, so that they end first: their threads use what is above.
  host::WorkerPool workers_;
  /// Of install_pkg, which waits for turns, locks and pip: that takes no thread from host functions.
  const std::shared_ptr<host::WorkerPool> installers_;
  RunThreads run_threads_;
  Watchdog watchdog_;
};

}  // namespace goru::internal
