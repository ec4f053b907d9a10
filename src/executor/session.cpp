#include "goru/session.hpp"

#include "executor/failed.hpp"
#include "executor/session_core.hpp"
#include "support/caught.hpp"
#include "support/process_generation.hpp"

namespace goru {

Session::Session(std::shared_ptr<internal::SessionCore> core) noexcept : core_(std::move(core)) {}
Session::Session(Session&&) noexcept = default;

Session& Session::operator=(Session&& other) noexcept {
  if (this != &other) {
    support::CloseOrAbandon(core_);
    core_ = std::move(other.core_);
  }
  return *this;
}

Session::~Session() { support::CloseOrAbandon(core_); }

Result Session::Run(std::string_view code, const RunOptions& options) {
  if (core_->origin().forked()) return internal::Failed(support::ForkedError(), false);
  // Held for the whole run: the session may be closed and dropped meanwhile.
  std::shared_ptr<internal::SessionCore> core = core_;
  try {
    Result result = core->Run(code, options);
    if (!core->origin().forked()) return result;
  } catch (...) {
    // Before the run began.
    if (!core->origin().forked()) return internal::Failed(support::CaughtError(), !core->closed());
  }
  // A function that the run called has forked, and this is the child.
  support::Abandon(core);
  return internal::Failed(support::ForkedError(), false);
}

Expected<void> Session::RunAsync(std::string_view code, const RunOptions& options, RunCallback done) {
  // The callback may destroy this session before the call has returned.
  const std::shared_ptr<internal::SessionCore> core = core_;
  try {
    core->origin().ThrowIfForked();
    return core->RunAsync(code, options, std::move(done));
  } catch (...) {
    return support::CaughtError();
  }
}

Expected<std::future<Result>> Session::RunAsync(std::string_view code, const RunOptions& options) {
  const std::shared_ptr<internal::SessionCore> core = core_;
  try {
    core->origin().ThrowIfForked();
    // A callback can be copied, a promise cannot.
    const auto promise = std::make_shared<std::promise<Result>>();
    std::future<Result> future = promise->get_future();
    const auto begun =
        core->RunAsync(code, options, [promise](Result result) { promise->set_value(std::move(result)); });
    if (!begun) return begun.error();
    return future;
  } catch (...) {
    return support::CaughtError();
  }
}

Expected<void> Session::WriteFile(std::string_view path, std::string_view bytes) {
  try {
    core_->origin().ThrowIfForked();
    return core_->WriteFile(path, bytes);
  } catch (...) {
    return support::CaughtError();
  }
}

Expected<std::string> Session::ReadFile(std::string_view path) const {
  try {
    core_->origin().ThrowIfForked();
    return core_->ReadFile(path);
  } catch (...) {
    return support::CaughtError();
  }
}

Expected<std::vector<FileInfo>> Session::ListFiles(std::string_view path) const {
  try {
    core_->origin().ThrowIfForked();
    return core_->ListFiles(path);
  } catch (...) {
    return support::CaughtError();
  }
}

Expected<void> Session::RemoveFile(std::string_view path) {
  try {
    core_->origin().ThrowIfForked();
    return core_->RemoveFile(path);
  } catch (...) {
    return support::CaughtError();
  }
}

void Session::Interrupt() {
  if (!core_->origin().forked()) core_->Interrupt();
}
void Session::Close() {
  if (core_->origin().forked()) return;
  core_->RunExitHandlers();
  core_->Close();
}
bool Session::closed() const { return core_->origin().forked() || core_->closed(); }
uint64_t Session::id() const noexcept { return core_->id(); }
const Language& Session::language() const noexcept { return core_->language(); }
size_t Session::ResidentBytes() const { return core_->origin().forked() ? 0 : core_->ResidentBytes(); }

}  // namespace goru
