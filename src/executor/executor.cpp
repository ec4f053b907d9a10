#include "goru/executor.hpp"

#include "executor/executor_core.hpp"
#include "executor/failed.hpp"
#include "executor/session_core.hpp"
#include "support/caught.hpp"
#include "support/process_generation.hpp"

namespace goru {

Executor::Executor(std::shared_ptr<internal::ExecutorCore> core) noexcept : core_(std::move(core)) {}
Executor::Executor(Executor&&) noexcept = default;

Executor& Executor::operator=(Executor&& other) noexcept {
  if (this != &other) {
    support::CloseOrAbandon(core_);
    core_ = std::move(other.core_);
  }
  return *this;
}

Executor::~Executor() { support::CloseOrAbandon(core_); }

Expected<Executor> Executor::Create(const std::vector<ExecutorOption>& options) {
  try {
    ExecutorConfig config;
    for (const ExecutorOption& option : options) option(config);
    auto core = internal::ExecutorCore::Create(std::move(config));
    if (!core) return core.error();
    return Executor(std::move(*core));
  } catch (...) {
    return support::CaughtError();
  }
}

Expected<Session> Executor::NewSession(const Language& language, const std::vector<SessionOption>& options) {
  try {
    core_->origin().ThrowIfForked();
    SessionConfig config;
    config.limits = core_->config().session_limits;
    for (const SessionOption& option : options) option(config);
    auto core = core_->NewSession(language, std::move(config));
    if (!core) return core.error();
    return Session(std::move(*core));
  } catch (...) {
    return support::CaughtError();
  }
}

Result Executor::Run(const Language& language, std::string_view code, const RunOptions& run_options,
                     const std::vector<SessionOption>& session_options) {
  auto session = NewSession(language, session_options);
  if (!session) return internal::Failed(std::move(session).error(), false);
  RunOptions last = run_options;
  last.run_exit_handlers = true;
  Result result = session->Run(code, last);
  result.session_alive = false;
  return result;
}

void Executor::Close() {
  if (!core_->origin().forked()) core_->Close();
}
ExecutorStats Executor::Stats() const noexcept { return core_->origin().forked() ? ExecutorStats() : core_->Stats(); }

}  // namespace goru
