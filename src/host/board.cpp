#include "host/board.hpp"

#include <algorithm>
#include <string>

#include "guest/codec.hpp"
#include "host/value_size.hpp"
#include "support/json_free.hpp"
#include "support/process_generation.hpp"

namespace goru::host {

using guest::Reply;

namespace {

/// Makes `held` as large as what is there already.
bool Fits(support::HeldBytes& held, size_t takes) {
  if (takes <= held.bytes() || !held.budget()) return true;
  return takes <= held.budget()->limit() && held.GrowLate(takes - held.bytes());
}

}  // namespace

Answer Settle(Reply reply, support::HeldBytes held, size_t place, size_t max_bytes, const support::StopSignal* stop) {
  ValueSize size;
  const Measured measured = Measure(reply.value, guest::MessageLimits().max_depth, max_bytes, stop, size);
  std::string why;
  if (measured == Measured::kTooDeep) why = "the result is nested too deeply";
  if (measured == Measured::kStopped) why = "the run has ended";
  if (measured == Measured::kTooLarge) why = "the result is larger than " + std::to_string(max_bytes) + " bytes";
  if (!why.empty()) {
    reply = Reply::Failed("ValueError", std::move(why));
  } else if (const size_t takes = place + size.held; !Fits(held, takes)) {
    reply = Reply::Failed("HostError", DoesNotFit(*held.budget(), "the result", size.held));
  } else {
    held.ShrinkTo(takes);
    reply.held = std::move(held);
    return {std::move(reply), size.written};
  }
  // The words of an error are within the call's place.
  held.ShrinkTo(place);
  reply.held = std::move(held);
  return {std::move(reply), 0};
}

void WaitingCall::NeedsMore(internal::CallMemory& memory, const NoRoom& missing) {
  needs = memory.used() + missing.bytes() - used;
  held = memory.Take();
  // While it waits it leaves room to the others.
  held.ShrinkTo(used);
}

RunningCall::RunningCall(std::shared_ptr<Board> board, const Policy& policy, CallContext context, WaitingCall call)
    : board_(std::move(board)),
      registry_(policy.registry),
      modules_(policy.modules),
      watch_(policy.watch),
      max_bytes_(policy.limits.message_bytes),
      context_(std::move(context)),
      memory_(std::make_shared<internal::CallMemory>(std::move(call.held), call.used)),
      call_(std::move(call)),
      given_up_(board_->given_up) {
  if (watch_) watch_->Began();
  call_.watched.Due();
}

void RunningCall::Run() {
  // Its run may have ended while this waited for a thread.
  if (context_.stop.stop_requested()) {
    Answer(Reply::Failed("HostError", "the run has ended"));
    return;
  }
  CallContext context = context_;
  context.memory = memory_;
  try {
    Answer(CallFunction(*call_.entry, context, call_.args));
  } catch (const support::Forked&) {
    support::EndForkedThread();
  } catch (const NoRoom& e) {
    if (!TryAgain(e)) Answer(ToReply(e));
  }
}

void RunningCall::Start(const std::shared_ptr<RunningCall>& call) {
  CallContext context = call->context_;
  context.memory = call->memory_;
  StartFunction(*call->call_.entry, context, std::move(call->call_.args), call);
}

bool RunningCall::TryAgain(const NoRoom& missing) {
  if (!call_.id || call_.alone) return false;
  call_.NeedsMore(*memory_, missing);
  {
    const std::lock_guard lock(board_->signal->mutex());
    if (board_->abandoned || board_->running.erase(*call_.id) == 0) return false;
    --board_->at_work;
    board_->again.push_back(std::move(call_));
  }
  Withdraw();
  if (watch_) watch_->Ended();
  board_->signal->Wake();
  return true;
}

void RunningCall::Deliver(Reply reply) noexcept {
  host::Answer answer;
  try {
    support::FreeJson(call_.args);
    answer = Settle(std::move(reply), memory_->Take(), call_.id ? kPlace : 0, max_bytes_, nullptr);
    // Before the run can go on: whoever counts has all calls of a run when it ends, but for those that it left behind.
    call_.watched.Answered(answer.reply.ok, answer.written);
    // What nobody waits for goes without the lock.
    const std::lock_guard lock(board_->signal->mutex());
    if (call_.id) {
      --board_->at_work;
      // A cancelled call is no longer among the running, and nobody asks for its result.
      size_t& largest = board_->largest[call_.entry];
      largest = std::max(largest, answer.reply.held.bytes());
      if (board_->running.erase(*call_.id) != 0 && !board_->abandoned) {
        board_->ready.push_back({*call_.id, std::move(answer)});
      }
    } else if (!board_->abandoned && board_->given_up == given_up_) {
      board_->direct = std::move(answer);
    }
  } catch (...) {  // NOLINT(bugprone-empty-catch): without memory for the answer the run waits until its time is up
  }
  if (watch_) watch_->Ended();
  board_->signal->Wake();
}

}  // namespace goru::host
