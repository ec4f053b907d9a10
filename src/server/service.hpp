// What the endpoints have in common.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "goru/executor.hpp"
#include "server/answers.hpp"
#include "server/exchange.hpp"
#include "server/options.hpp"
#include "server/run_request.hpp"
#include "service/session_store.hpp"

namespace goru::server {

/// Thread-safe.
class Service {
 public:
  using Worker = std::function<void(std::function<void()>)>;
  using Timer = std::function<void(std::chrono::nanoseconds, std::function<void()>)>;

  /// `worker` calls a function on a thread that may wait, `timer` one later, on the event loop.
  Service(Executor& its_executor, service::SessionStore& its_store, const ServeOptions& its_options, Worker worker,
          Timer timer)
      : executor(its_executor),
        store(its_store),
        options(its_options),
        worker_(std::move(worker)),
        timer_(std::move(timer)) {}

  Executor& executor;
  service::SessionStore& store;
  const ServeOptions& options;
  /// No further runs are taken.
  std::atomic<bool> draining{false};

  /// Calls `work` off the event loop. What it throws becomes a 500 of the exchange.
  void OffLoop(const ExchangePtr& exchange, std::function<void()> work);
  /// Calls `work`: at once where the language has been used before, else off the event loop, since loading one takes
  /// time.
  void WithLanguage(const ExchangePtr& exchange, const Language& language, std::function<void()> work);
  /// Calls `work` on the event loop when `time` has passed.
  void After(std::chrono::nanoseconds time, std::function<void()> work) { timer_(time, std::move(work)); }
  /// True, with the exchange answered: the server is about to end.
  bool Refuses(const ExchangePtr& exchange) const;

 private:
  Worker worker_;
  Timer timer_;
  std::mutex mutex_;
  std::set<Language> used_;
};

/// A run that is about to begin.
struct Run {
  std::shared_ptr<Client> client;
  /// Kept until the run has ended: of a session in the store.
  std::shared_ptr<service::SessionUse> use;
  /// A session of the run's own.
  std::shared_ptr<Session> fresh;
  RunRequest request;
  std::vector<ConfigCut> cuts;
  /// The request's id.
  std::string tag;
  std::stop_token stop;
  std::function<void(std::string_view)> on_stdout;
  std::function<void(std::string_view)> on_stderr;

  Session& session() const { return fresh ? *fresh : (*use)->session; }
};

/// What becomes of it. Called once where StartRun succeeded, on a thread of the executor.
using RunDone = std::function<void(const Result&, const RunContext&)>;

/// Makes a sandbox for a request that names no session.
Expected<Run> FreshRun(Service& service, const std::shared_ptr<Client>& client, RunRequest request);
/// Puts the files and starts the run. Errors: those of the session; kOverloaded where the client has as many runs as it
/// may have.
Expected<void> StartRun(Service& service, Run run, RunDone done);

/// A session of the client's; without one the exchange is answered: 404, or 410 with why.
service::SessionUse FindSession(Service& service, const ExchangePtr& exchange, std::string_view id);

}  // namespace goru::server
