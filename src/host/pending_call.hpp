// A host call that is to be answered.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <utility>

#include "goru/registry.hpp"
#include "guest/port.hpp"
#include "support/process_generation.hpp"

namespace goru::internal {

/// Takes one answer, from any thread; further ones are dropped. Whoever derives from it says in its destructor what the
/// answer is where there was none: AnswerDropped.
class PendingCall {
 public:
  PendingCall() = default;
  virtual ~PendingCall() = default;
  PendingCall(const PendingCall&) = delete;
  PendingCall& operator=(const PendingCall&) = delete;

  /// False: there was one before, or another process waits for it.
  bool Answer(guest::Reply reply) noexcept {
    if (answered_.exchange(true) || origin_.forked()) return false;
    Deliver(std::move(reply));
    return true;
  }

 protected:
  virtual void Deliver(guest::Reply reply) noexcept = 0;
  void AnswerDropped() noexcept;
  /// There will be no answer.
  void Withdraw() noexcept { answered_ = true; }

 private:
  const support::Origin origin_;
  std::atomic<bool> answered_{false};
};

}  // namespace goru::internal

namespace goru::host {

/// The exception that is under way, as guests are told of it.
guest::Reply ReplyOfException();

/// The reply of an error.
guest::Reply ToReply(const CallError& error);

/// A call that no guest makes: its answer goes to `deliver`, on whatever thread answers.
std::shared_ptr<internal::PendingCall> MakeCall(std::function<void(guest::Reply)> deliver);

/// Calls an entry that answers by itself, and takes what it throws for an answer. NoRoom passes, and Forked is thrown
/// in a child that comes back from it.
guest::Reply CallFunction(const Registry::Entry& entry, const CallContext& context, const nlohmann::json& args);

/// Starts an entry that answers later, or by an exception that it throws. Forked, as above.
void StartFunction(const Registry::Entry& entry, const CallContext& context, nlohmann::json args,
                   const std::shared_ptr<internal::PendingCall>& call);

}  // namespace goru::host
