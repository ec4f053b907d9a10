#include "goru/session.hpp"

#include "executor/session_core.hpp"
#include "support/caught.hpp"

namespace goru {

Session::Session(std::shared_ptr<internal::SessionCore> core) noexcept : core_(std::move(core)) {}
Session::Session(Session&&) noexcept = default;

Session& Session::operator=(Session&& other) noexcept {
  if (this != &other) {
    if (core_) core_->Close();
    core_ = std::move(other.core_);
  }
  return *this;
}

Session::~Session() {
  if (core_) core_->Close();
}

Result Session::Run(std::string_view code, const RunOptions& options) {
  // Held for the whole run: the session may be closed and dropped meanwhile.
  const std::shared_ptr<internal::SessionCore> core = core_;
  try {
    return core->Run(code, options);
  } catch (...) {
    // Before the run began.
    Error error = support::CaughtError();
    Result result;
    result.error = RunError{error.kind, "", std::move(error.message), ""};
    result.exit_code = 1;
    result.session_alive = !core->closed();
    return result;
  }
}

void Session::Interrupt() { core_->Interrupt(); }
void Session::Close() { core_->Close(); }
bool Session::closed() const { return core_->closed(); }
uint64_t Session::id() const noexcept { return core_->id(); }
const Language& Session::language() const noexcept { return core_->language(); }
size_t Session::ResidentBytes() const { return core_->ResidentBytes(); }

}  // namespace goru
