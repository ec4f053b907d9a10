#include "host/pending_call.hpp"

#include <exception>

#include "host/call_memory.hpp"

namespace goru {

using guest::Reply;

CallError::CallError(std::string type, const std::string& message, std::string code, std::string path)
    : std::runtime_error(message),
      details_(std::make_shared<const Details>(Details{std::move(type), std::move(code), std::move(path)})) {}

bool Completion::Return(nlohmann::json value) const noexcept {
  Reply reply;
  reply.value = std::move(value);
  return call_->Answer(std::move(reply));
}

bool Completion::Fail(const CallError& error) const noexcept {
  try {
    return call_->Answer(host::ToReply(error));
  } catch (...) {
    // Without memory for the words.
    return call_->Answer({.ok = false, .value = nullptr});
  }
}

bool Completion::Fail(const std::string& message) const noexcept {
  try {
    return call_->Answer(Reply::Failed("HostError", message));
  } catch (...) {
    return call_->Answer({.ok = false, .value = nullptr});
  }
}

}  // namespace goru

namespace goru::internal {

void PendingCall::AnswerDropped() noexcept {
  if (answered_.exchange(true) || origin_.forked()) return;
  try {
    Deliver(guest::Reply::Failed("HostError", "the host function ended without an answer"));
  } catch (...) {
    Deliver({.ok = false, .value = nullptr});
  }
}

}  // namespace goru::internal

namespace goru::host {
namespace {

class CallbackCall final : public internal::PendingCall {
 public:
  explicit CallbackCall(std::function<void(Reply)> deliver) : deliver_(std::move(deliver)) {}
  ~CallbackCall() override { AnswerDropped(); }

 protected:
  void Deliver(Reply reply) noexcept override { deliver_(std::move(reply)); }

 private:
  const std::function<void(Reply)> deliver_;
};

}  // namespace

Reply ToReply(const CallError& error) {
  if (error.code().empty() && error.path().empty()) return Reply::Failed(error.type(), error.what());
  nlohmann::json details = nlohmann::json::object();
  if (!error.code().empty()) details["code"] = error.code();
  if (!error.path().empty()) details["path"] = error.path();
  return Reply::Failed(error.type(), error.what(), std::move(details));
}

Reply ReplyOfException() {
  try {
    throw;
  } catch (const CallError& e) {
    return ToReply(e);
  } catch (const std::exception& e) {
    return Reply::Failed("HostError", e.what());
  } catch (...) {
    return Reply::Failed("HostError", "the host function failed");
  }
}

std::shared_ptr<internal::PendingCall> MakeCall(std::function<void(Reply)> deliver) {
  return std::make_shared<CallbackCall>(std::move(deliver));
}

Reply CallFunction(const Registry::Entry& entry, const CallContext& context, const nlohmann::json& args) {
  const support::Origin origin;
  Reply reply;
  try {
    reply.value = entry.function(context, args);
  } catch (const NoRoom&) {
    origin.ThrowIfForked();
    throw;
  } catch (...) {
    reply = ReplyOfException();
  }
  origin.ThrowIfForked();
  return reply;
}

void StartFunction(const Registry::Entry& entry, const CallContext& context, nlohmann::json args,
                   const std::shared_ptr<internal::PendingCall>& call) {
  const support::Origin origin;
  try {
    entry.async(context, std::move(args), Completion(call));
  } catch (...) {
    call->Answer(ReplyOfException());
  }
  origin.ThrowIfForked();
}

}  // namespace goru::host
