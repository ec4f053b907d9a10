#include "guest/channel.hpp"

#include "support/json_free.hpp"

namespace goru::guest {
namespace {

// A response buffer that grew beyond this is given back once the guest has the response: idle sessions stay small.
constexpr size_t kKeepResponse = 64 << 10;

// An outcome up to this size is told whatever else the session holds.
constexpr size_t kOutcome = 64 << 10;

}  // namespace

void Channel::Begin(HostPort& port, const Job& job) noexcept {
  port_ = &port;
  job_ = &job;
  job_taken_ = false;
  finished_ = false;
}

void Channel::End() noexcept {
  port_ = nullptr;
  response_held_ = {};
  outcome_held_ = {};
}

void Channel::DropResponse() noexcept {
  if (response_.capacity() > kKeepResponse) {
    std::string().swap(response_);
  } else {
    response_.clear();
  }
  response_held_.ShrinkTo(0);
}

After Channel::Put(const Reply& reply, bool limited) {
  DropResponse();
  Work work;
  if (limited && port_ != nullptr) {
    if (!response_held_.budget()) response_held_ = port_->Hold();
    work = {.held = &response_held_, .stop = port_->Stop(), .most = port_->MaxMessage(), .hands_over = true};
  }
  const auto written = codec_.EncodeResponse(reply.ok, reply.value, response_, work);
  if (written) return After::kContinue;
  if (written.error().kind == ErrorKind::kCancelled) return After::kUnwind;
  const char* const type = written.error().kind == ErrorKind::kUnavailable ? "HostError" : "ValueError";
  const Reply failed = Reply::Failed(type, "the result is " + written.error().message);
  DropResponse();
  (void)codec_.EncodeResponse(false, failed.value, response_, Work());
  return After::kContinue;
}

After Channel::Answer(std::span<const uint8_t> request) {
  if (port_ == nullptr) {
    return Put(Reply::Failed("HostError", "the host is not listening"));
  }
  if (request.size() > port_->MaxMessage()) {
    return Put(
        Reply::Failed("ValueError", "the arguments are larger than " + std::to_string(port_->MaxMessage()) + " bytes"));
  }
  char op = 0;
  support::HeldBytes held = port_->Hold();
  auto payload = codec_.DecodeRequest(request, op, {.held = &held, .stop = port_->Stop()});
  if (!payload && payload.error().kind == ErrorKind::kUnavailable && request.size() <= kOutcome) {
    held = {};
    auto outcome = codec_.DecodeRequest(request, op, {.stop = port_->Stop()});
    if (outcome && op == 'r') payload = std::move(outcome);
  }
  if (!payload) {
    const Error& error = payload.error();
    if (error.kind == ErrorKind::kCancelled) return After::kUnwind;
    if (error.kind == ErrorKind::kUnavailable) {
      return Put(Reply::Failed("HostError", "the arguments are " + error.message));
    }
    return Put(Reply::Failed("TypeError", error.message));
  }
  Reply reply;
  const support::JsonFreed freed(reply.value);
  if (op == 'j') {
    job_taken_ = true;
    reply.value = ToJson(*job_);
    // It is the session's owner's, and has limits of its own.
    return Put(reply, false);
  }
  if (op == 'r') {
    // The first outcome counts: nothing that runs later may rewrite it.
    if (!finished_) {
      port_->Outcome(std::move(*payload));
      outcome_held_ = std::move(held);
    }
    finished_ = true;
    return Put(reply);
  }
  const After after = port_->Handle(op, std::move(*payload), std::move(held), reply);
  return after == After::kUnwind ? after : Put(reply);
}

}  // namespace goru::guest
